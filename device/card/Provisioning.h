// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Extent.h"
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

// Both partitions of a card whose root is mounted at a folder, or which is an image. `bootFolder` is where the boot
// files are mounted; empty: below the root, if they are. Refused for what is no card, or one that another run works on.
[[nodiscard]] Result<std::unique_ptr<Volume>> openMountedCard(const QString &folder, const QString &bootFolder,
                                                              Access access);
// `changed`, if any, outlives the card: what changes overwrite in the image is added to it.
[[nodiscard]] Result<std::unique_ptr<Volume>> openCardImage(const QString &image, Access access,
                                                            QList<Extent> *changed = nullptr);

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
    [[nodiscard]] Outcome checkTimeZone();
    // `program`, in the release's folder on the card, is what it has to have; empty: any program.
    [[nodiscard]] Outcome checkPrograms(const Step &step, const QByteArray &folder, const QByteArray &program,
                                        const CardFacts &facts);
    [[nodiscard]] Outcome checkScripts(const Step &step);
    [[nodiscard]] Outcome addSeedPath(Step &step, const CardFacts &facts) const;

    CardOrder m_order;
    OrderFiles m_files;
    Volume &m_volume;
    QTemporaryDir m_work;
};

} // namespace sgn::card
