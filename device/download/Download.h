// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "release/ReleaseManifest.h"

#include <functional>
#include <memory>
#include <optional>
#include <QByteArray>
#include <QMap>
#include <QObject>
#include <QString>
#include <QUrl>

namespace sgn::download {

// A zip's content, for fetching it file by file: to where it is installed from, and only what isn't installed already.
struct ReleaseContent
{
    QString folder;                   // the installed release, if there is one
    QMap<QString, ReleaseFile> files; // of the new one, by path in the zip, from its signed manifest
    qint64 zipSize = 0;               // bytes, likewise
    QString stage;                    // where it is staged

    // The path of an installed file: for "SmartMeter/lib/a.py" it is lib/a.py in the folder.
    [[nodiscard]] QString installed(const QString &pathInZip) const
    {
        return folder + pathInZip.sliced(pathInZip.indexOf(u'/'));
    }
    [[nodiscard]] QString staged(const QString &pathInZip) const { return stage + u'/' + pathInZip; }
};

struct DownloadRequest
{
    QUrl url;
    QString path;               // where the file is written
    std::optional<qint64> size; // as in the command; never more than that is written
    bool allowHttp = false;     // plain http, also in redirects
    std::optional<ReleaseContent> content = {};
    qint64 maxBytes = 0; // what such a file may have at most; 0: the general limit
};

struct Downloaded
{
    qint64 bytes = 0;
    QByteArray sha256;
    // The release is in its staging folder instead of in a zip: `bytes` counts what was fetched, and there is no hash.
    bool staged = false;

    friend bool operator==(const Downloaded &, const Downloaded &) = default;
};

// Fetches one file. Deleting the object stops it; the bytes fetched so far stay on disk and can be continued.
class Download : public QObject
{
    Q_OBJECT

public:
    virtual void start() = 0;

Q_SIGNALS:
    // A connection broke or a part couldn't be fetched, and the download continues nevertheless.
    void interrupted(const QString &why);
    // Both in bytes; `total` is -1 while unknown.
    void progress(qint64 done, qint64 total);
    // Exactly once, never from within start(): the file is complete and synced, or DownloadFailed, TooLarge, NoSpace.
    void finished(const sgn::Result<sgn::download::Downloaded> &result);

protected:
    using QObject::QObject;
};

// Exists so that what is only needed while downloading (TLS, the system's certification authorities) is in memory only
// then.
using DownloadFactory = std::function<std::unique_ptr<Download>(const DownloadRequest &)>;

} // namespace sgn::download
