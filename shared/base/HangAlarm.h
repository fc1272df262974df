// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <QObject>
#include <QTimer>

namespace sgn {

// Ends this process, by SIGALRM, when its event loop hasn't come round for `limit`, so that whoever starts it can start
// it again: no other process sees the difference between one that hangs and one that has nothing to do. The kernel's
// timer (setitimer(2)) is not inherited by children, but goes on through execve(2), so a new release that hangs before
// its event loop ends, too. For the main thread, one in a process.
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
