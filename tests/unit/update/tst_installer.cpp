// SPDX-License-Identifier: GPL-3.0-or-later
#include "InstallerFixture.h"
#include "system/FolderExchange.h"

#include <QSignalSpy>
#include <unistd.h>

using namespace sgn;
using namespace sgn::update;
using namespace sgn::system;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr uid_t anotherUser = 65534;

} // namespace

// What is common to all updates, shown with the meter's release.
class TestInstaller : public InstallerFixture
{
    Q_OBJECT

private Q_SLOTS:
    void installsARelease()
    {
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        const UpdateOutcome &outcome = m_outcomes.first();
        QVERIFY2(outcome.success, qPrintable(outcome.remarks));
        QCOMPARE(outcome.bytes, std::optional(QFileInfo(m_source).size()));
        QVERIFY(!outcome.error && !outcome.rolledBack);
        QCOMPARE(m_states, (QList<State>{State::Accepted, State::Downloading, State::Verifying, State::Staging,
                                         State::Waiting, State::Swapping, State::Confirming, State::Done}));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
        QVERIFY(QFileInfo(m_root + u"/SmartMeter/ocr.py"_s).isExecutable());
        QVERIFY(!m_watchdog->isHeld);
        const QList<ProcessVersion> expected{{u"ocr"_s, 2}, {u"dlms"_s, 2}};
        QCOMPARE(m_watchdog->requestsOf<control::Resume>().first().expected, expected);
        m_installer->close();
        QVERIFY(!m_installer->current());
        QCOMPARE(leftovers(), (QStringList{u"previous-SmartMeter"_s, u"previous-SmartMeter.json"_s}));
        QCOMPARE(readWhole(m_settings.downloads + u"/previous-SmartMeter/ocr.version"_s), "1");
    }

    void installsForTheFirstTime()
    {
        QVERIFY(removeFolder(m_root + u"/SmartMeter"_s));
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QVERIFY2(m_outcomes.first().success, qPrintable(m_outcomes.first().remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
    }

    void exchangesAFolderLaidOutByHandAsAWhole_data()
    {
        QTest::addColumn<bool>("works");
        QTest::newRow("the new release works") << true;
        QTest::newRow("the new release fails") << false;
    }

    // What a user may have put there: files, links, folders that take no writes, no permission bits that a release
    // sets. It is carried over, and comes back with the old release as well.
    void exchangesAFolderLaidOutByHandAsAWhole()
    {
        QFETCH(const bool, works);
        const QString installed = m_root + u"/SmartMeter"_s;
        QVERIFY(test::writeFile(installed + u"/my notes.txt"_s, "call Anna"));
        QVERIFY(test::writeFile(installed + u"/.cache/a b/c"_s, "c"));
        QVERIFY(QFile::link(u"my notes.txt"_s, installed + u"/link"_s));
        QVERIFY(QFile::link(u"/no/such/place"_s, installed + u"/nowhere"_s));
        QVERIFY(QFile::setPermissions(installed + u"/.cache/a b"_s, QFile::ReadOwner | QFile::ExeOwner));
        QVERIFY(test::writeFile(m_settings.downloads + u"/Anna's.zip"_s, "hers"));
        const Files before = installedFiles(m_root, u"SmartMeter"_s);
        Files files = meterRelease(2);
        if (!works) {
            files[u"SmartMeter/dlms.version"_s] = "-2";
        }
        offer(files);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QVERIFY2(m_outcomes.first().success == works, qPrintable(m_outcomes.first().remarks));
        Files carried = files;
        for (const QString &name : {u"my notes.txt"_s, u".cache/a b/c"_s, u"link"_s, u"nowhere"_s, u"ocr.py"_s}) {
            const QString path = u"SmartMeter/"_s + name;
            if (before.contains(path) && !carried.contains(path)) {
                carried.insert(path, before.value(path));
            }
        }
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), works ? carried : before);
        QVERIFY(QFileInfo(installed + u"/nowhere"_s).isSymLink());
        m_installer->close();
        QCOMPARE(leftovers().contains(u"previous-SmartMeter"_s), works);
        QCOMPARE(readWhole(m_settings.downloads + u"/Anna's.zip"_s), "hers");

        // And the next one leaves it there.
        m_outcomes.clear();
        offer(meterRelease(3));
        Order next = meterOrder(3);
        next.number = 11;
        QVERIFY(m_installer->begin(next));
        QVERIFY(ended());
        QVERIFY2(m_outcomes.first().success, qPrintable(m_outcomes.first().remarks));
        m_installer->close();
        QCOMPARE(readWhole(m_settings.downloads + u"/previous-SmartMeter/ocr.version"_s), works ? "2" : "1");
        QCOMPARE(readWhole(installed + u"/my notes.txt"_s), "call Anna");
        QVERIFY(!QFileInfo::exists(m_settings.downloads + u"/previous-SmartMeter/my notes.txt"_s));
    }

    // The previous release is replaced for the second time, so that it would be removed.
    void movesAForeignFolderOutOfTheWay()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can make folders that aren't the owner's");
        }
        const QTemporaryDir folder;
        const QString previous = folder.filePath(u"previous"_s);
        const QString next = folder.filePath(u"next"_s);
        QVERIFY(test::writeFile(next + u"/new"_s, "new"));
        QVERIFY(test::writeFile(previous + u"/__pycache__/ocr.pyc"_s, "root's"));
        for (const QString &path : {folder.path(), next, previous}) {
            QVERIFY(::chown(QFile::encodeName(path).constData(), anotherUser, anotherUser) == 0);
        }
        QVERIFY(::seteuid(anotherUser) == 0);
        const Outcome replaced = replaceFolder(next, previous);
        QVERIFY(::seteuid(0) == 0);
        QVERIFY2(replaced.has_value(), replaced ? "" : qPrintable(replaced.error().message));
        QCOMPARE(readWhole(previous + u"/new"_s), "new");
        QCOMPARE(readWhole(previous + u".unremovable-1/__pycache__/ocr.pyc"_s), "root's");
    }

    void restoresTheOldRelease_data()
    {
        QTest::addColumn<bool>("crashes");
        QTest::newRow("a process crashes") << true;
        QTest::newRow("a process never starts") << false;
    }

    void restoresTheOldRelease()
    {
        QFETCH(const bool, crashes);
        Files files = meterRelease(2);
        if (crashes) {
            files[u"SmartMeter/dlms.version"_s] = "-2";
        } else {
            files.remove(u"SmartMeter/dlms.version"_s);
        }
        offer(files);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        const UpdateOutcome &outcome = m_outcomes.first();
        QVERIFY(!outcome.success);
        QVERIFY(outcome.rolledBack);
        QCOMPARE(outcome.error, std::optional(ErrorCode::NotHealthy));
        QVERIFY2(outcome.remarks.contains(u"dlms"_s), qPrintable(outcome.remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
        QVERIFY(!m_watchdog->isHeld);
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void admitsByVersion_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<bool>("force");
        QTest::addColumn<bool>("success");
        QTest::addColumn<QString>("remarks");
        QTest::newRow("higher") << 2 << false << true << QString();
        QTest::newRow("the same") << 1 << false << true << u"already installed"_s;
        QTest::newRow("lower") << 0 << false << false << u"ocr version 1 is installed, which is newer than 0"_s;
        QTest::newRow("lower by force") << 0 << true << true << QString();
        QTest::newRow("the same by force") << 1 << true << true << QString();
    }

    void admitsByVersion()
    {
        QFETCH(const int, version);
        QFETCH(const bool, force);
        QFETCH(const bool, success);
        QFETCH(const QString, remarks);
        offer(meterRelease(version));
        Order order = meterOrder(version);
        updateOf(order).force = force;
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().success, success);
        QCOMPARE(m_outcomes.first().remarks, remarks);
        if (!success) {
            QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::Downgrade));
        }
    }

    void refusesBadAddressesAtOnce_data()
    {
        QTest::addColumn<QString>("url");
        QTest::newRow("plain http") << u"http://example.com/a.zip"_s;
        QTest::newRow("a file") << u"file:///etc/passwd"_s;
    }

    void refusesBadAddressesAtOnce()
    {
        QFETCH(const QString, url);
        Order order = meterOrder(2);
        updateOf(order).url = QUrl(url);
        QCOMPARE(m_installer->begin(order).error().code, ErrorCode::BadRequest);
        QCOMPARE(leftovers(), QStringList());
        QVERIFY(!m_installer->current());
    }

    void refusesBadReleases_data()
    {
        QTest::addColumn<Order>("order");
        QTest::addColumn<Files>("files");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("excerpt");
        const QString agent = u"JabberClient/sgn-agent"_s;
        const QByteArray good = "#!/bin/sh\nexit 0\n";
        Order wrongHash = meterOrder(2);
        updateOf(wrongHash).sha256 = QByteArray(32, 'x');
        Order wrongSize = meterOrder(2);
        updateOf(wrongSize).size = 1;
        QTest::newRow("other hash") << wrongHash << meterRelease(2) << ErrorCode::HashMismatch << u"SHA-256"_s;
        QTest::newRow("other size") << wrongSize << meterRelease(2) << ErrorCode::HashMismatch
                                    << u"bytes, the command names 1"_s;
        QTest::newRow("other folder") << meterOrder(2) << Files{{agent, good}} << ErrorCode::BadArchive << QString();
        QTest::newRow("two folders") << meterOrder(2) << Files{{agent, good}, {u"SmartMeter/a"_s, "a"}}
                                     << ErrorCode::BadArchive << QString();
        QTest::newRow("agent without program")
            << agentOrder(2) << Files{{u"JabberClient/readme"_s, "hello"}} << ErrorCode::BadArchive << u"sgn-agent"_s;
        QTest::newRow("agent that is no program")
            << agentOrder(2) << Files{{agent, "hello"}} << ErrorCode::BadArchive << u"sgn-agent"_s;
        QTest::newRow("agent of another version")
            << agentOrder(2) << Files{{agent, good}, {u"JabberClient/version"_s, "3\n"}} << ErrorCode::BadArchive
            << u"version"_s;
        QTest::newRow("agent of no version")
            << agentOrder(2) << Files{{agent, good}, {u"JabberClient/version"_s, "new"}} << ErrorCode::BadArchive
            << u"version"_s;
        QTest::newRow("agent that fails its test")
            << agentOrder(2) << Files{{agent, "#!/bin/sh\necho no library; exit 3\n"}} << ErrorCode::InstallFailed
            << u"failed with exit code 3: no library"_s;
        QTest::newRow("agent that hangs in its test") << agentOrder(2) << Files{{agent, "#!/bin/sh\nsleep 60\n"}}
                                                      << ErrorCode::InstallFailed << u"doesn't end within 1 s"_s;
        QTest::newRow("agent that can't be started") << agentOrder(2) << Files{{agent, "#!/no/such/shell\n"}}
                                                     << ErrorCode::InstallFailed << u"can't be started"_s;
    }

    void refusesBadReleases()
    {
        QFETCH(const Order, order);
        QFETCH(const Files, files);
        QFETCH(const ErrorCode, code);
        QFETCH(const QString, excerpt);
        offer(files);
        const Files before = installedFiles(m_root, u"SmartMeter"_s);
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().error, std::optional(code));
        QVERIFY(!m_outcomes.first().remarks.isEmpty());
        QVERIFY2(m_outcomes.first().remarks.contains(excerpt), qPrintable(m_outcomes.first().remarks));
        QVERIFY(!m_outcomes.first().rolledBack);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), before);
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void refusesWhatIsNoZip()
    {
        QVERIFY(test::writeFile(m_source, "<html>not found</html>"));
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::BadArchive));
    }

    void installsOneAtATime()
    {
        QVERIFY(m_installer->begin(meterOrder(2)));
        Order other = meterOrder(3);
        other.number = 12;
        QCOMPARE(m_installer->begin(other).error().code, ErrorCode::Busy);
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().order.number, 10U);
    }

    void cancels_data()
    {
        QTest::addColumn<int>("state");
        for (const State state :
             {State::Accepted, State::Downloading, State::Verifying, State::Staging, State::Waiting}) {
            QTest::newRow(nameOf(state).data()) << static_cast<int>(state);
        }
    }

    void cancels()
    {
        QFETCH(const int, state);
        std::optional<Outcome> outcome;
        connect(m_installer.get(), &Installer::stateEntered, this, [&](State entered) {
            if (static_cast<int>(entered) == state) {
                // As a command would: from the event loop, not from within the installer.
                QMetaObject::invokeMethod(
                    m_installer.get(), [&] { outcome = m_installer->cancel(10); }, Qt::QueuedConnection);
            }
        });
        // Holds the update where it is to be cancelled; the watchdog is queried in Accepted and in Waiting.
        if (static_cast<State>(state) == State::Waiting) {
            connect(m_installer.get(), &Installer::stateEntered, this, [&](State entered) {
                if (entered == State::Staging) {
                    m_watchdog->setConnected(false);
                }
            });
        }
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QVERIFY(outcome.has_value());
        QVERIFY2(outcome->has_value(), "refused");
        QCOMPARE(m_outcomes.size(), 1);
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::Cancelled));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
        // Nothing of it remains for later.
        QVERIFY(m_installer->begin(meterOrder(2)));
    }

    void refusesToCancelTooLateOrNothing()
    {
        QCOMPARE(m_installer->cancel(10).error().code, ErrorCode::NotFound);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QCOMPARE(m_installer->cancel(9).error().code, ErrorCode::NotFound);
        QVERIFY(reached(State::Confirming));
        QCOMPARE(m_installer->cancel(10).error().code, ErrorCode::Busy);
        QVERIFY(ended());
        QVERIFY(m_outcomes.first().success);
        QCOMPARE(m_installer->cancel(10).error().code, ErrorCode::NotFound);
    }

    void waitsForADisconnectedWatchdog()
    {
        m_settings.times.watchdogAway = 20s;
        restart();
        m_watchdog->setConnected(false);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(reached(State::Waiting));
        m_watchdog->setConnected(true);
        QVERIFY(ended());
        QVERIFY(m_outcomes.first().success);
    }

    void endsWithoutAWatchdog()
    {
        m_watchdog->setConnected(false);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::InstallFailed));
        QVERIFY(!m_outcomes.first().rolledBack);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
    }

    void reportsProgressOnRequest_data()
    {
        QTest::addColumn<bool>("asked");
        QTest::newRow("asked") << true;
        QTest::newRow("not asked") << false;
    }

    void reportsProgressOnRequest()
    {
        QFETCH(const bool, asked);
        QSignalSpy progress(m_installer.get(), &Installer::progress);
        Order order = meterOrder(2);
        order.progress = asked;
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(!progress.isEmpty(), asked);
        // It all takes less than a second.
        QVERIFY(progress.size() <= 1);
    }
};

QTEST_GUILESS_MAIN(TestInstaller)
#include "tst_installer.moc"
