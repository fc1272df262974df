// SPDX-License-Identifier: GPL-3.0-or-later
#include "stick/ResultWriter.h"

#include "base/RegularFile.h"
#include "release/StickOrder.h"
#include "stick/StickFiles.h"
#include "stick/StickMount.h"

#include <fcntl.h>
#include <optional>
#include <sys/stat.h>

namespace sgn::stick {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxLogs = qint64{64} * 1024 * 1024;
constexpr int maxNames = 99;

// "b8-27-eb-00-00-01-20261129-180000": what FAT can hold.
QString nameFor(const StickDevice &device, const QDateTime &now)
{
    constexpr qsizetype maxDevice = 40;
    const QString &known = device.id.isEmpty() ? device.jid : device.id;
    QString name;
    for (const QChar c : known.left(maxDevice)) {
        name += c != u'.' && isStickFileName(QStringView(&c, 1)) ? c : u'-';
    }
    return (name.isEmpty() ? u"device"_s : name) + now.toString(u"-yyyyMMdd-hhmmss"_s);
}

// Without an entry: there are none, or they can't be read.
std::optional<StickFiles::Opened> openLogs(const StickDevice &device)
{
    const system::FileRights rights(device.owner);
    auto file = openRegularFile(device.tree.stickLogs(), O_RDONLY);
    struct stat info
    {
    };
    if (!file || ::fstat(file->get(), &info) != 0 || info.st_size > maxLogs) {
        return std::nullopt;
    }
    return StickFiles::Opened{*std::move(file), info.st_size};
}

// The logs first: a result that can be read is whole.
Outcome addBoth(const StickFiles &files, const QString &name, StickResult result,
                const std::optional<StickFiles::Opened> &logs)
{
    if (logs) {
        const Outcome added = files.addResult(name + u"-logs.zip"_s, logs->file, logs->size);
        if (!added && added.error().code != ErrorCode::NoSpace && added.error().code != ErrorCode::TooLarge) {
            return added;
        }
        if (!added) {
            const QString why = u"without logs: "_s + added.error().message;
            result.remarks = result.remarks.isEmpty() ? why : result.remarks + u"; "_s + why;
        }
    }
    return files.addResult(name + u".json"_s, encode(result));
}

} // namespace

Result<QString> writeResult(const StickDevice &device, const QString &place, const StickResult &result,
                            WithLogs withLogs)
{
    const auto mount = StickMount::mount(place, StickMount::Mode::Writable);
    const auto files = mount ? StickFiles::open(mount->path()) : fail(mount.error());
    if (!files) {
        return fail(files.error());
    }
    const QString base = nameFor(device, device.now());
    Outcome added;
    QString name = base;
    for (int n = 2; n <= maxNames; ++n) {
        added = addBoth(*files, name, result, withLogs == WithLogs::Yes ? openLogs(device) : std::nullopt);
        if (added || added.error().code != ErrorCode::Busy) {
            break;
        }
        name = u"%1-%2"_s.arg(base).arg(n);
    }
    if (added) {
        added = files->sync();
    }
    if (!added) {
        return fail(std::move(added).error());
    }
    return name + u".json"_s;
}

} // namespace sgn::stick
