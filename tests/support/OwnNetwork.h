// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QString>
#include <sched.h>

namespace sgn::test {

// Moves this process, and all that it starts from now on, into a network of its own with nothing in it but a loopback
// device. Why not, when that isn't possible; to be asked before the first socket and thread.
inline QString enterOwnNetwork()
{
    if (::unshare(CLONE_NEWNET) != 0) {
        return QStringLiteral("this machine gives us no network of our own");
    }
    return QProcess::execute(QStringLiteral("ip"), {QStringLiteral("link"), QStringLiteral("set"), QStringLiteral("lo"),
                                                    QStringLiteral("up")}) == 0
               ? QString()
               : QStringLiteral("there is no program ip (iproute2)");
}

// E.g. "address add 10.9.8.7/32 dev lo".
inline bool changeNetwork(const QString &what)
{
    return QProcess::execute(QStringLiteral("ip"), what.split(u' ')) == 0;
}

} // namespace sgn::test
