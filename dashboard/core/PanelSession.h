// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/RateLimit.h"
#include "core/SendQueue.h"
#include "xmpp/Session.h"

#include <memory>
#include <QHash>
#include <QObject>
#include <QTimer>

namespace sgn {

class CommandDispatcher;
class CommandLog;
class Fleet;
class LogService;
class Store;

// Between the XMPP session and the panel's knowledge: presence and messages in, version requests out, and at each login
// the archive from where the last reading ended.
class PanelSession : public QObject
{
    Q_OBJECT

public:
    struct Timing
    {
        // A device that hasn't answered after this long is "not answering".
        std::chrono::milliseconds answerWithin{30'000};
        // How long the first presences take to come in after a login.
        std::chrono::milliseconds settle{3'000};
        // How often devices are asked although nothing happened: those that tell by themselves, and those that know
        // only the seed.
        std::chrono::milliseconds askModern{3'600'000};
        std::chrono::milliseconds askOld{300'000};
        // Online by a message alone lasts this long; longer than askOld, so that an answer keeps it alive.
        std::chrono::milliseconds silentAfter{900'000};
        std::chrono::milliseconds tick{1'000};
    };

    struct Parts
    {
        xmpp::Session &session;
        Fleet &fleet;
        CommandLog &commands;
        LogService &logs;
        Store &store;
        const Clock &clock;
    };

    // Everything in `parts` outlives this.
    PanelSession(const Parts &parts, const Timing &timing, QObject *parent = nullptr);
    ~PanelSession() override;

    void start();
    void stop();

    // Asks devices for their versions, online ones at once; returns how many were asked. Offline devices are not asked:
    // they are when they come.
    int requestVersions(const QStringList &jids);

    [[nodiscard]] bool isOnline() const { return m_session.isOnline(); }
    // Roster, first presences and archive are in.
    [[nodiscard]] bool isSettled() const { return m_isSettled; }

Q_SIGNALS:
    void online();
    // Once per reason, in words for a person.
    void offline(const sgn::Error &reason);
    void settled();
    // A version report came in, live.
    void reportReceived(const QString &jid);
    void happened(const sgn::ActivityEntry &entry);

private:
    void onOnline();
    void onOffline(const Error &reason);
    void onMessage(const xmpp::IncomingMessage &message);
    void onOwnMessage(const xmpp::IncomingMessage &message);
    void onDeviceMessage(const xmpp::IncomingMessage &message);
    void onArchiveFinished(const Result<QString> &lastId);
    void onTick();
    void ask(const QString &jid);
    void maybeSettled();
    [[nodiscard]] bool isAcceptable(const xmpp::IncomingMessage &message) const;

    struct Question
    {
        MonotonicTime askedAt{};
        bool isOpen = false;
    };

    xmpp::Session &m_session;
    Fleet &m_fleet;
    CommandLog &m_commands;
    LogService &m_logs;
    Store &m_store;
    const Clock &m_clock;
    Timing m_timing;
    SendQueue m_queue;
    std::unique_ptr<CommandDispatcher> m_dispatcher;
    QHash<QString, Question> m_questions;
    RateLimit m_complaints;
    QTimer m_tick;
    QTimer m_settle;
    bool m_isArchiveRead = false;
    bool m_arePresencesIn = false;
    bool m_isSettled = false;
    int m_askCursor = 0;
};

} // namespace sgn
