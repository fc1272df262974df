// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/LocalFile.h"

#include "base/RegularFile.h"
#include "base/SystemError.h"
#include "crypto/Sha256.h"
#include "download/Background.h"
#include "download/PartFile.h"

#include <cerrno>
#include <fcntl.h>
#include <QFile>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

Result<qint64> sizeOf(const QString &path)
{
    const auto file = openRegularFile(path, O_RDONLY);
    struct stat info
    {
    };
    if (!file || ::fstat(file->get(), &info) != 0) {
        return fail(file ? systemError(u"cannot look at "_s + path, errno) : file.error());
    }
    return info.st_size;
}

Result<Downloaded> take(const QString &source, const DownloadRequest &request, const std::stop_token &stop)
{
    if (auto removed = PartFile::remove(request.path); !removed) {
        return fail(std::move(removed).error());
    }
    if (::link(QFile::encodeName(source).constData(), QFile::encodeName(request.path).constData()) != 0) {
        return fail(ErrorCode::DownloadFailed, systemError(u"cannot take "_s + source, errno).message);
    }
    const auto size = sizeOf(request.path);
    if (!size) {
        return fail(ErrorCode::DownloadFailed, size.error().message);
    }
    if (request.size && *size > *request.size) {
        return fail(ErrorCode::TooLarge,
                    u"%1 has %2 bytes, %3 were signed"_s.arg(source).arg(*size).arg(*request.size));
    }
    auto hash = sha256OfFile(request.path, stop);
    if (!hash) {
        return fail(std::move(hash).error());
    }
    if (auto synced = PartFile::sync(request.path); !synced) {
        return fail(std::move(synced).error());
    }
    return Downloaded{*size, *std::move(hash)};
}

} // namespace

LocalFile::LocalFile(QString source, DownloadRequest request, QObject *parent)
    : Download(parent)
    , m_source(std::move(source))
    , m_request(std::move(request))
{}

LocalFile::~LocalFile()
{
    m_stop.request_stop();
    m_work.waitForFinished();
}

void LocalFile::start()
{
    m_work = inBackground(
        this,
        [source = m_source, request = m_request, stop = m_stop.get_token()] { return take(source, request, stop); },
        [this](const Result<Downloaded> &result) { Q_EMIT finished(result); });
}

} // namespace sgn::download
