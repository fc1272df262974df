// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/ProvisionCommands.h"

#include <QCoreApplication>

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("sgn-provision"));
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));
    return sgn::provision::runProvisionCommand(QCoreApplication::arguments());
}
