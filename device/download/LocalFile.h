// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "download/Download.h"

#include <QFuture>
#include <stop_token>

namespace sgn::download {

// "Fetches" a file that is on the card already, as one that a USB stick has brought: makes another name for it
// (link(2)), which needs no room, and takes its hash. The source stays, so that a restart can begin anew. Both files
// are on one file system.
class LocalFile final : public Download
{
    Q_OBJECT

public:
    // `request.path` and `request.size` count; there is no address.
    LocalFile(QString source, DownloadRequest request, QObject *parent = nullptr);
    // Waits the moment until nothing is read any more.
    ~LocalFile() override;

    void start() override;

private:
    QString m_source;
    DownloadRequest m_request;
    std::stop_source m_stop;
    QFuture<Result<Downloaded>> m_work;
};

} // namespace sgn::download
