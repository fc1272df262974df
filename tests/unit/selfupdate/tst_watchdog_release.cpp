// SPDX-License-Identifier: GPL-3.0-or-later
// What the watchdog's own update decides and remembers.
#include "selfupdate/Guardian.h"
#include "selfupdate/OwnRelease.h"
#include "selfupdate/PreparationResult.h"
#include "selfupdate/WatchdogSwapJournal.h"

#include <QDir>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::selfupdate;
using namespace sgn::supervision;

namespace {

WatchdogSwapJournal sample()
{
    WatchdogSwapJournal journal;
    journal.phase = WatchdogPhase::RollingBack;
    journal.request = {u"10:ab"_s, u"/r/downloads/w.zip"_s, 3, QByteArray(32, '\x9f'), u"a.b.c"_s, 90, true};
    journal.oldVersion = 2;
    journal.newFolder = 18446744073709551615ULL;
    journal.oldFolder = 7;
    journal.prepared = 1;
    journal.arguments = {u"--root"_s, u"/home/pi/a folder"_s};
    journal.hasInit = true;
    journal.handedOver = {444, 123456789};
    journal.processes = {{u"ocr"_s, ProcessIdentity{17, 99}, true}, {u"idle"_s, std::nullopt, false}};
    journal.error = ErrorCode::NotHealthy;
    journal.remarks = u"it hangs"_s;
    return journal;
}

ProcessReport report(const QString &name, qint64 pid, ProcessState state)
{
    ProcessReport report;
    report.name = name;
    report.pid = pid;
    report.state = state;
    return report;
}

} // namespace

class TestWatchdogRelease : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theJournalReadsWhatItWrote()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"swap.json"_s);
        QCOMPARE(loadWatchdogSwap(path).error().code, ErrorCode::NotFound);
        QVERIFY(saveWatchdogSwap(sample(), path));
        const auto read = loadWatchdogSwap(path);
        QVERIFY2(read, read ? "" : qPrintable(read.error().message));
        QVERIFY(*read == sample());
        WatchdogSwapJournal plain;
        plain.request = sample().request;
        QVERIFY(*watchdogSwapJournalFromJson(toJson(plain)) == plain);
    }

    void theJournalRefuses_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QJsonValue>("value");
        QTest::newRow("no phase") << u"phase"_s << QJsonValue();
        QTest::newRow("unknown phase") << u"phase"_s << QJsonValue(u"resting"_s);
        QTest::newRow("no request") << u"request"_s << QJsonValue();
        QTest::newRow("another request") << u"request"_s
                                         << QJsonValue(QJsonObject{{u"id"_s, 0}, {u"request"_s, u"status"_s}});
        QTest::newRow("folder as a number") << u"new_folder"_s << QJsonValue(7);
        QTest::newRow("negative pid") << u"handed_over"_s
                                      << QJsonValue(QJsonObject{{u"pid"_s, -1}, {u"start_time"_s, 0}});
        QTest::newRow("processes that are none")
            << u"processes"_s << QJsonValue(QJsonArray{QJsonObject{{u"name"_s, 7}}});
        QTest::newRow("arguments that are none") << u"arguments"_s << QJsonValue(QJsonArray{1});
    }

    void theJournalRefuses()
    {
        QFETCH(const QString, field);
        QFETCH(const QJsonValue, value);
        QJsonObject object = toJson(sample());
        object[field] = value;
        const auto read = watchdogSwapJournalFromJson(object);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::BadFile);
    }

    void theAgentIsTold_data()
    {
        using control::WatchdogSwapState;
        QTest::addColumn<int>("phase");
        QTest::addColumn<int>("state");
        const auto row = [](const char *name, WatchdogPhase phase, WatchdogSwapState state) {
            QTest::newRow(name) << static_cast<int>(phase) << static_cast<int>(state);
        };
        row("preparing", WatchdogPhase::Preparing, WatchdogSwapState::Preparing);
        row("swapping", WatchdogPhase::Swapping, WatchdogSwapState::Confirming);
        row("confirming", WatchdogPhase::Confirming, WatchdogSwapState::Confirming);
        row("rolling back", WatchdogPhase::RollingBack, WatchdogSwapState::Confirming);
        row("confirmed", WatchdogPhase::Confirmed, WatchdogSwapState::Confirmed);
        row("rolled back", WatchdogPhase::RolledBack, WatchdogSwapState::RolledBack);
        row("failed", WatchdogPhase::Failed, WatchdogSwapState::Failed);
    }

    void theAgentIsTold()
    {
        QFETCH(const int, phase);
        QFETCH(const int, state);
        WatchdogSwapJournal journal = sample();
        journal.phase = static_cast<WatchdogPhase>(phase);
        const auto reply = statusOf(journal, 2);
        QCOMPARE(static_cast<int>(reply.state), state);
        QCOMPARE(reply.key, u"10:ab"_s);
        QCOMPARE(reply.running, 2);
        QCOMPARE(statusOf(std::nullopt, 2).state, control::WatchdogSwapState::None);
    }

    void aNewWatchdogHasToProveItself_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<QList<ProcessReport>>("reports");
        QTest::addColumn<QList<WatchedProcess>>("alive");
        QTest::addColumn<QString>("problem");
        const WatchedProcess ocr{u"ocr"_s, ProcessIdentity{17, 99}, true};
        const WatchedProcess dlms{u"dlms"_s, ProcessIdentity{18, 99}, true};
        const WatchedProcess quiet{u"quiet"_s, ProcessIdentity{19, 99}, false};
        const WatchedProcess agent{{}, ProcessIdentity{20, 99}, true};
        using State = ProcessState;
        using Reports = QList<ProcessReport>;
        using Alive = QList<WatchedProcess>;
        QTest::newRow("nothing to watch") << 3 << Reports{} << Alive{} << QString();
        QTest::newRow("all is well") << 3 << Reports{report(u"ocr"_s, 17, State::Running)} << Alive{ocr} << QString();
        QTest::newRow("another version") << 2 << Reports{report(u"ocr"_s, 17, State::Running)} << Alive{ocr}
                                         << u"it says it is version 2 and not 3"_s;
        QTest::newRow("a process unknown") << 3 << Reports{report(u"ocr"_s, 17, State::Running)} << Alive{ocr, dlms}
                                           << u"it doesn't know \"dlms\", which still runs as process 18"_s;
        QTest::newRow("a process started anew beside the old one")
            << 3 << Reports{report(u"ocr"_s, 40, State::Running)} << Alive{ocr}
            << u"it doesn't know \"ocr\", which still runs as process 17"_s;
        QTest::newRow("adopted, and silent so far")
            << 3 << Reports{report(u"ocr"_s, 17, State::Starting)} << Alive{ocr} << u"it hears no heartbeats"_s;
        QTest::newRow("one of two is heard")
            << 3 << Reports{report(u"ocr"_s, 17, State::Starting), report(u"dlms"_s, 18, State::Running)}
            << Alive{ocr, dlms} << QString();
        QTest::newRow("one that never sent any")
            << 3 << Reports{report(u"quiet"_s, 19, State::Starting)} << Alive{quiet} << QString();
        QTest::newRow("the agent is in no report") << 3 << Reports{} << Alive{agent} << QString();
    }

    void aNewWatchdogHasToProveItself()
    {
        QFETCH(const int, version);
        QFETCH(const QList<ProcessReport>, reports);
        QFETCH(const QList<WatchedProcess>, alive);
        QFETCH(const QString, problem);
        QCOMPARE(findProblem(sample(), {version, reports}, alive), problem);
    }

    void findsItsFoldersFromEitherPlace()
    {
        const OwnRelease installed(u"/home/root/WatchDog"_s);
        QCOMPARE(installed.installedProgram(), u"/home/root/WatchDog/sgn-watchdog"_s);
        QCOMPARE(installed.stagedProgram(), u"/home/root/WatchDog.update/staged/WatchDog/sgn-watchdog"_s);
        QCOMPARE(OwnRelease(installed.staged()).installed(), installed.installed());
    }

    void updatesOnlyWhereNobodyElseCanReach_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<int>("mode");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("its own") << u"WatchDog"_s << 0755 << true;
        QTest::newRow("another name") << u"bin"_s << 0755 << false;
        QTest::newRow("open to the group") << u"WatchDog"_s << 0775 << false;
        QTest::newRow("open to all") << u"WatchDog"_s << 0757 << false;
    }

    void updatesOnlyWhereNobodyElseCanReach()
    {
        QFETCH(const QString, folder);
        QFETCH(const int, mode);
        QFETCH(const bool, allowed);
        const QTemporaryDir home;
        const QString path = home.filePath(folder);
        QVERIFY(QDir().mkpath(path));
        QVERIFY(::chmod(QFile::encodeName(path).constData(), static_cast<mode_t>(mode)) == 0);
        const auto opened = OwnRelease(path).open();
        QCOMPARE(opened.has_value(), allowed);
        QCOMPARE(QFileInfo::exists(path + u".update"_s), allowed);
        if (allowed) {
            // A folder above it counts as well.
            QVERIFY(::chmod(QFile::encodeName(home.path()).constData(), 0777) == 0);
            QCOMPARE(OwnRelease(path).open().error().code, ErrorCode::Refused);
        }
    }

    void thePreparationTellsWhy_data()
    {
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("message");
        QTest::newRow("plain") << preparationLine({ErrorCode::HashMismatch, u"another: zip"_s})
                               << ErrorCode::HashMismatch << u"another: zip"_s;
        QTest::newRow("after other words") << "a warning\nno_space: full\n"_ba << ErrorCode::NoSpace << u"full"_s;
        QTest::newRow("nothing") << QByteArray() << ErrorCode::Internal
                                 << u"the check of the release ended without a word"_s;
        QTest::newRow("nonsense") << "Segmentation fault"_ba << ErrorCode::Internal
                                  << u"the check of the release ended without a word"_s;
    }

    void thePreparationTellsWhy()
    {
        QFETCH(const QByteArray, output);
        QFETCH(const ErrorCode, code);
        QFETCH(const QString, message);
        QCOMPARE(preparationError(output), (Error{code, message}));
    }
};

QTEST_GUILESS_MAIN(TestWatchdogRelease)
#include "tst_watchdog_release.moc"
