// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "integration/UpdateSweep.h"
#include "support/PowerCutDisk.h"

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// The power goes at every call of an update that changes the file system, and with it everything that was not synced:
// the disk that is left has one whole release, and the next boot comes to the one true result.
class TestUpdatePowerCut : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder{QFileInfo(u"/dev/shm"_s).isWritable() ? u"/dev/shm/sgn-XXXXXX"_s : QString()};
    std::unique_ptr<PowerCutDisk> m_disk;

private Q_SLOTS:
    void initTestCase()
    {
        m_disk = std::make_unique<PowerCutDisk>(m_folder.path());
        if (!m_disk->isReady()) {
            QSKIP(qPrintable(u"NO POWER CUT WAS TRIED, it needs loop devices and the right to mount: "_s +
                             m_disk->trouble()));
        }
        const auto probe = runWithFault({u"/bin/true"_s}, m_folder.path(), {}, m_folder.filePath(u"output"_s), 10s);
        if (!probe.exitedWell()) {
            QSKIP(qPrintable(u"NO POWER CUT WAS TRIED, it needs seccomp's user notification: "_s + probe.reason));
        }
    }
    void cleanupTestCase() { m_disk.reset(); }

    // Without this the sweep would show nothing.
    void whatWasNotSyncedIsLost()
    {
        const QString careless = m_disk->path() + u"/careless"_s;
        const QString careful = m_disk->path() + u"/careful"_s;
        for (const QString &file : {careless, careful}) {
            QVERIFY(writeFileAtomically(file, "old"));
        }
        QVERIFY(writeFileAtomically(careful, "new"));
        QVERIFY(writeFile(careless + u".part"_s, "new"));
        QVERIFY(QFile::remove(careless) && QFile::rename(careless + u".part"_s, careless));
        QCOMPARE(readWhole(careless), "new");
        QVERIFY2(m_disk->cutPower(), qPrintable(m_disk->trouble()));
        QCOMPARE(readWhole(careful), "new");
        QVERIFY(readWhole(careless) != "new");
    }

    // The same with a sync in between: ext4 keeps the rename and has not yet written what was renamed.
    void aRenameWithoutSyncLeavesAnEmptyFile()
    {
        const QString careless = m_disk->path() + u"/renamed"_s;
        QVERIFY(writeFileAtomically(careless, "old"));
        QVERIFY(writeFile(careless + u".part"_s, "new"));
        QCOMPARE(
            std::rename(QFile::encodeName(careless + u".part"_s).constData(), QFile::encodeName(careless).constData()),
            0);
        QVERIFY(syncFolder(m_disk->path()));
        QVERIFY2(m_disk->cutPower(), qPrintable(m_disk->trouble()));
        QVERIFY(QFile::exists(careless));
        QCOMPARE(readWhole(careless), QByteArray());
    }

    void cutAtEveryCall_data()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("a good release") << 2;
        QTest::newRow("a release that doesn't run") << -2;
    }

    void cutAtEveryCall()
    {
        QFETCH(const int, version);
        SweptUpdate update(m_folder.path(), m_disk->path() + u"/root"_s, version);
        QVERIFY(update.serve());
        QVERIFY(update.layOut());
        QVERIFY2(m_disk->keepAsBeginning(), qPrintable(m_disk->trouble()));
        SweepFigures figures;
        figures.name = u"power cut, "_s + QString::fromLatin1(QTest::currentDataTag());
        update.forgetPanel();
        const auto whole = update.run({});
        QVERIFY2(whole.exitedWell(), qPrintable(u"%1 %2"_s.arg(static_cast<int>(whole.end)).arg(whole.exitCode)));
        figures.calls = static_cast<int>(whole.calls.size());
        for (const int point : pointsOf(figures.calls, 40)) {
            QVERIFY2(m_disk->begin(), qPrintable(m_disk->trouble()));
            update.forgetPanel();
            const CallFault cut{CallFault::Kind::Kill, CallFault::Calls::Changing, point};
            const auto run = update.run(cut);
            if (!run.isStruck) {
                continue;
            }
            ++figures.points;
            QVERIFY2(m_disk->cutPower(), qPrintable(m_disk->trouble()));
            const QString where = u"%1, at %2 %3"_s.arg(figures.name).arg(point).arg(run.calls.value(point - 1));
            if (update.isTorn()) {
                figures.bad += where + u": torn at that moment"_s;
            }
            update.judge(where, update.run({}), cut, figures);
        }
        figures.print();
        QVERIFY(figures.isClean());
    }
};

QTEST_GUILESS_MAIN(TestUpdatePowerCut)
#include "tst_update_powercut.moc"
