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

// What is known of a zip's content and of what is installed, for fetching only the difference.
struct DeltaBase
{
    QString folder;                   // the installed release
    QMap<QString, ReleaseFile> files; // of the new one, by path in the zip, from its signed manifest
    qint64 zipSize = 0;               // bytes, likewise
};

struct DownloadRequest
{
    QUrl url;
    QString path;               // where the bytes go
    std::optional<qint64> size; // as the command says; nothing over it is ever written
    bool allowHttp = false;     // plain http, also in redirects
    std::optional<DeltaBase> delta = {};
    qint64 maxBytes = 0; // what such a file may have at most; 0: the general limit
};

struct Downloaded
{
    qint64 bytes = 0;
    QByteArray sha256;
    // Put together from what was installed and what had to be fetched: `bytes` is the latter, and there is no hash.
    bool assembled = false;

    friend bool operator==(const Downloaded &, const Downloaded &) = default;
};

// One file on its way to this machine. Deleting it stops it; what has come so far stays on disk to be continued from.
class Download : public QObject
{
    Q_OBJECT

public:
    virtual void start() = 0;

Q_SIGNALS:
    // Something was cut off or couldn't be had, and it goes on nevertheless.
    void interrupted(const QString &why);
    // Bytes; `total` is -1 while unknown.
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
