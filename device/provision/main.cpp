// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/Subcommand.h"

#include <QCoreApplication>

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("sgn-provision"));
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));
    return sgn::provision::runSubcommand(QCoreApplication::arguments());
}
