// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Backoff.h"
#include "control/WatchdogPort.h"

#include <chrono>
#include <optional>
#include <QHash>
#include <QLocalSocket>
#include <QPointer>
#include <QTimer>

namespace sgn::agent {

// The agent's end of the control socket (control/Control.h). Reconnects by itself for as long as it exists; sends Hello
// first, and Online whenever the server is reached, so that the watchdog can confirm a new agent; Offline is for people
// at the device.
class WatchdogClient final : public control::WatchdogPort
{
    Q_OBJECT

public:
    struct Limits
    {
        std::chrono::milliseconds firstPause{100};
        std::chrono::milliseconds longestPause{3'000};
        // Hold is answered when the processes are gone, and they get some seconds for that.
        std::chrono::milliseconds answer{30'000};
    };

    // `hello` is the greeting of each connection.
    WatchdogClient(QString socketPath, control::Hello hello, Limits limits, QObject *parent = nullptr);
    ~WatchdogClient() override;

    void start();
    // Whether the XMPP server is reached, and why it isn't; reported to the watchdog.
    void setOnline(bool online);
    void setOfflineReason(const QString &reason);

    [[nodiscard]] bool isConnected() const override { return m_watchdogVersion.has_value(); }
    void ask(const control::RequestBody &request, QObject *context, Answer answer) override;

    // The version of the connected watchdog, or nullopt while there is none.
    [[nodiscard]] std::optional<int> watchdogVersion() const { return m_watchdogVersion; }

private:
    struct Waiting
    {
        QPointer<QObject> context;
        Answer answer;
    };

    void sendHello();
    void sendLink();
    void lost();
    void readLines();
    void readLine(const QByteArray &line);
    control::RequestId write(const control::RequestBody &request, QObject *context, Answer answer);
    void settle(control::RequestId id, const Result<control::ReplyBody> &reply);

    QString m_socketPath;
    control::Hello m_hello;
    Limits m_limits;
    Backoff m_pause;
    QLocalSocket m_socket;
    QTimer m_reconnect;
    QHash<control::RequestId, Waiting> m_waiting;
    control::RequestId m_lastId = 0;
    std::optional<int> m_watchdogVersion;
    std::optional<control::AgentLink> m_link; // empty: no attempt has ended yet
    bool m_absenceLogged = false;
};

} // namespace sgn::agent
