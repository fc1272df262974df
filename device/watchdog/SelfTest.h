// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "system/ProcessHandle.h"
#include "watchdog/Watchdog.h"

#include <memory>
#include <QObject>
#include <QSet>
#include <QSocketNotifier>
#include <QTimer>

namespace sgn::watchdog {

// `--self-test`: does everything that a watchdog needs once, beside one that may be running (with a free port and a
// socket of its own): writes to its folders, gets a datagram and a request through its sockets, starts a program as the
// tree's owner and sees it end. So an update knows before it replaces the running watchdog.
class SelfTest : public QObject
{
    Q_OBJECT

public:
    SelfTest(const WatchdogSettings &settings, const Clock &clock, QObject *parent = nullptr);
    ~SelfTest() override;

    void begin();

Q_SIGNALS:
    // Empty when all is well.
    void finished(const QString &problem);

private:
    [[nodiscard]] Outcome checkFolders() const;
    [[nodiscard]] Outcome askForVersions();
    [[nodiscard]] Outcome askForStatus();
    [[nodiscard]] Outcome startProgram();
    void passed(const QString &what);
    void finish(const QString &problem);

    WatchdogSettings m_settings;
    const Clock &m_clock;
    std::unique_ptr<HeartbeatSocket> m_heartbeats;
    std::unique_ptr<ControlServer> m_control;
    Descriptor m_datagramClient;
    Descriptor m_controlClient;
    std::optional<system::ProcessHandle> m_program;
    QSet<QString> m_open;
    QTimer m_limit;
    QString m_socketPath;
};

} // namespace sgn::watchdog
