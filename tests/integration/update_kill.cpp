// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/update/ReleaseKit.h"
#include "update/FolderSwap.h"

#include <csignal>
#include <QProcess>
#include <QStandardPaths>
#include <QtTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// kill -9 at every call that changes the file system: the meter has one whole release at that very moment, and after
// the next start there is one result, which says what is installed.
class TestUpdateKill : public QObject
{
    Q_OBJECT

private:
    static constexpr int limit = 60'000;
    QTemporaryDir m_folder;
    QString m_root;
    QString m_zip;

    void reset()
    {
        QVERIFY(update::removeFolder(m_root));
        QVERIFY(QDir().mkpath(m_root + u"/downloads"_s));
        QVERIFY(install(m_root, meterRelease(1)));
    }
    [[nodiscard]] QStringList driver() const { return {QStringLiteral(SGN_UPDATE_DRIVER), m_root, m_zip}; }

    // Whether it was killed. strace counts each kind of call, in each thread, by itself.
    bool runUntilCall(const QString &call, int number)
    {
        QProcess strace;
        strace.start(u"strace"_s, QStringList{u"-f"_s, u"-qq"_s, u"-o"_s, u"/dev/null"_s, u"-e"_s, u"trace="_s + call,
                                              u"-e"_s, u"inject=%1:signal=KILL:when=%2"_s.arg(call).arg(number)} +
                                      driver());
        if (!strace.waitForFinished(limit)) {
            return false;
        }
        return strace.exitStatus() == QProcess::CrashExit || strace.exitCode() == 128 + SIGKILL;
    }

    void checkAfter(const QString &where, int version)
    {
        const Files oldFiles = meterRelease(1);
        const Files newFiles = meterRelease(version);
        const Files atThatMoment = installedFiles(m_root, u"SmartMeter"_s);
        QVERIFY2(atThatMoment == oldFiles || atThatMoment == newFiles, qPrintable(u"torn at "_s + where));

        QProcess next;
        const QStringList command = driver();
        next.start(command.first(), command.sliced(1));
        QVERIFY(next.waitForFinished(limit));
        QVERIFY2(next.exitStatus() == QProcess::NormalExit && next.exitCode() == 0,
                 qPrintable(u"no end after "_s + where));
        const QByteArray result = readWhole(m_root + u"/result"_s);
        QVERIFY2(result == (version > 0 ? "success" : "rolled back"),
                 qPrintable(u"after %1: %2"_s.arg(where, QString::fromUtf8(result))));
        QVERIFY2(installedFiles(m_root, u"SmartMeter"_s) == (version > 0 ? newFiles : oldFiles),
                 qPrintable(u"not what was told after "_s + where));
        const QStringList left =
            QDir(m_root + u"/downloads"_s).entryList({u"staged-*"_s, u"*.part"_s, u"update.json"_s}, QDir::AllEntries);
        QVERIFY2(left.isEmpty(), qPrintable(u"left after %1: %2"_s.arg(where, left.join(u' '))));
    }

private Q_SLOTS:
    void initTestCase()
    {
        QProcess probe;
        probe.start(u"strace"_s, {u"-qq"_s, u"-o"_s, u"/dev/null"_s, u"true"_s});
        if (!probe.waitForFinished(limit) || probe.exitCode() != 0 || probe.error() == QProcess::FailedToStart) {
            QSKIP("needs strace and the right to trace");
        }
        m_root = m_folder.filePath(u"root"_s);
        m_zip = m_folder.filePath(u"release.zip"_s);
    }

    void killedAtEveryCall_data()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("a good release") << 2;
        QTest::newRow("a release that doesn't run") << -2;
    }

    void killedAtEveryCall()
    {
        QFETCH(const int, version);
        QVERIFY(makeZip(m_zip, meterRelease(version)));
        int kills = 0;
        for (const auto *const call : {"fsync", "fdatasync", "syncfs", "rename", "renameat2", "unlink", "unlinkat",
                                       "mkdir", "mkdirat", "rmdir", "fchmod", "linkat"}) {
            const QString name = QString::fromLatin1(call);
            for (int number = 1;; ++number) {
                reset();
                if (!runUntilCall(name, number)) {
                    break;
                }
                ++kills;
                checkAfter(u"%1 %2"_s.arg(name).arg(number), version);
                if (QTest::currentTestFailed()) {
                    return;
                }
            }
        }
        qInfo("killed %d times", kills);
        QVERIFY(kills > 40);
    }
};

QTEST_GUILESS_MAIN(TestUpdateKill)
#include "update_kill.moc"
