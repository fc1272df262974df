// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/DeviceNotes.h"
#include "records/Problem.h"
#include "xmpp/Contact.h"

#include <deque>
#include <functional>
#include <memory>
#include <QObject>
#include <QStringList>

namespace sgn::xmpp {
class Session;
}

namespace sgn::core {

class Fleet;
class SharedNotes;

// What devices are called, and their tags: name and groups of the account's contacts on the server, so that every XMPP
// client shows them, and SharedNotes, which keeps them. The fleet has them when the server has confirmed them.
class Labels : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype maxTags = 20;

    // What the server didn't take, by JID; empty: all is done. Called exactly once, later.
    using Failures = QList<std::pair<QString, Error>>;
    using Done = std::function<void(const Failures &)>;

    // All outlive this.
    Labels(xmpp::Session &session, const Fleet &fleet, SharedNotes &shared, QObject *parent = nullptr);

    // As it is kept: without white space around it. An empty label is none.
    [[nodiscard]] static records::Expected<QString> labelFrom(const QString &text);
    [[nodiscard]] static records::Expected<QString> tagFrom(const QString &text);

    // Errors: BadRequest (text), Network (not connected); then `done` isn't called.
    [[nodiscard]] records::Expected<> rename(const QString &jid, const QString &label, Done done);
    // Both at once, and all tags.
    [[nodiscard]] records::Expected<> describe(const QString &jid, const QString &label, const QStringList &tags,
                                               Done done);
    // Many at once; text as labelFrom() and tagFrom() return it. What a change doesn't name is as it is when its turn
    // comes, whoever wrote it meanwhile. Calls `progress` after each.
    using Progress = std::function<void(qsizetype left)>;
    [[nodiscard]] records::Expected<> describeAll(const QList<records::LabelChange> &changes, Progress progress,
                                                  Done done);
    [[nodiscard]] records::Expected<> tag(const QStringList &jids, const QStringList &added, const QStringList &removed,
                                          Done done);

private:
    struct Job
    {
        std::deque<records::LabelChange> changes; // to be written
        qsizetype inFlight = 0;
        Failures failures;
        Done done;
        Progress progress = {};
    };

    [[nodiscard]] static records::Expected<QStringList> tagsFrom(const QStringList &texts);
    [[nodiscard]] records::Expected<> start(std::deque<records::LabelChange> changes, Done done,
                                            Progress progress = {});
    void proceed(const std::shared_ptr<Job> &job);
    [[nodiscard]] xmpp::Contact contactOf(const records::LabelChange &change) const;

    xmpp::Session &m_session;
    const Fleet &m_fleet;
    SharedNotes &m_shared;
};

} // namespace sgn::core
