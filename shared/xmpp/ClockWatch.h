// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/Descriptor.h"

#include <memory>
#include <QObject>
#include <QSocketNotifier>

namespace sgn::xmpp {

// Notices that the clock of this machine was set. A device without a clock of its own starts years ago, when no
// certificate is valid yet; once its time is set, it need not wait for the end of a pause that has grown meanwhile.
// The kernel reports it (TFD_TIMER_CANCEL_ON_SET, timerfd_create(2)).
class ClockWatch final : public QObject
{
    Q_OBJECT

public:
    // `clock` outlives the object.
    explicit ClockWatch(const Clock &clock, QObject *parent = nullptr);

    // Compares the clock with monotonic time, for machines where the kernel doesn't report it.
    void check();

Q_SIGNALS:
    void wasSet();

private:
    [[nodiscard]] QDateTime started() const;
    void arm();
    void onCancelled();

    const Clock &m_clock;
    QDateTime m_started;
    Descriptor m_timer;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace sgn::xmpp
