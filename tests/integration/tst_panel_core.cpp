// SPDX-License-Identifier: GPL-3.0-or-later
// The panel's core against a real server, with devices whose answers a test chooses.
#include "archive/Zip.h"
#include "core/Panel.h"
#include "core/SuggestedVersions.h"
#include "crypto/Sha256.h"
#include "integration/PanelDesk.h"
#include "records/Attention.h"
#include "wording/Attention.h"
#include "wording/Commands.h"
#include "wording/Problems.h"

#include <QDir>
#include <QFile>
#include <QNetworkReply>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// With a limit that no machine should need.
#define SGN_EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 30'000)

class PanelCoreTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aDeviceThatKnowsOnlyTheSeedShowsUp();
    void aDeviceThatWritesItsOwnWayIsRead();
    void aDeviceWithoutPresenceShowsUpByItsMessage();
    void aCommandWaitsForAnOfflineDevice();
    void anUpdateGoesFromAZipToItsResults();
    void anUnansweredCommandIsSentAgainToAModernDeviceOnly();
    void nothingRunsTwiceWhenThePanelIsRestarted();
    void catchesUpOnMessagesSentWhileThePanelWasOffline();
    void logsArriveAndCanBeRead();
    void badLogsAreRefused_data();
    void badLogsAreRefused();
    void oldDevicesKeepTheirLogsElsewhere();
    void anotherClientOfTheAccountIsFollowed();
    void aSilentDeviceIsNotAnswering();
    void hostileMessagesChangeNothing();
    void aWrongPasswordIsReportedInPlainWords();

private:
    void answerUpdates(QUrl &url);
    void checkUploaded(const QUrl &url, const QByteArray &sha256);
    void checkFetched(Panel &panel, const QUrl &url, const ReleaseZip &zip);
    void checkForgotten(Panel &panel, UpdateCommand forgotten);
    [[nodiscard]] std::unique_ptr<Panel> open(const QString &store = u"panel.sqlite"_s,
                                              const QString &password = panelPassword);
    // A panel that is online, with all devices that are.
    [[nodiscard]] std::unique_ptr<Panel> started(const QString &store = u"panel.sqlite"_s);
    [[nodiscard]] FakeDevice &device(int n) { return m_devices.at(*m_server, n); }
    [[nodiscard]] QString zipOf(const QString &name, const QList<std::pair<QString, QByteArray>> &files);
    [[nodiscard]] static TargetState stateOf(Panel &panel, CommandNo number, int n)
    {
        const CommandTarget *target = panel.commands().target(number, deviceJid(n));
        return target ? target->state : TargetState::Queued;
    }
    // What an UpdateJob or UpdateRetry ends with; 0 if it fails.
    template <typename Job>
    [[nodiscard]] static CommandNo finishedNumber(Job *job)
    {
        CommandNo number = 0;
        bool isFinished = false;
        connect(job, &Job::finished, job, [&](const Expected<CommandNo> &result) {
            isFinished = true;
            number = result.value_or(0);
            if (!result) {
                qWarning() << result.error();
            }
        });
        return QTest::qWaitFor([&isFinished] { return isFinished; }, 30'000) ? number : 0;
    }

    static constexpr int deviceCount = 3;
    std::unique_ptr<FleetServer> m_server;
    SystemClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    FakeDevices m_devices;
};

void PanelCoreTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    // A new one each time, because its archive remembers.
    m_server = FleetServer::make();
    QVERIFY2(m_server->start(accounts(deviceCount)), qPrintable(m_server->errorString()));
}

void PanelCoreTest::cleanup()
{
    m_devices.clear();
    m_server.reset();
}

std::unique_ptr<Panel> PanelCoreTest::open(const QString &store, const QString &password)
{
    return openDesk(*m_server, m_folder->filePath(store), m_clock, {.password = password});
}

std::unique_ptr<Panel> PanelCoreTest::started(const QString &store)
{
    auto panel = open(store);
    if (panel && !settles(*panel)) {
        qWarning("the panel didn't settle");
    }
    return panel;
}

QString PanelCoreTest::zipOf(const QString &name, const QList<std::pair<QString, QByteArray>> &files)
{
    QTemporaryDir source;
    QList<PackFile> list;
    for (const auto &[path, content] : files) {
        QDir().mkpath(QFileInfo(source.filePath(path)).absolutePath());
        QFile file(source.filePath(path));
        if (!file.open(QIODevice::WriteOnly)) {
            return {};
        }
        file.write(content);
        list += PackFile{file.fileName(), path};
    }
    const QString zip = m_folder->filePath(name);
    return packZip(list, zip) ? zip : QString();
}

void PanelCoreTest::aDeviceThatKnowsOnlyTheSeedShowsUp()
{
    device(1).start();
    auto panel = started();
    QVERIFY(panel);
    SGN_EVENTUALLY(panel->fleet().find(deviceJid(1)) && panel->fleet().find(deviceJid(1))->lastReport.isValid());
    const Device *shown = panel->fleet().find(deviceJid(1));
    QVERIFY(shown->online);
    QVERIFY(!shown->isModern);
    QCOMPARE(shown->rpiUniqueId, device(1).id);
    QCOMPARE(shown->process(u"ocr")->report.version, 1);
    QCOMPARE(shown->deadCount(), 1);
    QVERIFY(wording::reasonText(*shown, attentionOf(*shown), m_clock.wallUtc()).startsWith(u"uplink "_s));
    SGN_EVENTUALLY(panel->fleet().count() == deviceCount);
    QVERIFY2(!panel->fleet().find(deviceJid(2))->online, "known by the roster, offline");

    // It comes and goes.
    device(2).start();
    SGN_EVENTUALLY(panel->fleet().find(deviceJid(2))->online);
    SGN_EVENTUALLY(panel->fleet().find(deviceJid(2))->lastReport.isValid());
    device(2).session.stop();
    SGN_EVENTUALLY(!panel->fleet().find(deviceJid(2))->online);

    // The last known state is there at once after a restart, without a server.
    panel.reset();
    m_server->stop();
    panel = open();
    QCOMPARE(panel->fleet().count(), deviceCount);
    QCOMPARE(panel->fleet().find(deviceJid(1))->deadCount(), 1);
    QVERIFY(!panel->fleet().find(deviceJid(1))->online);
}

void PanelCoreTest::aDeviceThatWritesItsOwnWayIsRead()
{
    QByteArray report =
        R"({"command":"version_req","processes":[{"process_name":"ocr","version":"1.3.2","isDead":0}]})";
    device(1).answer = [this, &report](const Command &command) {
        if (std::holds_alternative<VersionRequest>(command.body)) {
            device(1).send(report);
        }
    };
    device(1).start();
    auto panel = started();
    const auto shown = [&panel] {
        return panel->fleet().find(deviceJid(1));
    };
    SGN_EVENTUALLY(shown() && shown()->process(u"ocr"));
    QCOMPARE(versionOf(shown()->process(u"ocr")->report), u"1.3.2"_s);
    QVERIFY(shown()->unreadable.isEmpty());

    // What can't be read at all takes nothing away, and is shown instead of "not answering".
    report = R"({"command":"version_req","from":"a","processes":"ocr 1.3.3"})";
    QCOMPARE(panel->session().requestVersions({deviceJid(1)}), 1);
    SGN_EVENTUALLY(attentionOf(*shown()).matter == Attention::Matter::Unreadable);
    QVERIFY(shown()->process(u"ocr") && !shown()->notAnswering);
    report = device(1).seedReport();
    QCOMPARE(panel->session().requestVersions({deviceJid(1)}), 1);
    SGN_EVENTUALLY(shown()->unreadable.isEmpty() && shown()->process(u"uplink"));
}

void PanelCoreTest::aDeviceWithoutPresenceShowsUpByItsMessage()
{
    m_server = FleetServer::make({.groups = false});
    QVERIFY2(m_server->start(accounts(1)), qPrintable(m_server->errorString()));
    FakeDevice alone(*m_server, 1);
    // Neither subscription nor presence for the panel.
    alone.session.setTrustedPeers({});
    auto panel = [&] {
        PanelConfig config;
        config.jid = panelJid;
        config.password = panelPassword;
        config.host = m_server->address();
        config.port = m_server->port();
        config.caFile = m_server->caFile();
        config.storeFile = m_folder->filePath(u"alone.sqlite"_s);
        config.accept = {u"meter*"_s};
        return *Panel::open(config, {}, m_clock);
    }();
    panel->start();
    SGN_EVENTUALLY(panel->session().isSettled());
    QCOMPARE(panel->fleet().count(), 0);
    QSignalSpy online(&alone.session, &xmpp::Session::online);
    alone.start();
    SGN_EVENTUALLY(online.size() == 1);
    alone.send(alone.seedReport());
    SGN_EVENTUALLY(panel->fleet().count() == 1);
    QVERIFY(panel->fleet().at(0).online);
    QCOMPARE(panel->fleet().at(0).processes.size(), 2);
}

void PanelCoreTest::aCommandWaitsForAnOfflineDevice()
{
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().count() == deviceCount);
    const auto number = panel->restartProcess(deviceJid(1), u"ocr"_s);
    QVERIFY(number);
    SGN_EVENTUALLY(stateOf(*panel, *number, 1) == TargetState::Sent);
    device(1).answer = [this](const Command &command) {
        if (command.number) {
            device(1).send(device(1).result(*command.number, false, "ocr isn't known"));
        }
    };
    device(1).start();
    SGN_EVENTUALLY(stateOf(*panel, *number, 1) == TargetState::Failed);
    QCOMPARE(panel->commands().target(*number, deviceJid(1))->remarks, u"ocr isn't known"_s);
}

// The first device reports progress and success and remembers the address, the second one fails.
void PanelCoreTest::answerUpdates(QUrl &url)
{
    device(1).answer = [this, &url](const Command &command) {
        if (const auto *update = std::get_if<UpdateCommand>(&command.body)) {
            url = update->url;
            device(1).version = update->processes.at(0).version;
            device(1).send(encode(ProgressReport{*command.number, device(1).id, u"downloading"_s, 40}));
            device(1).send(device(1).result(*command.number, true));
        } else {
            device(1).answerAsTheSeed(command);
        }
    };
    device(2).answer = [this](const Command &command) {
        if (command.number) {
            device(2).send(device(2).result(*command.number, false, "download failed: HTTP 404 from example.com"));
        }
    };
}

// The file store really has it.
void PanelCoreTest::checkUploaded(const QUrl &url, const QByteArray &sha256)
{
    QNetworkAccessManager network;
    QNetworkRequest get(url);
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setCaCertificates(QSslCertificate::fromPath(m_server->caFile()));
    get.setSslConfiguration(tls);
    QNetworkReply *reply = network.get(get);
    SGN_EVENTUALLY(reply->isFinished());
    QCOMPARE(Sha256::hash(reply->readAll()), sha256);
    reply->deleteLater();
}

void PanelCoreTest::anUpdateGoesFromAZipToItsResults()
{
    device(2).isUplinkDead = false;
    device(1).start();
    device(2).start();
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().summary().online == 2 && panel->fleet().highestVersion(u"ocr"_s) == 1);

    const QString path = zipOf(u"SmartMeter.zip"_s, {{u"SmartMeter/ocr.py"_s, "#!/usr/bin/python3\nprint(2)\n"}});
    QFuture<Result<ReleaseZip>> inspection = UpdateService::inspect(path);
    SGN_EVENTUALLY(inspection.isFinished());
    const auto zip = inspection.result();
    QVERIFY2(zip, zip ? "" : qPrintable(zip.error().message));

    QUrl url;
    answerUpdates(url);
    UpdateRequest request;
    request.zip = *zip;
    request.processes = suggestedVersions(*zip, panel->fleet());
    request.targets = {deviceJid(1), deviceJid(2)};
    QCOMPARE(request.processes, (QList<ProcessVersion>{{u"ocr"_s, 2}}));
    QStringList states;
    connect(&panel->commands(), &CommandLog::targetChanged, this, [&](CommandNo number, const QString &jid) {
        states += nameOf(panel->commands().target(number, jid)->state);
    });
    const CommandNo number = finishedNumber(panel->updates().start(request));
    QVERIFY(number > 0);
    SGN_EVENTUALLY(panel->commands().find(number)->counts.open() == 0);
    QVERIFY(stateOf(*panel, number, 1) == TargetState::Done);
    QVERIFY(stateOf(*panel, number, 2) == TargetState::Failed);
    QVERIFY(states.contains(u"running"_s));
    QCOMPARE(panel->commands().target(number, deviceJid(2))->remarks, u"download failed: HTTP 404 from example.com"_s);
    QVERIFY(attentionOf(*panel->fleet().find(deviceJid(2))).action == Attention::Action::Retry);
    // After a success the versions are asked for by themselves.
    SGN_EVENTUALLY(panel->fleet().find(deviceJid(1))->process(u"ocr")->report.version == 2);

    const auto &sent =
        std::get<UpdateCommand>(device(1).commands.last().number ? device(1).commands.last().body
                                                                 : panel->commands().find(number)->command.body);
    QCOMPARE(sent.sha256, zip->sha256);
    QCOMPARE(sent.size, std::optional(zip->size));
    QVERIFY(panel->commands().find(number)->command.progress);
    QVERIFY(panel->commands().find(number)->command.notAfter);

    checkUploaded(url, zip->sha256);
    // Tried again under a new number.
    device(2).answer = [this](const Command &command) {
        device(2).answerAsTheSeed(command);
    };
    const CommandNo again = finishedNumber(panel->updates().retry(number, {deviceJid(2)}, u"test"_s));
    QCOMPARE(again, number + 1);
    SGN_EVENTUALLY(stateOf(*panel, again, 2) == TargetState::Done);

    checkFetched(*panel, url, *zip);
    checkForgotten(*panel, sent);
}

// A release at an address is read here before, and devices get that address.
void PanelCoreTest::checkFetched(Panel &panel, const QUrl &url, const ReleaseZip &zip)
{
    const std::unique_ptr<ReleaseDownload> fetch = panel.updates().fetch(url);
    std::optional<records::Expected<QString>> fetched;
    connect(fetch.get(), &ReleaseDownload::finished, this, [&](const auto &path) { fetched = path; });
    SGN_EVENTUALLY(fetched);
    QVERIFY2(*fetched, *fetched ? "" : qPrintable(fetched->error().text));
    QCOMPARE(QFileInfo(**fetched).fileName(), url.fileName());
    const Result<ReleaseZip> read = readReleaseZip(**fetched);
    QVERIFY(read);
    QCOMPARE(read->sha256, zip.sha256);

    UpdateRequest request;
    request.component = read->component;
    request.zip = *read;
    request.url = url;
    request.processes = suggestedVersions(*read, panel.fleet());
    request.targets = {deviceJid(1)};
    const CommandNo number = finishedNumber(panel.updates().start(request));
    QVERIFY(number > 0);
    const auto &sent = std::get<UpdateCommand>(panel.commands().find(number)->command.body);
    QCOMPARE(sent.url, url);
    QCOMPARE(sent.sha256, zip.sha256);
    QCOMPARE(sent.size, std::optional(zip.size));
    QCOMPARE(panel.commands().find(number)->title, url.fileName());
    SGN_EVENTUALLY(panel.commands().find(number)->counts.open() == 0);

    // What isn't https isn't fetched, and what isn't there is named.
    QStringList elsewhere = url.path().split(u'/');
    std::ranges::reverse(elsewhere[elsewhere.size() - 2]); // by which the store finds it
    QUrl missing = url;
    missing.setPath(elsewhere.join(u'/'));
    for (const auto &[address, code] :
         {std::pair{url.toString().replace("https:"_L1, "http:"_L1), FactCode::ReleaseAddressNotHttps},
          std::pair{missing.toString(), FactCode::ReleaseRefusedByServer},
          std::pair{u"https://127.0.0.1:1/a.zip"_s, FactCode::ReleaseNotFetched}}) {
        const std::unique_ptr<ReleaseDownload> other = panel.updates().fetch(QUrl(address));
        fetched.reset();
        connect(other.get(), &ReleaseDownload::finished, this, [&](const auto &path) { fetched = path; });
        SGN_EVENTUALLY(fetched);
        QVERIFY2(!*fetched && fetched->error().has(code), qPrintable(address));
    }
}

// What the file store has forgotten isn't sent again.
void PanelCoreTest::checkForgotten(Panel &panel, UpdateCommand forgotten)
{
    QStringList parts = forgotten.url.path().split(u'/');
    std::ranges::reverse(parts[parts.size() - 2]); // by which the store finds it
    forgotten.url.setPath(parts.join(u'/'));
    const auto lost = panel.commands().submit(forgotten, {deviceJid(2)}, {});
    QVERIFY(lost);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"release_gone"_s));
    QCOMPARE(finishedNumber(panel.updates().retry(*lost, {deviceJid(2)}, u"test"_s)), CommandNo{0});
}

void PanelCoreTest::anUnansweredCommandIsSentAgainToAModernDeviceOnly()
{
    const auto numbered = [](const FakeDevice &device) {
        return std::ranges::count_if(device.commands,
                                     [](const Command &command) { return command.number.has_value(); });
    };
    for (const int n : {1, 2}) {
        device(n).isModern = n == 1;
        device(n).answer = [this, n](const Command &command) {
            if (!command.number) {
                device(n).answerAsTheSeed(command);
            }
        };
        device(n).start();
    }
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().find(deviceJid(1))->isModern &&
                   panel->fleet().find(deviceJid(2))->lastReport.isValid());
    const auto number = panel->commands().submit(RestartProcess{u"ocr"_s}, {deviceJid(1), deviceJid(2)}, {});
    QVERIFY(number);
    SGN_EVENTUALLY(numbered(device(1)) >= 3);
    QCOMPARE(numbered(device(2)), 1);
    for (const Command &command : std::as_const(device(1).commands)) {
        QVERIFY(!command.number || *command.number == *number);
    }
    // It answers at last, and once more for each repeat.
    device(1).answer = [this](const Command &command) {
        device(1).answerAsTheSeed(command);
    };
    SGN_EVENTUALLY(stateOf(*panel, *number, 1) == TargetState::Done);
    QVERIFY(stateOf(*panel, *number, 2) == TargetState::Delivered);
}

void PanelCoreTest::nothingRunsTwiceWhenThePanelIsRestarted()
{
    device(1).start();
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().summary().online == 1);
    const auto done = panel->restartProcess(deviceJid(1), u"ocr"_s);
    SGN_EVENTUALLY(done && stateOf(*panel, *done, 1) == TargetState::Done);
    panel.reset();
    panel = started();
    QVERIFY(stateOf(*panel, *done, 1) == TargetState::Done);
    const auto next = panel->restartProcess(deviceJid(1), u"uplink"_s);
    QVERIFY(next);
    QVERIFY(*next != *done);
    SGN_EVENTUALLY(stateOf(*panel, *next, 1) == TargetState::Done);
    const auto count =
        std::ranges::count_if(device(1).commands, [&done](const Command &command) { return command.number == *done; });
    QCOMPARE(count, 1);
}

void PanelCoreTest::catchesUpOnMessagesSentWhileThePanelWasOffline()
{
    device(1).answer = [](const Command &) {
    };
    device(1).start();
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().summary().online == 1);
    const auto number = panel->restartProcess(deviceJid(1), u"ocr"_s);
    SGN_EVENTUALLY(number && stateOf(*panel, *number, 1) == TargetState::Delivered);
    panel->stop();
    panel.reset();

    QSignalSpy acknowledged(&device(1).session, &xmpp::Session::acknowledged);
    device(1).send(device(1).result(*number, true, "while you were offline"));
    device(1).version = 7;
    device(1).send(device(1).seedReport());
    SGN_EVENTUALLY(acknowledged.size() == 2);
    device(1).session.stop();

    panel = started();
    QVERIFY(stateOf(*panel, *number, 1) == TargetState::Done);
    QCOMPARE(panel->commands().target(*number, deviceJid(1))->remarks, u"while you were offline"_s);
    QCOMPARE(panel->fleet().find(deviceJid(1))->process(u"ocr")->report.version, 7);
    QVERIFY(!panel->fleet().find(deviceJid(1))->online);

    // A store that starts from nothing learns the same from the archive.
    auto fresh = started(u"fresh.sqlite"_s);
    QVERIFY(stateOf(*fresh, *number, 1) == TargetState::Done);
    QCOMPARE(fresh->fleet().find(deviceJid(1))->process(u"ocr")->report.version, 7);
    const auto next = fresh->restartProcess(deviceJid(1), u"ocr"_s);
    QVERIFY(next);
    QVERIFY(*next != *number);
}

void PanelCoreTest::logsArriveAndCanBeRead()
{
    const QString zip = zipOf(u"logs.zip"_s, {{u"logs/ocr.log"_s, "line 1\nline 2\n"}, {u"logs/agent.log"_s, "x\n"}});
    device(1).answer = [this, zip](const Command &command) {
        if (!std::holds_alternative<UploadLogs>(command.body)) {
            device(1).answerAsTheSeed(command);
            return;
        }
        xmpp::Upload *upload = device(1).session.uploadFile(zip);
        const auto number = command.number;
        connect(upload, &xmpp::Upload::finished, this, [this, zip, number](const Result<QUrl> &url) {
            QVERIFY2(url, url ? "" : qPrintable(url.error().message));
            LogsReply reply;
            reply.from = device(1).id;
            reply.success = true;
            reply.url = *url;
            reply.size = QFileInfo(zip).size();
            reply.sha256 = *sha256OfFile(zip);
            reply.number = number;
            device(1).send(encode(reply));
        });
    };
    device(1).start();
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().summary().online == 1);
    const auto number = panel->requestLogs({deviceJid(1)});
    QVERIFY(number);
    QCOMPARE(panel->logs().deliveries(deviceJid(1)).size(), 1);
    SGN_EVENTUALLY(isFinal(panel->logs().deliveries().at(0).state));
    const LogDelivery delivery = panel->logs().deliveries().at(0);
    QVERIFY2(delivery.state == LogDelivery::State::Ready, qPrintable(wording::remarksText(delivery)));
    QVERIFY(stateOf(*panel, *number, 1) == TargetState::Done);
    const QList<LogFile> files = panel->logs().files(delivery.id);
    QCOMPARE(files.size(), 2);
    QCOMPARE(files.at(1).name, u"logs/ocr.log"_s);
    QCOMPARE(*readLogText(files.at(1).path), u"line 1\nline 2\n"_s);
    QVERIFY2(QDir(QFileInfo(delivery.folder).absolutePath()).entryList({u"*.part"_s}).isEmpty(),
             "no temporary file is left");

    // Kept over a restart, and removed with its files.
    panel.reset();
    panel = open();
    QCOMPARE(panel->logs().deliveries().size(), 1);
    QCOMPARE(panel->logs().files(delivery.id).size(), 2);
    panel->logs().remove(delivery.id);
    QVERIFY(!QDir(delivery.folder).exists());
    QVERIFY(panel->logs().deliveries().isEmpty());
}

void PanelCoreTest::badLogsAreRefused_data()
{
    QTest::addColumn<QString>("change");
    QTest::addColumn<QString>("words");
    QTest::newRow("another content") << u"sha256"_s << u"SHA-256"_s;
    QTest::newRow("longer than announced") << u"short"_s << u"more than"_s;
    QTest::newRow("shorter than announced") << u"long"_s << u"announced"_s;
    QTest::newRow("larger than allowed") << u"huge"_s << u"limit"_s;
    QTest::newRow("not there") << u"404"_s << u"HTTP 404"_s;
    QTest::newRow("closed port") << u"port"_s << u"could not be fetched"_s;
    QTest::newRow("no zip") << u"garbage"_s << QString();
}

void PanelCoreTest::badLogsAreRefused()
{
    QFETCH(const QString, change);
    QFETCH(const QString, words);
    QString zip = zipOf(u"logs.zip"_s, {{u"logs/ocr.log"_s, "line 1\n"}});
    if (change == u"garbage") {
        zip = m_folder->filePath(u"garbage.zip"_s);
        QFile file(zip);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(1000, 'x'));
    }
    device(1).answer = [&](const Command &command) {
        if (!std::holds_alternative<UploadLogs>(command.body)) {
            device(1).answerAsTheSeed(command);
            return;
        }
        xmpp::Upload *upload = device(1).session.uploadFile(zip);
        connect(upload, &xmpp::Upload::finished, this, [&](const Result<QUrl> &url) {
            LogsReply reply;
            reply.from = device(1).id;
            reply.success = true;
            reply.url = url.value_or(QUrl());
            reply.size = QFileInfo(zip).size();
            reply.sha256 = *sha256OfFile(zip);
            if (change == u"sha256") {
                reply.sha256 = QByteArray(32, 'x');
            } else if (change == u"short") {
                reply.size = *reply.size - 1;
            } else if (change == u"long") {
                reply.size = *reply.size + 1;
            } else if (change == u"huge") {
                reply.size = LogService::maxDownload + 1;
            } else if (change == u"404") {
                reply.url = QUrl(m_server->uploadUrl() + u"/nothing/here.zip"_s);
            } else if (change == u"port") {
                reply.url.setPort(1);
            }
            device(1).send(encode(reply));
        });
    };
    device(1).start();
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().summary().online == 1);
    const auto number = panel->requestLogs({deviceJid(1)});
    QVERIFY(number);
    SGN_EVENTUALLY(isFinal(panel->logs().deliveries().at(0).state));
    const LogDelivery delivery = panel->logs().deliveries().at(0);
    QVERIFY(delivery.state == LogDelivery::State::Failed);
    QVERIFY2(!wording::remarksText(delivery).isEmpty() && wording::remarksText(delivery).contains(words),
             qPrintable(wording::remarksText(delivery)));
    QVERIFY(stateOf(*panel, *number, 1) == TargetState::Failed);
    QVERIFY(panel->logs().files(delivery.id).isEmpty());
    const QDir left(m_folder->filePath(u"panel-logs/"_s + deviceJid(1)));
    SGN_EVENTUALLY(left.entryList(QDir::AllEntries | QDir::NoDotAndDotDot).isEmpty());
}

void PanelCoreTest::oldDevicesKeepTheirLogsElsewhere()
{
    device(1).start();
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().summary().online == 1);
    const auto number = panel->requestLogs({deviceJid(1)});
    SGN_EVENTUALLY(number && stateOf(*panel, *number, 1) == TargetState::Done);
    const LogDelivery delivery = panel->logs().deliveries().at(0);
    QVERIFY(delivery.state == LogDelivery::State::Elsewhere);
    QVERIFY(wording::remarksText(delivery).contains(u"its own server"_s));
}

void PanelCoreTest::anotherClientOfTheAccountIsFollowed()
{
    device(1).start();
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().summary().online == 1);
    xmpp::SessionOptions options;
    options.role = xmpp::Role::Panel;
    xmpp::Session chat(panel->config().account(), options, m_clock);
    QSignalSpy online(&chat, &xmpp::Session::online);
    chat.start();
    SGN_EVENTUALLY(online.size() == 1);
    // As typed into a chat client.
    chat.send(deviceJid(1), R"({"command":"smart_meter_update","command_no":500,"url":"https://example.com/a.zip",
        "processes":[{"process_name":"ocr","version":3}]})");
    SGN_EVENTUALLY(panel->commands().find(500) != nullptr);
    SGN_EVENTUALLY(stateOf(*panel, 500, 1) == TargetState::Done);
    chat.send(deviceJid(1), R"({"command":"upload_logs","command_no":501})");
    SGN_EVENTUALLY(panel->commands().find(501) != nullptr && stateOf(*panel, 501, 1) == TargetState::Done);
    QVERIFY2(panel->logs().deliveries().isEmpty(), "the logs that another client asked for are its own");
    QVERIFY(!panel->commands().find(500)->isOwn);
    const auto next = panel->restartProcess(deviceJid(1), u"ocr"_s);
    QVERIFY(next);
    SGN_EVENTUALLY(stateOf(*panel, *next, 1) == TargetState::Done);
}

void PanelCoreTest::aSilentDeviceIsNotAnswering()
{
    device(1).answer = [](const Command &) {
    };
    device(1).start();
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().find(deviceJid(1))->notAnswering);
    QVERIFY(panel->fleet().find(deviceJid(1))->online);
    device(1).send(device(1).seedReport());
    SGN_EVENTUALLY(!panel->fleet().find(deviceJid(1))->notAnswering);
}

void PanelCoreTest::hostileMessagesChangeNothing()
{
    device(1).start();
    device(2).start();
    auto panel = started();
    SGN_EVENTUALLY(panel->fleet().summary().online == 2 && panel->fleet().find(deviceJid(1))->lastReport.isValid() &&
                   panel->fleet().find(deviceJid(2))->lastReport.isValid());
    const auto number = panel->commands().submit(RestartProcess{u"ocr"_s}, {deviceJid(3)}, {});
    QVERIFY(number);
    FakeDevice &evil = device(2);
    for (const QByteArray &body :
         {QByteArray("{"), QByteArray("[]"), QByteArray("null"), QByteArray("hello"), QByteArray(60'000, '['),
          QByteArray(R"({"command":"version_req"})"),
          QByteArray(R"({"command":"version_req","from":5,"processes":{}})"),
          QByteArray(R"({"command_no":-1,"from":"x","succcess":true})"),
          QByteArray(R"({"command":"process_event","from":"x","process":null})"),
          QByteArray(R"({"command":"reboot_system","command_no":3})"), evil.result(*number, true, "not mine"),
          evil.result(2147483647, true, "of no command")}) {
        evil.send(body);
    }
    // Speaks as the other one.
    evil.id = device(1).id;
    evil.version = 99;
    evil.send(evil.seedReport());
    SGN_EVENTUALLY(!panel->fleet().find(deviceJid(2))->foreignFrom.isEmpty());
    QCOMPARE(panel->fleet().find(deviceJid(1))->process(u"ocr")->report.version, 1);
    QVERIFY(!isFinal(stateOf(*panel, *number, 3)));
    QCOMPARE(panel->fleet().count(), deviceCount);
    const auto next = panel->restartProcess(deviceJid(1), u"ocr"_s);
    QVERIFY(next);
    QCOMPARE(*next, *number + 1);
}

void PanelCoreTest::aWrongPasswordIsReportedInPlainWords()
{
    auto panel = open(u"wrong.sqlite"_s, u"wrong"_s);
    QVERIFY(panel);
    QList<Error> reasons;
    connect(&panel->session(), &PanelSession::offline, this, [&reasons](const Error &reason) { reasons += reason; });
    panel->start();
    SGN_EVENTUALLY(!reasons.isEmpty());
    QCOMPARE(reasons.at(0).code, ErrorCode::Authentication);
    QVERIFY2(reasons.at(0).message.contains(u"password"_s), qPrintable(reasons.at(0).message));
    QVERIFY(!panel->session().isSettled());
}

QTEST_GUILESS_MAIN(PanelCoreTest)
#include "tst_panel_core.moc"
