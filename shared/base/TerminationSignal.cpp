// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/TerminationSignal.h"

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

namespace sgn {

TerminationSignal::TerminationSignal(QObject *parent)
    : QObject(parent)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_fd = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    m_notifier = std::make_unique<QSocketNotifier>(m_fd, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        signalfd_siginfo info{};
        if (::read(m_fd, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            Q_EMIT received();
        }
    });
}

TerminationSignal::~TerminationSignal()
{
    m_notifier.reset();
    ::close(m_fd);
}

} // namespace sgn
