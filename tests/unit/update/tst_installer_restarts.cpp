// SPDX-License-Identifier: GPL-3.0-or-later
#include "InstallerFixture.h"
#include "support/ReadOnlyCard.h"
#include "support/SmallDisk.h"
#include "system/FolderExchange.h"

using namespace sgn;
using namespace sgn::update;
using namespace sgn::system;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr std::array workStates{State::Accepted, State::Downloading, State::Verifying,  State::Staging,
                                State::Waiting,  State::Swapping,    State::Confirming, State::RollingBack};

} // namespace

// Restarts, power cuts and cards that take no writes, in each state.
class TestInstallerRestarts : public InstallerFixture
{
    Q_OBJECT

private Q_SLOTS:
    void continuesAfterARestartInEachState_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("version");
        for (const State state : workStates) {
            QTest::addRow("%s, good release", nameOf(state).data()) << static_cast<int>(state) << 2;
            QTest::addRow("%s, bad release", nameOf(state).data()) << static_cast<int>(state) << -2;
        }
    }

    void continuesAfterARestartInEachState()
    {
        QFETCH(const int, state);
        QFETCH(const int, version);
        offer(meterRelease(version));
        bool restarted = false;
        restartIn(static_cast<State>(state), &restarted);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QCOMPARE(restarted, static_cast<State>(state) != State::RollingBack || version < 0);
        QCOMPARE(m_outcomes.size(), 1);
        QCOMPARE(m_outcomes.first().success, version > 0);
        QCOMPARE(m_outcomes.first().rolledBack, version < 0);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(version > 0 ? 2 : 1));
    }

    void reportsTheResultUntilItIsDurable()
    {
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        const UpdateOutcome first = m_outcomes.takeFirst();
        restart();
        m_installer->resume();
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first(), first);
        m_installer->close();
        m_outcomes.clear();
        restart();
        m_installer->resume();
        QCoreApplication::processEvents();
        QVERIFY(m_outcomes.isEmpty());
    }

    void givesUpAStepThatCrashesTheAgent_data() { continuesAfterARestartInEachState_data(); }

    void givesUpAStepThatCrashesTheAgent()
    {
        QFETCH(const int, state);
        QFETCH(const int, version);
        Record record;
        record.order = meterOrder(2);
        record.state = static_cast<State>(state);
        record.starts = maxStarts(record.state);
        // As the journal of an update that has come this far.
        offer(meterRelease(version));
        if (record.state >= State::Waiting) {
            QVERIFY(install(m_settings.downloads + u"/staged-SmartMeter"_s, meterRelease(version)));
            record.stagedId = inodeOf(m_settings.downloads + u"/staged-SmartMeter/SmartMeter"_s).value();
            record.before = {{u"ocr"_s, 1}, {u"dlms"_s, 1}};
        }
        if (record.state >= State::Confirming) {
            QVERIFY(exchangeIn(m_root + u"/SmartMeter"_s, m_settings.downloads + u"/staged-SmartMeter/SmartMeter"_s,
                               record.stagedId));
            record.swapped = true;
        }
        QVERIFY(Journal(m_settings.journal).save(record));
        m_installer->resume();
        QVERIFY(ended());
        QVERIFY(!m_outcomes.first().success);
        QVERIFY2(m_outcomes.first().remarks.contains(u"gave up after"_s), qPrintable(m_outcomes.first().remarks));
        // The report matches what is installed; only a roll-back that can't be done leaves the new release.
        const bool isOld = record.state != State::RollingBack;
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(isOld ? 1 : version));
    }

    void givesUpADownloadThatEndsTheAgent_data()
    {
        QTest::addColumn<qint64>("found"); // by this start, of the download; the one before found 1000
        QTest::addColumn<bool>("goesOn");
        QTest::newRow("nothing") << qint64{0} << false;
        QTest::newRow("no more") << qint64{1000} << false;
        QTest::newRow("more") << qint64{1001} << true;
    }

    void givesUpADownloadThatEndsTheAgent()
    {
        QFETCH(const qint64, found);
        QFETCH(const bool, goesOn);
        offer(meterRelease(2));
        Record record;
        record.order = meterOrder(2);
        record.state = State::Downloading;
        record.starts = maxFruitlessStarts;
        record.fruitlessStarts = maxFruitlessStarts;
        record.bytesAtStart = 1000;
        QVERIFY(test::writeFile(pathsOf(record, m_settings).zip(), QByteArray(found, 'x')));
        QVERIFY(Journal(m_settings.journal).save(record));
        m_installer->resume();
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().success, goesOn);
        QCOMPARE(m_outcomes.first().remarks.contains(u"gave up after 8 restarts while downloading"_s), !goesOn);
    }

    void quarantinesADamagedJournal()
    {
        QVERIFY(test::writeFile(m_settings.journal, "{\"state\":"));
        m_installer->resume();
        QVERIFY(!m_installer->current());
        QVERIFY(QFile::exists(m_settings.journal + u".damaged"_s));
        QVERIFY(m_installer->begin(meterOrder(2)));
    }

    void keepsTheOldReleaseOnAFullCard()
    {
        const SmallDisk disk(400);
        if (!disk.isMounted()) {
            QSKIP("needs root to mount a small file system");
        }
        m_root = disk.path() + u"/root"_s;
        m_settings.root = m_root;
        m_settings.downloads = m_root + u"/downloads"_s;
        m_settings.journal = m_settings.downloads + u"/update.json"_s;
        QVERIFY(QDir().mkpath(m_settings.downloads));
        QVERIFY(install(m_root, meterRelease(1)));
        offer(meterRelease(2, QByteArray(1'000'000, 'z')));
        m_watchdog = std::make_unique<FakeWatchdog>(m_root);
        restart();
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::NoSpace));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
        m_installer.reset();
    }

    void keepsAnOldReleaseThatCannotBeRestored()
    {
        offer(meterRelease(-2));
        std::unique_ptr<ReadOnlyCard> card;
        connect(m_installer.get(), &Installer::stateEntered, this, [&](State entered) {
            if (entered == State::RollingBack) {
                card = std::make_unique<ReadOnlyCard>(m_settings.downloads + u"/staged-SmartMeter"_s);
            }
        });
        if (!ReadOnlyCard(m_folder->path()).isWorn()) {
            QSKIP("mounting isn't allowed here");
        }
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QVERIFY(!m_outcomes.first().success && !m_outcomes.first().rolledBack);
        card.reset();
        m_installer->close();
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(-2));
        QCOMPARE(leftovers(), (QStringList{u"previous-SmartMeter"_s, u"previous-SmartMeter.json"_s}));
        QCOMPARE(readWhole(m_settings.downloads + u"/previous-SmartMeter/ocr.version"_s), "1");
    }

    void leavesWhatCannotBeMovedWhereItIs()
    {
        // The old release can't be moved when the update is closed; the next start does it.
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        {
            const ReadOnlyCard card(m_settings.downloads + u"/staged-SmartMeter"_s);
            if (!card.isWorn()) {
                QSKIP("mounting isn't allowed here");
            }
            m_installer->close();
        }
        QCOMPARE(readWhole(m_settings.downloads + u"/staged-SmartMeter/SmartMeter/ocr.version"_s), "1");
        restart();
        m_installer->resume();
        QTRY_COMPARE_WITH_TIMEOUT(m_outcomes.size(), 2, limit);
        QVERIFY(m_outcomes.last().success);
        m_installer->close();
        QCOMPARE(leftovers(), (QStringList{u"previous-SmartMeter"_s, u"previous-SmartMeter.json"_s}));
        QCOMPARE(readWhole(m_settings.downloads + u"/previous-SmartMeter/ocr.version"_s), "1");
    }

    void losesNoReleaseToAFullCardAfterAPowerCut_data()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("good release") << 2;
        QTest::newRow("broken release") << -2;
    }

    void losesNoReleaseToAFullCardAfterAPowerCut()
    {
        // The folders are exchanged, the power is cut before that is recorded, and then nothing can be written.
        QFETCH(const int, version);
        offer(meterRelease(version));
        const QString folder = m_folder->filePath(u"journal"_s);
        QVERIFY(QDir().mkpath(folder));
        m_settings.journal = folder + u"/update.json"_s;
        restart();
        QByteArray journal;
        connect(m_installer.get(), &Installer::stateEntered, this, [&](State entered) {
            if (entered == State::Swapping) {
                journal = readWhole(m_settings.journal);
            }
        });
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(reached(State::Confirming));
        restart();
        QVERIFY(test::writeFile(m_settings.journal, journal));
        QVERIFY(installedFiles(m_root, u"SmartMeter"_s) == meterRelease(version));
        {
            const ReadOnlyCard card(folder);
            if (!card.isWorn()) {
                QSKIP("mounting isn't allowed here");
            }
            m_installer->resume();
            QVERIFY(ended());
        }
        const UpdateOutcome &outcome = m_outcomes.first();
        QVERIFY2(outcome.success == (version > 0), qPrintable(outcome.remarks));
        QCOMPARE(outcome.rolledBack, version < 0);
        m_installer->close();
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(version > 0 ? version : 1));
    }
};

QTEST_GUILESS_MAIN(TestInstallerRestarts)
#include "tst_installer_restarts.moc"
