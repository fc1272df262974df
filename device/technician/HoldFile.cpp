// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/HoldFile.h"

#include "base/AtomicFile.h"
#include "base/JsonText.h"
#include "protocol/Json.h"
#include "system/UserAccount.h"

#include <QFile>
#include <sys/stat.h>

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxSize = 4096;
constexpr qsizetype maxName = 64;
constexpr qsizetype maxReason = 300;

} // namespace

std::optional<HoldStatus> readHold(const DeviceTree &tree)
{
    struct stat info
    {
    };
    // A dangling link holds as well.
    if (::lstat(QFile::encodeName(tree.hold()).constData(), &info) != 0) {
        return std::nullopt;
    }
    HoldStatus hold;
    const auto owner = system::accountOf(info.st_uid);
    hold.by = owner ? QString::fromLocal8Bit(owner->name) : u"user number %1"_s.arg(info.st_uid);
    hold.since = QDateTime::fromSecsSinceEpoch(info.st_mtim.tv_sec, Qt::UTC);
    const auto text = readRegularFile(tree.hold(), maxSize);
    const auto json = text ? parseJson(*text) : Result<QJsonDocument>(fail(text.error()));
    if (!json || !json->isObject()) {
        return hold;
    }
    JsonReader reader(json->object());
    const QString by = reader.optionalText("by"_L1, maxName);
    const auto since = reader.optionalTime("since"_L1);
    const QString reason = reader.optionalText("reason"_L1, maxReason);
    if (!reader.error()) {
        hold.by = by.isEmpty() ? hold.by : by;
        hold.since = since.value_or(hold.since);
        hold.reason = reason;
    }
    return hold;
}

Outcome writeHold(const DeviceTree &tree, const HoldStatus &hold)
{
    if (const auto other = readHold(tree)) {
        return fail(ErrorCode::Refused, u"the device is held already, by %1 since %2"_s.arg(
                                            other->by, other->since.toLocalTime().toString(u"yyyy-MM-dd HH:mm"_s)));
    }
    const QJsonObject object{{"by"_L1, hold.by.left(maxName)},
                             {"since"_L1, hold.since.toUTC().toString(Qt::ISODate)},
                             {"reason"_L1, hold.reason.left(maxReason)}};
    return writeFileAtomically(tree.hold(), toJsonText(object) + '\n');
}

Result<HoldStatus> removeHold(const DeviceTree &tree)
{
    const auto hold = readHold(tree);
    if (!hold) {
        return fail(ErrorCode::NotFound, u"nothing is held: there is no "_s + tree.hold());
    }
    struct stat info
    {
    };
    if (::lstat(QFile::encodeName(tree.hold()).constData(), &info) == 0 && S_ISDIR(info.st_mode)) {
        return fail(ErrorCode::Refused,
                    u"%1 is a folder; look what is in it, and remove it by rm -r"_s.arg(tree.hold()));
    }
    if (auto removed = removeFileDurably(tree.hold()); !removed) {
        return fail(removed.error());
    }
    return *hold;
}

} // namespace sgn::technician
