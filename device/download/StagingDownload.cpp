// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/StagingDownload.h"

#include "archive/FilePatch.h"
#include "archive/ZipPath.h"
#include "crypto/Sha256.h"
#include "download/Background.h"
#include "download/Logging.h"
#include "download/PartFile.h"
#include "download/PatchedFiles.h"

#include <algorithm>
#include <QDir>
#include <QFileInfo>
#include <utility>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

// What a small file costs beside its bytes: its inode and the rest of its last block.
constexpr qint64 fileOverhead = 4096;

// As much of the zip's end as probably holds its directory: one entry is its path and some fixed and extra fields.
qint64 likelyTail(const ReleaseContent &content)
{
    constexpr qint64 fields = 46 + 64;
    qint64 size = 1024;
    for (auto it = content.files.cbegin(); it != content.files.cend(); ++it) {
        size += it.key().toUtf8().size() + fields;
    }
    return std::min(size, content.zipSize);
}

// What is left of ranges behind a place.
QList<ByteRange> behind(qint64 place, QList<ByteRange> ranges)
{
    ranges.removeIf([place](const ByteRange &range) { return range.end() <= place; });
    if (!ranges.isEmpty() && ranges.first().offset < place) {
        ranges.first() = {place, ranges.first().end() - place};
    }
    return ranges;
}

bool isInFolder(const QString &path, const QString &folder)
{
    return path == folder || path.startsWith(folder + u'/');
}

} // namespace

QSet<QString> unchangedFiles(const ReleaseContent &content, const std::stop_token &stop)
{
    QSet<QString> unchanged;
    for (auto it = content.files.cbegin(); it != content.files.cend() && !stop.stop_requested(); ++it) {
        if (it->kind == ReleaseFile::Kind::Symlink) {
            continue;
        }
        const QFileInfo file(content.installed(it.key()));
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

std::optional<QString> disagreement(const QList<ZipMember> &members, const QMap<QString, ReleaseFile> &files)
{
    const QString top = files.isEmpty() ? QString() : files.firstKey().section(u'/', 0, 0);
    QSet<QString> missing(files.keyBegin(), files.keyEnd());
    for (const ZipMember &member : members) {
        if (patchNameFrom(member.path)) {
            continue;
        }
        if (!member.isFile) {
            if (!isInFolder(member.path, top)) {
                return u"the zip has the folder '%1', which isn't the release's"_s.arg(member.path);
            }
            continue;
        }
        const auto listed = files.constFind(member.path);
        if (!missing.remove(member.path) || listed->size != member.size) {
            return u"'%1' in the zip is not the one that was signed"_s.arg(member.path);
        }
    }
    return missing.isEmpty() ? std::nullopt
                             : std::optional(u"the zip lacks '%1', which was signed"_s.arg(*missing.cbegin()));
}

StagingDownload::StagingDownload(DownloadRequest request, web::Access access, const DownloadLimits &limits, Whole whole,
                                 QObject *parent)
    : Download(parent)
    , m_request(std::move(request))
    , m_access(std::move(access))
    , m_limits(limits)
    , m_whole(std::move(whole))
{
    // A list that was signed by a tool of before has the Finder's files as well, which are not unpacked.
    m_request.content->files.removeIf([](const auto &file) { return isFindersOwn(file.key()); });
}

StagingDownload::~StagingDownload()
{
    m_stop.request_stop();
    m_looking.waitForFinished();
    m_matching.waitForFinished();
    m_copying.waitForFinished();
    m_working.waitForFinished();
    m_writer.reset();
    QFile::remove(PartFile::patchesPath(m_request.path));
}

void StagingDownload::start()
{
    // A smaller zip is fetched faster as a whole.
    constexpr qint64 smallest = 64 * 1024;
    if (m_request.content->zipSize < smallest || m_request.content->files.isEmpty()) {
        fetchWhole(u"it is small"_s);
        return;
    }
    m_looking = inBackground(
        this, [content = *m_request.content, stop = m_stop.get_token()] { return lookForPresent(content, stop); },
        [this](const Result<Present> &present) { presentKnown(present); });
}

Result<StagingDownload::Present> StagingDownload::lookForPresent(const ReleaseContent &content,
                                                                 const std::stop_token &stop)
{
    auto complete = keepComplete(content, stop);
    if (!complete) {
        return fail(std::move(complete).error());
    }
    ReleaseContent rest = content;
    rest.files.removeIf([&complete](const auto &file) { return complete->contains(file.key()); });
    return Present{*std::move(complete), unchangedFiles(rest, stop)};
}

void StagingDownload::presentKnown(const Result<Present> &present)
{
    if (!present) {
        fetchWhole(present.error().message);
        return;
    }
    m_present = *present;
    m_reader = std::make_unique<RangeReader>(
        RangeReader::Source{m_request.url, m_access, m_request.allowHttp, m_request.content->zipSize}, m_limits);
    connect(m_reader.get(), &RangeReader::progress, this, [this](qint64 bytes) {
        if (m_plan.bytes > 0) {
            Q_EMIT progress(bytes, m_plan.bytes + m_tail.size());
        }
    });
    connect(m_reader.get(), &RangeReader::finished, this, [this](const std::optional<Error> &failure) {
        if (!failure) {
            m_afterRange();
        } else if (failure->code == ErrorCode::Network && m_reader->bytes() > m_tail.size()) {
            // A whole zip would come from the same server, and begin at its first byte.
            Q_EMIT finished(fail(ErrorCode::DownloadFailed, failure->message));
        } else if (m_plan.patched > 0 && failure->code != ErrorCode::DownloadFailed &&
                   failure->code != ErrorCode::Network) {
            fetchWithoutPatches(failure->message);
        } else {
            fetchWhole(failure->message);
        }
    });
    readTail(likelyTail(*m_request.content));
}

void StagingDownload::readTail(qint64 size)
{
    const qint64 missing = size - m_tail.size();
    const qint64 offset = m_request.content->zipSize - size;
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

void StagingDownload::tailRead(qint64 offset)
{
    // A directory of the most entries that are allowed, each with a long name.
    constexpr qint64 maxDirectory = qint64{16} * 1024 * 1024;
    const qint64 zipSize = m_request.content->zipSize;
    const auto end = findZipEnd(m_tail, zipSize);
    if (!end || end->start < 0 || zipSize - end->start > maxDirectory) {
        fetchWhole(end ? u"its directory is too large"_s : end.error().message);
        return;
    }
    if (end->start < offset) {
        readTail(zipSize - end->start);
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

void StagingDownload::membersKnown(const QList<ZipMember> &members)
{
    m_members = members;
    m_members.removeIf([](const ZipMember &member) { return isFindersOwn(member.path); });
    if (const auto why = disagreement(m_members, m_request.content->files)) {
        fetchWhole(*why);
        return;
    }
    for (const ZipMember &member : std::as_const(m_members)) {
        if (!member.isFile) {
            m_remainder.folders += member.path;
        }
    }
    if (const Outcome space = checkSpace(); !space) {
        fetchWhole(space.error().message);
        return;
    }
    // What is about to be staged may be the first thing there.
    QDir().mkpath(QFileInfo(m_request.content->stage).absolutePath());
    copyUnchanged();
}

Outcome StagingDownload::checkSpace() const
{
    const qint64 available = freeSpace(m_limits, m_request.content->stage);
    qint64 needed = m_limits.reservedBytes;
    const auto &files = m_request.content->files;
    for (auto it = files.cbegin(); it != files.cend(); ++it) {
        needed += m_present.complete.contains(it.key()) ? 0 : it->size + fileOverhead;
    }
    if (available >= 0 && available < needed) {
        return fail(ErrorCode::NoSpace, u"the card has too little space for the release"_s);
    }
    return {};
}

void StagingDownload::copyUnchanged()
{
    m_copying = inBackground(
        this,
        [content = *m_request.content, paths = m_present.unchanged, stop = m_stop.get_token()] {
            return copyInstalled(content, paths, stop);
        },
        [this](const Result<QSet<QString>> &result) { copied(result); });
}

void StagingDownload::copied(const Result<QSet<QString>> &copied)
{
    if (!copied) {
        fetchWhole(copied.error().message);
        return;
    }
    m_present.complete += *copied;
    choosePatches();
}

void StagingDownload::choosePatches()
{
    m_matching = inBackground(
        this,
        [members = m_members, content = *m_request.content, present = m_present.complete, stop = m_stop.get_token()] {
            return usablePatches(members, content, present, stop);
        },
        [this](const QHash<QString, ZipMember> &patches) {
            m_patches = patches;
            plan();
        });
}

void StagingDownload::plan()
{
    const qint64 cost = m_reader->hangsUp() ? hangUpCost : requestCost;
    m_plan = planDelta(m_members, m_present.complete, cost, m_patches);
    m_nextRange = 0;
    m_writer =
        std::make_unique<MemberWriter>(*m_request.content, m_plan.fetched, PartFile::patchesPath(m_request.path));
    if (const Outcome opened = m_writer->open(); !opened) {
        fetchWhole(opened.error().message);
        return;
    }
    qCInfo(lcDownload).noquote() << u"fetching %1 of %2 files, %3 of them as patches, %4 of %5 bytes"_s
                                        .arg(m_plan.fetched.size())
                                        .arg(m_request.content->files.size())
                                        .arg(m_plan.patched)
                                        .arg(m_plan.bytes)
                                        .arg(m_request.content->zipSize);
    readNextRange();
}

void StagingDownload::readNextRange()
{
    if (m_nextRange == m_plan.ranges.size()) {
        applyPatches();
        return;
    }
    m_afterRange = [this] {
        rangeRead();
    };
    const ByteRange range = m_plan.ranges[m_nextRange];
    m_reader->read(range, [this, offset = range.offset](QByteArrayView bytes) mutable {
        return m_writer->take(std::exchange(offset, offset + bytes.size()), bytes);
    });
}

void StagingDownload::rangeRead()
{
    ++m_nextRange;
    if (!std::exchange(m_knowsServer, true) && m_reader->hangsUp()) {
        // Fewer and longer ranges are the better plan now, for what is still to come.
        const qint64 reached = m_plan.ranges[m_nextRange - 1].end();
        DeltaPlan rest = planDelta(m_plan.fetched, {}, hangUpCost, m_patches);
        m_plan.ranges = behind(reached, std::move(rest.ranges));
        m_nextRange = 0;
    }
    readNextRange();
}

void StagingDownload::applyPatches()
{
    m_writer->close();
    m_remainder.symlinks = m_writer->symlinks();
    m_working = inBackground(
        this,
        [content = *m_request.content, patches = m_writer->patches(), file = PartFile::patchesPath(m_request.path),
         stop = m_stop.get_token()] { return download::applyPatches(content, patches, file, stop); },
        [this](const Outcome &outcome) { patched(outcome); });
}

void StagingDownload::patched(const Outcome &outcome)
{
    if (outcome) {
        complete();
    } else {
        fetchWithoutPatches(outcome.error().message);
    }
}

// The files themselves are in the zip, too.
void StagingDownload::fetchWithoutPatches(const QString &why)
{
    qCInfo(lcDownload).noquote() << "fetching without patches:" << why;
    m_writer.reset();
    m_patches.clear();
    m_copying = inBackground(
        this, [content = *m_request.content, stop = m_stop.get_token()] { return keepComplete(content, stop); },
        [this](const Result<QSet<QString>> &complete) {
            if (complete) {
                m_present.complete = *complete;
                plan();
            } else {
                fetchWhole(complete.error().message);
            }
        });
}

void StagingDownload::complete()
{
    m_working = inBackground(
        this, [content = *m_request.content, remainder = m_remainder] { return completeStage(content, remainder); },
        [this](const Outcome &outcome) { completed(outcome); });
}

void StagingDownload::completed(const Outcome &outcome)
{
    if (!outcome) {
        fetchWhole(outcome.error().message);
        return;
    }
    Downloaded downloaded;
    downloaded.bytes = m_reader->bytes();
    downloaded.staged = true;
    Q_EMIT finished(downloaded);
}

void StagingDownload::fetchWhole(const QString &why)
{
    qCInfo(lcDownload).noquote() << "fetching the whole zip:" << why;
    m_writer.reset();
    QFile::remove(PartFile::patchesPath(m_request.path));
    // The zip needs the space, and is unpacked to an empty folder.
    m_working = inBackground(
        this,
        [stage = m_request.content->stage] {
            QDir(stage).removeRecursively();
            return Outcome();
        },
        [this](const Outcome &) { startWhole(); });
}

void StagingDownload::startWhole()
{
    m_wholeDownload = m_whole();
    connect(m_wholeDownload.get(), &Download::progress, this, &Download::progress);
    connect(m_wholeDownload.get(), &Download::interrupted, this, &Download::interrupted);
    connect(m_wholeDownload.get(), &Download::finished, this, &Download::finished);
    m_wholeDownload->start();
}

} // namespace sgn::download
