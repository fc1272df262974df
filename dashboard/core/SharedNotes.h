// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "records/Problem.h"
#include "records/SharedEntries.h"
#include "xmpp/Session.h"

#include <map>
#include <optional>
#include <QDateTime>
#include <QObject>
#include <QSet>
#include <QStringList>
#include <QTimer>

namespace sgn::store {
class Store;
}

namespace sgn::xmpp {
struct PrivateItem;
}

namespace sgn::core {

class Fleet;

// What operators write about devices and which ones they retired: the same at all desks of the account, through a node
// of the account's own on its server. A change is shown at the others at once, one that was made without a connection
// after the next login; of two changes of one device the later one stays. A server without such nodes keeps it to this
// store, see reach().
class SharedNotes : public QObject
{
    Q_OBJECT

public:
    static constexpr QStringView node = u"urn:sgn:devices:1";

    enum class Reach {
        Unknown,   // not connected yet
        AllDesks,  // by the server, which has sent what it has
        ThisStore, // the server keeps nothing for programs
    };

    struct Parts
    {
        xmpp::Session &session;
        Fleet &fleet;
        store::Store &store;
        const Clock &clock; // the server's
    };

    // Everything in `parts` outlives this.
    explicit SharedNotes(const Parts &parts, QObject *parent = nullptr);

    // What the store knows of an earlier run; after the fleet's.
    void restore();

    [[nodiscard]] Reach reach() const { return m_reach; }
    // See saved().
    [[nodiscard]] bool isSaved() const { return m_inFlight == 0 && m_toPublish.isEmpty(); }

    [[nodiscard]] records::DeviceNotes notesOf(const QString &jid) const;
    // TooLarge: the notes, their fields, or all of those that share an item with them.
    [[nodiscard]] records::Expected<> setNotes(const QString &jid, const records::DeviceNotes &notes);
    // Many at once; those that aren't taken, with setNotes()'s reason.
    [[nodiscard]] QList<std::pair<QString, records::Problem>> setNotes(const QList<records::NotesChange> &changes);
    // As it was set at any desk; nothing where none has. The contact on the server has it, too, but a server whose
    // groups hold the contact forgets it when it starts again.
    [[nodiscard]] std::optional<records::DeviceLabel> labelOf(const QString &jid) const;
    void setLabel(const QString &jid, const records::DeviceLabel &label);
    void markRetired(const QStringList &jids, const QDateTime &at);
    void clearRetired(const QString &jid);

Q_SIGNALS:
    // Another desk has retired it, or taken it in again (an invalid time).
    void retirementChanged(const QString &jid, const QDateTime &retiredAt);
    // Another desk has set it.
    void labelChanged(const QString &jid);
    void reachChanged();
    // All that was changed here is on the server, or is kept by this store alone.
    void saved();
    // The server refuses a change.
    void notSaved(const sgn::records::Problem &reason);
    // The other desks don't get something; once.
    void warned(const sgn::records::Problem &warning);

private:
    void onOnline();
    void onFetched(int first, const Result<QList<xmpp::PrivateItem>> &items);
    void onPublished(const Outcome &outcome);
    void take(int chunk, const QByteArray &json);
    void showNotes(int first, int count);
    void change(const QString &jid, records::SharedEntry entry);
    void enter(const QString &jid, records::SharedEntry entry);
    [[nodiscard]] bool enterTogether(int chunk, const QList<records::NotesChange> &changes);
    [[nodiscard]] records::SharedEntry entryOf(const QString &jid) const;
    void dropForgotten();
    void publishSoon(int chunk, std::chrono::milliseconds delay);
    void publish();
    void reportSaved();
    void setReach(Reach reach);

    xmpp::Session &m_session;
    Fleet &m_fleet;
    store::Store &m_store;
    const Clock &m_clock;
    std::map<int, records::SharedEntries> m_chunks;
    QSet<int> m_toPublish;
    QTimer m_publishing;
    int m_inFlight = 0; // published, without the server's reply
    int m_toFetch = 0;
    Reach m_reach = Reach::Unknown;
    bool m_hasWarned = false;
};

} // namespace sgn::core
