// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Activity.h"
#include "records/CommandState.h"
#include "records/Device.h"
#include "records/LogDelivery.h"
#include "records/Newcomer.h"

#include <QHash>
#include <QList>
#include <QSet>
#include <utility>

namespace sgn::store {

// The part of a device that changes with every message.
struct DeviceSeen
{
    QDateTime lastSeen;
    QDateTime lastReport;
};

// A device as it is to be written: all of it, or only what it has reported and when it was seen.
struct KeptDevice
{
    records::Device device;
    bool isReportOnly = false;
};

// What is to be written next, each thing once in its latest state. A value: made on the one thread, written on the
// other.
struct StoreBatch
{
    QHash<QString, KeptDevice> devices;
    QHash<QString, DeviceSeen> seen;   // of devices that are not in `devices`
    QHash<QString, QDateTime> retired; // when; after `devices`
    QHash<QString, records::Newcomer> newcomers;
    QSet<QString> goneNewcomers;
    QHash<int, QByteArray> shared; // by chunk
    QByteArray savedViews;
    QHash<std::pair<QString, QString>, QByteArray> items; // by node and id
    QHash<CommandNo, records::IssuedCommand> commands;
    QHash<std::pair<CommandNo, int>, records::CommandTarget> targets; // by number and row
    QList<records::ActivityEntry> activity;
    QHash<qint64, records::LogDelivery> logs;
    QList<qint64> removedLogs;
    QString archiveId;

    [[nodiscard]] bool isEmpty() const;
    // Takes over what `older`, which could not be written, has beyond this one.
    void addOlder(const StoreBatch &older);
};

} // namespace sgn::store
