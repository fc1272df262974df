// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "system/ProcessHandle.h"

#include <memory>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

namespace sgn::system {

// Emits ended() once when the process has ended: at once where the kernel has pidfds, else (before 5.3, such as
// Raspbian Buster's 4.19) within a quarter of a second. The handle stays where it is until stop().
class ExitNotifier : public QObject
{
    Q_OBJECT

public:
    explicit ExitNotifier(const ProcessHandle &process, QObject *parent = nullptr);

    // No ended() from now on; the handle isn't used any more.
    void stop();

Q_SIGNALS:
    void ended();

private:
    void look();

    const ProcessHandle &m_process;
    std::unique_ptr<QSocketNotifier> m_readable;
    QTimer m_lookTimer;
};

} // namespace sgn::system
