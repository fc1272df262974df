// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Provisioning.h"
#include "provision/ImageMaker.h"

#include <functional>
#include <QFutureWatcher>
#include <QObject>
#include <QThreadPool>

namespace sgn::provision {

// Applies the common part of an order to a copy of the base image in the work folder, reads it again, and returns what
// the images of the devices are made from. Blocks. Errors as Provisioning's and Volume's.
[[nodiscard]] Result<BatchSetup> prepareBatch(const QString &base, const QString &folder, BatchSetup::Output output,
                                              const card::CardOrder &order, const card::OrderFiles &files);

// NoSpace: the disk has no room for what isn't there yet, by a rough estimate; with what to do.
[[nodiscard]] Outcome checkRoom(const BatchSetup &setup, const QList<DeviceOrder> &orders);

// One device of a batch is done, or why not.
struct DeviceResult
{
    FleetDevice device;
    Result<ImageMaker::Made> made;
};

// Makes the images of all devices, two at a time. Lives in the main thread; what it works with are values.
class Batch : public QObject
{
    Q_OBJECT

public:
    using Report = std::function<void(const DeviceResult &)>;
    // `report` is called in this object's thread.
    Batch(BatchSetup setup, const QList<DeviceOrder> &orders, Report report);

    void start();

Q_SIGNALS:
    void finished();

private:
    void finishOne();

    BatchSetup m_setup;
    QList<DeviceOrder> m_orders;
    Report m_report;
    QThreadPool m_pool;
    QList<std::shared_ptr<QFutureWatcher<DeviceResult>>> m_workers;
    int m_running = 0;
};

} // namespace sgn::provision
