// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/Zip.h"
#include "crypto/Sha256.h"
#include "download/Download.h"

#include <algorithm>
#include <QDir>
#include <QFile>
#include <QMap>
#include <QTemporaryDir>

namespace sgn::test {

// Path → content.
using Files = QMap<QString, QByteArray>;

inline bool writeFile(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!QDir().mkpath(QFileInfo(path).absolutePath()) || !file.open(QIODevice::WriteOnly) ||
        file.write(content) != content.size()) {
        return false;
    }
    if (content.startsWith("#!")) {
        file.setPermissions(file.permissions() | QFileDevice::ExeOwner | QFileDevice::ExeUser);
    }
    return true;
}

inline QByteArray readWhole(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline bool makeZip(const QString &zip, const Files &files)
{
    const QTemporaryDir folder;
    QList<PackFile> packed;
    for (auto it = files.begin(); it != files.end(); ++it) {
        const QString source = folder.filePath(it.key());
        if (!writeFile(source, it.value())) {
            return false;
        }
        packed += PackFile{source, it.key()};
    }
    return packZip(packed, zip).has_value();
}

// A release of the meter with two processes.
inline Files meterRelease(int version, const QByteArray &filling = {})
{
    const QByteArray number = QByteArray::number(version);
    return {{QStringLiteral("SmartMeter/ocr.py"), "#!/usr/bin/python3\n# " + number + '\n'},
            {QStringLiteral("SmartMeter/ocr.version"), number},
            {QStringLiteral("SmartMeter/dlms.version"), number},
            {QStringLiteral("SmartMeter/lib/data.bin"),
             QByteArray(4096, static_cast<char>('a' + std::abs(version))) + filling}};
}

inline bool install(const QString &root, const Files &files)
{
    return std::ranges::all_of(files.keys(),
                               [&](const QString &path) { return writeFile(root + u'/' + path, files.value(path)); });
}

// Everything in a component's folder, to compare with a release.
inline Files installedFiles(const QString &root, const QString &component)
{
    Files files;
    QDir base(root);
    QStringList folders{component};
    while (!folders.isEmpty()) {
        const QString folder = folders.takeFirst();
        for (const QFileInfo &entry :
             QDir(base.filePath(folder))
                 .entryInfoList(QDir::Files | QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot)) {
            const QString path = base.relativeFilePath(entry.filePath());
            if (entry.isDir()) {
                folders += path;
            } else {
                files.insert(path, readWhole(entry.filePath()));
            }
        }
    }
    return files;
}

// "Downloads" a file of this machine.
class CopyDownload final : public download::Download
{
public:
    CopyDownload(QString source, download::DownloadRequest request)
        : m_source(std::move(source))
        , m_request(std::move(request))
    {}

    void start() override
    {
        QMetaObject::invokeMethod(
            this, [this] { copy(); }, Qt::QueuedConnection);
    }

private:
    void copy()
    {
        QFile::remove(m_request.path);
        if (!QFile::copy(m_source, m_request.path)) {
            Q_EMIT finished(fail(ErrorCode::DownloadFailed, QStringLiteral("download failed: no such file")));
            return;
        }
        const QByteArray content = readWhole(m_request.path);
        Q_EMIT progress(content.size(), content.size());
        Q_EMIT finished(download::Downloaded{content.size(), Sha256::hash(content)});
    }

    QString m_source;
    download::DownloadRequest m_request;
};

inline download::DownloadFactory copyFrom(const QString &source)
{
    return [source](const download::DownloadRequest &request) {
        return std::make_unique<CopyDownload>(source, request);
    };
}

} // namespace sgn::test
