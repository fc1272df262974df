// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/SigningKey.h"
#include "release/ReleaseSignature.h"
#include "release/StickOrder.h"
#include "release/StickResult.h"
#include "support/ReleaseKit.h"

#include <QDir>

namespace sgn::test {

// A release as it lies on a stick.
struct StickFile
{
    QByteArray zip;
    QByteArray manifest; // signed
};

// What signs releases, and writes sticks as sgn-provision wouldn't.
class StickKit
{
public:
    StickKit()
        : m_key(newSigningKey(QStringLiteral("release")).value())
    {}

    [[nodiscard]] const SigningKey &key() const { return m_key; }
    [[nodiscard]] PublicKey publicKey() const { return publicKeyOf(m_key).value(); }

    // A release with these files of the component whose folder they are in.
    [[nodiscard]] StickFile release(const Files &files, const QList<ProcessVersion> &processes, int version = 0,
                                    const QDateTime &created = QDateTime({2026, 11, 25}, {12, 0}, Qt::UTC)) const
    {
        const QTemporaryDir folder;
        const QString zip = folder.filePath(QStringLiteral("release.zip"));
        ReleaseManifest manifest;
        if (!makeZip(zip, files)) {
            return {};
        }
        const QByteArray content = readWhole(zip);
        manifest.component = files.firstKey().section(u'/', 0, 0);
        manifest.release = QStringLiteral("of the test");
        manifest.processes = processes;
        manifest.version = version;
        manifest.sha256 = Sha256::hash(content);
        manifest.size = content.size();
        manifest.created = created;
        return {content, signRelease(manifest, m_key).value()};
    }
    [[nodiscard]] StickFile meter(int version) const
    {
        return release(meterRelease(version), {{QStringLiteral("ocr"), version}, {QStringLiteral("dlms"), version}});
    }

    // On a stick that is mounted at `mount`, named "0.zip" and "0.jws" and so on.
    [[nodiscard]] static bool write(const QString &mount, const QList<StickFile> &files,
                                    const QStringList &devices = {})
    {
        const QString folder = mount + u'/' + stickFolder + u'/';
        StickOrder order{{}, devices};
        bool isWritten = true;
        for (int i = 0; i < files.size(); ++i) {
            const StickRelease names{QStringLiteral("%1.zip").arg(i), QStringLiteral("%1.jws").arg(i)};
            order.releases += names;
            isWritten = isWritten && writeFile(folder + names.zip, files.at(i).zip) &&
                        writeFile(folder + names.release, files.at(i).manifest + '\n');
        }
        return isWritten && writeFile(folder + stickOrderFile, encode(order));
    }
    // What devices have written back, oldest first.
    [[nodiscard]] static QList<StickResult> results(const QString &mount)
    {
        QList<StickResult> all;
        const QDir folder(mount + u'/' + stickFolder + u'/' + stickResultsFolder);
        for (const QString &name : folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
            if (const auto result = parseStickResult(readWhole(folder.filePath(name)))) {
                all += *result;
            }
        }
        return all;
    }
    [[nodiscard]] static QStringList logs(const QString &mount)
    {
        return QDir(mount + u'/' + stickFolder + u'/' + stickResultsFolder)
            .entryList({QStringLiteral("*-logs.zip")}, QDir::Files, QDir::Name);
    }

private:
    SigningKey m_key;
};

} // namespace sgn::test
