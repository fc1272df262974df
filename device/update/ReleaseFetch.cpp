// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/ReleaseFetch.h"

#include "base/AtomicFile.h"
#include "crypto/CaBundle.h"
#include "download/Background.h"
#include "download/PartFile.h"
#include "release/ReleaseSignature.h"
#include "update/Logging.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

Result<QMap<QString, ReleaseFile>> readFileList(const ReleasePaths &paths, const Task &task, const Policy &policy)
{
    const auto listed = readFile(paths.fileList(), maxFileList);
    if (!listed) {
        return fail(listed.error());
    }
    const Source source = sourceOf(task).value_or(Source{});
    const auto release = verifyRelease(source.release.toLatin1(), policy.releaseKeys);
    if (!release) {
        return fail(release.error());
    }
    return verifyFileList(listed->trimmed(), *release, policy.releaseKeys);
}

ReleaseFetch::ReleaseFetch(Task task, ReleasePaths paths, Policy policy, download::DownloadFactory downloads,
                           QObject *parent)
    : download::Download(parent)
    , m_task(std::move(task))
    , m_paths(std::move(paths))
    , m_policy(std::move(policy))
    , m_downloads(std::move(downloads))
{}

ReleaseFetch::~ReleaseFetch()
{
    m_reading.waitForFinished();
}

void ReleaseFetch::start()
{
    const auto *const update = std::get_if<UpdateCommand>(&m_task);
    const auto trusted = trustRelease(m_task, m_policy);
    if (update == nullptr || !trusted || update->component == Component::WatchDog) {
        // The watchdog checks the zip itself, so it has to be the one that was signed.
        fetchZip({});
    } else if (trusted->files.isEmpty() && !update->releaseUrl.isEmpty() && !m_policy.releaseKeys.isEmpty()) {
        fetchFileList(update->releaseUrl);
    } else {
        fetchZip(trusted->files);
    }
}

void ReleaseFetch::fetchFileList(const QUrl &url)
{
    download::DownloadRequest request{url, m_paths.fileList(), std::nullopt, m_policy.allowHttp};
    request.maxBytes = maxFileList;
    m_list = m_downloads(request);
    connect(m_list.get(), &download::Download::interrupted, this, &download::Download::interrupted);
    connect(m_list.get(), &download::Download::finished, this, [this](const Result<download::Downloaded> &result) {
        if (result) {
            m_listBytes = result->bytes;
            readFileList();
        } else {
            continueWithoutList(result.error());
        }
    });
    m_list->start();
}

void ReleaseFetch::readFileList()
{
    m_reading = download::inBackground(
        this, [paths = m_paths, task = m_task, policy = m_policy] { return update::readFileList(paths, task, policy); },
        [this](const Result<Files> &files) {
            if (files) {
                fetchZip(*files);
            } else {
                continueWithoutList(files.error());
            }
        });
}

void ReleaseFetch::continueWithoutList(const Error &why)
{
    Q_EMIT interrupted(u"the list of files: "_s + why.message);
    if (const auto removed = download::PartFile::remove(m_paths.fileList()); !removed) {
        qCWarning(lcUpdate) << removed.error();
    }
    fetchZip({});
}

void ReleaseFetch::fetchZip(const Files &files)
{
    const Source source = sourceOf(m_task).value_or(Source{});
    download::DownloadRequest request{source.url, m_paths.zip(), source.size, m_policy.allowHttp};
    request.maxBytes = componentOf(m_task) ? 0 : maxCaBundleSize;
    if (!files.isEmpty() && source.size) {
        request.content = download::ReleaseContent{m_paths.installed(), files, *source.size, m_paths.stage()};
    }
    m_zip = m_downloads(request);
    connect(m_zip.get(), &download::Download::interrupted, this, &download::Download::interrupted);
    connect(m_zip.get(), &download::Download::progress, this, &download::Download::progress);
    connect(m_zip.get(), &download::Download::finished, this, [this](const Result<download::Downloaded> &result) {
        auto done = result;
        if (done && done->staged) {
            done->bytes += m_listBytes;
        }
        Q_EMIT finished(done);
    });
    m_zip->start();
}

} // namespace sgn::update
