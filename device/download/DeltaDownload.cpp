// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/DeltaDownload.h"

#include "archive/ZipAssembly.h"
#include "base/SystemError.h"
#include "crypto/Sha256.h"
#include "download/Background.h"
#include "download/Logging.h"
#include "download/PartFile.h"

#include <algorithm>
#include <cerrno>
#include <QDir>
#include <QFileInfo>
#include <utility>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

// As much of the zip's end as probably holds its directory: one entry is its path and some fixed and extra fields.
qint64 likelyTail(const DeltaBase &base)
{
    constexpr qint64 fields = 46 + 64;
    qint64 size = 1024;
    for (auto it = base.files.cbegin(); it != base.files.cend(); ++it) {
        size += it.key().toUtf8().size() + fields;
    }
    return std::min(size, base.zipSize);
}

} // namespace

QSet<QString> unchangedFiles(const DeltaBase &base, const std::stop_token &stop)
{
    QSet<QString> unchanged;
    for (auto it = base.files.cbegin(); it != base.files.cend() && !stop.stop_requested(); ++it) {
        if (it->kind == ReleaseFile::Kind::Symlink) {
            continue;
        }
        const QFileInfo file(base.installed(it.key()));
        if (!file.isFile() || file.isSymLink() || file.size() != it->size) {
            continue;
        }
        const auto hash = sha256OfFile(file.filePath(), stop);
        if (hash && *hash == it->sha256) {
            unchanged += it.key();
        }
    }
    return unchanged;
}

QList<ZipPart> partsOf(const DeltaPlan &plan, const DeltaBase &base, const QString &rangesFile,
                       const QString &patchedFolder)
{
    QList<ZipPart> parts;
    for (const ZipMember &member : plan.members) {
        if (plan.kept.contains(member.path)) {
            parts += {member, ZipPart::Source::Content, base.installed(member.path), 0};
        } else if (plan.patched.contains(member.path)) {
            parts += {member, ZipPart::Source::Content, patchedFile(base, member.path, patchedFolder), 0};
        } else {
            parts += {member, ZipPart::Source::Member, rangesFile, placeInRanges(plan, member.offset)};
        }
    }
    return parts;
}

namespace {

struct Sources
{
    DeltaPlan plan;
    DeltaBase base;
    QString ranges;
    QString patched; // the folder
};

Outcome assembleChecked(const Sources &from, const QString &zip, const std::stop_token &stop)
{
    if (auto made = makePatchedFiles(from.plan, from.base, from.ranges, from.patched, stop); !made) {
        return made;
    }
    if (auto assembled = assembleZip(partsOf(from.plan, from.base, from.ranges, from.patched), zip, stop); !assembled) {
        return assembled;
    }
    // A process may have written to an installed file since it was compared; that must not fail the whole update.
    if (!unchangedFiles(from.base, stop).contains(from.plan.kept)) {
        return fail(ErrorCode::HashMismatch, u"an installed file has changed meanwhile"_s);
    }
    return {};
}

} // namespace

DeltaDownload::DeltaDownload(DownloadRequest request, web::Access access, const DownloadLimits &limits, Whole whole,
                             QObject *parent)
    : Download(parent)
    , m_request(std::move(request))
    , m_access(std::move(access))
    , m_limits(limits)
    , m_whole(std::move(whole))
    , m_ranges(PartFile::rangesPath(m_request.path))
{}

DeltaDownload::~DeltaDownload()
{
    m_stop.request_stop();
    m_comparing.waitForFinished();
    m_matching.waitForFinished();
    m_assembling.waitForFinished();
    QFile::remove(PartFile::rangesPath(m_request.path));
    QDir(PartFile::patchedFolder(m_request.path)).removeRecursively();
}

void DeltaDownload::start()
{
    // A smaller zip is fetched faster as a whole.
    constexpr qint64 smallest = 64 * 1024;
    if (m_request.delta->zipSize < smallest) {
        fetchWhole(u"it is small"_s);
        return;
    }
    m_comparing = inBackground(
        this, [base = *m_request.delta, stop = m_stop.get_token()] { return unchangedFiles(base, stop); },
        [this](const QSet<QString> &unchanged) { unchangedKnown(unchanged); });
}

void DeltaDownload::unchangedKnown(const QSet<QString> &unchanged)
{
    if (unchanged.isEmpty()) {
        fetchWhole(u"no installed file is in the new release"_s);
        return;
    }
    m_unchanged = unchanged;
    m_reader = std::make_unique<RangeReader>(
        RangeReader::Source{m_request.url, m_access, m_request.allowHttp, m_request.delta->zipSize}, m_limits);
    connect(m_reader.get(), &RangeReader::progress, this, [this](qint64 bytes) {
        if (m_plan.bytes > 0) {
            Q_EMIT progress(bytes, m_plan.bytes + m_tail.size());
        }
    });
    connect(m_reader.get(), &RangeReader::finished, this, [this](const std::optional<Error> &failure) {
        if (failure) {
            fetchWhole(failure->message);
        } else {
            m_afterRange();
        }
    });
    readTail(likelyTail(*m_request.delta));
}

void DeltaDownload::readTail(qint64 size)
{
    const qint64 missing = size - m_tail.size();
    const qint64 offset = m_request.delta->zipSize - size;
    auto more = std::make_shared<QByteArray>();
    m_afterRange = [this, more, offset] {
        m_tail.prepend(*more);
        tailRead(offset);
    };
    m_reader->read({offset, missing}, [more](QByteArrayView bytes) {
        more->append(bytes);
        return Outcome();
    });
}

void DeltaDownload::tailRead(qint64 offset)
{
    // A directory of the most entries that are allowed, each with a long name.
    constexpr qint64 maxDirectory = qint64{16} * 1024 * 1024;
    const auto end = findZipEnd(m_tail, m_request.delta->zipSize);
    if (!end || end->start < 0 || m_request.delta->zipSize - end->start > maxDirectory) {
        fetchWhole(end ? u"its directory is too large"_s : end.error().message);
        return;
    }
    if (end->start < offset) {
        readTail(m_request.delta->zipSize - end->start);
        return;
    }
    const auto members = readZipMembers(
        QByteArrayView(m_tail).sliced(static_cast<qsizetype>(end->start - offset), static_cast<qsizetype>(end->size)),
        *end);
    if (members) {
        membersKnown(*members);
    } else {
        fetchWhole(members.error().message);
    }
}

void DeltaDownload::membersKnown(const QList<ZipMember> &members)
{
    m_members = members;
    m_matching = inBackground(
        this,
        [members, base = *m_request.delta, unchanged = m_unchanged, stop = m_stop.get_token()] {
            return usablePatches(members, base, unchanged, stop);
        },
        [this](const QHash<QString, ZipMember> &patches) {
            m_patches = patches;
            plan();
        });
}

void DeltaDownload::plan()
{
    const qint64 cost = m_reader->hangsUp() ? hangUpCost : requestCost;
    m_plan = planDelta(m_members, m_unchanged, cost, m_patches);
    m_nextRange = 0;
    if (!isWorthwhile(m_plan, m_request.delta->zipSize, cost)) {
        fetchWhole(u"too much has changed"_s);
        return;
    }
    Outcome ready = checkSpace();
    if (ready && !m_ranges.open(QIODevice::WriteOnly | QIODevice::Truncate | QIODevice::Unbuffered)) {
        ready = fail(systemError(u"cannot write "_s + PartFile::rangesPath(m_request.path), errno));
    }
    if (!ready) {
        fetchWhole(ready.error().message);
        return;
    }
    qCInfo(lcDownload).noquote() << u"fetching %1 of %2 files, %3 of them as patches, %4 of %5 bytes"_s
                                        .arg(m_plan.members.size() - m_plan.kept.size())
                                        .arg(m_plan.members.size())
                                        .arg(m_plan.patched.size())
                                        .arg(m_plan.bytes)
                                        .arg(m_request.delta->zipSize);
    readNextRange();
}

Outcome DeltaDownload::checkSpace() const
{
    const qint64 available = freeSpace(m_limits, m_request.path);
    const qint64 needed = m_plan.bytes + m_plan.assembledBytes + m_limits.reservedBytes;
    if (available >= 0 && available < needed) {
        return fail(ErrorCode::NoSpace, u"the card has too little space to assemble a zip"_s);
    }
    return {};
}

void DeltaDownload::readNextRange()
{
    if (m_nextRange == m_plan.ranges.size()) {
        assemble();
        return;
    }
    m_afterRange = [this] {
        rangeRead();
    };
    m_reader->read(m_plan.ranges[m_nextRange], [this](QByteArrayView bytes) { return write(bytes); });
}

void DeltaDownload::rangeRead()
{
    ++m_nextRange;
    const bool wasKnown = std::exchange(m_knowsServer, true);
    if (!wasKnown && m_reader->hangsUp() && m_nextRange < m_plan.ranges.size()) {
        // Fewer and longer ranges are the better plan now.
        m_ranges.close();
        plan();
    } else {
        readNextRange();
    }
}

Outcome DeltaDownload::write(QByteArrayView bytes)
{
    if (m_ranges.write(bytes.data(), bytes.size()) != bytes.size()) {
        return fail(systemError(u"cannot write "_s + PartFile::rangesPath(m_request.path), errno));
    }
    return {};
}

void DeltaDownload::assemble()
{
    m_ranges.close();
    m_assembling = inBackground(
        this,
        [from = Sources{m_plan, *m_request.delta, PartFile::rangesPath(m_request.path),
                        PartFile::patchedFolder(m_request.path)},
         path = m_request.path, stop = m_stop.get_token()] { return assembleChecked(from, path, stop); },
        [this](const Outcome &outcome) { assembled(outcome); });
}

void DeltaDownload::assembled(const Outcome &outcome)
{
    QDir(PartFile::patchedFolder(m_request.path)).removeRecursively();
    if (outcome) {
        Downloaded downloaded;
        downloaded.bytes = m_reader->bytes();
        downloaded.assembled = true;
        Q_EMIT finished(downloaded);
    } else if (!m_plan.patched.isEmpty()) {
        qCInfo(lcDownload).noquote() << "fetching without patches:" << outcome.error().message;
        m_patches.clear();
        plan();
    } else {
        fetchWhole(outcome.error().message);
    }
}

void DeltaDownload::fetchWhole(const QString &why)
{
    qCInfo(lcDownload).noquote() << "fetching the whole zip:" << why;
    m_ranges.close();
    QFile::remove(PartFile::rangesPath(m_request.path));
    m_wholeDownload = m_whole();
    connect(m_wholeDownload.get(), &Download::progress, this, &Download::progress);
    connect(m_wholeDownload.get(), &Download::finished, this, &Download::finished);
    m_wholeDownload->start();
}

} // namespace sgn::download
