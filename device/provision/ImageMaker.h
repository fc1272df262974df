// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Comparison.h"
#include "card/Extent.h"
#include "card/SealedConfig.h"
#include "card/Step.h"
#include "provision/BirthRecord.h"

#include <memory>

namespace sgn::provision {

// What all images of a batch have in common; a value that is made once.
struct BatchSetup
{
    enum class Output { WholeImages, Overlays };

    QString base;                      // the image as it came
    QString common;                    // a copy of it with all that is the same for every device
    QList<card::Extent> commonExtents; // where they differ
    QString folder;                    // for the results
    QString work;                      // for scratch copies
    Output output = Output::WholeImages;
    EnvelopeVersion version = EnvelopeVersion::V2;
    card::CardFacts facts;
    card::PresentFiles present; // on the common image
    BatchOrigin origin;
};

// What is to be on one device's card besides.
struct DeviceOrder
{
    FleetDevice device;
    QByteArray config; // JSON, with the password
    QByteArray digest; // of all that was ordered
};

// Makes the images of a batch, one after the other: the whole image, or an overlay for which it changes a scratch copy
// and rolls that back. Each is read again and compared with its order before it gets its name, and its birth record
// comes last, so that what has one is whole. One object for each thread; blocks.
class ImageMaker
{
public:
    // `scratch` is this object's own file, by whose path no other works.
    ImageMaker(BatchSetup setup, QString scratch);

    struct Made
    {
        QJsonObject record;
        bool isKept = false; // it was there already
    };
    // Errors as Volume's and SealedConfig's; Io also for an image that reads differently from what was written.
    [[nodiscard]] Result<Made> make(const DeviceOrder &order);

private:
    [[nodiscard]] Result<QList<card::Step>> stepsOf(const DeviceOrder &order, const card::SealedConfig &present) const;
    [[nodiscard]] bool isThere(const DeviceOrder &order, const QJsonObject &record) const;
    [[nodiscard]] bool isThereWhole(const DeviceOrder &order) const;
    [[nodiscard]] Result<QJsonObject> makeWhole(const DeviceOrder &order);
    [[nodiscard]] Result<QJsonObject> makeOverlay(const DeviceOrder &order);
    [[nodiscard]] Outcome prepareScratch();
    [[nodiscard]] QString pathOf(const DeviceOrder &order, const QString &ending) const;

    BatchSetup m_setup;
    QString m_scratch;
    QList<card::Extent> m_changed;          // on the scratch copy
    std::unique_ptr<card::Volume> m_volume; // the scratch copy; null: there is none that is like the common image
};

} // namespace sgn::provision
