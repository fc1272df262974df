// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Packaging.h"

#include <QFile>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

// For the seed's owner, pi, whose home is /home/pi.
QByteArray packaged(const QString &name)
{
    QFile file(u":/packaging/"_s + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

QByteArray serviceUnit(const CardUser &owner)
{
    return packaged(u"sgn-watchdog.service"_s).replace("/home/pi/", owner.home + '/');
}

QByteArray librariesUnit()
{
    return packaged(u"sgn-libraries.service"_s);
}

QByteArray cronLines(const CardUser &owner)
{
    return packaged(u"crontab.root"_s).replace("/home/pi/", owner.home + '/');
}

QByteArray heartbeatFilter(const CardUser &owner)
{
    return packaged(u"heartbeats.nft"_s).replace("{ root, pi }", "{ root, " + owner.name + " }");
}

} // namespace sgn::card
