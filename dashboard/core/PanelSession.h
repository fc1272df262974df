// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/RateLimit.h"
#include "core/Arrival.h"
#include "core/CatchUp.h"
#include "core/LoginProgress.h"
#include "core/ResendPolicy.h"
#include "core/SendQueue.h"
#include "core/VersionInquiry.h"
#include "crypto/SigningKey.h"
#include "protocol/Reply.h"
#include "xmpp/Session.h"

#include <deque>
#include <functional>
#include <memory>
#include <QHash>
#include <QObject>
#include <QTimer>

namespace sgn::store {
class Store;
}

namespace sgn::core {

class CommandDispatcher;
class CommandLog;
class Fleet;
class LogService;
class Membership;

// Between the XMPP session and the panel's knowledge: presence and messages in, version requests out, and at each login
// what the archive has (CatchUp).
class PanelSession : public QObject
{
    Q_OBJECT

public:
    struct Timing
    {
        VersionInquiry::Times inquiry;
        ResendTimes resend;
        CatchUp::Times archive;
        // No presence for so long after the roster, and the first ones are in; at the latest after the second.
        std::chrono::milliseconds quiet{400};
        std::chrono::milliseconds settle{15'000};
        // Commands wait so long for the server's time and the newest of the archive.
        std::chrono::milliseconds ready{5'000};
        // A server repeats requests for a subscription within this time after the login; others are withdrawn.
        std::chrono::milliseconds requestsRepeated{30'000};
        // Online by a message alone lasts this long; longer than inquiry.old, so that an answer keeps it alive.
        std::chrono::milliseconds silentAfter{900'000};
        std::chrono::milliseconds tick{1'000};
    };

    struct Parts
    {
        xmpp::Session &session;
        Fleet &fleet;
        Membership &membership;
        CommandLog &commands;
        LogService &logs;
        store::Store &store;
        const Clock &clock;
    };

    // Everything in `parts` outlives this.
    PanelSession(const Parts &parts, const Timing &timing, QObject *parent = nullptr);
    ~PanelSession() override;

    // From now on every command is signed with this key; without one, none is.
    void useOperatorKey(std::optional<SigningKey> key);
    // While held, no command is sent.
    void holdCommands(bool held);
    void start();
    void stop();

    // Requests the versions of devices, of online ones at once; returns how many were asked. Offline devices are not
    // asked: they are when they come.
    int requestVersions(const QStringList &jids);

    [[nodiscard]] bool isOnline() const { return m_session.isOnline(); }
    // Roster, first presences and the newest of the archive are in.
    [[nodiscard]] bool isSettled() const { return m_progress.isSettled(); }
    // What isSettled() waits for.
    [[nodiscard]] LoginProgress::Awaited awaited() const { return m_progress.awaited(); }
    // How far the archive is read.
    [[nodiscard]] const CatchUp &catchUp() const { return m_catchUp; }

Q_SIGNALS:
    void online();
    // Once per reason.
    void offline(const sgn::Error &reason);
    void settled();
    // All of the archive is in.
    void caughtUp();
    // A version report came in, live.
    void reportReceived(const QString &jid);

private:
    void onOnline();
    void onOffline(const Error &reason);
    void onContactsKnown();
    void onPresence(const QString &jid, bool online, const QString &resource);
    void onMessage(const xmpp::IncomingMessage &message);
    void read(const xmpp::IncomingMessage &message, CatchUp::Pass pass);
    void onOwnMessage(const xmpp::IncomingMessage &message);
    void onDeviceMessage(const xmpp::IncomingMessage &message, const DeviceMessageReading &reading, CatchUp::Pass pass);
    void show(const QString &jid, const DeviceMessageReading &reading, const Arrival &arrival);
    [[nodiscard]] Arrival arrivalOf(const xmpp::IncomingMessage &message, CatchUp::Pass pass) const;
    void onUnreadable(const xmpp::IncomingMessage &message, const QString &what);
    void onTick();
    void ask(const QString &jid);
    void onPresencesIn();
    void onSettled();
    void complain(const QString &jid, const QString &what);
    void onRetired(const QString &jid);
    // Whether it isn't known yet if the account is a device; then `later` is called when it is.
    bool isHeld(const QString &jid, std::function<void()> later);

    xmpp::Session &m_session;
    Fleet &m_fleet;
    Membership &m_membership;
    CommandLog &m_commands;
    LogService &m_logs;
    store::Store &m_store;
    const Clock &m_clock;
    Timing m_timing;
    SendQueue m_queue;
    std::unique_ptr<CommandDispatcher> m_dispatcher;
    VersionInquiry m_inquiry;
    CatchUp m_catchUp;
    LoginProgress m_progress;
    QByteArray m_question;                   // the version request
    QHash<QString, QStringList> m_resources; // of those who are online
    std::deque<std::function<void()>> m_held;
    RateLimit m_complaints;
    QTimer m_tick;
    int m_ticks = 0;
};

} // namespace sgn::core
