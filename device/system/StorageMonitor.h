// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "system/UserAccount.h"

#include <chrono>
#include <functional>
#include <QObject>
#include <QTimer>

namespace sgn::system {

// Checks from time to time whether the card still takes writes and gives the device's folders memory to write in if it
// doesn't (see MemoryOverlay.h). Before the start all of them, because sockets and locks lie there; later those of the
// agent, because a card can fail at any time, and an agent that ends then couldn't start again.
class StorageMonitor : public QObject
{
    Q_OBJECT

public:
    // As makeWritable(), of a device; tests have their own.
    using MakeWritable = std::function<Result<bool>(const QStringList &folders)>;

    StorageMonitor(const DeviceTree &tree, const UserAccount &owner, std::chrono::milliseconds interval);
    StorageMonitor(const DeviceTree &tree, MakeWritable makeWritable, std::chrono::milliseconds interval);

    // Before anything is opened in the folders.
    void checkAtStart();
    // Logs what was found before there was a log, and goes on checking. A finding is logged once, until there is
    // another one.
    void begin();

private:
    void check(const QStringList &folders);
    void logFinding();

    DeviceTree m_tree;
    MakeWritable m_makeWritable;
    QTimer m_timer;
    QString m_finding;
    QString m_logged;
};

} // namespace sgn::system
