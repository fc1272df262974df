// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Processes.h"

#include "records/Activity.h"

#include <QCoreApplication>

namespace sgn::wording {

using namespace Qt::StringLiterals;

namespace {

struct Death
{
    Q_DECLARE_TR_FUNCTIONS(Death)
};

} // namespace

QString deathText(const LastExit &exit)
{
    return deathText(records::exitFact(exit));
}

QString deathText(const records::Fact &exit)
{
    const QString code = exit.values.value(0);
    const QString signal = exit.values.value(1);
    const QString heartbeatAge = exit.values.value(2);
    QStringList parts;
    if (!signal.isEmpty()) {
        parts += Death::tr("killed by signal %1").arg(signal);
    } else if (!code.isEmpty()) {
        parts += Death::tr("exit code %1").arg(code);
    }
    if (!heartbeatAge.isEmpty()) {
        parts += Death::tr("last heartbeat %1 s before").arg(heartbeatAge);
    }
    return parts.join(u", "_s);
}

} // namespace sgn::wording
