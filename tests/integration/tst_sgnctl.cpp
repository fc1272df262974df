// SPDX-License-Identifier: GPL-3.0-or-later
// The program sgnctl as a script sees it: arguments, output, exit code. What it prints with --json is checked against
// its schema after each test.
#include "archive/Zip.h"
#include "base/AtomicFile.h"
#include "crypto/ConfigEnvelope.h"
#include "crypto/Sha256.h"
#include "integration/PanelDevice.h"
#include "rollouts/RolloutPlan.h"
#include "support/ProsodyServer.h"

#include <array>
#include <csignal>
#include <pty.h>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

#define SGN_EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 30'000)

namespace {

const QString sgnctl = QStringLiteral(SGN_BIN_DIR "/sgnctl");
const QString checkSchema = QStringLiteral(SGN_SOURCE_DIR "/tests/support/check-schema");
const QString schema = QStringLiteral(SGN_SOURCE_DIR "/dashboard/cli/sgnctl.schema.json");

QJsonObject sample(const QStringList &arguments, const QByteArray &output)
{
    return {{u"arguments"_s, QJsonArray::fromStringList(arguments)}, {u"output"_s, QString::fromUtf8(output)}};
}

} // namespace

class SgnctlTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void cleanupTestCase();

    void wrongUsageIsOneSentence_data();
    void wrongUsageIsOneSentence();
    void everyCommandHasHelpWithAnExample_data();
    void everyCommandHasHelpWithAnExample();
    void theSchemaHasEveryOutputAndField();
    void theSchemaRefuses_data();
    void theSchemaRefuses();
    void listsDevices();
    void printsEveryFieldOfADevice();
    void acceptsAndRemovesDevices();
    void importsAndExportsLists();
    void describesDevices();
    void showsTheLastKnownStateWithoutAServer();
    void requestsVersions();
    void requestsAgainWhenARequestIsLost();
    void namesDevicesThatDidNotAnswer();
    void sendsAnUpdateAndWaitsForIt();
    void sendsAnAgentUpdateByAddress();
    void sendsEveryComponent();
    void showsWhatLedToAFailure();
    void showsWhatADeviceWaitsFor();
    void showsThatARolloutWaitsForItsWindow();
    void rollsOutInWaves();
    void aRolloutThatFailsStops();
    void fetchesLogs();
    void restartsAProcess();
    void watches();
    void paintsAndWrapsOnATerminalOnly();
    void aWrongPasswordIsReportedOnce();

private:
    struct Ran
    {
        int exitCode = -1;
        QByteArray out;
        QByteArray err;
        [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    };
    void checkPlannedLimits();
    [[nodiscard]] static Ran run(const QString &program, const QStringList &arguments, const QByteArray &input);
    [[nodiscard]] Ran run(const QStringList &arguments);
    // With a terminal of so many columns as its stdout, and these variables beside ours.
    [[nodiscard]] Ran runOnTerminal(const QStringList &arguments, unsigned short columns,
                                    const QMap<QString, QString> &environment);
    // What tests/support/check-schema reports of these runs.
    [[nodiscard]] static Ran checked(const QJsonArray &samples);
    // With --panel.
    [[nodiscard]] Ran ctl(const QStringList &arguments)
    {
        return run(QStringList{u"--panel"_s, panelFile()} + arguments);
    }
    [[nodiscard]] QString panelFile(const QByteArray &password = panelPassword.toUtf8())
    {
        return panelFile(m_server, u"panel.sqlite"_s, password);
    }
    [[nodiscard]] QString panelFile(const ProsodyServer &server, const QString &store,
                                    const QByteArray &password = panelPassword.toUtf8());
    FakeDevice &startDevice(int n);

    ProsodyServer m_server;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::map<int, std::unique_ptr<FakeDevice>> m_devices;
    QJsonArray m_samples;     // what this test's runs printed with --json
    QByteArrayList m_checked; // the outputs of the schema that any test has shown
};

void SgnctlTest::initTestCase()
{
    QVERIFY2(m_server.start(accounts(3)), qPrintable(m_server.errorString()));
}

void SgnctlTest::cleanup()
{
    m_devices.clear();
    const QJsonArray samples = std::exchange(m_samples, {});
    if (samples.isEmpty()) {
        return;
    }
    const Ran ran = checked(samples);
    QVERIFY2(ran.exitCode == 0, ran.err);
    m_checked += ran.out.split('\n');
}

// An output that no test shows is one whose description no test checks.
void SgnctlTest::cleanupTestCase()
{
    if (QCoreApplication::arguments().size() > 1) {
        return; // not all of the tests have run
    }
    const Ran all = run(checkSchema, {schema, u"--program"_s, sgnctl}, {});
    for (const QByteArray &output : all.out.trimmed().split('\n')) {
        QVERIFY2(m_checked.contains(output), output);
    }
}

void SgnctlTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    if (!m_server.isRunning()) {
        QVERIFY2(m_server.start(), qPrintable(m_server.errorString()));
    }
}

SgnctlTest::Ran SgnctlTest::run(const QString &program, const QStringList &arguments, const QByteArray &input)
{
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    Ran ran;
    // The devices live in this process, so its events go on.
    if (!QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 60'000)) {
        process.kill();
        process.waitForFinished();
        ran.err = program.toUtf8() + " didn't end: ";
    }
    ran.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    ran.out = process.readAllStandardOutput();
    ran.err += process.readAllStandardError();
    return ran;
}

SgnctlTest::Ran SgnctlTest::run(const QStringList &arguments)
{
    Ran ran = run(sgnctl, arguments, {});
    if (arguments.contains(u"--json"_s)) {
        m_samples += sample(arguments, ran.out);
    }
    return ran;
}

SgnctlTest::Ran SgnctlTest::runOnTerminal(const QStringList &arguments, unsigned short columns,
                                          const QMap<QString, QString> &environment)
{
    Ran ran;
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    int ours = -1;
    int its = -1;
    if (::openpty(&ours, &its, nullptr, nullptr, &size) != 0) {
        ran.err = "cannot open a terminal";
        return ran;
    }
    QProcess process;
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    for (const QString &name : {u"NO_COLOR"_s, u"COLUMNS"_s}) {
        all.remove(name);
    }
    all.insert(u"TERM"_s, u"xterm"_s);
    for (auto it = environment.cbegin(); it != environment.cend(); ++it) {
        all.insert(it.key(), it.value());
    }
    process.setProcessEnvironment(all);
    process.setChildProcessModifier([its] { ::dup2(its, STDOUT_FILENO); });
    process.start(sgnctl, arguments);
    const bool hasEnded = QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 60'000);
    ran.exitCode = hasEnded && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    ran.err = process.readAllStandardError();
    ::close(its);
    // A table of a few rows is less than a terminal keeps.
    std::array<char, 65536> buffer{};
    for (ssize_t got = 0; (got = ::read(ours, buffer.data(), buffer.size())) > 0;) {
        ran.out += QByteArray(buffer.data(), got);
    }
    ::close(ours);
    ran.out.replace("\r\n", "\n");
    return ran;
}

SgnctlTest::Ran SgnctlTest::checked(const QJsonArray &samples)
{
    return run(checkSchema, {schema}, QJsonDocument(samples).toJson());
}

QString SgnctlTest::panelFile(const ProsodyServer &server, const QString &store, const QByteArray &password)
{
    const auto write = [this](const QString &name, const QByteArray &content) {
        QFile file(m_folder->filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) {
            qFatal("cannot write a test file");
        }
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        return file.fileName();
    };
    [[maybe_unused]] const QString passwordFile = write(u"password"_s, password + '\n');
    return write(u"panel.json"_s, QJsonDocument(QJsonObject{{u"jid"_s, panelJid},
                                                            {u"password_file"_s, u"password"_s},
                                                            {u"host"_s, server.address()},
                                                            {u"port"_s, server.port()},
                                                            {u"ca"_s, server.caFile()},
                                                            {u"store"_s, store}})
                                      .toJson());
}

FakeDevice &SgnctlTest::startDevice(int n)
{
    auto &device = m_devices[n];
    device = std::make_unique<FakeDevice>(m_server, n);
    QSignalSpy online(&device->session, &xmpp::Session::online);
    device->start();
    if (!QTest::qWaitFor([&online] { return !online.isEmpty(); }, 30'000)) {
        qWarning("the device doesn't come online");
    }
    return *device;
}

void SgnctlTest::wrongUsageIsOneSentence_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("nothing") << QStringList() << QByteArray("command is missing");
    QTest::newRow("unknown command") << QStringList{u"fly"_s} << QByteArray("'fly'");
    QTest::newRow("no panel") << QStringList{u"devices"_s} << QByteArray("--panel FILE is missing");
    QTest::newRow("no such panel file") << QStringList{u"--panel"_s, u"/nowhere.json"_s, u"devices"_s}
                                        << QByteArray("/nowhere.json");
    QTest::newRow("unknown option") << QStringList{u"devices"_s, u"--fast"_s} << QByteArray("fast");
    QTest::newRow("bad timeout") << QStringList{u"devices"_s, u"--timeout"_s, u"soon"_s} << QByteArray("--timeout");
    QTest::newRow("a filter for new ones") << QStringList{u"devices"_s, u"--new"_s, u"--dead"_s} << QByteArray("--new");
    QTest::newRow("accept without a device") << QStringList{u"accept"_s} << QByteArray("--records");
    QTest::newRow("remove without a device") << QStringList{u"remove"_s} << QByteArray("at least one device");
    QTest::newRow("new ones by condition") << QStringList{u"devices"_s, u"--new"_s, u"--dead"_s} << QByteArray("--new");
    QTest::newRow("too much") << QStringList{u"dead"_s, u"x"_s} << QByteArray("'x'");
    QTest::newRow("update without a zip") << QStringList{u"update"_s, u"agent"_s} << QByteArray("zip");
    QTest::newRow("unknown component") << QStringList{u"update"_s, u"fridge"_s, u"a.zip"_s, u"--all"_s}
                                       << QByteArray("'fridge'");
    QTest::newRow("no such zip") << QStringList{u"update"_s, u"agent"_s, u"/none.zip"_s, u"--all"_s}
                                 << QByteArray("/none.zip");
    QTest::newRow("update without a device")
        << QStringList{u"update"_s, u"agent"_s, u"https://x/a.zip"_s, u"--version"_s, u"2"_s} << QByteArray("--all");
    QTest::newRow("some and all") << QStringList{u"update"_s,    u"agent"_s, u"https://x/a.zip"_s,
                                                 u"--version"_s, u"2"_s,     u"--to"_s,
                                                 u"a"_s,         u"--all"_s}
                                  << QByteArray("--all");
    QTest::newRow("bad process") << QStringList{u"update"_s,    u"smart-meter"_s, u"https://x/a.zip"_s,
                                                u"--process"_s, u"ocr"_s,         u"--all"_s}
                                 << QByteArray("NAME=VERSION");
    QTest::newRow("address without versions")
        << QStringList{u"update"_s, u"smart-meter"_s, u"https://x/a.zip"_s, u"--all"_s} << QByteArray("--process");
    QTest::newRow("bad time") << QStringList{u"update"_s, u"agent"_s, u"https://x/a.zip"_s, u"--version"_s,
                                             u"2"_s,      u"--all"_s, u"--not-after"_s,     u"tomorrow"_s}
                              << QByteArray("--not-after");
    QTest::newRow("logs without a device") << QStringList{u"logs"_s} << QByteArray("device");
    QTest::newRow("restart without a process") << QStringList{u"restart"_s, u"a"_s} << QByteArray("process");
    QTest::newRow("processes of the watchdog")
        << QStringList{u"update"_s, u"watchdog"_s, u"https://x/a.zip"_s, u"--process"_s, u"ocr=1"_s, u"--all"_s}
        << QByteArray("--process");
    QTest::newRow("packages without a version")
        << QStringList{u"update"_s, u"python"_s, u"https://x/a.zip"_s, u"--all"_s} << QByteArray("--version");
    QTest::newRow("version of the CA file")
        << QStringList{u"update"_s, u"ca"_s, u"https://x/ca.pem"_s, u"--version"_s, u"2"_s, u"--all"_s}
        << QByteArray("--version");
    const QStringList byAddress{u"update"_s, u"agent"_s, u"https://x/a.zip"_s, u"--version"_s, u"2"_s, u"--all"_s};
    QTest::newRow("files of what isn't signed")
        << byAddress + QStringList{u"--files"_s, u"https://x/files.jws"_s} << QByteArray("--release");
    QTest::newRow("files nowhere a device can fetch them")
        << byAddress + QStringList{u"--release"_s, u"a.jws"_s, u"--files"_s, u"files.jws"_s} << QByteArray("--files");
    QTest::newRow("reboot without a device") << QStringList{u"reboot"_s} << QByteArray("device");
    QTest::newRow("rollback without a device") << QStringList{u"rollback"_s, u"agent"_s} << QByteArray("device");
    QTest::newRow("rollback of the CA file") << QStringList{u"rollback"_s, u"ca"_s, u"a"_s} << QByteArray("'ca'");
    QTest::newRow("rollout to no device")
        << QStringList{u"rollout"_s, u"plan"_s, u"--wave"_s, u"100%"_s} << QByteArray("--all");
    for (const QString &window : {u"01:00-01:00"_s, u"01:00"_s, u"01:00-04:30-05:00"_s, u"25:00-04:30"_s}) {
        QTest::addRow("window %s", qPrintable(window))
            << QStringList{u"rollout"_s, u"plan"_s, u"--all"_s, u"--window"_s, window}
            << QByteArray("--window takes two different times of the day such as 01:00-04:30, not '");
    }
    QTest::newRow("bad limit") << QStringList{u"activity"_s, u"--limit"_s, u"0"_s} << QByteArray("--limit");
}

void SgnctlTest::wrongUsageIsOneSentence()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, words);
    const Ran ran = run(arguments);
    QCOMPARE(ran.exitCode, 2);
    QVERIFY(ran.out.isEmpty());
    QCOMPARE(ran.err.count('\n'), 1);
    QVERIFY2(ran.err.contains(words), ran.err);
}

void SgnctlTest::everyCommandHasHelpWithAnExample_data()
{
    QTest::addColumn<QString>("command");
    for (const char *command : {"devices", "versions", "dead", "update", "logs", "restart", "reboot", "config",
                                "rollback", "watch", "activity"}) {
        QTest::newRow(command) << QString::fromLatin1(command);
    }
}

void SgnctlTest::everyCommandHasHelpWithAnExample()
{
    QFETCH(const QString, command);
    const Ran ran = run({command, u"--help"_s});
    QCOMPARE(ran.exitCode, 0);
    QVERIFY(ran.out.contains("Example:\n  sgnctl --panel panel.json " + command.toUtf8()));
    QVERIFY(run({u"--help"_s}).out.contains("  " + command.toUtf8()));
    QVERIFY(run({u"--version"_s}).out.startsWith("sgnctl "));
}

void SgnctlTest::theSchemaHasEveryOutputAndField()
{
    const Ran ran = run(checkSchema, {schema, u"--program"_s, sgnctl}, {});
    QVERIFY2(ran.exitCode == 0, ran.err);
}

void SgnctlTest::theSchemaRefuses_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QByteArray>("output");
    QTest::addColumn<QByteArray>("finding"); // none: it is right
    const QByteArray process = R"({"process_name":"ocr","version":1,"isDead":true,"jid":"a@b","dead_since":"")";
    const auto dead = [&process](const QByteArray &more) {
        return R"({"connected":true,"dead":[)" + process + more + "}]}\n";
    };
    QTest::newRow("nothing") << u"dead"_s << dead({}) << QByteArray();
    QTest::newRow("an optional field's absence") << u"dead"_s << dead(R"(,"pid":7)") << QByteArray();
    QTest::newRow("an unknown field") << u"dead"_s << dead(R"(,"age":7)") << QByteArray("$.dead[0]: Unevaluated");
    QTest::newRow("its name") << u"dead"_s << dead(R"(,"age":7)") << QByteArray("'age' was unexpected");
    QTest::newRow("a wrong type") << u"dead"_s << dead(R"(,"pid":"7")") << QByteArray("$.dead[0].pid: '7' is not");
    QTest::newRow("an unknown state") << u"dead"_s << dead(R"(,"state":"gone")")
                                      << QByteArray("$.dead[0].state: 'gone'");
    QTest::newRow("a field that is missing")
        << u"dead"_s << QByteArray("{\"connected\":true}\n") << QByteArray("$: 'dead' is a required property");
    QTest::newRow("two lines") << u"dead"_s << dead({}) + dead({}) << QByteArray("2 lines instead of one");
    QTest::newRow("a table") << u"dead"_s << QByteArray("DEVICE\n") << QByteArray("line 1: Expecting value");
    QTest::newRow("an unknown kind of event")
        << u"watch"_s
        << QByteArray(
               R"({"time":"2026-01-01T00:00:00.000Z","kind":"odd","jid":"","command_no":null,"subject":"","detail":"",)"
               R"("by":"","text":""})")
        << QByteArray("watch: line 1: $.kind: 'odd'");
    QTest::newRow("an unknown command") << u"fly"_s << QByteArray("{}") << QByteArray("no definition for: sgnctl fly");
}

void SgnctlTest::theSchemaRefuses()
{
    QFETCH(const QString, command);
    QFETCH(const QByteArray, output);
    QFETCH(const QByteArray, finding);
    const Ran ran = checked({sample({command, u"--json"_s}, output)});
    QCOMPARE(ran.exitCode, finding.isEmpty() ? 0 : 1);
    QVERIFY2(ran.err.contains(finding), ran.err);
}

void SgnctlTest::listsDevices()
{
    startDevice(1);
    const Ran table = ctl({u"devices"_s});
    QVERIFY2(table.exitCode == 0, table.err);
    const QList<QByteArray> lines = table.out.split('\n');
    QVERIFY(lines.at(0).startsWith("DEVICE  STATE"));
    QVERIFY2(lines.at(1).startsWith("meter1  online"), table.out);
    QVERIFY(lines.at(1).contains("1 dead"));
    QVERIFY(lines.at(2).startsWith("meter2  offline  never"));

    const Ran json = ctl({u"devices"_s, u"--json"_s});
    QCOMPARE(json.exitCode, 0);
    QCOMPARE(json.json()[u"devices"_s].toArray().size(), 3);
    QVERIFY(json.json()[u"connected"_s].toBool());
    const QJsonObject first = json.json()[u"devices"_s].toArray().at(0).toObject();
    QCOMPARE(first[u"jid"_s].toString(), deviceJid(1));
    QCOMPARE(first[u"processes"_s].toArray().at(0)[u"process_name"_s].toString(), u"ocr"_s);

    const Ran online = ctl({u"--json"_s, u"devices"_s, u"--online"_s});
    QCOMPARE(online.json()[u"devices"_s].toArray().size(), 1);
    const Ran dead = ctl({u"dead"_s, u"--json"_s});
    QCOMPARE(dead.exitCode, 0);
    QCOMPARE(dead.json()[u"dead"_s].toArray().size(), 1);
    QCOMPARE(dead.json()[u"dead"_s].toArray().at(0)[u"process_name"_s].toString(), u"uplink"_s);
}

// For the schema: all that a device can report.
void SgnctlTest::printsEveryFieldOfADevice()
{
    FakeDevice &device = startDevice(1);
    const QDateTime at(QDate(2026, 1, 2), QTime(3, 4, 5), Qt::UTC);
    device.answer = [&device, &at](const Command &command) {
        if (!std::holds_alternative<VersionRequest>(command.body)) {
            return device.answerAsTheSeed(command);
        }
        VersionReport report;
        report.from = device.id;
        report.facts = {.agentVersion = 2,
                        .watchdogVersion = ReportedVersion::fromText(u"1.3.2"_s),
                        .os = u"Debian 12"_s,
                        .model = u"Raspberry Pi 4"_s,
                        .uptimeS = 10,
                        .diskFreeMb = 20,
                        .memAvailableMb = 30,
                        .temperatureC = 40.5,
                        .clockOffsetS = -0.5,
                        .packagesVersion = 3,
                        .utcOffsetS = 3600,
                        .network = u"wifi"_s,
                        .readOnly = true,
                        .processesOmitted = 1,
                        .problem = u"the card is sick"_s};
        ProcessReport process;
        process.name = u"ocr"_s;
        process.isDead = true;
        process.state = ProcessState::CrashLoop;
        process.pid = 7;
        process.since = at;
        process.restarts24h = 3;
        process.lastExit = LastExit{1, std::nullopt, at, 2.5, {u"no camera"_s}};
        process.problem = u"it has no camera"_s;
        process.isHopeless = true;
        report.processes = {process};
        device.send(encode(report));
    };
    const Ran ran = ctl({u"versions"_s, u"meter1"_s, u"--json"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    const QJsonValue printed = ran.json()[u"devices"_s][0];
    QCOMPARE(printed[u"watchdog_version"_s].toString(), u"1.3.2"_s);
    QCOMPARE(printed[u"facts"_s][u"network"_s].toString(), u"wifi"_s);
    QCOMPARE(printed[u"processes"_s][0][u"last_exit"_s][u"at"_s].toString(), u"2026-01-02T03:04:05Z"_s);
    const Ran dead = ctl({u"dead"_s, u"--json"_s});
    QCOMPARE(dead.json()[u"dead"_s][0][u"hopeless"_s].toBool(), true);
    QVERIFY(ctl({u"devices"_s, u"--json"_s}).out.contains("crash_loop"));
}

void SgnctlTest::acceptsAndRemovesDevices()
{
    ProsodyServer server(ProsodyServer::Options{.groups = false});
    QVERIFY2(server.start(accounts(3)), qPrintable(server.errorString()));
    const auto at = [&](const QString &desk, const QStringList &arguments) {
        return run(QStringList{u"--panel"_s, panelFile(server, desk)} + arguments);
    };
    const auto jidsOf = [](const Ran &ran, const QString &list) {
        QStringList jids;
        for (const QJsonValue &entry : ran.json()[list].toArray()) {
            jids += entry[u"jid"_s].toString();
        }
        return jids;
    };
    std::map<int, std::unique_ptr<FakeDevice>> devices;
    for (int n = 1; n <= 2; ++n) {
        devices[n] = std::make_unique<FakeDevice>(server, n);
        devices[n]->start();
    }
    SGN_EVENTUALLY(devices[1]->session.isOnline() && devices[2]->session.isOnline());

    Ran listed = at(u"north.sqlite"_s, {u"devices"_s, u"--new"_s, u"--json"_s});
    QVERIFY2(listed.exitCode == 0, listed.err);
    QCOMPARE(jidsOf(listed, u"new"_s), (QStringList{deviceJid(1), deviceJid(2)}));
    const Ran table = at(u"north.sqlite"_s, {u"devices"_s});
    QVERIFY2(!table.out.contains("meter1"), table.out);
    QVERIFY2(table.err.contains("2 new"), table.err);

    const QStringList mistakes[]{{u"accept"_s, u"nosuch"_s}, {u"accept"_s, u"other*"_s}, {u"accept"_s, u"*@*"_s},
                                 {u"accept"_s, panelJid},    {u"remove"_s, u"nosuch"_s}, {u"versions"_s, deviceJid(1)},
                                 {u"logs"_s, deviceJid(1)}};
    for (const QStringList &arguments : mistakes) {
        const Ran wrong = at(u"north.sqlite"_s, arguments);
        QCOMPARE(wrong.exitCode, 2);
        QVERIFY2(wrong.err.contains(arguments.constLast().toUtf8()), wrong.err);
    }
    QVERIFY2(devices[1]->bodies.isEmpty(), "what isn't accepted gets nothing");

    const Ran accepted = at(u"north.sqlite"_s, {u"accept"_s, u"METER1"_s, u"--json"_s});
    QVERIFY2(accepted.exitCode == 0, accepted.err);
    QCOMPARE(accepted.json()[u"accepted"_s].toArray(), QJsonArray{deviceJid(1)});
    // From a list, before it has shown up; and what is left.
    QFile fleet(m_folder->filePath(u"fleet.json"_s));
    QVERIFY(fleet.open(QIODevice::WriteOnly));
    fleet.write("{\"format\":1,\"devices\":[{\"jid\":\"" + deviceJid(3).toUtf8() + "\"}]}");
    fleet.close();
    QCOMPARE(at(u"north.sqlite"_s, {u"accept"_s, u"--records"_s, fleet.fileName()}).exitCode, 0);
    QCOMPARE(at(u"north.sqlite"_s, {u"accept"_s, u"meter?"_s}).exitCode, 0);
    listed = at(u"south.sqlite"_s, {u"devices"_s, u"--json"_s});
    QCOMPARE(jidsOf(listed, u"devices"_s), (QStringList{deviceJid(1), deviceJid(2), deviceJid(3)}));

    const Ran removed = at(u"south.sqlite"_s, {u"remove"_s, u"meter1"_s, deviceJid(2), u"--json"_s});
    QVERIFY2(removed.exitCode == 0, removed.err);
    QCOMPARE(removed.json()[u"removed"_s].toArray(), (QJsonArray{deviceJid(1), deviceJid(2)}));
    listed = at(u"north.sqlite"_s, {u"devices"_s, u"--json"_s});
    QCOMPARE(jidsOf(listed, u"devices"_s), QStringList{deviceJid(3)});
}

// Out with the names, tags and notes of all, and in again at another desk.
void SgnctlTest::importsAndExportsLists()
{
    ProsodyServer server(ProsodyServer::Options{.groups = false});
    QVERIFY2(server.start(accounts(3)), qPrintable(server.errorString()));
    const auto at = [&](const QString &desk, const QStringList &arguments) {
        return run(QStringList{u"--panel"_s, panelFile(server, desk)} + arguments);
    };
    QFile list(m_folder->filePath(u"list.csv"_s));
    const auto write = [&list](const QByteArray &text) {
        return list.open(QIODevice::WriteOnly) && list.write(text) == text.size() && (list.close(), true);
    };
    QVERIFY(write("jid;name;tags;address\r\nmeter1;Mühle;north, old;Am Bach 1\r\nmeter2;;;\r\nno jid;;;\r\n"));

    const Ran dry = at(u"north.sqlite"_s, {u"import"_s, list.fileName(), u"--dry-run"_s, u"--json"_s});
    QCOMPARE(dry.exitCode, 1);
    QVERIFY2(dry.err.contains("line 4: \"no jid@localhost\" is no device's JID"), dry.err);
    QCOMPARE(dry.json()[u"accepted"_s].toArray().size(), 2);
    QCOMPARE(at(u"north.sqlite"_s, {u"devices"_s, u"--json"_s}).json()[u"devices"_s].toArray().size(), 0);
    const Ran done = at(u"north.sqlite"_s, {u"import"_s, list.fileName(), u"--json"_s});
    QVERIFY2(done.exitCode == 1 && done.json()[u"changed"_s].toArray().size() == 2, done.err);

    const Ran exported = at(u"south.sqlite"_s, {u"devices"_s, u"--csv"_s});
    QVERIFY2(exported.exitCode == 0, exported.err);
    QVERIFY2(exported.out.contains(deviceJid(1).toUtf8() + ",Mühle,\"north, old\",Am Bach 1,"), exported.out);
    QVERIFY(write(exported.out));
    Ran again = at(u"south.sqlite"_s, {u"import"_s, list.fileName(), u"--clear"_s, u"--json"_s});
    QVERIFY2(again.exitCode == 0, again.err);
    QCOMPARE(again.json()[u"unchanged"_s].toInt(), 2);
    // A cell that was emptied.
    QVERIFY(write(QByteArray(exported.out).replace("Am Bach 1", "")));
    again = at(u"south.sqlite"_s, {u"import"_s, list.fileName(), u"--json"_s});
    QCOMPARE(again.json()[u"unchanged"_s].toInt(), 2);
    again = at(u"south.sqlite"_s, {u"import"_s, list.fileName(), u"--clear"_s, u"--json"_s});
    QCOMPARE(again.json()[u"changed"_s].toArray(), QJsonArray{deviceJid(1)});
    const Ran shown = at(u"north.sqlite"_s, {u"devices"_s, u"--csv"_s});
    QVERIFY2(shown.out.contains("Mühle") && !shown.out.contains("Am Bach"), shown.out);

    QVERIFY(write("name\nx\n"));
    const Ran bad = at(u"north.sqlite"_s, {u"import"_s, list.fileName()});
    QVERIFY2(bad.exitCode == 1 && bad.err.contains("a column jid"), bad.err);
}

// Each run is a desk of its own, so what one shows another has written to the server.
void SgnctlTest::describesDevices()
{
    startDevice(1);
    startDevice(2);
    const auto at = [&](const QString &desk, const QStringList &arguments) {
        return run(QStringList{u"--panel"_s, panelFile(m_server, desk)} + arguments);
    };
    const auto namesOf = [](const Ran &ran) {
        QStringList names;
        for (const QJsonValue &entry : ran.json()[u"devices"_s].toArray()) {
            names += entry[u"name"_s].toString();
        }
        return names;
    };
    Ran ran = at(u"north.sqlite"_s, {u"rename"_s, u"meter1"_s, u"High Street 1"_s});
    QVERIFY2(ran.exitCode == 0 && ran.out.contains("High Street 1"), ran.err + ran.out);
    ran = at(u"north.sqlite"_s, {u"tag"_s, u"meter1"_s, u"meter2"_s, u"--add"_s, u"north"_s, u"--add"_s, u"pilot"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    ran = at(u"south.sqlite"_s, {u"tag"_s, u"high street 1"_s, u"--remove"_s, u"pilot"_s, u"--json"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    ran = at(u"north.sqlite"_s, {u"note"_s, u"meter1"_s, u"--set"_s, u"address=High Street 1 = the old mill"_s,
                                 u"--text"_s, u"ring twice"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    ran = at(u"south.sqlite"_s, {u"note"_s, u"meter1"_s, u"--json"_s});
    const QJsonValue notes = ran.json()[u"devices"_s][0][u"notes"_s];
    QCOMPARE(notes[u"text"_s].toString(), u"ring twice"_s);
    QCOMPARE(notes[u"fields"_s][u"address"_s].toString(), u"High Street 1 = the old mill"_s);

    // Names, tags and conditions choose devices.
    QCOMPARE(namesOf(at(u"new.sqlite"_s, {u"devices"_s, u"--json"_s, u"--tag"_s, u"pilot"_s})),
             QStringList{u"meter2"_s});
    QCOMPARE(namesOf(at(u"new.sqlite"_s, {u"devices"_s, u"--json"_s, u"--where"_s, u"tag=north note~twice"_s})),
             QStringList{u"High Street 1"_s});
    ran = at(u"new.sqlite"_s, {u"versions"_s, u"tag:north"_s, u"--json"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    QCOMPARE(namesOf(ran).size(), 2);
    ran = at(u"new.sqlite"_s, {u"versions"_s, u"High Street 1"_s, u"where:tag=pilot"_s, u"--json"_s});
    QCOMPARE(namesOf(ran).size(), 2);

    const QStringList mistakes[]{{u"devices"_s, u"--where"_s, u"ocr<"_s},
                                 {u"versions"_s, u"tag:nosuch"_s},
                                 {u"versions"_s, u"where:online=1"_s},
                                 {u"tag"_s, u"meter1"_s, u"--add"_s, u"a,b"_s},
                                 {u"note"_s, u"meter1"_s, u"--set"_s, u"=x"_s}};
    for (const QStringList &arguments : mistakes) {
        const Ran wrong = at(u"new.sqlite"_s, arguments);
        QCOMPARE(wrong.exitCode, 2);
        QVERIFY2(wrong.err.contains(arguments.constLast().section(u':', -1).toUtf8()), wrong.err);
    }
    // For the tests that follow: the server keeps what was written.
    QVERIFY(at(u"new.sqlite"_s, {u"rename"_s, u"meter1"_s, QString(), u"--json"_s}).exitCode == 0);
}

void SgnctlTest::showsTheLastKnownStateWithoutAServer()
{
    startDevice(1);
    QCOMPARE(ctl({u"devices"_s}).exitCode, 0);
    m_server.stop();
    const Ran ran = ctl({u"devices"_s});
    QCOMPARE(ran.exitCode, 1);
    QVERIFY2(ran.out.contains("meter1  offline"), ran.out);
    QVERIFY(ran.out.contains("1 dead"));
    QVERIFY2(ran.err.contains("last known state"), ran.err);
    QCOMPARE(ran.err.count('\n'), 1);
    QVERIFY(m_server.start());
}

void SgnctlTest::requestsVersions()
{
    startDevice(1).version = 5;
    startDevice(2);
    const Ran ran = ctl({u"versions"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    QVERIFY2(ran.out.contains("meter1  now"), ran.out);
    QVERIFY(ran.out.contains("meter3  offline"));
    const Ran one = ctl({u"versions"_s, u"METER1"_s, u"--json"_s});
    QCOMPARE(one.exitCode, 0);
    QCOMPARE(one.json()[u"devices"_s].toArray().size(), 1);
    QCOMPARE(one.json()[u"devices"_s].toArray().at(0)[u"processes"_s][0][u"version"_s].toInt(), 5);
}

void SgnctlTest::requestsAgainWhenARequestIsLost()
{
    FakeDevice &device = startDevice(1);
    int asked = 0;
    device.answer = [&device, &asked](const Command &command) {
        if (++asked > 1) {
            device.answerAsTheSeed(command);
        }
    };
    const Ran ran = ctl({u"versions"_s, u"meter1"_s, u"--timeout"_s, u"60"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    QVERIFY(asked >= 2);
}

void SgnctlTest::namesDevicesThatDidNotAnswer()
{
    FakeDevice &silent = startDevice(1);
    silent.answer = [](const Command &) {
    };
    startDevice(2);
    const Ran ran = ctl({u"versions"_s, u"--timeout"_s, u"12"_s});
    QCOMPARE(ran.exitCode, 1);
    QVERIFY2(ran.out.contains("meter1  none"), ran.out);
    QVERIFY(ran.out.contains("meter2  now"));
    QVERIFY2(ran.err.contains("1 of 3 devices didn't answer: meter1@localhost"), ran.err);
    const Ran unknown = ctl({u"versions"_s, u"meter9"_s});
    QCOMPARE(unknown.exitCode, 2);
    QVERIFY(unknown.err.contains("'meter9'"));
    QCOMPARE(ctl({u"versions"_s, u"meter3"_s}).exitCode, 1);
}

void SgnctlTest::sendsAnUpdateAndWaitsForIt()
{
    QDir(m_folder->path()).mkpath(u"SmartMeter"_s);
    QFile script(m_folder->filePath(u"SmartMeter/ocr.py"_s));
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!/usr/bin/python3\n");
    script.close();
    const QString zip = m_folder->filePath(u"SmartMeter.zip"_s);
    QVERIFY(packZip({{script.fileName(), u"SmartMeter/ocr.py"_s}}, zip));

    FakeDevice &good = startDevice(1);
    FakeDevice &bad = startDevice(2);
    bad.answer = [&bad](const Command &command) {
        if (command.number) {
            bad.send(bad.result(*command.number, false, "no space left"));
        }
    };
    const Ran ran = ctl({u"update"_s, u"smart-meter"_s, zip, u"--process"_s, u"ocr=7"_s, u"--to"_s, u"meter1,meter2"_s,
                         u"--wait"_s, u"--json"_s});
    QVERIFY2(ran.exitCode == 1, ran.err);
    const QJsonArray targets = ran.json()[u"targets"_s].toArray();
    QCOMPARE(targets.size(), 2);
    QCOMPARE(targets.at(0)[u"state"_s].toString(), u"done"_s);
    QCOMPARE(targets.at(1)[u"state"_s].toString(), u"failed"_s);
    QCOMPARE(targets.at(1)[u"remarks"_s].toString(), u"no space left"_s);
    const auto sent = std::ranges::find_if(good.commands, [](const Command &c) { return c.number.has_value(); });
    QVERIFY(sent != good.commands.end());
    const auto update = std::get<UpdateCommand>(sent->body);
    QCOMPARE(update.processes, (QList<ProcessVersion>{{u"ocr"_s, 7}}));
    QCOMPARE(update.sha256, *sha256OfFile(zip));

    const Ran all = ctl({u"update"_s, u"smart-meter"_s, zip, u"--to"_s, u"meter1"_s, u"--wait"_s});
    QVERIFY2(all.exitCode == 0, all.err);
    QVERIFY2(all.err.contains("versions ocr=2"), all.err);
    QVERIFY(all.out.contains("meter1  done"));

    const Ran wrong = ctl({u"update"_s, u"smart-meter"_s, zip, u"--process"_s, u"nose=7"_s, u"--all"_s});
    QCOMPARE(wrong.exitCode, 1);
    QVERIFY(wrong.err.contains("'nose'"));

    const Ran activity = ctl({u"activity"_s, u"meter2"_s, u"--json"_s});
    QCOMPARE(activity.exitCode, 0);
    QVERIFY2(activity.out.contains("no space left"), activity.out);
    QVERIFY(ctl({u"activity"_s, u"--csv"_s}).out.startsWith("time,device,what"));
    // No two calls use the same number.
    const qint64 number = ran.json()[u"command_no"_s].toInteger();
    QVERIFY(number > 0);
    QVERIFY2(all.err.contains("command ") && !all.err.contains("command " + QByteArray::number(number) + ' '), all.err);
}

void SgnctlTest::sendsAnAgentUpdateByAddress()
{
    FakeDevice &device = startDevice(1);
    // Offline devices get it from the server later; the command is on its way and that is all that was asked.
    const Ran ran = ctl({u"update"_s, u"agent"_s, u"https://example.com/JabberClient.zip"_s, u"--version"_s, u"3"_s,
                         u"--all"_s, u"--json"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    const QJsonArray targets = ran.json()[u"targets"_s].toArray();
    QCOMPARE(targets.size(), 3);
    for (const QJsonValue &target : targets) {
        QVERIFY(target[u"state"_s].toString() != u"queued"_s);
    }
    SGN_EVENTUALLY(std::ranges::any_of(device.bodies, [](const QByteArray &body) {
        return body.contains("jabber_client_update") && body.contains("\"version\":3");
    }));
}

void SgnctlTest::sendsEveryComponent()
{
    FakeDevice &device = startDevice(1);
    const auto newest = [&device] {
        const auto it = std::ranges::find_if(device.commands.rbegin(), device.commands.rend(),
                                             [](const Command &command) { return command.number.has_value(); });
        return it == device.commands.rend() ? CommandBody() : it->body;
    };
    for (const auto &[word, component] :
         {std::pair(u"watchdog"_s, Component::WatchDog), std::pair(u"python"_s, Component::SitePackages)}) {
        const Ran ran = ctl({u"update"_s, word, u"https://example.com/a.zip"_s, u"--version"_s, u"3"_s, u"--to"_s,
                             u"meter1"_s, u"--wait"_s});
        QVERIFY2(ran.exitCode == 0, ran.err);
        const auto body = newest();
        const auto *const update = std::get_if<UpdateCommand>(&body);
        QVERIFY(update != nullptr && update->component == component && update->version == 3);
    }

    const QString garbage = m_folder->filePath(u"garbage.pem"_s);
    QFile file(garbage);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("-----BEGIN CERTIFICATE-----\nnot one\n");
    file.close();
    const Ran refused = ctl({u"update"_s, u"ca"_s, garbage, u"--to"_s, u"meter1"_s});
    QCOMPARE(refused.exitCode, 1);
    QVERIFY2(refused.err.contains("no certificate"), refused.err);
    Ran ran = ctl({u"update"_s, u"ca"_s, m_server.caFile(), u"--to"_s, u"meter1"_s, u"--wait"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    auto body = newest();
    const auto *const caFile = std::get_if<CaCertUpdate>(&body);
    QVERIFY(caFile != nullptr);
    QCOMPARE(caFile->sha256, *sha256OfFile(m_server.caFile()));
    QCOMPARE(caFile->url.scheme(), u"https"_s);

    ran = ctl({u"reboot"_s, u"meter1"_s, u"--wait"_s, u"--json"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    QVERIFY(std::holds_alternative<RebootSystem>(newest()));
    const QTemporaryDir folder;
    const QString config = folder.filePath(u"config_file.bin"_s);
    const QByteArray sealed = encryptV2("{}", SecureBytes(QByteArrayView(QByteArray(32, 'k')))).value();
    QVERIFY(writeFileAtomically(config, encryptV1("{}").value()).has_value());
    ran = ctl({u"config"_s, u"meter1"_s, config});
    QVERIFY2(ran.exitCode == 1 && ran.err.contains("version 2"), ran.err);
    ran = ctl({u"config"_s, u"meter1"_s, config + u".none"_s});
    QVERIFY2(ran.exitCode == 1 && ran.err.contains("config_file.bin.none"), ran.err);
    QVERIFY(writeFileAtomically(config, sealed).has_value());
    ran = ctl({u"config"_s, u"meter1"_s, config, u"--wait"_s, u"--json"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    QVERIFY(newest() == CommandBody(ConfigUpdate{sealed}));
    ran = ctl({u"rollback"_s, u"smart-meter"_s, u"meter1"_s, u"--wait"_s, u"--json"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    body = newest();
    const auto *const back = std::get_if<Rollback>(&body);
    QVERIFY(back != nullptr && back->component == Component::SmartMeter);
}

void SgnctlTest::showsWhatLedToAFailure()
{
    FakeDevice &device = startDevice(1);
    device.answer = [&device](const Command &command) {
        if (!command.number) {
            return;
        }
        CommandResult result;
        result.number = *command.number;
        result.from = device.id;
        result.remarks = u"the new release doesn't run"_s;
        result.log = {u"12:00:00 confirming"_s, u"ocr: \u001b[31mcamera not found"_s};
        device.send(encode(result));
    };
    const QStringList update{u"update"_s, u"agent"_s, u"https://example.com/a.zip"_s, u"--version"_s, u"3"_s, u"--to"_s,
                             u"meter1"_s, u"--wait"_s};
    const Ran ran = ctl(update);
    QCOMPARE(ran.exitCode, 1);
    QVERIFY2(ran.err.contains("meter1| 12:00:00 confirming\n"), ran.err);
    QVERIFY(ran.err.contains("camera not found") && !ran.err.contains('\x1b'));
    const Ran json = ctl(update + QStringList{u"--json"_s});
    QCOMPARE(json.json()[u"targets"_s][0][u"log"_s].toArray().size(), 2);
}

void SgnctlTest::showsWhatADeviceWaitsFor()
{
    FakeDevice &device = startDevice(1);
    device.answer = [&device](const Command &command) {
        if (command.number) {
            device.send(encode(ProgressReport{*command.number, device.id, u"waiting"_s, 0,
                                              u"held by the file cfg/hold on the device"_s}));
            device.send(device.result(*command.number, true));
        }
    };
    const Ran ran = ctl({u"update"_s, u"agent"_s, u"https://example.com/a.zip"_s, u"--version"_s, u"3"_s, u"--to"_s,
                         u"meter1"_s, u"--wait"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    QVERIFY2(ran.err.contains("meter1: waiting: held by the file cfg/hold"), ran.err);
    QVERIFY(!ran.out.contains("cfg/hold"));
}

void SgnctlTest::showsThatARolloutWaitsForItsWindow()
{
    FakeDevice &device = startDevice(1);
    std::optional<CommandNo> held;
    device.answer = [&](const Command &command) {
        if (std::holds_alternative<UpdateCommand>(command.body)) {
            held = command.number;
            device.send(encode(ProgressReport{*command.number,
                                              device.id,
                                              u"waiting"_s,
                                              0,
                                              u"not in the panel's words"_s,
                                              {},
                                              ProgressReport::Wait::Window}));
        } else if (std::holds_alternative<VersionRequest>(command.body)) {
            VersionReport report{device.id, {}, {}};
            report.facts.utcOffsetS = 3600;
            device.send(encode(report));
        } else if (command.number) {
            device.send(device.result(*command.number, true));
        }
    };
    QProcess watch;
    watch.start(sgnctl, {u"--panel"_s, panelFile(), u"watch"_s});
    QByteArray err;
    SGN_EVENTUALLY((err += watch.readAllStandardError()).contains("devices online"));
    QProcess drive;
    drive.start(sgnctl,
                {u"--panel"_s, panelFile(), u"rollout"_s, u"start"_s, u"agent"_s, u"https://example.org/Night.zip"_s,
                 u"--version"_s, u"9"_s, u"--where"_s, u"online"_s, u"--window"_s, u"1:00 - 24:00"_s, u"--wait"_s});
    const QByteArray why = "waits for its maintenance window, 01:00 to 00:00 by its local time";
    QByteArray out;
    SGN_EVENTUALLY((out += watch.readAllStandardOutput()).contains("waiting: " + why));
    const Ran shown = ctl({u"rollout"_s, u"show"_s, u"Night.zip"_s});
    QVERIFY2(shown.exitCode == 0 && shown.out.contains(why), shown.out + shown.err);
    const Ran json = ctl({u"rollout"_s, u"show"_s, u"Night.zip"_s, u"--json"_s});
    QCOMPARE(json.json()["devices"_L1][0]["why"_L1].toString().toUtf8(), why);
    QVERIFY(held.has_value());
    device.send(device.result(*held, true));
    SGN_EVENTUALLY(drive.state() == QProcess::NotRunning);
    QCOMPARE(drive.exitCode(), 0);
    ::kill(static_cast<pid_t>(watch.processId()), SIGINT);
    SGN_EVENTUALLY(watch.state() == QProcess::NotRunning);
}

void SgnctlTest::checkPlannedLimits()
{
    const Ran limited = ctl({u"rollout"_s, u"plan"_s, u"--all"_s, u"--max-vanished"_s, u"2"_s, u"--healthy"_s, u"50%"_s,
                             u"--first"_s, u"4"_s, u"--network"_s, u"ethernet"_s, u"--network"_s, u"wifi"_s});
    QVERIFY2(limited.exitCode == 0, limited.err);
    const auto plan = rollouts::rolloutPlanFrom(limited.json());
    QVERIFY2(plan, limited.out);
    QCOMPARE(plan->stop.vanished.text(), u"2"_s);
    QCOMPARE(plan->gate.healthy.text(), u"50%"_s);
    QCOMPARE(plan->growth, std::optional(rollouts::Growth{4, 5}));
    QCOMPARE(plan->networks, (QStringList{u"ethernet"_s, u"wifi"_s}));
}

void SgnctlTest::rollsOutInWaves()
{
    for (const int n : {1, 2, 3}) {
        FakeDevice &device = startDevice(n);
        device.answer = [&device](const Command &command) {
            // Others are of earlier tests, which the server has kept for it.
            const auto *update = std::get_if<UpdateCommand>(&command.body);
            device.version = update && update->url.fileName() == "Spring.zip"_L1 ? 2 : device.version;
            device.answerAsTheSeed(command);
        };
    }
    const QStringList plan{u"--all"_s, u"--wave"_s, u"1"_s, u"--wave"_s, u"100%"_s, u"--soak"_s, u"0"_s};
    const Ran planned = ctl(QStringList{u"rollout"_s, u"plan"_s} + plan);
    QVERIFY2(planned.exitCode == 0, planned.err);
    QVERIFY2(planned.err.contains("reaches 3 of 3 devices"), planned.err);
    checkPlannedLimits();
    const Ran reached = ctl(QStringList{u"rollout"_s, u"plan"_s, u"--json"_s, u"--window"_s, u"01:00-04:30"_s} + plan);
    QCOMPARE(reached.json()["devices"_L1].toArray().size(), 3);
    QFile file(m_folder->filePath(u"plan.json"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(planned.out) > 0);
    file.close();

    const Ran ran =
        ctl({u"rollout"_s, u"start"_s, u"smart-meter"_s, u"https://example.org/Spring.zip"_s, u"--process"_s,
             u"ocr=2"_s, u"--plan"_s, file.fileName(), u"--name"_s, u"Spring"_s, u"--wait"_s, u"--json"_s});
    QVERIFY2(ran.exitCode == 0, ran.err);
    const QJsonObject rollout = ran.json()["rollout"_L1].toObject();
    QCOMPARE(rollout["state"_L1].toString(), u"done"_s);
    QCOMPARE(rollout["waves"_L1].toInt(), 2);
    QCOMPARE(rollout["done"_L1].toInt(), 3);
    QVERIFY2(ran.err.contains("Spring: running, wave 1"), ran.err);

    const Ran listed = ctl({u"rollout"_s, u"list"_s});
    QVERIFY2(listed.exitCode == 0 && listed.out.contains("Spring") && listed.out.contains("done"), listed.out);
    const Ran shown = ctl({u"rollout"_s, u"show"_s, u"spring"_s, u"--json"_s});
    QVERIFY2(shown.exitCode == 0, shown.err);
    QCOMPARE(shown.json()["devices"_L1].toArray().size(), 3);
    const Ran late = ctl({u"rollout"_s, u"pause"_s, u"Spring"_s});
    QVERIFY2(late.exitCode == 1 && late.err.contains("has ended"), late.err);
    const Ran none = ctl({u"rollout"_s, u"show"_s, u"autumn"_s});
    QVERIFY2(none.exitCode != 0 && none.err.contains("no rollout 'autumn'"), none.err);
    const Ran driven = ctl({u"rollout"_s, u"drive"_s, u"spring"_s, u"--json"_s});
    QVERIFY2(driven.exitCode == 0, driven.err);
    QCOMPARE(driven.json()["rollouts"_L1][0]["state"_L1].toString(), u"done"_s);
    const Ran back = ctl({u"rollout"_s, u"rollback"_s, u"spring"_s, u"--json"_s});
    QVERIFY2(back.exitCode == 0, back.err);
}

void SgnctlTest::aRolloutThatFailsStops()
{
    for (const int n : {1, 2, 3}) {
        FakeDevice &device = startDevice(n);
        device.answer = [&device](const Command &command) {
            if (std::holds_alternative<UpdateCommand>(command.body)) {
                device.send(device.result(*command.number, false, "no good"));
            } else {
                device.answerAsTheSeed(command);
            }
        };
    }
    const Ran ran = ctl({u"rollout"_s, u"start"_s, u"agent"_s, u"https://example.org/JabberClient.zip"_s,
                         u"--version"_s, u"9"_s, u"--all"_s, u"--wave"_s, u"1"_s, u"--wave"_s, u"100%"_s, u"--wait"_s});
    QVERIFY2(ran.exitCode == 1, ran.err);
    QVERIFY2(ran.err.contains("1 of 1 devices failed, which is more than 5%"), ran.err);
    int reached = 0;
    for (const auto &[n, device] : m_devices) {
        reached += std::ranges::any_of(device->commands, [](const Command &command) {
            return std::holds_alternative<UpdateCommand>(command.body);
        });
    }
    QCOMPARE(reached, 1);
    // No desk drives it now.
    for (const auto &[action, state] : {std::pair(u"pause"_s, u"paused"_s), std::pair(u"open"_s, u"paused"_s),
                                        std::pair(u"resume"_s, u"running"_s), std::pair(u"retry"_s, u"running"_s)}) {
        const Ran changed = ctl({u"rollout"_s, action, u"JabberClient.zip"_s, u"--json"_s});
        QVERIFY2(changed.exitCode == 0, changed.err);
        QCOMPARE(changed.json()["rollouts"_L1][0]["state"_L1].toString(), state);
    }
    const Ran cancelled = ctl({u"rollout"_s, u"cancel"_s, u"JabberClient.zip"_s});
    QVERIFY2(cancelled.exitCode == 0 && cancelled.out.contains("cancelled"), cancelled.err);
    QVERIFY(!ctl({u"rollout"_s, u"list"_s, u"--json"_s}).json()["rollouts"_L1].toArray().isEmpty());
    const QStringList again{u"rollout"_s,   u"start"_s, u"agent"_s,   u"https://example.org/Agent.zip"_s,
                            u"--version"_s, u"9"_s,     u"--where"_s, u"online"_s,
                            u"--json"_s};
    QCOMPARE(ctl(again).json()["rollout"_L1]["state"_L1].toString(), u"running"_s);
    const Ran ended = ctl({u"rollout"_s, u"cancel"_s, u"Agent.zip"_s, u"--json"_s});
    QCOMPARE(ended.json()["rollouts"_L1][0]["state"_L1].toString(), u"cancelled"_s);
}

void SgnctlTest::fetchesLogs()
{
    QFile log(m_folder->filePath(u"ocr.log"_s));
    QVERIFY(log.open(QIODevice::WriteOnly));
    log.write("line 1\n");
    log.close();
    const QString zip = m_folder->filePath(u"device-logs.zip"_s);
    QVERIFY(packZip({{log.fileName(), u"logs/ocr.log"_s}}, zip));
    FakeDevice &device = startDevice(1);
    startDevice(2);
    device.answer = [&](const Command &command) {
        if (!std::holds_alternative<UploadLogs>(command.body)) {
            device.answerAsTheSeed(command);
            return;
        }
        connect(device.session.uploadFile(zip), &xmpp::Upload::finished, this, [&](const Result<QUrl> &url) {
            LogsReply reply;
            reply.from = device.id;
            reply.success = url.has_value();
            reply.url = url.value_or(QUrl());
            device.send(encode(reply));
        });
    };
    const QString out = m_folder->filePath(u"out"_s);
    const Ran ran = ctl({u"logs"_s, u"meter1"_s, u"meter2"_s, u"--out"_s, out});
    QVERIFY2(ran.exitCode == 0, ran.err + ran.out);
    QVERIFY2(ran.out.contains("meter1  ready"), ran.out);
    QVERIFY2(ran.out.contains("meter2  elsewhere"), ran.out);
    QFile copied(out + u"/meter1@localhost/logs/ocr.log"_s);
    QVERIFY(copied.open(QIODevice::ReadOnly));
    QCOMPARE(copied.readAll(), "line 1\n");
    const Ran json = ctl({u"logs"_s, u"meter1"_s, u"meter2"_s, u"--json"_s});
    QVERIFY2(json.exitCode == 0, json.err);
    QCOMPARE(json.json()[u"logs"_s][0][u"files"_s].toArray().size(), 1);
}

void SgnctlTest::restartsAProcess()
{
    FakeDevice &device = startDevice(1);
    QCOMPARE(ctl({u"restart"_s, u"meter1"_s, u"ocr"_s, u"--json"_s}).exitCode, 0);
    device.answer = [](const Command &) {
    };
    const Ran ran = ctl({u"restart"_s, u"meter1"_s, u"ocr"_s, u"--timeout"_s, u"12"_s});
    QCOMPARE(ran.exitCode, 1);
    QVERIFY2(ran.err.contains("haven't answered within 12 s: meter1"), ran.err);
    QVERIFY(ran.out.contains("meter1"));
}

void SgnctlTest::watches()
{
    FakeDevice &device = startDevice(1);
    QProcess process;
    process.start(sgnctl, {u"--panel"_s, panelFile(), u"watch"_s, u"--json"_s});
    QByteArray err;
    SGN_EVENTUALLY((err += process.readAllStandardError()).contains("devices online"));
    // Asked, and answered that it is dead: what is sent now comes behind that.
    SGN_EVENTUALLY(!device.commands.isEmpty());
    device.isUplinkDead = false;
    device.send(device.seedReport());
    QByteArray out;
    SGN_EVENTUALLY((out += process.readAllStandardOutput()).contains("process_back"));
    const QList<QByteArray> lines = out.trimmed().split('\n');
    const QJsonObject line = QJsonDocument::fromJson(lines.last()).object();
    QCOMPARE(line[u"jid"_s].toString(), deviceJid(1));
    QCOMPARE(line[u"subject"_s].toString(), u"uplink"_s);
    // How far another desk's command is.
    device.answer = [&device](const Command &command) {
        if (command.number) {
            device.send(encode(ProgressReport{*command.number, device.id, u"downloading"_s, 40, {}}));
            device.send(device.result(*command.number, true));
        }
    };
    const Ran update =
        run({u"--panel"_s, panelFile(m_server, u"other.sqlite"_s), u"update"_s, u"agent"_s,
             u"https://example.com/a.zip"_s, u"--version"_s, u"3"_s, u"--to"_s, u"meter1"_s, u"--wait"_s});
    QVERIFY2(update.exitCode == 0, update.err);
    SGN_EVENTUALLY((out += process.readAllStandardOutput()).contains("\"command_done\""));
    QVERIFY2(out.contains("\"progress\"") && out.contains("\"downloading\""), out);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    SGN_EVENTUALLY(process.state() == QProcess::NotRunning);
    out += process.readAllStandardOutput();
    m_samples += sample({u"watch"_s, u"--json"_s}, out);
    QVERIFY(process.exitStatus() == QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

void SgnctlTest::paintsAndWrapsOnATerminalOnly()
{
    startDevice(1);
    constexpr unsigned short columns = 60;
    const QStringList devices{u"--panel"_s, panelFile(), u"devices"_s};
    const auto longest = [](const QByteArray &text) {
        static const QRegularExpression colour(u"\033\\[[0-9]+m"_s);
        const QStringList lines = QString::fromUtf8(text).remove(colour).split(u'\n');
        return std::ranges::max(lines, {}, &QString::size).size();
    };
    const Ran piped = run(devices);
    QVERIFY2(piped.exitCode == 0 && !piped.out.contains('\033'), piped.out);
    QVERIFY2(longest(piped.out) > columns, piped.out);

    const Ran painted = runOnTerminal(devices, columns, {});
    QVERIFY2(painted.exitCode == 0, painted.err);
    QVERIFY2(painted.out.startsWith("\033[1mDEVICE\033[0m"), painted.out);
    QVERIFY2(painted.out.contains("\033[32monline\033[0m") && painted.out.contains("\033[31m"), painted.out);
    QVERIFY2(longest(painted.out) <= columns, painted.out);

    const Ran colourless = runOnTerminal(devices, columns, {{u"NO_COLOR"_s, u"1"_s}});
    QVERIFY2(colourless.exitCode == 0 && !colourless.out.contains('\033'), colourless.out);
    QVERIFY2(longest(colourless.out) <= columns, colourless.out);
    const Ran wide = runOnTerminal(devices, columns, {{u"COLUMNS"_s, u"300"_s}, {u"TERM"_s, u"dumb"_s}});
    QVERIFY2(!wide.out.contains('\033') && longest(wide.out) > columns, wide.out);
    const Ran json = runOnTerminal(devices + QStringList{u"--json"_s}, columns, {});
    QVERIFY2(json.json()[u"connected"_s].toBool() && !json.out.contains('\033'), json.out);
}

void SgnctlTest::aWrongPasswordIsReportedOnce()
{
    const Ran ran = run({u"--panel"_s, panelFile("wrong"), u"versions"_s});
    QCOMPARE(ran.exitCode, 1);
    QVERIFY2(ran.err.count('\n') == 1, ran.err);
    QVERIFY2(ran.err.contains("password"), ran.err);
    QVERIFY(!ran.err.contains("wrong\n"));
}

QTEST_GUILESS_MAIN(SgnctlTest)
#include "tst_sgnctl.moc"
