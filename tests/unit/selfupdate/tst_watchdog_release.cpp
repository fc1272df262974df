// SPDX-License-Identifier: GPL-3.0-or-later
// The decisions of the watchdog's own update.
#include "selfupdate/Guardian.h"
#include "selfupdate/OwnRelease.h"
#include "selfupdate/PreparationResult.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::selfupdate;
using namespace sgn::supervision;

namespace {

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
    void findsTheProblemOfANewWatchdog_data()
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
                                         << u"it has version 2 and not 3"_s;
        QTest::newRow("a process unknown") << 3 << Reports{report(u"ocr"_s, 17, State::Running)} << Alive{ocr, dlms}
                                           << u"it doesn't know \"dlms\", which still runs as process 18"_s;
        QTest::newRow("a process started anew beside the old one")
            << 3 << Reports{report(u"ocr"_s, 40, State::Running)} << Alive{ocr}
            << u"it doesn't know \"ocr\", which still runs as process 17"_s;
        QTest::newRow("adopted, and silent so far")
            << 3 << Reports{report(u"ocr"_s, 17, State::Starting)} << Alive{ocr} << u"it receives no heartbeats"_s;
        QTest::newRow("one of two sends heartbeats")
            << 3 << Reports{report(u"ocr"_s, 17, State::Starting), report(u"dlms"_s, 18, State::Running)}
            << Alive{ocr, dlms} << QString();
        QTest::newRow("one that never sent any")
            << 3 << Reports{report(u"quiet"_s, 19, State::Starting)} << Alive{quiet} << QString();
        QTest::newRow("the agent is in no report") << 3 << Reports{} << Alive{agent} << QString();
    }

    void findsTheProblemOfANewWatchdog()
    {
        QFETCH(const int, version);
        QFETCH(const QList<ProcessReport>, reports);
        QFETCH(const QList<WatchedProcess>, alive);
        QFETCH(const QString, problem);
        SwapJournal journal;
        journal.request.version = 3;
        QCOMPARE(findProblem(journal, {version, reports}, alive), problem);
    }

    void findsItsFoldersFromEitherPlace()
    {
        const OwnRelease installed(u"/home/root/WatchDog"_s);
        QCOMPARE(installed.installedProgram(), u"/home/root/WatchDog/sgn-watchdog"_s);
        QCOMPARE(installed.stagedProgram(), u"/home/root/WatchDog.update/staged/WatchDog/sgn-watchdog"_s);
        QCOMPARE(OwnRelease(installed.staged()).installed(), installed.installed());
    }

    void updatesOnlyInFoldersOfItsOwn_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<int>("mode");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("its own") << u"WatchDog"_s << 0755 << true;
        QTest::newRow("another name") << u"bin"_s << 0755 << false;
        QTest::newRow("open to the group") << u"WatchDog"_s << 0775 << false;
        QTest::newRow("open to all") << u"WatchDog"_s << 0757 << false;
    }

    void updatesOnlyInFoldersOfItsOwn()
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

    void readsTheFailureOfThePreparation_data()
    {
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("message");
        QTest::newRow("plain") << preparationLine({ErrorCode::HashMismatch, u"another: zip"_s})
                               << ErrorCode::HashMismatch << u"another: zip"_s;
        QTest::newRow("after other lines") << "a warning\nno_space: full\n"_ba << ErrorCode::NoSpace << u"full"_s;
        QTest::newRow("nothing") << QByteArray() << ErrorCode::Internal
                                 << u"the check of the release ended without a reason"_s;
        QTest::newRow("nonsense") << "Segmentation fault"_ba << ErrorCode::Internal
                                  << u"the check of the release ended without a reason"_s;
    }

    void readsTheFailureOfThePreparation()
    {
        QFETCH(const QByteArray, output);
        QFETCH(const ErrorCode, code);
        QFETCH(const QString, message);
        QCOMPARE(preparationError(output), (Error{code, message}));
    }
};

QTEST_GUILESS_MAIN(TestWatchdogRelease)
#include "tst_watchdog_release.moc"
