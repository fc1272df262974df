// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"

#include <QObject>
#include <QSocketNotifier>

namespace sgn::system {

// The signals that concern us, as events (signalfd(2)). Make it before anything else that could start a thread.
class SignalSource : public QObject
{
    Q_OBJECT

public:
    explicit SignalSource(QObject *parent = nullptr);

Q_SIGNALS:
    // TERM or INT.
    void stopRequested();
    // A child ended; one that no object watches has to be reaped.
    void childEnded();

private:
    void read();

    Descriptor m_descriptor;
    QSocketNotifier m_notifier;
};

} // namespace sgn::system
