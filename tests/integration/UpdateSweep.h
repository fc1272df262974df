// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/SigningKey.h"
#include "package/ReleasePatches.h"
#include "package/ReleaseZip.h"
#include "release/ReleaseSignature.h"
#include "support/CallFaults.h"
#include "support/ReleaseKit.h"
#include "system/FolderExchange.h"

#include <algorithm>
#include <QDirIterator>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSet>
#include <QtTest>

namespace sgn::test {

// One fault after the other at every call of an update that concerns the device's folder, and what came of each.
struct SweepFigures
{
    QString name;
    int calls = 0;  // of a run without a fault
    int points = 0; // of them that were tried
    int missing = 0;
    QStringList contradictions; // two results for one number that differ
    int amended = 0;  // failure, then what came after all: only of a device that could write nothing down meanwhile
    int repeated = 0; // the same result once more, which a panel drops
    QStringList bad;  // points with what was wrong there
    QList<qint64> recoveries; // ms

    [[nodiscard]] qint64 recoveryP95()
    {
        std::ranges::sort(recoveries);
        return recoveries.isEmpty() ? 0 : recoveries.at((recoveries.size() * 95 - 1) / 100);
    }
    [[nodiscard]] bool isClean() const
    {
        return points > 0 && bad.isEmpty() && missing == 0 && contradictions.isEmpty();
    }
    void print()
    {
        const QStringList lines = bad + contradictions;
        for (const QString &line : lines.first(std::min<qsizetype>(lines.size(), 20))) {
            qWarning("%s", qPrintable(line));
        }
        qInfo(
            "%s: %d of %d points, %lld bad states, %d missing and %d contradicting results (%d repeated, %d amended), "
            "recovery p95 %lld ms",
            qPrintable(name), points, calls, static_cast<long long>(bad.size()), missing,
            static_cast<int>(contradictions.size()), repeated, amended, static_cast<long long>(recoveryP95()));
    }
};

// Every point with SGN_THOROUGH, else `sample` of them, evenly spread.
inline QList<int> pointsOf(int calls, int sample)
{
    QList<int> points;
    const bool all = qEnvironmentVariableIsSet("SGN_THOROUGH") || calls <= sample;
    for (int i = 0; i < (all ? calls : sample); ++i) {
        points += all ? i + 1 : 1 + i * calls / sample;
    }
    return points;
}

// What the meter has made beside its release, which no update may take.
inline Files metersFiles()
{
    return {{QStringLiteral("SmartMeter/calibration.json"), "{\"factor\": 1.017}"},
            {QStringLiteral("SmartMeter/state/2026/11.csv"), "12:00;17.4"},
            {QStringLiteral("SmartMeter/lib/cache"), "c"}};
}

inline Files withMetersFiles(Files release)
{
    release.insert(metersFiles());
    return release;
}

// One device with release 1 of the meter, a server with release 2, and the panel that requests it.
class SweptUpdate
{
public:
    static constexpr std::chrono::seconds limit{30};

    // How the release comes to the device: as a whole zip, or file by file of a signed one: each file, or what has
    // changed, with a patch.
    enum class Way { Whole, Staged, Patched };

    // `version` is -2 for a release that doesn't run.
    SweptUpdate(const QString &folder, const QString &root, int version, Way way = Way::Whole)
        : m_folder(folder)
        , m_root(root)
        , m_version(version)
        , m_way(way)
    {}
    ~SweptUpdate()
    {
        m_web.kill();
        m_web.waitForFinished();
    }
    SweptUpdate(const SweptUpdate &) = delete;
    SweptUpdate &operator=(const SweptUpdate &) = delete;

    [[nodiscard]] bool serve()
    {
        const QString zip = m_folder + QStringLiteral("/release.zip");
        if (!makeZip(zip, release(m_version)) || (m_way != Way::Whole && !sign(zip))) {
            return false;
        }
        m_web.start(QStringLiteral(SGN_UPDATE_DRIVER), {QStringLiteral("serve"), zip});
        if (!m_web.waitForStarted() || !m_web.waitForReadyRead(30'000)) {
            return false;
        }
        m_url = QString::fromLatin1(m_web.readLine().trimmed());
        return !m_url.isEmpty();
    }

    [[nodiscard]] bool layOut() const
    {
        return system::removeFolder(m_root) && QDir().mkpath(m_root) && install(m_root, withMetersFiles(release(1)));
    }
    void forgetPanel() const
    {
        QFile::remove(panelFile());
        QFile::remove(output());
    }

    [[nodiscard]] FaultyRun run(const CallFault &fault) const
    {
        QStringList command{QStringLiteral(SGN_UPDATE_DRIVER), QStringLiteral("run"), m_root, m_url, panelFile()};
        // Where it may not be able to come to its end.
        command += fault.kind == CallFault::Kind::Error ? QStringLiteral("100") : QStringLiteral("0");
        if (m_way != Way::Whole) {
            command += {manifestFile(), keyFile()};
        }
        return runWithFault(command, m_root, fault, output(), limit);
    }

    // At any moment.
    [[nodiscard]] bool isTorn() const
    {
        const Files files = installedFiles(m_root, QStringLiteral("SmartMeter"));
        return files != withMetersFiles(release(1)) && files != withMetersFiles(release(m_version));
    }

    // After the start that came after the fault.
    void judge(const QString &where, const FaultyRun &next, const CallFault &fault, SweepFigures &figures) const
    {
        const bool mayFail = fault.kind == CallFault::Kind::Error;
        const bool canRemember = !fault.stays || fault.error == ENOSPC;
        const auto bad = [&](const QString &what) {
            figures.bad += where + QStringLiteral(": ") + what;
        };
        if (!next.exitedWell()) {
            bad(QStringLiteral("no end, %1 %2").arg(static_cast<int>(next.end)).arg(next.exitCode));
        }
        const QList<QByteArray> results = resultsSent();
        const QSet<QByteArray> different = verdicts(results);
        figures.missing += results.isEmpty() ? 1 : 0;
        figures.repeated += results.size() > different.size() ? 1 : 0;
        if (different.size() > 1) {
            if (!canRemember && !isSuccess(results.first())) {
                ++figures.amended;
            } else {
                figures.contradictions += where + QStringLiteral(": ") + QString::fromUtf8(results.join(" / "));
            }
        }
        const Files files = installedFiles(m_root, QStringLiteral("SmartMeter"));
        const bool isNew = files == withMetersFiles(release(m_version));
        if (!isNew && files != withMetersFiles(release(1))) {
            bad(QStringLiteral("torn in the end"));
        }
        if (!results.isEmpty()) {
            const bool success = isSuccess(results.last());
            if (success != isNew || (success && m_version < 0)) {
                bad(QStringLiteral("a wrong result: ") + QString::fromUtf8(results.last()));
            }
            if (!mayFail && success != (m_version > 0)) {
                bad(QStringLiteral("ended without need: ") + QString::fromUtf8(results.last()));
            }
        }
        if (const QStringList left = leftOver(); !left.isEmpty()) {
            bad(QStringLiteral("left: ") + left.join(u' '));
        }
        figures.recoveries += next.took.count();
    }

private:
    [[nodiscard]] QString panelFile() const { return m_folder + QStringLiteral("/panel"); }
    [[nodiscard]] QString output() const { return m_folder + QStringLiteral("/output"); }
    [[nodiscard]] QString manifestFile() const { return m_folder + QStringLiteral("/release.jws"); }
    [[nodiscard]] QString keyFile() const { return m_folder + QStringLiteral("/release.jwk"); }

    // With a file that is patched and one that stays, or with none that stays; too large to be fetched as a whole.
    [[nodiscard]] Files release(int version) const
    {
        if (m_way == Way::Whole) {
            return meterRelease(version);
        }
        QByteArray noise;
        for (int i = 0; i < 2'000; ++i) {
            noise += Sha256::hash(QByteArray::number(m_way == Way::Staged ? i * 10 + version : i));
        }
        Files files = meterRelease(version, noise);
        if (m_way == Way::Patched) {
            files[QStringLiteral("SmartMeter/lib/same.bin")] = noise;
        }
        return files;
    }
    // Adds patches to the zip if there are any, and writes its signed manifest and the key that it is checked by.
    [[nodiscard]] bool sign(const QString &zip) const
    {
        const QString older = m_folder + QStringLiteral("/older.zip");
        const bool isReady = m_way == Way::Staged ||
                             (makeZip(older, release(1)) && addPatches(zip, older).value_or(PatchReport{}).files == 1);
        const auto read = readReleaseZip(zip);
        const auto files = readReleaseFiles(zip);
        const auto key = newSigningKey(QStringLiteral("release"));
        if (!isReady || !read || !files || !key) {
            return false;
        }
        ReleaseManifest manifest = manifestOf(*read, QDateTime::currentDateTimeUtc());
        manifest.processes = {{QStringLiteral("ocr"), 2}, {QStringLiteral("dlms"), 2}};
        manifest.files = *files;
        const auto made = signForCommand(manifest, *key);
        const auto publicKey = publicKeyOf(*key);
        return made && made->listed.isEmpty() && publicKey && test::writeFile(manifestFile(), made->release) &&
               test::writeFile(keyFile(), QJsonDocument(toJwk(*publicKey)).toJson());
    }

    [[nodiscard]] static bool isSuccess(const QByteArray &result)
    {
        return QJsonDocument::fromJson(result).object().value(QLatin1StringView("success")).toBool();
    }
    // What a panel makes of them: it worked, or it didn't, or the old release was restored.
    [[nodiscard]] static QSet<QByteArray> verdicts(const QList<QByteArray> &results)
    {
        QSet<QByteArray> verdicts;
        for (const QByteArray &result : results) {
            const QJsonObject object = QJsonDocument::fromJson(result).object();
            verdicts += isSuccess(result)                                         ? "success"
                        : object.value(QLatin1StringView("rolled_back")).toBool() ? "rolled back"
                                                                                  : "failed";
        }
        return verdicts;
    }
    [[nodiscard]] QList<QByteArray> resultsSent() const
    {
        QList<QByteArray> results;
        for (const QByteArray &line : readWhole(panelFile()).split('\n')) {
            if (line.contains("\"command_no\"")) {
                results += line;
            }
        }
        return results;
    }
    [[nodiscard]] QStringList leftOver() const
    {
        static const QSet<QString> expected{QStringLiteral("commands.json"),
                                            QStringLiteral("server-time.json"),
                                            QStringLiteral("outbox"),
                                            QStringLiteral("events"),
                                            QStringLiteral("files-SmartMeter"),
                                            QStringLiteral("previous-SmartMeter"),
                                            QStringLiteral("previous-SmartMeter.json"),
                                            QStringLiteral("signed-SmartMeter.json")};
        QStringList left;
        QDirIterator it(m_root + QStringLiteral("/downloads"), QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
        while (it.hasNext()) {
            it.next();
            if (!expected.contains(it.fileName())) {
                left += it.fileName();
            }
        }
        // A list for each of the two releases.
        const QStringList lists = QDir(m_root + QStringLiteral("/downloads/files-SmartMeter"))
                                      .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
        return left + lists.mid(2) +
               QDir(m_root + QStringLiteral("/downloads/outbox"))
                   .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    }

    QString m_folder;
    QString m_root;
    int m_version;
    Way m_way;
    QString m_url;
    QProcess m_web;
};

} // namespace sgn::test
