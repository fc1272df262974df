// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "download/DeltaPlan.h"
#include "download/Download.h"
#include "download/RangeReader.h"
#include "download/StagedFiles.h"

#include <memory>
#include <QFuture>
#include <stop_token>

namespace sgn::download {

// Fetches a release of which every file is known from a signed list, file by file from an ordinary zip on an ordinary
// web server, and writes each straight into the staging folder: a card wears by what is written to it, and a zip would
// be as much again. Files that are installed already are copied instead of fetched, changed ones with a fitting patch
// in the zip are made of the installed ones. Each file is compared with the list as it is written; what is complete
// when the device is switched off is not fetched again. Where that isn't possible (no ranges, a zip that doesn't fit
// the list, no space), the staging folder is removed and `whole` downloads the zip; a caller sees one download in any
// case. Downloaded::staged shows which it was.
class StagingDownload final : public Download
{
    Q_OBJECT

public:
    using Whole = std::function<std::unique_ptr<Download>()>;

    // `request.content` is set.
    StagingDownload(DownloadRequest request, web::Access access, const DownloadLimits &limits, Whole whole,
                    QObject *parent = nullptr);
    // Waits until nothing is written any more.
    ~StagingDownload() override;

    void start() override;

private:
    // What needn't be fetched: the files that are staged already, and those that are installed.
    struct Present
    {
        QSet<QString> complete;
        QSet<QString> unchanged;
    };

    [[nodiscard]] static Result<Present> lookForPresent(const ReleaseContent &content, const std::stop_token &stop);
    void presentKnown(const Result<Present> &present);
    void readTail(qint64 size);
    void tailRead(qint64 offset);
    void membersKnown(const QList<ZipMember> &members);
    void choosePatches();
    void copyUnchanged();
    void copied(const Result<QSet<QString>> &copied);
    void plan();
    [[nodiscard]] Outcome checkSpace() const;
    void readNextRange();
    void rangeRead();
    void applyPatches();
    void patched(const Outcome &outcome);
    void fetchWithoutPatches(const QString &why);
    void complete();
    void completed(const Outcome &outcome);
    void fetchWhole(const QString &why);
    void startWhole();

    DownloadRequest m_request;
    web::Access m_access;
    DownloadLimits m_limits;
    Whole m_whole;
    std::unique_ptr<RangeReader> m_reader;
    std::unique_ptr<Download> m_wholeDownload;
    std::function<void()> m_afterRange;
    Present m_present;
    QList<ZipMember> m_members;          // of the zip, without what the Finder added
    QHash<QString, ZipMember> m_patches; // that may be used
    QByteArray m_tail;
    DeltaPlan m_plan;
    std::unique_ptr<MemberWriter> m_writer;
    Remainder m_remainder;
    bool m_knowsServer = false; // the cost of a range is known
    qsizetype m_nextRange = 0;
    std::stop_source m_stop;
    QFuture<Result<Present>> m_looking;
    QFuture<QHash<QString, ZipMember>> m_matching;
    QFuture<Result<QSet<QString>>> m_copying;
    QFuture<Outcome> m_working;
};

// Returns the paths, as in the zip, of the installed files that are the same in the release. Blocks: meant for Qt
// Concurrent.
[[nodiscard]] QSet<QString> unchangedFiles(const ReleaseContent &content, const std::stop_token &stop);

// Why the zip's files aren't just those of the list; nothing if they are. Pure.
[[nodiscard]] std::optional<QString> disagreement(const QList<ZipMember> &members,
                                                  const QMap<QString, ReleaseFile> &files);

} // namespace sgn::download
