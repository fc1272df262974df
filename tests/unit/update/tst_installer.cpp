// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Command.h"
#include "release/ReleaseSignature.h"
#include "support/FakeWatchdog.h"
#include "support/ReadOnlyCard.h"
#include "support/ReleaseKit.h"
#include "support/SmallDisk.h"
#include "system/FolderExchange.h"
#include "update/Installer.h"

#include <QSignalSpy>
#include <QtTest>
#include <unistd.h>

using namespace sgn;
using namespace sgn::update;
using namespace sgn::system;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr uid_t nobody = 65534;
constexpr std::array workStates{State::Accepted, State::Downloading, State::Verifying,  State::Staging,
                                State::Waiting,  State::Swapping,    State::Confirming, State::RollingBack};

} // namespace

class TestInstaller : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeWatchdog> m_watchdog;
    std::unique_ptr<Installer> m_installer;
    SystemClock m_clock;
    InstallerSettings m_settings;
    QString m_root;
    QString m_zip;
    QList<UpdateOutcome> m_endings;
    QList<State> m_states;
    std::array<SigningKey, 3> m_keys;

    void restart()
    {
        m_installer = std::make_unique<Installer>(m_settings, *m_watchdog, copyFrom(m_zip), m_clock);
        connect(m_installer.get(), &Installer::finished, this,
                [this](const UpdateOutcome &ending) { m_endings += ending; });
        connect(m_installer.get(), &Installer::stateEntered, this, [this](State state) { m_states += state; });
    }

    Order meterOrder(int version) const
    {
        Order order;
        order.number = 10;
        order.fingerprint = QByteArray(32, 'f');
        UpdateCommand update;
        update.url = QUrl(u"https://example.com/release.zip"_s);
        update.processes = {{u"ocr"_s, version}, {u"dlms"_s, version}};
        order.task = update;
        return order;
    }

    static Order agentOrder(int version)
    {
        Order order;
        order.number = 11;
        order.fingerprint = QByteArray(32, 'g');
        UpdateCommand update;
        update.component = Component::JabberClient;
        update.url = QUrl(u"https://example.com/agent.zip"_s);
        update.version = version;
        order.task = update;
        return order;
    }
    static UpdateCommand &updateOf(Order &order) { return std::get<UpdateCommand>(order.task); }

    bool ended()
    {
        return QTest::qWaitFor([this] { return !m_endings.isEmpty(); }, 20'000);
    }
    bool reached(State state)
    {
        return QTest::qWaitFor([this, state] { return m_installer->state() == state; }, 20'000);
    }
    QStringList leftovers() const
    {
        return QDir(m_settings.downloads).entryList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name);
    }
    void useZip(const Files &files) { QVERIFY(makeZip(m_zip, files)); }
    // The last of m_keys stays a stranger.
    void trustReleaseKeys()
    {
        m_settings.policy.releaseKeys = {publicKeyOf(m_keys[0]).value(), publicKeyOf(m_keys[1]).value()};
        restart();
    }
    // Of m_zip.
    ReleaseManifest manifestOf(int version) const
    {
        ReleaseManifest manifest;
        manifest.component = u"SmartMeter"_s;
        manifest.release = QString::number(version);
        manifest.processes = std::get<UpdateCommand>(meterOrder(version).task).processes;
        const QByteArray zip = readWhole(m_zip);
        manifest.sha256 = Sha256::hash(zip);
        manifest.size = zip.size();
        const Files files = meterRelease(version);
        for (auto it = files.begin(); it != files.end(); ++it) {
            const auto kind = it->startsWith("#!") ? ReleaseFile::Kind::Program : ReleaseFile::Kind::Plain;
            manifest.files.insert(it.key(), {Sha256::hash(*it), it->size(), kind});
        }
        manifest.created = QDateTime({2026, 11, 25}, {12, 0}, Qt::UTC);
        return manifest;
    }
    QString signedBy(int key, const ReleaseManifest &manifest) const
    {
        return QString::fromLatin1(signRelease(manifest, m_keys.at(static_cast<std::size_t>(key))).value());
    }

private Q_SLOTS:
    void initTestCase()
    {
        for (SigningKey &key : m_keys) {
            key = newSigningKey(u"release"_s).value();
        }
    }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_root = m_folder->filePath(u"root"_s);
        m_zip = m_folder->filePath(u"release.zip"_s);
        m_settings = {};
        m_settings.root = m_root;
        m_settings.downloads = m_root + u"/downloads"_s;
        m_settings.journal = m_settings.downloads + u"/update.json"_s;
        m_settings.agentVersion = 1;
        m_settings.times = {
            .confirm = 300ms, .settle = 20ms, .confirmAgent = 1s, .watchdogAway = 300ms, .poll = 5ms, .hold = 60s};
        m_settings.selfTestLimit = 1s;
        m_settings.statusLimit = 100ms;
        QVERIFY(QDir().mkpath(m_settings.downloads));
        QVERIFY(install(m_root, meterRelease(1)));
        useZip(meterRelease(2));
        m_watchdog = std::make_unique<FakeWatchdog>(m_root);
        m_endings.clear();
        m_states.clear();
        restart();
    }
    void cleanup() { m_installer.reset(); }

    void installsARelease()
    {
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        const UpdateOutcome &ending = m_endings.first();
        QVERIFY2(ending.success, qPrintable(ending.remarks));
        QCOMPARE(ending.bytes, std::optional(QFileInfo(m_zip).size()));
        QVERIFY(!ending.error && !ending.rolledBack);
        QCOMPARE(m_states, (QList<State>{State::Accepted, State::Downloading, State::Verifying, State::Staging,
                                         State::Waiting, State::Swapping, State::Confirming, State::Done}));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
        QVERIFY(QFileInfo(m_root + u"/SmartMeter/ocr.py"_s).isExecutable());
        QVERIFY(!m_watchdog->isHeld);
        const QList<ProcessVersion> expected{{u"ocr"_s, 2}, {u"dlms"_s, 2}};
        QCOMPARE(m_watchdog->requestsOf<control::Release>().first().expected, expected);
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
        QVERIFY2(m_endings.first().success, qPrintable(m_endings.first().remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
    }

    void aFolderThatWasLaidOutByHandIsExchangedAsAWhole_data()
    {
        QTest::addColumn<bool>("works");
        QTest::newRow("and stays away") << true;
        QTest::newRow("and comes back") << false;
    }

    // What people have put there: their own files, links, folders that take no writes, no bits that a release would
    // set.
    void aFolderThatWasLaidOutByHandIsExchangedAsAWhole()
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
        useZip(files);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QVERIFY2(m_endings.first().success == works, qPrintable(m_endings.first().remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), works ? files : before);
        QCOMPARE(QFileInfo(installed + u"/nowhere"_s).isSymLink(), !works);
        m_installer->close();
        QCOMPARE(leftovers().contains(u"previous-SmartMeter"_s), works);
        QCOMPARE(readWhole(m_settings.downloads + u"/Anna's.zip"_s), "hers");

        // And the next one removes it.
        m_endings.clear();
        useZip(meterRelease(3));
        Order next = meterOrder(3);
        next.number = 11;
        QVERIFY(m_installer->begin(next));
        QVERIFY(ended());
        QVERIFY2(m_endings.first().success, qPrintable(m_endings.first().remarks));
        m_installer->close();
        QCOMPARE(readWhole(m_settings.downloads + u"/previous-SmartMeter/ocr.version"_s), works ? "2" : "1");
        QCOMPARE(QFileInfo::exists(m_settings.downloads + u"/previous-SmartMeter/my notes.txt"_s), !works);
    }

    // Of a release that is replaced for the second time, so that it would be removed.
    void whatIsSomebodyElsesIsMovedOutOfTheWay()
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
            QVERIFY(::chown(QFile::encodeName(path).constData(), nobody, nobody) == 0);
        }
        QVERIFY(::seteuid(nobody) == 0);
        const Outcome replaced = replaceFolder(next, previous);
        QVERIFY(::seteuid(0) == 0);
        QVERIFY2(replaced.has_value(), replaced ? "" : qPrintable(replaced.error().message));
        QCOMPARE(readWhole(previous + u"/new"_s), "new");
        QCOMPARE(readWhole(previous + u".unremovable-1/__pycache__/ocr.pyc"_s), "root's");
    }

    void putsTheOldReleaseBack_data()
    {
        QTest::addColumn<bool>("crashes");
        QTest::newRow("a process crashes") << true;
        QTest::newRow("a process never comes") << false;
    }

    void putsTheOldReleaseBack()
    {
        QFETCH(const bool, crashes);
        Files files = meterRelease(2);
        if (crashes) {
            files[u"SmartMeter/dlms.version"_s] = "-2";
        } else {
            files.remove(u"SmartMeter/dlms.version"_s);
        }
        useZip(files);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        const UpdateOutcome &ending = m_endings.first();
        QVERIFY(!ending.success);
        QVERIFY(ending.rolledBack);
        QCOMPARE(ending.error, std::optional(ErrorCode::NotHealthy));
        QVERIFY2(ending.remarks.contains(u"dlms"_s), qPrintable(ending.remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
        QVERIFY(!m_watchdog->isHeld);
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void admission_data()
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

    void admission()
    {
        QFETCH(const int, version);
        QFETCH(const bool, force);
        QFETCH(const bool, success);
        QFETCH(const QString, remarks);
        useZip(meterRelease(version));
        Order order = meterOrder(version);
        updateOf(order).force = force;
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().success, success);
        QCOMPARE(m_endings.first().remarks, remarks);
        if (!success) {
            QCOMPARE(m_endings.first().error, std::optional(ErrorCode::Downgrade));
        }
    }

    void refusedAtOnce_data()
    {
        QTest::addColumn<QString>("url");
        QTest::newRow("plain http") << u"http://example.com/a.zip"_s;
        QTest::newRow("a file") << u"file:///etc/passwd"_s;
    }

    void refusedAtOnce()
    {
        QFETCH(const QString, url);
        Order order = meterOrder(2);
        updateOf(order).url = QUrl(url);
        QCOMPARE(m_installer->begin(order).error().code, ErrorCode::BadRequest);
        QCOMPARE(leftovers(), QStringList());
        QVERIFY(!m_installer->current());
    }

    // --- with release keys

    void needsItsOwnSignature_data()
    {
        using Change = std::function<void(ReleaseManifest &, UpdateCommand &)>;
        QTest::addColumn<Change>("change"); // of what is signed and what is commanded
        QTest::addColumn<int>("key");
        QTest::addColumn<QString>("error"); // empty: it is installed
        const auto row = [](const char *name, const QString &error, const Change &change, int key = 0) {
            QTest::newRow(name) << change << key << error;
        };
        row("signed", {}, [](auto &, auto &) {});
        row(
            "signed by the next key", {}, [](auto &, auto &) {}, 1);
        row("without a list of files", {}, [](ReleaseManifest &m, auto &) { m.files.clear(); });
        row("with hash and size in the command", {}, [](const ReleaseManifest &m, UpdateCommand &c) {
            c.sha256 = m.sha256;
            c.size = m.size;
        });

        row(
            "by another key", u"bad_signature"_s, [](auto &, auto &) {}, 2);
        row("of another component", u"bad_signature"_s, [](ReleaseManifest &m, auto &) {
            m.component = u"JabberClient"_s;
            m.version = 2;
            m.files.clear();
        });
        row("of another version", u"bad_signature"_s, [](ReleaseManifest &m, auto &) { m.processes[0].version = 3; });
        row("the command names another version", u"bad_signature"_s,
            [](auto &, UpdateCommand &c) { c.processes[1].version = 3; });
        row("the command leaves a process out", u"bad_signature"_s,
            [](auto &, UpdateCommand &c) { c.processes.removeLast(); });
        row("the command names another zip", u"hash_mismatch"_s,
            [](auto &, UpdateCommand &c) { c.sha256 = QByteArray(32, 'x'); });
        row("the command names another size", u"hash_mismatch"_s, [](auto &, UpdateCommand &c) { c.size = 1; });
        row("for another zip", u"hash_mismatch"_s, [](ReleaseManifest &m, auto &) { m.sha256 = QByteArray(32, 'x'); });
        row("for a longer zip", u"hash_mismatch"_s, [](ReleaseManifest &m, auto &) { ++m.size; });
        row("a file with other content", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { m.files[u"SmartMeter/ocr.py"_s].sha256 = QByteArray(32, 'x'); });
        row("a file of another size", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { ++m.files[u"SmartMeter/ocr.py"_s].size; });
        row("a file of another mode", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { m.files[u"SmartMeter/ocr.py"_s].kind = ReleaseFile::Kind::Plain; });
        row("a file more in the zip", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { m.files.remove(u"SmartMeter/lib/data.bin"_s); });
        row("a file missing in the zip", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { m.files[u"SmartMeter/more"_s] = m.files[u"SmartMeter/ocr.py"_s]; });
    }

    void needsItsOwnSignature()
    {
        QFETCH(const std::function<void(ReleaseManifest &, UpdateCommand &)>, change);
        QFETCH(const int, key);
        QFETCH(const QString, error);
        trustReleaseKeys();
        Order order = meterOrder(2);
        ReleaseManifest manifest = manifestOf(2);
        change(manifest, updateOf(order));
        updateOf(order).release = signedBy(key, manifest);
        const Files before = installedFiles(m_root, u"SmartMeter"_s);
        const Outcome begun = m_installer->begin(order);
        const std::optional<Error> atOnce = begun ? std::nullopt : std::optional(begun.error());
        QVERIFY(atOnce || ended());
        if (error.isEmpty()) {
            QVERIFY2(m_endings.first().success, qPrintable(m_endings.first().remarks));
            QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
            return;
        }
        QCOMPARE(QString(nameOf(atOnce ? atOnce->code : m_endings.first().error.value())), error);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), before);
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void unsignedIsRefusedAtOnce()
    {
        trustReleaseKeys();
        QCOMPARE(m_installer->begin(meterOrder(2)).error().code, ErrorCode::NotSigned);
        Order order = meterOrder(2);
        updateOf(order).release = u"a.b.c"_s;
        QCOMPARE(m_installer->begin(order).error().code, ErrorCode::BadSignature);
        QCOMPARE(leftovers(), QStringList());
        QVERIFY(!m_installer->current());
    }

    void aZipThatChangedAfterSigningIsRefused()
    {
        trustReleaseKeys();
        Order order = meterOrder(2);
        updateOf(order).release = signedBy(0, manifestOf(2));
        useZip(meterRelease(2, "x"));
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::HashMismatch));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
    }

    void oldSignedReleasesStayAway_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<bool>("force");
        QTest::addColumn<bool>("operators");
        QTest::addColumn<bool>("allowed"); // by the release's signature
        QTest::addColumn<QString>("error");
        QTest::newRow("older") << 0 << false << false << false << u"downgrade"_s;
        QTest::newRow("older by force") << 0 << true << false << false << u"downgrade"_s;
        QTest::newRow("older by an operator's force") << 0 << true << true << false << QString();
        QTest::newRow("older by an operator") << 0 << false << true << false << u"downgrade"_s;
        QTest::newRow("older by force, as signed") << 0 << true << false << true << QString();
        QTest::newRow("older, as signed") << 0 << false << false << true << u"downgrade"_s;
        QTest::newRow("the same by force") << 1 << true << false << false << QString();
        QTest::newRow("the same") << 1 << false << false << false << QString();
    }

    void oldSignedReleasesStayAway()
    {
        QFETCH(const int, version);
        QFETCH(const bool, force);
        QFETCH(const bool, operators);
        QFETCH(const bool, allowed);
        QFETCH(const QString, error);
        useZip(meterRelease(version));
        m_settings.policy.hasOperatorKeys = operators;
        trustReleaseKeys();
        ReleaseManifest manifest = manifestOf(version);
        manifest.allowsDowngrade = allowed;
        Order order = meterOrder(version);
        updateOf(order).force = force;
        updateOf(order).release = signedBy(0, manifest);
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        const auto code = m_endings.first().error;
        QCOMPARE(code ? QString(nameOf(*code)) : QString(), error);
    }

    void nothingOldIsInstalledWhileTheInstalledIsUnknown()
    {
        trustReleaseKeys();
        m_watchdog->setConnected(false);
        Order order = meterOrder(0);
        updateOf(order).release = signedBy(0, manifestOf(0));
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::InstallFailed));
        QCOMPARE(m_states, (QList<State>{State::Accepted, State::Failed}));
    }

    void keysThatWereWithdrawnMeanwhileCountNoMore_data()
    {
        QTest::addColumn<State>("state");
        QTest::newRow("accepted") << State::Accepted;
        QTest::newRow("staging") << State::Staging;
    }

    void keysThatWereWithdrawnMeanwhileCountNoMore()
    {
        QFETCH(const State, state);
        trustReleaseKeys();
        Order order = meterOrder(2);
        updateOf(order).release = signedBy(0, manifestOf(2));
        connect(m_installer.get(), &Installer::stateEntered, this, [&](State entered) {
            if (entered == state) {
                QMetaObject::invokeMethod(
                    this,
                    [&] {
                        m_settings.policy.releaseKeys = {publicKeyOf(m_keys[1]).value()};
                        restart();
                        m_installer->resume();
                    },
                    Qt::QueuedConnection);
            }
        });
        if (state == State::Accepted) {
            m_watchdog->setConnected(false); // so that it stays there
        }
        QVERIFY(m_installer->begin(order));
        QTRY_VERIFY_WITH_TIMEOUT(m_settings.policy.releaseKeys.size() == 1, 20'000);
        m_watchdog->setConnected(true);
        QVERIFY(ended());
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::BadSignature));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
    }

    void badReleases_data()
    {
        QTest::addColumn<Order>("order");
        QTest::addColumn<Files>("files");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("words");
        const QString agent = u"JabberClient/sgn-agent"_s;
        const QByteArray good = "#!/bin/sh\nexit 0\n";
        Order wrongHash = meterOrder(2);
        updateOf(wrongHash).sha256 = QByteArray(32, 'x');
        Order wrongSize = meterOrder(2);
        updateOf(wrongSize).size = 1;
        QTest::newRow("other hash") << wrongHash << meterRelease(2) << ErrorCode::HashMismatch << u"SHA-256"_s;
        QTest::newRow("other size") << wrongSize << meterRelease(2) << ErrorCode::HashMismatch
                                    << u"bytes, the command says 1"_s;
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

    void badReleases()
    {
        QFETCH(const Order, order);
        QFETCH(const Files, files);
        QFETCH(const ErrorCode, code);
        QFETCH(const QString, words);
        useZip(files);
        const Files before = installedFiles(m_root, u"SmartMeter"_s);
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().error, std::optional(code));
        QVERIFY(!m_endings.first().remarks.isEmpty());
        QVERIFY2(m_endings.first().remarks.contains(words), qPrintable(m_endings.first().remarks));
        QVERIFY(!m_endings.first().rolledBack);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), before);
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void notAZip()
    {
        QVERIFY(test::writeFile(m_zip, "<html>not found</html>"));
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::BadArchive));
    }

    void oneAtATime()
    {
        QVERIFY(m_installer->begin(meterOrder(2)));
        Order other = meterOrder(3);
        other.number = 12;
        QCOMPARE(m_installer->begin(other).error().code, ErrorCode::Busy);
        QVERIFY(ended());
        QCOMPARE(m_endings.first().order.number, 10U);
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
        // Holds the update where it is to be cancelled; the watchdog is asked in Accepted and in Waiting.
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
        QCOMPARE(m_endings.size(), 1);
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::Cancelled));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
        // Nothing of it comes back later.
        QVERIFY(m_installer->begin(meterOrder(2)));
    }

    void cancelsTooLateOrNothing()
    {
        QCOMPARE(m_installer->cancel(10).error().code, ErrorCode::NotFound);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QCOMPARE(m_installer->cancel(9).error().code, ErrorCode::NotFound);
        QVERIFY(reached(State::Confirming));
        QCOMPARE(m_installer->cancel(10).error().code, ErrorCode::Busy);
        QVERIFY(ended());
        QVERIFY(m_endings.first().success);
        QCOMPARE(m_installer->cancel(10).error().code, ErrorCode::NotFound);
    }

    void goesOnAfterARestartInEachState_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("version");
        for (const State state : workStates) {
            QTest::addRow("%s, good release", nameOf(state).data()) << static_cast<int>(state) << 2;
            QTest::addRow("%s, bad release", nameOf(state).data()) << static_cast<int>(state) << -2;
        }
    }

    void goesOnAfterARestartInEachState()
    {
        QFETCH(const int, state);
        QFETCH(const int, version);
        useZip(meterRelease(version));
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
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QCOMPARE(stopped, static_cast<State>(state) != State::RollingBack || version < 0);
        QCOMPARE(m_endings.size(), 1);
        QCOMPARE(m_endings.first().success, version > 0);
        QCOMPARE(m_endings.first().rolledBack, version < 0);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(version > 0 ? 2 : 1));
    }

    void theResultIsToldUntilItIsSafe()
    {
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        const UpdateOutcome first = m_endings.takeFirst();
        restart();
        m_installer->resume();
        QVERIFY(ended());
        QCOMPARE(m_endings.first(), first);
        m_installer->close();
        m_endings.clear();
        restart();
        m_installer->resume();
        QCoreApplication::processEvents();
        QVERIFY(m_endings.isEmpty());
    }

    void aStepThatBringsTheAgentDownIsGivenUp_data() { goesOnAfterARestartInEachState_data(); }

    void aStepThatBringsTheAgentDownIsGivenUp()
    {
        QFETCH(const int, state);
        QFETCH(const int, version);
        Record record;
        record.order = meterOrder(2);
        record.state = static_cast<State>(state);
        record.starts = maxStarts(record.state);
        // As the journal of an update that has come this far.
        useZip(meterRelease(version));
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
        QVERIFY(!m_endings.first().success);
        QVERIFY2(m_endings.first().remarks.contains(u"gave up after"_s), qPrintable(m_endings.first().remarks));
        // What is told is what is installed; only a roll-back that can't be done leaves the new release.
        const bool isOld = record.state != State::RollingBack;
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(isOld ? 1 : version));
    }

    void aDamagedJournalIsSetAside()
    {
        QVERIFY(test::writeFile(m_settings.journal, "{\"state\":"));
        m_installer->resume();
        QVERIFY(!m_installer->current());
        QVERIFY(QFile::exists(m_settings.journal + u".bad"_s));
        QVERIFY(m_installer->begin(meterOrder(2)));
    }

    void waitsForAWatchdogThatIsAway()
    {
        m_settings.times.watchdogAway = 20s;
        restart();
        m_watchdog->setConnected(false);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(reached(State::Waiting));
        m_watchdog->setConnected(true);
        QVERIFY(ended());
        QVERIFY(m_endings.first().success);
    }

    void endsWithoutAWatchdog()
    {
        m_watchdog->setConnected(false);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::InstallFailed));
        QVERIFY(!m_endings.first().rolledBack);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
    }

    void progressIsToldToThoseWhoAsk_data()
    {
        QTest::addColumn<bool>("asked");
        QTest::newRow("asked") << true;
        QTest::newRow("not asked") << false;
    }

    void progressIsToldToThoseWhoAsk()
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

    void aFullCardLeavesTheOldRelease()
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
        useZip(meterRelease(2, QByteArray(1'000'000, 'z')));
        m_watchdog = std::make_unique<FakeWatchdog>(m_root);
        restart();
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::NoSpace));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
        m_installer.reset();
    }

    void theOldReleaseIsKeptWhenItCannotComeBack()
    {
        useZip(meterRelease(-2));
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
        QVERIFY(!m_endings.first().success && !m_endings.first().rolledBack);
        card.reset();
        m_installer->close();
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(-2));
        QCOMPARE(leftovers(), (QStringList{u"previous-SmartMeter"_s, u"previous-SmartMeter.json"_s}));
        QCOMPARE(readWhole(m_settings.downloads + u"/previous-SmartMeter/ocr.version"_s), "1");
    }

    void whatCannotBeKeptStaysWhereItIs()
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
        QTRY_COMPARE_WITH_TIMEOUT(m_endings.size(), 2, 20'000);
        QVERIFY(m_endings.last().success);
        m_installer->close();
        QCOMPARE(leftovers(), (QStringList{u"previous-SmartMeter"_s, u"previous-SmartMeter.json"_s}));
        QCOMPARE(readWhole(m_settings.downloads + u"/previous-SmartMeter/ocr.version"_s), "1");
    }

    void theWatchdogDecidesAsLongAsItIsThere()
    {
        // It wants the old agent back and can't exchange the folders: what is in place for now proves nothing.
        const Files agent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0\n"}};
        QVERIFY(install(m_root, agent));
        useZip(agent);
        m_settings.times.watchdogAway = 100ms;
        restart();
        const QString installed = m_root + u"/JabberClient"_s;
        QString staged;
        m_watchdog->onSwapAgent = [&](const control::SwapAgent &swap) -> Result<control::ReplyBody> {
            staged = swap.stagedFolder;
            (void)exchangeIn(installed, staged, inodeOf(staged).value());
            m_watchdog->swapStatus = {control::SwapState::Confirming, swap.version, {}};
            return control::Done{};
        };
        QVERIFY(m_installer->begin(agentOrder(2)));
        QVERIFY(reached(State::Confirming));
        // Twice the time, while it is asked every 5 ms.
        const auto asked = [this] {
            return m_watchdog->requestsOf<control::SwapStatus>().size();
        };
        const auto before = asked();
        QTRY_VERIFY_WITH_TIMEOUT(asked() >= before + 500, 20'000);
        QVERIFY(m_endings.isEmpty());
        m_watchdog->swapStatus = {control::SwapState::RolledBack, 2, u"it was no good"_s};
        QVERIFY(ended());
        QVERIFY(m_endings.first().rolledBack);
    }

    void aFullCardCostsNoReleaseAfterAPowerCut_data()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("good release") << 2;
        QTest::newRow("broken release") << -2;
    }

    void aFullCardCostsNoReleaseAfterAPowerCut()
    {
        // The folders are exchanged, the power goes before that is written down, and then nothing can be written.
        QFETCH(const int, version);
        useZip(meterRelease(version));
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
        const UpdateOutcome &ending = m_endings.first();
        QVERIFY2(ending.success == (version > 0), qPrintable(ending.remarks));
        QCOMPARE(ending.rolledBack, version < 0);
        m_installer->close();
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(version > 0 ? version : 1));
    }

    void theWatchdogSwapsItself_data()
    {
        using control::WatchdogSwapState;
        QTest::addColumn<int>("outcome");
        QTest::addColumn<bool>("answered");
        QTest::addColumn<bool>("restarted");
        const auto rows = [](const char *name, WatchdogSwapState outcome) {
            for (const bool answered : {true, false}) {
                for (const bool restarted : {true, false}) {
                    QTest::addRow("%s%s%s", name, answered ? "" : ", answer lost", restarted ? ", agent restarted" : "")
                        << static_cast<int>(outcome) << answered << restarted;
                }
            }
        };
        rows("works", WatchdogSwapState::Confirmed);
        rows("doesn't work", WatchdogSwapState::RolledBack);
        rows("is refused", WatchdogSwapState::Failed);
    }

    void theWatchdogSwapsItself()
    {
        using control::WatchdogSwapState;
        QFETCH(const int, outcome);
        QFETCH(const bool, answered);
        QFETCH(const bool, restarted);
        const auto state = static_cast<WatchdogSwapState>(outcome);
        useZip({{u"WatchDog/sgn-watchdog"_s, "#!/bin/sh\n"}, {u"WatchDog/version"_s, "2\n"}});
        // An older update's record is none of ours.
        m_watchdog->ownSwap = {WatchdogSwapState::RolledBack, u"9:old"_s, 1, ErrorCode::NotHealthy, u"long ago"_s};
        m_watchdog->onSwapWatchdog = [this, answered,
                                      state](const control::SwapWatchdog &request) -> Result<control::ReplyBody> {
            m_watchdog->ownSwap = {WatchdogSwapState::Preparing, request.key, 1, ErrorCode::Internal, {}};
            QTimer::singleShot(20, m_watchdog.get(), [this, state] {
                if (state != WatchdogSwapState::Failed) {
                    m_watchdog->ownSwap.state = WatchdogSwapState::Confirming;
                    m_watchdog->setConnected(false);
                }
                QTimer::singleShot(20, m_watchdog.get(), [this, state] {
                    m_watchdog->ownSwap.state = state;
                    m_watchdog->ownSwap.running = state == WatchdogSwapState::Confirmed ? 2 : 1;
                    m_watchdog->ownSwap.error = ErrorCode::HashMismatch;
                    m_watchdog->ownSwap.remarks = u"this is why"_s;
                    m_watchdog->setConnected(true);
                });
            });
            if (!answered) {
                return fail(ErrorCode::Network, u"the connection broke"_s);
            }
            return control::Done{};
        };
        Order order = agentOrder(2);
        updateOf(order).component = Component::WatchDog;
        updateOf(order).release = u"a.b.c"_s;
        if (restarted) {
            const auto again = [this](State entered) {
                if (entered == State::Swapping && m_installer->state() == State::Swapping) {
                    QTimer::singleShot(10, this, [this] {
                        m_installer->disconnect(this);
                        restart();
                        m_installer->resume();
                    });
                }
            };
            connect(m_installer.get(), &Installer::stateEntered, this, again);
        }
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        const UpdateOutcome &ending = m_endings.first();
        QCOMPARE(ending.success, state == WatchdogSwapState::Confirmed);
        QCOMPARE(ending.rolledBack, state == WatchdogSwapState::RolledBack);
        if (!ending.success) {
            QCOMPARE(ending.error, std::optional(ErrorCode::HashMismatch));
            QCOMPARE(ending.remarks, u"this is why"_s);
        }
        const auto asked = m_watchdog->requestsOf<control::SwapWatchdog>();
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().zip, m_settings.downloads + u"/WatchDog.zip.part"_s);
        QCOMPARE(asked.first().sha256, Sha256::hash(readWhole(m_zip)));
        QCOMPARE(asked.first().version, 2);
        QCOMPARE(asked.first().release, u"a.b.c"_s);
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void aWatchdogIsAdmitted_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<bool>("force");
        QTest::addColumn<QString>("remarks");
        QTest::newRow("the same") << 3 << false << u"already installed"_s;
        QTest::newRow("lower") << 2 << false << u"watchdog version 3 is installed, which is newer than 2"_s;
        QTest::newRow("higher") << 4 << false << u"asked"_s;
        QTest::newRow("lower by force") << 2 << true << u"asked"_s;
    }

    void aWatchdogIsAdmitted()
    {
        QFETCH(const int, version);
        QFETCH(const bool, force);
        QFETCH(const QString, remarks);
        useZip({{u"WatchDog/sgn-watchdog"_s, "#!/bin/sh\n"}});
        m_watchdog->ownSwap.running = 3;
        m_watchdog->onSwapWatchdog = [](const control::SwapWatchdog &) -> Result<control::ReplyBody> {
            return fail(ErrorCode::Busy, u"asked"_s);
        };
        Order order = agentOrder(version);
        updateOf(order).component = Component::WatchDog;
        updateOf(order).force = force;
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().remarks, remarks);
    }

    void theAgentIsSwappedByTheWatchdog_data()
    {
        QTest::addColumn<bool>("works");
        QTest::addColumn<bool>("answered");
        QTest::newRow("the new agent works") << true << true;
        QTest::newRow("the new agent doesn't work") << false << true;
        QTest::newRow("stopped before the answer, works") << true << false;
        QTest::newRow("stopped before the answer, doesn't work") << false << false;
    }

    void theAgentIsSwappedByTheWatchdog()
    {
        QFETCH(const bool, works);
        QFETCH(const bool, answered);
        const QString installed = m_root + u"/JabberClient"_s;
        const Files oldAgent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0 # old\n"}};
        const Files newAgent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0 # new\n"}};
        QVERIFY(install(m_root, oldAgent));
        useZip(newAgent);
        bool stopped = false;
        m_watchdog->onSwapAgent = [&](const control::SwapAgent &swap) -> Result<control::ReplyBody> {
            stopped = true;
            if (works) {
                (void)exchangeIn(installed, swap.stagedFolder, inodeOf(swap.stagedFolder).value());
            }
            m_watchdog->swapStatus = {works ? control::SwapState::Confirmed : control::SwapState::RolledBack,
                                      swap.version, works ? QString() : u"the new agent did not reach the server"_s};
            if (answered) {
                return control::Done{};
            }
            return fail(ErrorCode::Network, u"gone"_s);
        };
        QVERIFY(m_installer->begin(agentOrder(2)));
        QVERIFY(QTest::qWaitFor([&] { return stopped; }, 20'000));
        // The agent is stopped, and whichever release won starts.
        restart();
        m_installer->resume();
        QVERIFY(ended());
        const UpdateOutcome &ending = m_endings.first();
        QCOMPARE(ending.success, works);
        QCOMPARE(ending.rolledBack, !works);
        QCOMPARE(ending.remarks, m_watchdog->swapStatus.remarks);
        const auto asked = m_watchdog->requestsOf<control::SwapAgent>();
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().stagedFolder, m_settings.downloads + u"/staged-JabberClient/JabberClient"_s);
        QCOMPARE(asked.first().version, 2);
        QVERIFY(asked.first().needsOnline);
        m_installer->close();
        const QStringList kept{u"previous-JabberClient"_s, u"previous-JabberClient.json"_s};
        QCOMPARE(leftovers(), works ? kept : QStringList());
        QCOMPARE(readWhole(installed + u"/version"_s), works ? "2\n" : "");
    }

    void anOldRollBackIsNotTakenForThisOne()
    {
        const Files agent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0\n"}};
        QVERIFY(install(m_root, agent));
        useZip(agent);
        m_watchdog->swapStatus = {control::SwapState::RolledBack, 2, u"last week"_s};
        m_watchdog->onSwapAgent = [this](const control::SwapAgent &) -> Result<control::ReplyBody> {
            m_watchdog->swapStatus = {control::SwapState::Confirmed, 2, {}};
            return control::Done{};
        };
        QVERIFY(m_installer->begin(agentOrder(2)));
        QVERIFY(ended());
        QVERIFY2(m_endings.first().success, qPrintable(m_endings.first().remarks));
    }

    void theWatchdogRefusesTheAgent()
    {
        const Files agent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0\n"}};
        QVERIFY(install(m_root, agent));
        useZip(agent);
        m_watchdog->onSwapAgent = [](const control::SwapAgent &) -> Result<control::ReplyBody> {
            return fail(ErrorCode::Refused, u"it is writable by others"_s);
        };
        QVERIFY(m_installer->begin(agentOrder(2)));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().error, std::optional(ErrorCode::InstallFailed));
        QCOMPARE(m_endings.first().remarks, u"it is writable by others"_s);
        QVERIFY(!m_endings.first().rolledBack);
    }

    void agentVersions_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<QString>("remarks");
        QTest::newRow("the same") << 1 << u"already installed"_s;
        QTest::newRow("lower") << 0 << u"agent version 1 is installed, which is newer than 0"_s;
    }

    void agentVersions()
    {
        QFETCH(const int, version);
        QFETCH(const QString, remarks);
        QVERIFY(m_installer->begin(agentOrder(version)));
        QVERIFY(ended());
        QCOMPARE(m_endings.first().remarks, remarks);
    }
};

QTEST_GUILESS_MAIN(TestInstaller)
#include "tst_installer.moc"
