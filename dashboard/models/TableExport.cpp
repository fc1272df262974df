// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TableExport.h"

#include "base/AtomicFile.h"
#include "core/Fleet.h"
#include "models/ActivityModel.h"
#include "models/TableFilter.h"
#include "wording/Csv.h"

namespace sgn::models {

QByteArray fleetTable(const core::Fleet &fleet, const TableFilter &rows, const QDateTime &now)
{
    QList<const records::Device *> devices;
    for (const QString &jid : rows.checkedCount() > 0 ? rows.checkedKeys() : rows.shownKeys()) {
        if (const records::Device *device = fleet.find(jid)) {
            devices += device;
        }
    }
    return wording::fleetCsv(devices, fleet.processNames(), now);
}

QByteArray activityTable(const ActivityModel &activity, const TableFilter &rows)
{
    QList<records::ActivityEntry> entries;
    for (const QString &key : rows.shownKeys()) {
        if (const auto entry = activity.entry(key)) {
            entries += *entry;
        }
    }
    return wording::activityCsv(entries);
}

Outcome saveTable(const QByteArray &csv, const QUrl &file)
{
    return writeFileAtomically(file.toLocalFile(), "\xef\xbb\xbf" + csv);
}

} // namespace sgn::models
