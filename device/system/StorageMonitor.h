// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "system/Account.h"

#include <chrono>
#include <QObject>
#include <QTimer>

namespace sgn::system {

// Looks from time to time whether the card still takes writes and gives the device's folders memory to write in when it
// doesn't (see MemoryOverlay.h). Before the start for all of them, because sockets and locks lie there; later for those
// of the agent, because a card can fail at any time, and an agent that ends then couldn't start again.
class StorageMonitor : public QObject
{
    Q_OBJECT

public:
    StorageMonitor(DeviceTree tree, Account owner, std::chrono::milliseconds interval);

    // Before anything is opened in the folders.
    void checkAtStart();
    // Says in the log what was found before there was one, and goes on checking.
    void begin();

private:
    void check(const QStringList &folders);
    void say();

    DeviceTree m_tree;
    Account m_owner;
    QTimer m_timer;
    QString m_finding;
    QString m_said;
};

} // namespace sgn::system
