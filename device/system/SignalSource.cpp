// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/SignalSource.h"

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

namespace sgn::system {

namespace {

int openSignals()
{
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : {SIGTERM, SIGINT, SIGCHLD}) {
        sigaddset(&wanted, number);
    }
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN); // a closing terminal is no reason to stop supervising
    return ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

} // namespace

SignalSource::SignalSource(QObject *parent)
    : QObject(parent)
    , m_descriptor(openSignals())
    , m_notifier(m_descriptor.get(), QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &SignalSource::read);
}

void SignalSource::read()
{
    signalfd_siginfo info{};
    bool childSeen = false;
    bool stopSeen = false;
    while (::read(m_descriptor.get(), &info, sizeof info) == sizeof info) {
        (info.ssi_signo == SIGCHLD ? childSeen : stopSeen) = true;
    }
    if (childSeen) {
        Q_EMIT childEnded();
    }
    if (stopSeen) {
        Q_EMIT stopRequested();
    }
}

} // namespace sgn::system
