// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/SwapJournal.h"

#include "protocol/Json.h"
#include "protocol/Process.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array phaseNames{
    std::pair{SwapPhase::Swapping, "swapping"_L1},        std::pair{SwapPhase::Confirming, "confirming"_L1},
    std::pair{SwapPhase::RollingBack, "rolling_back"_L1}, std::pair{SwapPhase::Confirmed, "confirmed"_L1},
    std::pair{SwapPhase::RolledBack, "rolled_back"_L1},
};
constexpr qsizetype maxPath = 4096;
constexpr qsizetype maxRemarks = 4096;
constexpr qint64 maxSeconds = 3600;

// As text: an inode number may be larger than the whole numbers that JSON readers keep exactly.
quint64 readId(JsonReader &reader, QLatin1StringView key)
{
    bool ok = false;
    const quint64 id = reader.requiredText(key, 20).toULongLong(&ok);
    if (!ok) {
        reader.reject(key, u"must be a number in text"_s);
    }
    return id;
}

} // namespace

QJsonObject toJson(const SwapJournal &journal)
{
    const auto *const phase = std::ranges::find(phaseNames, journal.phase, &decltype(phaseNames)::value_type::first);
    return {{"phase"_L1, phase->second},
            {"staged_folder"_L1, journal.stagedFolder},
            {"version"_L1, journal.version},
            {"timeout_s"_L1, journal.timeoutS},
            {"needs_online"_L1, journal.needsOnline},
            {"old_folder"_L1, QString::number(journal.oldFolder)},
            {"new_folder"_L1, QString::number(journal.newFolder)},
            {"resumed"_L1, journal.resumed},
            {"tidied"_L1, journal.tidied},
            {"remarks"_L1, journal.remarks.left(maxRemarks)}};
}

Result<SwapJournal> swapJournalFromJson(const QJsonObject &object)
{
    JsonReader reader(object);
    SwapJournal journal;
    const QString name = reader.requiredText("phase"_L1, 32);
    const auto *const phase = std::ranges::find_if(phaseNames, [&name](const auto &p) { return p.second == name; });
    if (phase == phaseNames.end()) {
        reader.reject("phase"_L1, u"is unknown"_s);
    } else {
        journal.phase = phase->first;
    }
    journal.stagedFolder = reader.requiredText("staged_folder"_L1, maxPath);
    journal.version = static_cast<int>(reader.requiredInteger("version"_L1, 0, maxVersion));
    journal.timeoutS = static_cast<int>(reader.requiredInteger("timeout_s"_L1, 1, maxSeconds));
    journal.needsOnline = reader.requiredBool("needs_online"_L1);
    journal.oldFolder = readId(reader, "old_folder"_L1);
    journal.newFolder = readId(reader, "new_folder"_L1);
    journal.resumed = static_cast<int>(reader.requiredInteger("resumed"_L1, 0, maxVersion));
    journal.tidied = reader.requiredBool("tidied"_L1);
    journal.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    if (reader.error()) {
        return fail(ErrorCode::BadFile, reader.error()->message);
    }
    return journal;
}

} // namespace sgn::selfupdate
