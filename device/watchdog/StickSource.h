// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

namespace sgn::watchdog {

// Notices USB sticks: a port, so that tests and machines on which another program mounts sticks have their own. A stick
// is a place as `sgn-watchdog-update --stick` takes it. Lives in the main thread.
class StickSource : public QObject
{
    Q_OBJECT

public:
    // The sticks that are there already; arrived() comes for later ones only.
    [[nodiscard]] virtual QStringList begin() = 0;

Q_SIGNALS:
    void arrived(const QString &place);
    void removed(const QString &place);

protected:
    using QObject::QObject;
};

} // namespace sgn::watchdog
