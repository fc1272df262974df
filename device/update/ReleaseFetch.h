// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "download/Download.h"
#include "update/ReleasePaths.h"
#include "update/ReleaseTrust.h"

#include <QFuture>

namespace sgn::update {

// Fetches what a task installs: where what is in the zip is known from a signed list, file by file to
// ReleasePaths::stage(), else the whole zip to ReleasePaths::zip(). A list that the command has no room for is fetched
// first, to ReleasePaths::fileList(); without it, or with a wrong one, the update goes on, only slower.
class ReleaseFetch final : public download::Download
{
    Q_OBJECT

public:
    ReleaseFetch(Task task, ReleasePaths paths, Policy policy, download::DownloadFactory downloads,
                 QObject *parent = nullptr);
    // Waits the moment until nothing is read any more.
    ~ReleaseFetch() override;

    void start() override;

private:
    using Files = QMap<QString, ReleaseFile>;

    void fetchFileList(const QUrl &url);
    void readFileList();
    void continueWithoutList(const Error &why);
    void fetchZip(const Files &files);

    Task m_task;
    ReleasePaths m_paths;
    Policy m_policy;
    download::DownloadFactory m_downloads;
    std::unique_ptr<download::Download> m_list;
    std::unique_ptr<download::Download> m_zip;
    QFuture<Result<Files>> m_reading;
    qint64 m_listBytes = 0;
};

// What is in ReleasePaths::fileList(), checked: the list of just the release that the task's manifest names. NotFound
// when there is none; TooLarge, Io; else as verifyFileList(). Blocks for a large list: meant for Qt Concurrent.
[[nodiscard]] Result<QMap<QString, ReleaseFile>> readFileList(const ReleasePaths &paths, const Task &task,
                                                              const Policy &policy);

} // namespace sgn::update
