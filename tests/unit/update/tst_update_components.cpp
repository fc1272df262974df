// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/ReleaseSignature.h"
#include "support/FakeWatchdog.h"
#include "support/ReadOnlyCard.h"
#include "support/ReleaseKit.h"
#include "support/TestCa.h"
#include "system/FolderExchange.h"
#include "update/Installer.h"
#include "update/PreviousRelease.h"

#include <QSignalSpy>
#include <QtTest>

using namespace sgn;
using namespace sgn::update;
using namespace sgn::system;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 20'000;

Files packages(const QByteArray &content)
{
    return {{u"site-packages/serial/__init__.py"_s, content}};
}

} // namespace

// What is particular to each thing that can be replaced, and to the ways back and the waiting in between. What all have
// in common is tst_installer's.
class TestComponents : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeWatchdog> m_watchdog;
    std::unique_ptr<Installer> m_installer;
    SystemClock m_clock;
    InstallerSettings m_settings;
    QString m_root;
    QString m_home;
    QString m_source; // what is "downloaded"
    QList<UpdateOutcome> m_endings;
    QList<std::pair<State, QString>> m_progress;
    TestCa m_ca;
    TestCa m_otherCa;
    QStringList m_tried;                                   // contents of the CA files
    std::function<Outcome(const QByteArray &pem)> m_trial; // what comes of it
    QDateTime m_now = QDateTime::currentDateTimeUtc();

    void restart()
    {
        m_installer = std::make_unique<Installer>(m_settings, *m_watchdog, copyFrom(m_source), m_clock);
        connect(m_installer.get(), &Installer::finished, this,
                [this](const UpdateOutcome &ending) { m_endings += ending; });
        connect(
            m_installer.get(), &Installer::progress, this,
            [this](CommandNo, State state, int, const QString &remarks) { m_progress += std::pair(state, remarks); });
    }
    static Order orderFor(const Task &task)
    {
        Order order;
        order.number = 20;
        order.fingerprint = QByteArray(32, 'f');
        order.task = task;
        return order;
    }
    static UpdateCommand meterUpdate(int version)
    {
        UpdateCommand update;
        update.url = QUrl(u"https://example.com/release.zip"_s);
        update.processes = {{u"ocr"_s, version}, {u"dlms"_s, version}};
        return update;
    }
    static UpdateCommand packagesUpdate(int version)
    {
        UpdateCommand update;
        update.component = Component::SitePackages;
        update.url = QUrl(u"https://example.com/packages.zip"_s);
        update.version = version;
        return update;
    }
    static CaCertUpdate caUpdate()
    {
        CaCertUpdate update;
        update.url = QUrl(u"https://example.com/cacert.pem"_s);
        return update;
    }
    // Runs to its end and closes, like the agent.
    UpdateOutcome run(const Task &task)
    {
        m_endings.clear();
        const Outcome begun = m_installer->begin(orderFor(task));
        if (!begun) {
            UpdateOutcome refused;
            refused.error = begun.error().code;
            refused.remarks = begun.error().message;
            return refused;
        }
        if (!QTest::qWaitFor([this] { return !m_endings.isEmpty(); }, limit)) {
            return {};
        }
        m_installer->close();
        return m_endings.first();
    }
    QString sitePackages() const { return m_home + u"/.local/lib/python3.7/site-packages"_s; }
    QByteArray packageContent() const { return readWhole(sitePackages() + u"/serial/__init__.py"_s); }
    QByteArray packageVersion() const { return readWhole(sitePackages() + u"/version"_s); }
    QByteArray installedCa() const { return readWhole(m_settings.caFile); }
    QStringList leftovers() const
    {
        return QDir(m_settings.downloads).entryList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name);
    }
    void offer(const Files &files) { QVERIFY(makeZip(m_source, files)); }
    void offerFile(const QByteArray &content) { QVERIFY(test::writeFile(m_source, content)); }
    void hold() { QVERIFY(test::writeFile(m_settings.hold, {})); }
    // A CA file that was signed on that day of a month.
    CaCertUpdate offerSigned(const QByteArray &content, const SigningKey &key, int day, bool mayGoBack = false)
    {
        offerFile(content);
        ReleaseManifest manifest;
        manifest.component = caCertComponent;
        manifest.release = u"ca"_s;
        manifest.sha256 = Sha256::hash(content);
        manifest.size = content.size();
        manifest.created = QDateTime({2026, 11, day}, {12, 0}, Qt::UTC);
        manifest.allowsDowngrade = mayGoBack;
        CaCertUpdate update = caUpdate();
        update.release = QString::fromLatin1(signRelease(manifest, key).value());
        return update;
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_ca.isValid() && m_otherCa.isValid(), qPrintable(m_ca.errorString())); }

    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_home = m_folder->filePath(u"home"_s);
        m_root = m_home + u"/technospurs"_s;
        m_source = m_folder->filePath(u"source"_s);
        m_settings = {};
        m_settings.root = m_root;
        m_settings.downloads = m_root + u"/downloads"_s;
        m_settings.journal = m_settings.downloads + u"/update.json"_s;
        m_settings.caFile = m_root + u"/certs/cacert.pem"_s;
        m_settings.hold = m_root + u"/cfg/hold"_s;
        m_settings.holdPoll = 5ms;
        m_settings.agentVersion = 1;
        m_settings.now = [this] {
            return m_now;
        };
        m_settings.isPast = [this](const QDateTime &moment) {
            return m_now > moment;
        };
        m_settings.trial = [this](const QString &caFile, QObject *context,
                                  const std::function<void(const Outcome &)> &done) {
            const QByteArray pem = readWhole(caFile);
            m_tried += QString::fromUtf8(pem);
            QMetaObject::invokeMethod(
                context, [done, outcome = m_trial(pem)] { done(outcome); }, Qt::QueuedConnection);
        };
        m_trial = [](const QByteArray &) {
            return Outcome();
        };
        m_settings.times = {
            .confirm = 300ms, .settle = 20ms, .confirmAgent = 1s, .watchdogAway = 300ms, .poll = 5ms, .hold = 60s};
        m_settings.statusLimit = 100ms;
        QVERIFY(QDir().mkpath(m_settings.downloads));
        QVERIFY(install(m_root, meterRelease(1)));
        // As the seed has it: the interpreter is named in the scripts.
        QVERIFY(test::writeFile(m_root + u"/SmartMeter/ocr.py"_s, "#!/usr/bin/python3.7\n"));
        QVERIFY(install(QFileInfo(sitePackages()).absolutePath(), packages("old")));
        QVERIFY(test::writeFile(m_settings.caFile, readWhole(m_ca.caFile())));
        m_watchdog = std::make_unique<FakeWatchdog>(m_root);
        m_endings.clear();
        m_progress.clear();
        m_tried.clear();
        restart();
    }
    void cleanup() { m_installer.reset(); }

    // --- Python packages

    void replacesThePackages()
    {
        offer(packages("new"));
        const UpdateOutcome ending = run(packagesUpdate(3));
        QVERIFY2(ending.success, qPrintable(ending.remarks));
        QCOMPARE(packageContent(), "new");
        QCOMPARE(packageVersion(), "3\n");
        // The processes that use them were stopped meanwhile, and run as they ran before.
        QCOMPARE(m_watchdog->requestsOf<control::Hold>().first().component, Component::SmartMeter);
        const QList<ProcessVersion> before{{u"dlms"_s, 1}, {u"ocr"_s, 1}};
        QCOMPARE(m_watchdog->requestsOf<control::Release>().first().expected, before);
        QVERIFY(!m_watchdog->isHeld);
        QCOMPARE(leftovers(), (QStringList{u"previous-site-packages"_s, u"previous-site-packages.json"_s}));
        QCOMPARE(run(packagesUpdate(3)).remarks, u"already installed"_s);
        QCOMPARE(run(packagesUpdate(2)).error, std::optional(ErrorCode::Downgrade));
    }

    void packagesGoWhereThereAreNone()
    {
        QVERIFY(removeFolder(m_home + u"/.local"_s));
        offer(packages("new"));
        const UpdateOutcome ending = run(packagesUpdate(0));
        QVERIFY2(ending.success, qPrintable(ending.remarks));
        QCOMPARE(packageContent(), "new");
    }

    void packagesThatBreakAProcessGoBack()
    {
        offer(packages("new"));
        m_watchdog->lastLines = {{u"ocr"_s, {u"Traceback"_s, u"ImportError: No module named 'serial'"_s}}};
        // With the new packages in place, one of the processes ends again and again.
        m_watchdog->onRelease = [this] {
            QVERIFY(test::writeFile(m_root + u"/SmartMeter/ocr.version"_s, packageContent() == "new" ? "-1" : "1"));
        };
        const UpdateOutcome ending = run(packagesUpdate(3));
        QVERIFY(!ending.success);
        QVERIFY(ending.rolledBack);
        QCOMPARE(ending.error, std::optional(ErrorCode::NotHealthy));
        QVERIFY2(ending.remarks.contains(u"ImportError"_s), qPrintable(ending.remarks));
        QCOMPARE(packageContent(), "old");
        QVERIFY(!m_watchdog->isHeld);
        QCOMPARE(leftovers(), QStringList());
        QVERIFY(ending.log.contains(u"ocr: Traceback"_s));
        QVERIFY(ending.log.contains(u"ocr: ImportError: No module named 'serial'"_s));
        QVERIFY(ending.log.last().endsWith(u"rolled_back"_s));
    }

    void whatDidNotRunBeforeIsNoReasonToGoBack()
    {
        QVERIFY(test::writeFile(m_root + u"/SmartMeter/dlms.version"_s, "-1"));
        offer(packages("new"));
        const UpdateOutcome ending = run(packagesUpdate(3));
        QVERIFY2(ending.success, qPrintable(ending.remarks));
        const QList<ProcessVersion> before{{u"ocr"_s, 1}};
        QCOMPARE(m_watchdog->requestsOf<control::Release>().first().expected, before);
    }

    void findsTheFolderOfThePackages_data()
    {
        QTest::addColumn<QString>("configured");
        QTest::addColumn<Files>("files"); // below the home folder
        QTest::addColumn<QString>("python");
        QTest::addColumn<QString>("found"); // below the home folder; empty: nothing
        const QString script = u"technospurs/SmartMeter/ocr.py"_s;
        const auto lib = [](const QString &python) {
            return u".local/lib/%1/site-packages"_s.arg(python);
        };
        const auto packageOf = [lib](const QString &python) {
            return lib(python) + u"/serial.py"_s;
        };
        const Files none;
        QTest::newRow("nothing at all") << QString() << none << QString() << QString();
        QTest::newRow("the configured one")
            << u"packages"_s << Files{{script, "#!/usr/bin/python3.7\n"}} << QString() << u"packages"_s;
        QTest::newRow("named by a script") << QString() << Files{{script, "#!/usr/bin/python3.7\n"}}
                                           << u"/usr/bin/python3.11"_s << lib(u"python3.7"_s);
        QTest::newRow("by env") << QString() << Files{{script, "#!/usr/bin/env python3.9 -S\n"}} << QString()
                                << lib(u"python3.9"_s);
        QTest::newRow("the newest of several scripts")
            << QString()
            << Files{{script, "#!/usr/bin/python3.7\n"}, {u"technospurs/SmartMeter/a.py"_s, "#!/usr/bin/python3.11\n"}}
            << QString() << lib(u"python3.11"_s);
        QTest::newRow("not in the first line")
            << QString() << Files{{script, "import os\n#!/usr/bin/python3.7\n"}, {packageOf(u"python3.5"_s), "a"}}
            << QString() << lib(u"python3.5"_s);
        QTest::newRow("the system's") << QString()
                                      << Files{{script, "#!/usr/bin/python3\n"}, {packageOf(u"python3.5"_s), "a"}}
                                      << u"python3.9"_s << lib(u"python3.9"_s);
        QTest::newRow("the newest on disk") << QString()
                                            << Files{{script, "#!/usr/bin/python3\n"},
                                                     {packageOf(u"python3.9"_s), "a"},
                                                     {packageOf(u"python3.11"_s), "a"},
                                                     {packageOf(u"python3.11.bad"_s), "a"},
                                                     {u".local/lib/python3.12/other"_s, "a"}}
                                            << QString() << lib(u"python3.11"_s);
        QTest::newRow("no numbers without an end")
            << QString() << Files{{script, "#!/usr/bin/python3.1234567\n"}} << QString() << QString();
    }

    void findsTheFolderOfThePackages()
    {
        QFETCH(const QString, configured);
        QFETCH(const Files, files);
        QFETCH(const QString, python);
        QFETCH(const QString, found);
        const QString home = m_folder->filePath(u"other"_s);
        QVERIFY(QDir().mkpath(home + u"/technospurs/SmartMeter"_s));
        QVERIFY(install(home, files));
        InstallLocations places;
        places.root = home + u"/technospurs"_s;
        places.sitePackages = configured.isEmpty() ? QString() : home + u'/' + configured;
        QString interpreter = home + u"/bin/python3"_s;
        if (!python.isEmpty()) {
            QVERIFY(test::writeFile(home + u"/bin/"_s + QFileInfo(python).fileName(), "program"));
            QVERIFY(QFile::link(QFileInfo(python).fileName(), interpreter));
        }
        const auto folder = findSitePackages(places, interpreter);
        QCOMPARE(folder.has_value(), !found.isEmpty());
        if (folder) {
            QCOMPARE(*folder, home + u'/' + found);
        }
    }

    // --- the CA file

    void replacesTheCaFile()
    {
        const QByteArray both = readWhole(m_ca.caFile()) + readWhole(m_otherCa.caFile());
        offerFile(both);
        const UpdateOutcome ending = run(caUpdate());
        QVERIFY2(ending.success, qPrintable(ending.remarks));
        QCOMPARE(installedCa(), both);
        // Tried before the exchange and once more with what is in place then.
        QCOMPARE(m_tried, (QStringList{QString::fromUtf8(both), QString::fromUtf8(both)}));
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        QCOMPARE(leftovers(), QStringList{u"previous-cacert.pem"_s});
        QCOMPARE(readWhole(m_settings.downloads + u"/previous-cacert.pem"_s), readWhole(m_ca.caFile()));
        QCOMPARE(QFileInfo(m_settings.caFile).permissions() & QFileDevice::WriteOther, QFileDevice::Permissions());
    }

    void theSameCaFileIsThereAlready_data()
    {
        QTest::addColumn<bool>("saysHash");
        QTest::newRow("the command says its hash") << true;
        QTest::newRow("it shows after the download") << false;
    }

    void theSameCaFileIsThereAlready()
    {
        QFETCH(const bool, saysHash);
        offerFile(installedCa());
        CaCertUpdate update = caUpdate();
        if (saysHash) {
            update.sha256 = Sha256::hash(installedCa());
        }
        const UpdateOutcome ending = run(update);
        QVERIFY(ending.success);
        QCOMPARE(ending.remarks, u"already installed"_s);
        QCOMPARE(ending.bytes.has_value(), !saysHash);
        QVERIFY(m_tried.isEmpty());
        QCOMPARE(leftovers(), QStringList());
    }

    void badCaFilesChangeNothing_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("sha256");
        QTest::addColumn<QDateTime>("now");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("words");
        const QByteArray other = readWhole(m_otherCa.caFile());
        const QDateTime now = QDateTime::currentDateTimeUtc();
        QTest::newRow("a page") << QByteArray("<html>") << QByteArray() << now << ErrorCode::BadArchive
                                << u"no certificate"_s;
        QTest::newRow("expired") << other << QByteArray() << now.addYears(11) << ErrorCode::BadArchive << u"expired"_s;
        QTest::newRow("another hash") << other << QByteArray(32, 'x') << now << ErrorCode::HashMismatch << u"SHA-256"_s;
        QTest::newRow("of another authority")
            << other << QByteArray() << now << ErrorCode::InstallFailed << u"isn't from the authority"_s;
    }

    void badCaFilesChangeNothing()
    {
        QFETCH(const QByteArray, content);
        QFETCH(const QByteArray, sha256);
        QFETCH(const QDateTime, now);
        QFETCH(const ErrorCode, code);
        QFETCH(const QString, words);
        const QByteArray before = installedCa();
        m_trial = [](const QByteArray &) {
            return Outcome(fail(ErrorCode::Refused, u"the server isn't from the authority"_s));
        };
        m_now = now;
        offerFile(content);
        CaCertUpdate update = caUpdate();
        update.sha256 = sha256;
        const UpdateOutcome ending = run(update);
        QCOMPARE(ending.error, std::optional(code));
        QVERIFY2(ending.remarks.contains(words), qPrintable(ending.remarks));
        QVERIFY(!ending.rolledBack);
        QCOMPARE(installedCa(), before);
        QCOMPARE(leftovers(), QStringList());
        m_now = QDateTime::currentDateTimeUtc();
    }

    void aWithdrawnCaFileStaysAway_data()
    {
        QTest::addColumn<bool>("isAllowed");
        QTest::addColumn<bool>("hasOperators");
        QTest::newRow("whoever has the panel's password") << false << false;
        QTest::newRow("allowed by its signature") << true << false;
        QTest::newRow("by an operator") << false << true;
    }

    void aWithdrawnCaFileStaysAway()
    {
        QFETCH(const bool, isAllowed);
        QFETCH(const bool, hasOperators);
        const SigningKey key = newSigningKey(u"release"_s).value();
        m_settings.policy.releaseKeys = {publicKeyOf(key).value()};
        restart();
        const QByteArray own = readWhole(m_ca.caFile());
        const QByteArray old = own + readWhole(m_otherCa.caFile());
        // The one with the authority that is withdrawn later, then the one without, each as the panel sends it.
        const CaCertUpdate first = offerSigned(old, key, 1, isAllowed);
        QVERIFY(run(first).success);
        const UpdateOutcome withdrawn = run(offerSigned(own, key, 2));
        QVERIFY2(withdrawn.success, qPrintable(withdrawn.remarks));
        // And the first once more, from the archive.
        m_settings.policy.hasOperatorKeys = hasOperators;
        restart();
        offerFile(old);
        const UpdateOutcome again = run(first);
        if (isAllowed || hasOperators) {
            QVERIFY2(again.success, qPrintable(again.remarks));
            return;
        }
        QCOMPARE(again.error, std::optional(ErrorCode::Downgrade));
        QVERIFY2(again.remarks.contains(u"signed on 2026-11-01"), qPrintable(again.remarks));
        QCOMPARE(installedCa(), own);
        // A later one is as welcome as ever.
        QVERIFY(run(offerSigned(old, key, 3)).success);
    }

    void aCaFileThatIsThereAlreadyBarsOlderOnes()
    {
        const SigningKey key = newSigningKey(u"release"_s).value();
        m_settings.policy.releaseKeys = {publicKeyOf(key).value()};
        restart();
        // Laid out before anything was signed.
        const QByteArray own = installedCa();
        const QByteArray old = own + readWhole(m_otherCa.caFile());
        const UpdateOutcome known = run(offerSigned(own, key, 2));
        QCOMPARE(known.remarks, u"already installed"_s);
        const UpdateOutcome withdrawn = run(offerSigned(old, key, 1));
        QCOMPARE(withdrawn.error, std::optional(ErrorCode::Downgrade));
        QCOMPARE(installedCa(), own);
    }

    void theOldCaFileComesBackWhenTheServerChanges()
    {
        const QByteArray before = installedCa();
        m_trial = [this](const QByteArray &) {
            return m_tried.size() < 2 ? Outcome() : fail(ErrorCode::Refused, u"another certificate"_s);
        };
        offerFile(readWhole(m_otherCa.caFile()));
        const UpdateOutcome ending = run(caUpdate());
        QVERIFY(ending.rolledBack);
        QVERIFY2(ending.remarks.contains(u"another certificate"_s), qPrintable(ending.remarks));
        QCOMPARE(installedCa(), before);
        QCOMPARE(leftovers(), QStringList());
    }

    void theOldCaFileWaitsForACardThatIsSick_data()
    {
        QTest::addColumn<bool>("recovers");
        QTest::newRow("for a moment") << true;
        QTest::newRow("till the end") << false;
    }

    void theOldCaFileWaitsForACardThatIsSick()
    {
        QFETCH(const bool, recovers);
        const QByteArray before = installedCa();
        std::unique_ptr<ReadOnlyCard> card;
        m_trial = [&](const QByteArray &) {
            if (m_tried.size() < 2) {
                return Outcome();
            }
            card = std::make_unique<ReadOnlyCard>(m_settings.downloads + u"/staged-cacert.pem"_s);
            if (recovers) {
                QTimer::singleShot(20, this, [&card] { card.reset(); });
            }
            return Outcome(fail(ErrorCode::Refused, u"another certificate"_s));
        };
        connect(m_installer.get(), &Installer::finished, this, [&card] { card.reset(); });
        if (!ReadOnlyCard(m_folder->path()).isWorn()) {
            QSKIP("mounting isn't allowed here");
        }
        const QByteArray other = readWhole(m_otherCa.caFile());
        offerFile(other);
        const UpdateOutcome ending = run(caUpdate());
        QVERIFY(!ending.success);
        QCOMPARE(ending.rolledBack, recovers);
        QCOMPARE(installedCa(), recovers ? before : other);
        QCOMPARE(leftovers(), recovers ? QStringList() : QStringList{u"previous-cacert.pem"_s});
        if (!recovers) {
            QCOMPARE(readWhole(m_settings.downloads + u"/previous-cacert.pem"_s), before);
        }
    }

    void aServerThatIsAwayIsTriedAgain()
    {
        m_settings.times.confirm = 20s;
        restart();
        m_trial = [this](const QByteArray &) {
            return m_tried.size() < 3 ? Outcome(fail(ErrorCode::Network, u"nothing answers"_s)) : Outcome();
        };
        offerFile(readWhole(m_otherCa.caFile()));
        QVERIFY(run(caUpdate()).success);
        QCOMPARE(m_tried.size(), 4);
    }

    void aServerThatStaysAwayProvesNothing()
    {
        const QByteArray before = installedCa();
        m_trial = [](const QByteArray &) {
            return Outcome(fail(ErrorCode::Timeout, u"it is silent"_s));
        };
        offerFile(readWhole(m_otherCa.caFile()));
        const UpdateOutcome ending = run(caUpdate());
        QCOMPARE(ending.error, std::optional(ErrorCode::InstallFailed));
        QVERIFY2(ending.remarks.contains(u"it is silent"_s), qPrintable(ending.remarks));
        QCOMPARE(installedCa(), before);
    }

    void theCaFileGoesOnAfterARestartInEachState_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<bool>("good");
        for (const State state : {State::Accepted, State::Downloading, State::Verifying, State::Staging, State::Waiting,
                                  State::Swapping, State::Confirming, State::RollingBack}) {
            QTest::addRow("%s, good file", nameOf(state).data()) << static_cast<int>(state) << true;
            QTest::addRow("%s, bad file", nameOf(state).data()) << static_cast<int>(state) << false;
        }
    }

    void theCaFileGoesOnAfterARestartInEachState()
    {
        QFETCH(const int, state);
        QFETCH(const bool, good);
        const QByteArray before = installedCa();
        const QByteArray offered = readWhole(m_otherCa.caFile());
        offerFile(offered);
        // A bad one passes until it is in place.
        m_trial = [&](const QByteArray &) {
            return good || installedCa() == before ? Outcome() : fail(ErrorCode::Refused, u"not believed"_s);
        };
        bool stopped = false;
        connect(m_installer.get(), &Installer::stateEntered, this, [&](State entered) {
            if (static_cast<int>(entered) == state && !stopped) {
                stopped = true;
                QMetaObject::invokeMethod(
                    this,
                    [this] {
                        restart();
                        m_installer->resume();
                    },
                    Qt::QueuedConnection);
            }
        });
        QVERIFY(m_installer->begin(orderFor(caUpdate())));
        QTRY_VERIFY_WITH_TIMEOUT(!m_endings.isEmpty(), limit);
        QCOMPARE(m_endings.size(), 1);
        QCOMPARE(m_endings.first().success, good);
        QCOMPARE(m_endings.first().rolledBack, !good);
        QCOMPARE(installedCa(), good ? offered : before);
    }

    // --- the way back

    void goesBackToThePreviousReleaseAndForthAgain()
    {
        offer(meterRelease(2));
        QVERIFY(run(meterUpdate(2)).success);
        const UpdateOutcome back = run(Rollback{Component::SmartMeter});
        QVERIFY2(back.success, qPrintable(back.remarks));
        QVERIFY(!back.bytes);
        QCOMPARE(readWhole(m_root + u"/SmartMeter/ocr.version"_s), "1");
        const QList<ProcessVersion> ones{{u"dlms"_s, 1}, {u"ocr"_s, 1}};
        QCOMPARE(m_watchdog->requestsOf<control::Release>().last().expected, ones);
        // The one that was left is kept in turn.
        const UpdateOutcome forth = run(Rollback{Component::SmartMeter});
        QVERIFY2(forth.success, qPrintable(forth.remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
        QCOMPARE(leftovers(), (QStringList{u"previous-SmartMeter"_s, u"previous-SmartMeter.json"_s}));
    }

    void aPreviousReleaseThatNoLongerRunsIsLeftAgain()
    {
        offer(meterRelease(2));
        QVERIFY(run(meterUpdate(2)).success);
        const QString previous = m_settings.downloads + u"/previous-SmartMeter"_s;
        QVERIFY(test::writeFile(previous + u"/ocr.version"_s, "-1"));
        const UpdateOutcome back = run(Rollback{Component::SmartMeter});
        QVERIFY(back.rolledBack);
        QVERIFY2(back.remarks.startsWith(u"the previous release doesn't run"_s), qPrintable(back.remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
        // It is still there for another try.
        QCOMPARE(readWhole(previous + u"/ocr.version"_s), "-1");
        QVERIFY(!m_watchdog->isHeld);
    }

    void aPreviousReleaseWithoutNotesHasToRunInWhateverVersion()
    {
        QVERIFY(install(m_settings.downloads + u"/x"_s, meterRelease(7)));
        QVERIFY(
            QDir().rename(m_settings.downloads + u"/x/SmartMeter"_s, m_settings.downloads + u"/previous-SmartMeter"_s));
        const UpdateOutcome back = run(Rollback{Component::SmartMeter});
        QVERIFY2(back.success, qPrintable(back.remarks));
        QCOMPARE(readWhole(m_root + u"/SmartMeter/ocr.version"_s), "7");
    }

    void thePackagesGoBack()
    {
        offer(packages("new"));
        QVERIFY(run(packagesUpdate(3)).success);
        const UpdateOutcome back = run(Rollback{Component::SitePackages});
        QVERIFY2(back.success, qPrintable(back.remarks));
        QCOMPARE(packageContent(), "old");
        QVERIFY(packageVersion().isEmpty());
    }

    void theAgentGoesBack()
    {
        QVERIFY(install(m_root, {{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0 # new\n"}}));
        const QString previous = m_settings.downloads + u"/previous-JabberClient"_s;
        QVERIFY(test::writeFile(previous + u"/sgn-agent"_s, "#!/bin/sh\nexit 0 # old\n"));
        QCOMPARE(run(Rollback{Component::JabberClient}).remarks,
                 u"the previous release of the agent doesn't say its version"_s);
        QVERIFY(test::writeFile(previous + u"/version"_s, "0\n"));
        m_watchdog->onSwapAgent = [this](const control::SwapAgent &swap) -> Result<control::ReplyBody> {
            (void)exchangeIn(m_root + u"/JabberClient"_s, swap.stagedFolder, inodeOf(swap.stagedFolder).value());
            m_watchdog->swapStatus = {control::SwapState::Confirmed, swap.version, {}};
            return control::Done{};
        };
        const UpdateOutcome back = run(Rollback{Component::JabberClient});
        QVERIFY2(back.success, qPrintable(back.remarks));
        const auto asked = m_watchdog->requestsOf<control::SwapAgent>();
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().stagedFolder, previous);
        QCOMPARE(asked.first().version, 0);
        QVERIFY(readWhole(m_root + u"/JabberClient/sgn-agent"_s).contains("old"));
        QVERIFY(readWhole(previous + u"/sgn-agent"_s).contains("new"));
    }

    void thereIsNoWayBack_data()
    {
        QTest::addColumn<int>("component");
        QTest::addColumn<QString>("remarks");
        const QString none = u"there is no previous release of %1 on this device"_s;
        QTest::newRow("meter") << static_cast<int>(Component::SmartMeter) << none.arg(u"SmartMeter"_s);
        QTest::newRow("agent") << static_cast<int>(Component::JabberClient) << none.arg(u"JabberClient"_s);
        QTest::newRow("packages") << static_cast<int>(Component::SitePackages) << none.arg(u"site-packages"_s);
    }

    void thereIsNoWayBack()
    {
        QFETCH(const int, component);
        QFETCH(const QString, remarks);
        const UpdateOutcome back = run(Rollback{static_cast<Component>(component)});
        QCOMPARE(back.error, std::optional(ErrorCode::InstallFailed));
        QCOMPARE(back.remarks, remarks);
        QVERIFY(!back.rolledBack);
        QCOMPARE(leftovers(), QStringList());
    }

    void damagedNotesAreIgnored()
    {
        const ReleasePaths paths(m_root + u"/SmartMeter"_s, m_settings.downloads, m_settings.downloads);
        QVERIFY(install(paths.previous(), {{u"version"_s, "4\n"}}));
        QVERIFY(test::writeFile(paths.previousNotes(), "{\"processes\":"));
        const auto release = readPreviousRelease(paths);
        QVERIFY(release);
        QCOMPARE(*release, (PreviousRelease{4, {}}));
        QVERIFY(notePreviousRelease(paths, {5, {{u"ocr"_s, 1}}}));
        QCOMPARE(readPreviousRelease(paths).value(), (PreviousRelease{5, {{u"ocr"_s, 1}}}));
    }

    // --- people at the device

    void theSwapWaitsForPeopleAtTheDevice_data()
    {
        QTest::addColumn<bool>("restarted");
        QTest::newRow("while it runs") << false;
        QTest::newRow("over many restarts") << true;
    }

    void theSwapWaitsForPeopleAtTheDevice()
    {
        QFETCH(const bool, restarted);
        offer(meterRelease(2));
        hold();
        Order order = orderFor(meterUpdate(2));
        order.progress = true;
        QVERIFY(m_installer->begin(order));
        QTRY_COMPARE_WITH_TIMEOUT(m_installer->state(), std::optional(State::Waiting), limit);
        for (int i = 0; restarted && i < 20; ++i) {
            restart();
            m_installer->resume();
            QCoreApplication::processEvents();
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_progress.isEmpty() ? QString() : m_progress.last().second,
                                  u"held by the file cfg/hold on the device"_s, limit);
        QCOMPARE(m_progress.last().first, State::Waiting);
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        QCOMPARE(readWhole(m_root + u"/SmartMeter/ocr.version"_s), "1");
        QVERIFY(m_endings.isEmpty());
        QVERIFY(QFile::remove(m_settings.hold));
        QTRY_VERIFY_WITH_TIMEOUT(!m_endings.isEmpty(), limit);
        QVERIFY2(m_endings.first().success, qPrintable(m_endings.first().remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
    }

    void aHeldUpdateCanBeCancelled()
    {
        offer(meterRelease(2));
        hold();
        QVERIFY(m_installer->begin(orderFor(meterUpdate(2))));
        QTRY_COMPARE_WITH_TIMEOUT(m_installer->state(), std::optional(State::Waiting), limit);
        QVERIFY(!m_installer->isSwapping()); // the machine may restart meanwhile
        QVERIFY(m_installer->cancel(20));
        QTRY_VERIFY_WITH_TIMEOUT(!m_endings.isEmpty(), limit);
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::Cancelled));
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void aHeldUpdateExpires_data()
    {
        QTest::addColumn<bool>("restarted");
        QTest::newRow("while it waits") << false;
        QTest::newRow("while the device is off") << true;
    }

    void aHeldUpdateExpires()
    {
        QFETCH(const bool, restarted);
        offer(meterRelease(2));
        hold();
        Order order = orderFor(meterUpdate(2));
        order.notAfter = m_now.addSecs(3600);
        QVERIFY(m_installer->begin(order));
        QTRY_COMPARE_WITH_TIMEOUT(m_installer->state(), std::optional(State::Waiting), limit);
        if (restarted) {
            m_installer.reset();
        }
        m_now = m_now.addSecs(7200);
        if (restarted) {
            restart();
            m_installer->resume();
        }
        QTRY_VERIFY_WITH_TIMEOUT(!m_endings.isEmpty(), limit);
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::Expired));
        QVERIFY(!m_endings.first().rolledBack);
        QCOMPARE(readWhole(m_root + u"/SmartMeter/ocr.version"_s), "1");
        m_now = QDateTime::currentDateTimeUtc();
    }

    // --- failures

    void aCrashLoopEndsTheWaitAtOnce()
    {
        m_settings.times.confirm = 24h;
        restart();
        Files files = meterRelease(2);
        files[u"SmartMeter/dlms.version"_s] = "-2";
        m_watchdog->lastLines = {{u"dlms"_s, {u"camera not found"_s}}};
        offer(files);
        const UpdateOutcome ending = run(meterUpdate(2));
        QVERIFY(ending.rolledBack);
        QVERIFY2(ending.remarks.contains(
                     u"dlms is crash_loop with version 2, it last ended with exit code 1: camera not found"_s),
                 qPrintable(ending.remarks));
        QVERIFY(ending.log.contains(u"dlms: camera not found"_s));
        QVERIFY(ending.log.size() <= 20);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s).value(u"SmartMeter/dlms.version"_s), "1");
        QVERIFY(!m_watchdog->isHeld);
    }

    void aSuccessHasNoLog()
    {
        offer(meterRelease(2));
        QVERIFY(run(meterUpdate(2)).log.isEmpty());
    }

    void theWatchdogGoesBackByItself()
    {
        using control::WatchdogSwapState;
        m_watchdog->ownSwap.running = 2;
        m_watchdog->onSwapWatchdog = [this](const control::SwapWatchdog &request) -> Result<control::ReplyBody> {
            m_watchdog->ownSwap = {WatchdogSwapState::Confirmed, request.key, 1, ErrorCode::Internal, {}};
            return control::Done{};
        };
        QVERIFY(run(Rollback{Component::WatchDog}).success);
        const auto asked = m_watchdog->requestsOf<control::SwapWatchdog>();
        QCOMPARE(asked.size(), 1);
        QVERIFY(asked.first().previous);
        QCOMPARE(asked.first().timeoutS, static_cast<int>(m_settings.times.confirmWatchdog.count()));
        QCOMPARE(leftovers(), QStringList());
    }

    void theWatchdogKnowsOfNoWayBack()
    {
        const QString why = u"there is no previous release of the watchdog on this device"_s;
        m_watchdog->onSwapWatchdog = [why](const control::SwapWatchdog &) -> Result<control::ReplyBody> {
            return fail(ErrorCode::Refused, why);
        };
        const UpdateOutcome ending = run(Rollback{Component::WatchDog});
        QCOMPARE(ending.error, std::optional(ErrorCode::InstallFailed));
        QCOMPARE(ending.remarks, why);
        QVERIFY(!ending.rolledBack);
    }
};

QTEST_GUILESS_MAIN(TestComponents)
#include "tst_update_components.moc"
