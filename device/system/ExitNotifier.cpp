// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/ExitNotifier.h"

namespace sgn::system {

namespace {

constexpr std::chrono::milliseconds lookInterval{250};

} // namespace

ExitNotifier::ExitNotifier(const ProcessHandle &process, QObject *parent)
    : QObject(parent)
    , m_process(process)
{
    if (const auto readable = process.endDescriptor()) {
        m_readable = std::make_unique<QSocketNotifier>(*readable, QSocketNotifier::Read);
        connect(m_readable.get(), &QSocketNotifier::activated, this, &ExitNotifier::look);
    } else {
        connect(&m_lookTimer, &QTimer::timeout, this, &ExitNotifier::look);
        m_lookTimer.start(lookInterval);
    }
}

void ExitNotifier::stop()
{
    if (m_readable) {
        m_readable->setEnabled(false);
    }
    m_lookTimer.stop();
}

void ExitNotifier::look()
{
    if (m_process.hasEnded()) {
        stop();
        Q_EMIT ended();
    }
}

} // namespace sgn::system
