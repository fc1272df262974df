// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "xmpp/Session.h"

#include <QObject>
#include <QSet>
#include <QTimer>

namespace sgn::store {
class Store;
}

namespace sgn::core {

// Reads what the account's archive has beyond the last reading (XEP-0313): first the newest page, so that the screen is
// right within seconds however long the panel was closed; then, unless that was all, everything from where the last
// reading ended, oldest first. The place is kept after each page, and a page that fails is read again, so that neither
// the end of a session nor a fault of the server leaves a gap, or makes the panel begin anew for ever.
class CatchUp : public QObject
{
    Q_OBJECT

public:
    struct Times
    {
        // After a failure, doubled each time up to the second.
        std::chrono::milliseconds retry{5'000};
        std::chrono::milliseconds retryCeiling{600'000};
    };

    // Where a message stands among those that were read before it.
    enum class Pass {
        InOrder,
        Behind, // sent before those of the newest page
        Again,  // one of the newest page; what came before it is known only now
    };
    Q_ENUM(Pass)

    // All outlive this.
    CatchUp(xmpp::Session &session, store::Store &store, const Clock &clock, const Times &times,
            QObject *parent = nullptr);

    // At each login, and at its end.
    void start();
    void stop();

    // A message that the session received with fromArchive; messageRead() follows for those that are new.
    void take(const xmpp::IncomingMessage &message);

    // The newest page is in, or can't be had.
    [[nodiscard]] bool isCurrent() const { return m_isCurrent; }
    [[nodiscard]] bool isReading() const { return m_step == Step::Newest || m_step == Step::Rest; }
    // What lies behind the newest page is being read, messages up to `upTo` (UTC); invalid before its first page.
    [[nodiscard]] bool isReadingRest() const { return m_step == Step::Rest; }
    [[nodiscard]] QDateTime upTo() const { return m_upTo; }
    // Nothing is missing, so the reading may go on after what comes live.
    [[nodiscard]] bool isComplete() const { return m_step == Step::Complete; }

Q_SIGNALS:
    void messageRead(const sgn::xmpp::IncomingMessage &message, sgn::core::CatchUp::Pass pass);
    void current();
    // isReading(), isReadingRest() or upTo() may have changed.
    void stepChanged();
    void completed();

private:
    enum class Step { Idle, Newest, Rest, Failed, Complete };

    void goTo(Step step);
    void readNewest();
    void readRest();
    void onPage(const xmpp::ArchivePage &page);
    void onFinished(const Result<xmpp::ArchivePage> &page);
    void onNewest(const xmpp::ArchivePage &page);
    void onFailure(const Error &reason);
    void releaseNewest();
    [[nodiscard]] Pass passOf(const xmpp::IncomingMessage &message) const;
    void becomeCurrent();
    void onRest(const xmpp::ArchivePage &page);
    void complete();

    xmpp::Session &m_session;
    store::Store &m_store;
    const Clock &m_clock;
    Times m_times;
    Step m_step = Step::Idle;
    bool m_isCurrent = false;
    bool m_isPlaceLost = false; // the server doesn't know the message to go on from
    QString m_place;            // of the last reading; empty: none yet
    QList<xmpp::IncomingMessage> m_newest;
    QSet<QString> m_shown;       // the archive's ids of the newest page
    bool m_hasMetNewest = false; // the rest has come to one of them
    bool m_hasBegunAnew = false; // because it hadn't
    QDateTime m_upTo;            // of the last message of the rest
    QTimer m_retry;
    std::chrono::milliseconds m_pause{};
};

} // namespace sgn::core
