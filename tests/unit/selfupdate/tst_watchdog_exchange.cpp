// SPDX-License-Identifier: GPL-3.0-or-later
// What a watchdog decides of its own exchange without any process; tst_watchdog_update runs the whole of it.
#include "selfupdate/WatchdogExchange.h"
#include "system/FileLock.h"
#include "system/FolderExchange.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::selfupdate;
using sgn::control::SwapProgress;

class TestWatchdogExchange : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString below(const QString &path) const { return m_home->filePath(path); }

    void addRelease(const QString &folder, int version) const
    {
        QVERIFY(QDir().mkpath(below(folder)));
        QFile file(below(folder) + u"/version"_s);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::number(version) + '\n');
    }
    [[nodiscard]] std::unique_ptr<WatchdogExchange> exchangeIn(const QString &folder) const
    {
        WatchdogExchange::Settings settings{OwnRelease(below(folder)), {}, 1, {u"--root"_s, u"/r"_s}, false};
        settings.owner.user = ::geteuid();
        settings.owner.group = ::getegid();
        return std::make_unique<WatchdogExchange>(settings, [] { return QList<WatchedProcess>(); });
    }
    [[nodiscard]] static control::Swap order(const QString &key)
    {
        return {Component::WatchDog, key, 2, 60,
                control::SwapZip{u"/r/downloads/w.zip"_s, QByteArray(32, 'x'), {}, false}};
    }
    void saveJournal(SwapPhase phase, quint64 newFolder, const QString &remarks = {}) const
    {
        SwapJournal journal;
        journal.phase = phase;
        journal.request = order(u"10:a"_s);
        journal.newFolder = newFolder;
        journal.oldFolder = system::folderId(below(u"WatchDog"_s)).value_or(0);
        journal.remarks = remarks;
        QVERIFY(QDir().mkpath(below(u"WatchDog.update"_s)));
        QVERIFY(::chmod(QFile::encodeName(below(u"WatchDog.update"_s)).constData(), 0700) == 0);
        QVERIFY(SwapJournalFile(below(u"WatchDog.update/swap.json"_s), 0600).save(journal));
    }

private Q_SLOTS:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        addRelease(u"WatchDog"_s, 1);
    }

    void refusesAndChangesNothing_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<int>("source");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("a developer's build") << u"bin"_s << 1 << ErrorCode::Refused;
        QTest::newRow("a folder of the agent's") << u"WatchDog"_s << 0 << ErrorCode::BadRequest;
        QTest::newRow("no previous release") << u"WatchDog"_s << 2 << ErrorCode::Refused;
    }

    void refusesAndChangesNothing()
    {
        QFETCH(const QString, folder);
        QFETCH(const int, source);
        QFETCH(const ErrorCode, code);
        addRelease(u"bin"_s, 1);
        control::Swap request = order(u"10:a"_s);
        if (source == 0) {
            request.source = control::SwapFolder{u"/r/downloads/new"_s};
        } else if (source == 2) {
            request.source = control::SwapPrevious{};
        }
        const auto exchange = exchangeIn(folder);
        const auto refused = exchange->request(request);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, code);
        QVERIFY(!exchange->isUnderWay());
        QCOMPARE(exchange->status().progress, SwapProgress::None);
        QVERIFY(!QFile::exists(below(folder) + u".update/swap.json"_s));
    }

    void takesOneOrderAtATime()
    {
        const auto exchange = exchangeIn(u"WatchDog"_s);
        QVERIFY(exchange->request(order(u"10:a"_s)));
        QCOMPARE(exchange->status().progress, SwapProgress::Preparing);
        QVERIFY(exchange->request(order(u"10:a"_s))); // a repeat
        QCOMPARE(exchange->request(order(u"11:b"_s)).error().code, ErrorCode::Busy);
        QCOMPARE(exchange->status().key, u"10:a"_s);
    }

    void takesTheVersionOfThePreviousRelease()
    {
        addRelease(u"WatchDog.update/previous"_s, 7);
        QVERIFY(::chmod(QFile::encodeName(below(u"WatchDog.update"_s)).constData(), 0700) == 0);
        control::Swap request = order(u"10:a"_s);
        request.source = control::SwapPrevious{};
        const auto exchange = exchangeIn(u"WatchDog"_s);
        const auto accepted = exchange->request(request);
        QVERIFY2(accepted, accepted ? "" : qPrintable(accepted.error().message));
        const auto journal = SwapJournalFile(below(u"WatchDog.update/swap.json"_s), 0600).load();
        QVERIFY(journal);
        QCOMPARE(journal->request.version, 7);
        QCOMPARE(journal->newFolder, system::folderId(below(u"WatchDog.update/previous"_s)).value());
    }

    // No guardian, and the old release is in place: the swap is over.
    void concludesAfterACut_data()
    {
        QTest::addColumn<SwapPhase>("saved");
        QTest::addColumn<SwapProgress>("progress");
        QTest::addColumn<QString>("remarks");
        QTest::newRow("on probation, rolled back by the rescue script")
            << SwapPhase::Confirming << SwapProgress::RolledBack << u"did not stay up"_s;
        QTest::newRow("rolling back, the exchange is done")
            << SwapPhase::RollingBack << SwapProgress::RolledBack << u"it hangs"_s;
        QTest::newRow("failed") << SwapPhase::Failed << SwapProgress::Failed << u"it hangs"_s;
        QTest::newRow("confirmed") << SwapPhase::Confirmed << SwapProgress::Confirmed << u"it hangs"_s;
    }

    void concludesAfterACut()
    {
        QFETCH(const SwapPhase, saved);
        QFETCH(const SwapProgress, progress);
        QFETCH(const QString, remarks);
        saveJournal(saved, 4711, u"it hangs"_s);
        const auto exchange = exchangeIn(u"WatchDog"_s);
        exchange->resume();
        const auto status = exchange->status();
        QCOMPARE(status.progress, progress);
        QVERIFY2(status.remarks.contains(remarks), qPrintable(status.remarks));
        QVERIFY(!exchange->isUnderWay());
        QVERIFY(exchange->request(order(u"11:b"_s))); // there is room for the next one
    }

    void leavesTheDecisionToTheGuardian_data()
    {
        QTest::addColumn<SwapPhase>("saved");
        QTest::newRow("on probation") << SwapPhase::Confirming;
        QTest::newRow("rolling back") << SwapPhase::RollingBack;
        QTest::newRow("rolled back, not tidied up") << SwapPhase::RolledBack;
        QTest::newRow("confirmed, not tidied up") << SwapPhase::Confirmed;
    }

    void leavesTheDecisionToTheGuardian()
    {
        QFETCH(const SwapPhase, saved);
        saveJournal(saved, 4711);
        const auto guardian = system::FileLock::tryLock(below(u"WatchDog.update/guard.lock"_s));
        QVERIFY(guardian);
        const auto exchange = exchangeIn(u"WatchDog"_s);
        exchange->resume();
        QCOMPARE(exchange->status().progress, SwapProgress::Confirming);
        QVERIFY(exchange->isUnderWay());
        QCOMPARE(exchange->request(order(u"11:b"_s)).error().code, ErrorCode::Busy);
        QCOMPARE(SwapJournalFile(below(u"WatchDog.update/swap.json"_s), 0600).load()->phase, saved);
    }

private:
    std::unique_ptr<QTemporaryDir> m_home;
};

QTEST_GUILESS_MAIN(TestWatchdogExchange)
#include "tst_watchdog_exchange.moc"
