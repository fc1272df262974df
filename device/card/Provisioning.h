// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Step.h"
#include "crypto/ConfigEnvelope.h"

#include <memory>
#include <QTemporaryDir>

namespace sgn::card {

// The files that an order takes its content from, by their paths on this computer; empty: none.
struct OrderFiles
{
    QString config; // JSON
    EnvelopeVersion version = EnvelopeVersion::V2;
    QString smartMeter; // zips of releases
    QString agent;
    QString watchdog;
    QString libraries;          // a folder
    QStringList pythonPackages; // see PythonStep.h
};

// The root file system of a card that is mounted at a folder, or is in an image. Refused for what is neither.
[[nodiscard]] Result<std::unique_ptr<Volume>> openMountedCard(const QString &folder);
[[nodiscard]] Result<std::unique_ptr<Volume>> openCardImage(const QString &image);

// All steps of an order for one card: reads what has to be known of the card, unpacks releases, seals the
// configuration. Changes nothing on the card. Blocks.
class Provisioning
{
public:
    // `volume` outlives the object; the object outlives the steps, whose contents may lie in its folder.
    Provisioning(CardOrder order, OrderFiles files, Volume &volume);

    // Refused: no card of Raspberry Pi OS; BadRequest, BadFile, BadArchive: something in the order; Io.
    [[nodiscard]] Result<QList<Step>> steps();

private:
    [[nodiscard]] Outcome seal(const CardFacts &facts);
    [[nodiscard]] Outcome addReleases(QList<Step> &steps, const CardFacts &facts);
    [[nodiscard]] Outcome addPackages(QList<Step> &steps, const CardFacts &facts);
    [[nodiscard]] Outcome checkScripts(const Step &step);

    CardOrder m_order;
    OrderFiles m_files;
    Volume &m_volume;
    QTemporaryDir m_work;
};

} // namespace sgn::card
