// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/ZipAssembly.h"
#include "download/Download.h"
#include "download/PatchedFiles.h"
#include "download/RangeReader.h"

#include <memory>
#include <QFile>
#include <QFuture>
#include <stop_token>

namespace sgn::download {

// Delta without a delta server: fetches only those files of an ordinary zip on an ordinary web server that differ from
// what is installed, of those with a fitting patch in the zip only the patch, and assembles a zip that unpacks to the
// same. Where that isn't possible (no ranges, another zip,
// too little to save, no space), `whole` downloads the whole zip; a caller sees one download in any case.
// Downloaded::assembled is set for an assembled zip; its files must be checked against the manifest when it is
// unpacked.
class DeltaDownload final : public Download
{
    Q_OBJECT

public:
    using Whole = std::function<std::unique_ptr<Download>()>;

    // `request.delta` is set.
    DeltaDownload(DownloadRequest request, web::Access access, const DownloadLimits &limits, Whole whole,
                  QObject *parent = nullptr);
    // Waits until nothing is written any more.
    ~DeltaDownload() override;

    void start() override;

private:
    void unchangedKnown(const QSet<QString> &unchanged);
    void readTail(qint64 size);
    void tailRead(qint64 offset);
    void membersKnown(const QList<ZipMember> &members);
    void plan();
    void rangeRead();
    [[nodiscard]] Outcome checkSpace() const;
    void readNextRange();
    void assemble();
    void fetchWhole(const QString &why);
    [[nodiscard]] Outcome write(QByteArrayView bytes);
    void assembled(const Outcome &outcome);

    DownloadRequest m_request;
    web::Access m_access;
    DownloadLimits m_limits;
    Whole m_whole;
    std::unique_ptr<RangeReader> m_reader;
    std::unique_ptr<Download> m_wholeDownload;
    std::function<void()> m_afterRange;
    QSet<QString> m_unchanged;
    QList<ZipMember> m_members;          // of the zip
    QHash<QString, ZipMember> m_patches; // that may be used
    QByteArray m_tail;
    DeltaPlan m_plan;
    bool m_knowsServer = false; // the cost of a range is known
    qsizetype m_nextRange = 0;
    QFile m_ranges; // the fetched bytes, one range after the other
    std::stop_source m_stop;
    QFuture<QSet<QString>> m_comparing;
    QFuture<QHash<QString, ZipMember>> m_matching;
    QFuture<Outcome> m_assembling;
};

// Returns the paths, as in the zip, of the installed files that are the same in the release. Blocks: meant for Qt
// Concurrent.
[[nodiscard]] QSet<QString> unchangedFiles(const DeltaBase &base, const std::stop_token &stop);

// Returns for each member where its bytes come from. Pure.
[[nodiscard]] QList<ZipPart> partsOf(const DeltaPlan &plan, const DeltaBase &base, const QString &rangesFile,
                                     const QString &patchedFolder);

} // namespace sgn::download
