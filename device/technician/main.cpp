// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/DeviceCommands.h"

#include <QCoreApplication>

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("sgn-device"));
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));
    return sgn::technician::runDeviceCommand(QCoreApplication::arguments());
}
