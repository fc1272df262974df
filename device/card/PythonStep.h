// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Step.h"

#include <QHash>
#include <QTemporaryDir>

namespace sgn::card {

// Python packages for the card's own Python (seed step 05), in ~/.local/lib/pythonX.Y/site-packages of the first user.
// Each source is a wheel, a folder of wheels, or a folder of what is to be in site-packages. Wheels are unpacked as
// the binary distribution format has it: modules of ".data" beside the others, scripts in ~/.local/bin with the card's
// interpreter; headers are left out.
class PythonPackages
{
public:
    // Wheels are unpacked below `work`, which outlives the step.
    PythonPackages(const CardFacts &facts, const QTemporaryDir &work);

    // NotFound; BadRequest: no wheel, not for this card's Python or architecture; BadArchive: a damaged or hostile
    // wheel, two that bring the same file; Refused: a link, or a name that a card can't have; Io.
    [[nodiscard]] Result<Step> step(const QStringList &sources);

private:
    [[nodiscard]] Outcome addSource(const QString &source);
    [[nodiscard]] Outcome addWheel(const QString &wheel);
    [[nodiscard]] Outcome addTree(const QString &from, const QByteArray &to, const QString &source);
    [[nodiscard]] Outcome addData(const QString &from, const QString &source);
    [[nodiscard]] Outcome addWish(Wish wish, const QString &source);
    [[nodiscard]] Outcome checkFile(const Wish &wish, const QString &source) const;
    void addFolders(const QByteArray &path);

    CardFacts m_facts;
    const QTemporaryDir &m_work;
    QByteArray m_local; // ~/.local
    QByteArray m_site;
    Step m_step;
    QHash<QByteArray, QString> m_sources; // of each path
    int m_unpacked = 0;
};

} // namespace sgn::card
