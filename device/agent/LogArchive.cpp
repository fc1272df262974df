// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/LogArchive.h"

#include "archive/Zip.h"
#include "archive/ZipMembers.h"
#include "crypto/Sha256.h"

#include <algorithm>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <sys/stat.h>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

// Less of a log than that isn't worth a place.
constexpr qint64 minEnd = 64 * 1024;
// What an entry costs in the zip beside its content.
constexpr qint64 entryCost = 256;

struct Log
{
    PackFile file;
    qint64 size = 0;
    qint64 modified = 0; // ns since 1970
    qint64 taken = 0;    // bytes of its end
    double ratio = 1;    // of its bytes in the zip to those unpacked

    // The end of a compressed file is of no use.
    [[nodiscard]] bool mayBeCut() const
    {
        static const QStringList compressed{u".gz"_s,  u".tgz"_s, u".z"_s,    u".xz"_s,  u".txz"_s,
                                            u".bz2"_s, u".tbz"_s, u".tbz2"_s, u".zst"_s, u".tzst"_s,
                                            u".zip"_s, u".lz4"_s, u".lzma"_s, u".br"_s,  u".7z"_s};
        return std::ranges::none_of(
            compressed, [this](const QString &end) { return file.name.endsWith(end, Qt::CaseInsensitive); });
    }
    [[nodiscard]] qint64 cost() const { return static_cast<qint64>(static_cast<double>(taken) * ratio) + entryCost; }
};

QString megabytes(qint64 bytes)
{
    return QString::number(static_cast<double>(bytes) / 1'000'000, 'f', 1);
}

QString shortName(const PackFile &file)
{
    return file.name.section(u'/', 1);
}

QList<Log> newestFirst(const QList<PackFile> &files)
{
    QList<Log> logs;
    for (const PackFile &file : files) {
        struct stat info
        {
        };
        const QByteArray place = file.rawSource.isEmpty() ? QFile::encodeName(file.source) : file.rawSource;
        if (::lstat(place.constData(), &info) == 0) {
            logs += {file, info.st_size, info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_size};
        }
    }
    std::ranges::stable_sort(logs, std::greater<>(), &Log::modified);
    return logs;
}

// Reduces what is taken of each until all together cost at most `budget`. None gets more than a quarter at first, so
// that a long one doesn't take the place of all others; what remains is the newest ones' again.
void share(QList<Log> &logs, qint64 budget)
{
    constexpr qint64 leastShare = 1024 * 1024;
    const qint64 whole = std::max(budget / 4, leastShare);
    const auto fitting = [](const Log &log, qint64 room) {
        return static_cast<qint64>(static_cast<double>(std::max<qint64>(room - entryCost, 0)) / log.ratio);
    };
    qint64 left = budget;
    QList<qint64> wanted;
    for (Log &log : logs) {
        wanted += log.taken;
        const bool isWhole = log.cost() <= std::min(left, log.mayBeCut() ? whole : left);
        const qint64 end = isWhole ? log.taken : log.mayBeCut() ? fitting(log, std::min(whole, left)) : 0;
        log.taken = isWhole || end >= minEnd ? std::min(end, log.taken) : -1;
        left -= log.taken >= 0 ? log.cost() : 0;
    }
    for (qsizetype i = 0; i < logs.size(); ++i) {
        Log &log = logs[i];
        if (log.taken >= 0 && log.taken < wanted[i]) {
            left += log.cost();
            log.taken = std::clamp(fitting(log, left), log.taken, wanted[i]);
            left -= log.cost();
        }
    }
    logs.removeIf([](const Log &log) { return log.taken < 0; });
}

QList<PackFile> filesOf(const QList<Log> &logs)
{
    QList<PackFile> files;
    for (const Log &log : logs) {
        PackFile file = log.file;
        file.offset = log.size - log.taken;
        file.length = log.taken;
        files += file;
    }
    return files;
}

// What each entry takes in the zip, by name.
QHash<QString, qint64> packedSizes(const QString &zip)
{
    QHash<QString, qint64> sizes;
    QFile file(zip);
    if (!file.open(QIODevice::ReadOnly) || !file.seek(std::max<qint64>(file.size() - maxZipEndSize, 0))) {
        return sizes;
    }
    const auto end = findZipEnd(file.readAll(), file.size());
    if (!end || !file.seek(end->start)) {
        return sizes;
    }
    if (const auto members = readZipMembers(file.read(end->size), *end)) {
        for (const ZipMember &member : *members) {
            sizes.insert(member.path, member.length);
        }
    }
    return sizes;
}

class Bundle
{
public:
    Bundle(QList<Log> logs, const QString &zip, const std::stop_token &stop)
        : m_all(logs)
        , m_logs(std::move(logs))
        , m_zip(zip)
    {
        m_rules.missing = PackRules::Missing::Skip;
        m_rules.stop = stop;
        m_rules.skipped = [this](const PackFile &file, const Error &reason) {
            m_skipped.insert(file.name, reason.message.section(u": "_s, -1));
        };
    }

    // Until the zip is small enough; how well the ends of logs can be packed shows only afterwards.
    Outcome pack(const LogLimits &limits)
    {
        constexpr int maxTries = 5;
        share(m_logs, limits.bytes + m_logs.size() * entryCost);
        for (int tries = 0;; ++tries) {
            m_skipped.clear();
            if (auto packed = packZip(filesOf(m_logs), m_zip, m_rules); !packed) {
                return packed;
            }
            if (!limits.zipBytes || QFileInfo(m_zip).size() <= *limits.zipBytes || tries == maxTries) {
                return {};
            }
            const auto sizes = packedSizes(m_zip);
            for (Log &log : m_logs) {
                log.ratio = log.taken > 0
                                ? static_cast<double>(sizes.value(log.file.name)) / static_cast<double>(log.taken)
                                : 1;
            }
            share(m_logs, *limits.zipBytes * (19 - tries) / 20);
        }
    }

    [[nodiscard]] bool isEmpty() const { return m_logs.size() == m_skipped.size(); }

    [[nodiscard]] QStringList left() const
    {
        QHash<QString, qint64> taken; // bytes by name
        for (const Log &log : m_logs) {
            taken.insert(log.file.name, log.taken);
        }
        QStringList left;
        for (const Log &log : m_all) {
            const auto bytes = taken.constFind(log.file.name);
            if (m_skipped.contains(log.file.name)) {
                left += u"%1 (%2)"_s.arg(shortName(log.file), m_skipped.value(log.file.name));
            } else if (bytes == taken.cend()) {
                left += u"%1 (no room for its %2 MB)"_s.arg(shortName(log.file), megabytes(log.size));
            } else if (*bytes < log.size) {
                left += u"%1 (only its last %2 of %3 MB are sent)"_s.arg(shortName(log.file), megabytes(*bytes),
                                                                         megabytes(log.size));
            }
        }
        return left;
    }

private:
    QList<Log> m_all;
    QList<Log> m_logs;
    QHash<QString, QString> m_skipped; // by name: why
    const QString &m_zip;
    PackRules m_rules;
};

} // namespace

namespace {

// The sentences about what was listed, the most important first.
QStringList leftOf(const FileList &list, const ListLimits &limits)
{
    QStringList left;
    if (list.older > 0) {
        left += u"%1 older files (a bundle has at most the %2 newest)"_s.arg(list.older).arg(limits.files);
    }
    if (!list.isWhole) {
        left += u"what else is in the folder (it has more than %1 entries, or %2 folders)"_s.arg(limits.entries)
                    .arg(limits.folders);
    }
    for (const QString &path : list.unreadable) {
        left += path.section(u'/', 1) + u"/ (cannot be read)"_s;
    }
    return left;
}

} // namespace

Result<LogArchive> packLogs(const QString &folder, const QString &zip, const LogLimits &limits,
                            const std::stop_token &stop)
{
    LogArchive archive;
    archive.path = zip;
    const ListLimits listed{.files = limits.files, .stop = stop};
    const auto list = filesBelow(folder, u"logs"_s, listed);
    if (!list) {
        return fail(list.error());
    }
    Bundle bundle(newestFirst(list->files), zip, stop);
    if (const auto packed = bundle.pack(limits); !packed) {
        return fail(packed.error());
    }
    archive.left = leftOf(*list, listed) + bundle.left();
    if (bundle.isEmpty()) {
        QFile::remove(zip);
        const QString why = archive.left.isEmpty() ? QString() : u": "_s + describeLeft(archive.left);
        return fail(ErrorCode::NotFound, u"there are no logs to send"_s + why);
    }
    const auto hash = sha256OfFile(zip, stop);
    if (!hash) {
        return fail(hash.error());
    }
    archive.sha256 = *hash;
    archive.size = QFileInfo(zip).size();
    return archive;
}

QString describeLeft(const QStringList &left)
{
    constexpr qsizetype maxNamed = 5;
    QString text = u"left out: "_s + left.first(std::min(left.size(), maxNamed)).join(u", "_s);
    if (left.size() > maxNamed) {
        text += u" and %1 more"_s.arg(left.size() - maxNamed);
    }
    return text;
}

} // namespace sgn::agent
