// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <QObject>
#include <QTimer>

namespace sgn {

// Ends this process, by SIGALRM, when its event loop hasn't come round for `limit`, so that whoever starts it can start
// it again: systemd sees for itself that it is silent, cron would wait for ever. The kernel's timer (setitimer(2)) goes
// on through execve(2), so a new release that hangs before its event loop ends, too.
class HangAlarm : public QObject
{
    Q_OBJECT

public:
    explicit HangAlarm(std::chrono::seconds limit, QObject *parent = nullptr);

    void start();

private:
    void wind() const;

    std::chrono::seconds m_limit;
    QTimer m_winding;
};

} // namespace sgn
