// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/WholeDevice.h"
#include "support/HttpServer.h"
#include "support/ReleaseKit.h"
#include "support/TestCa.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkDatagram>
#include <QTcpServer>

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int limit = 90'000;
const QString secret = u"canary-password"_s;

struct Run
{
    int exitCode = -1;
    QByteArray out;
    QByteArray err;

    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    [[nodiscard]] QByteArray all() const { return out + err; }
};

QJsonObject findingOf(const QJsonObject &check, const QString &subject)
{
    for (const QJsonValue &finding : check["findings"_L1].toArray()) {
        if (finding["subject"_L1].toString() == subject) {
            return finding.toObject();
        }
    }
    return {};
}

} // namespace

// The real sgn-device beside the real watchdog, agent and server.
class TestSgnDevice : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ProsodyServer> m_server;
    std::unique_ptr<WatchdogDevice> m_device;
    QByteArray m_offered;

    // The test's own servers go on meanwhile.
    [[nodiscard]] Run run(const QStringList &command, const QStringList &wrapper = {}) const
    {
        QStringList all = wrapper + QStringList{QStringLiteral(SGN_BIN_DIR "/sgn-device")} + command;
        all += {u"--folder"_s,          m_device->root(), u"--socket"_s,
                m_device->socketPath(), u"--port"_s,      QString::number(m_device->port())};
        QProcess process;
        process.start(all.takeFirst(), all);
        Run result;
        if (QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, limit)) {
            result = {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
        }
        return result;
    }
    [[nodiscard]] QJsonObject status() const { return run({u"status"_s, u"--json"_s}).json(); }
    [[nodiscard]] static QJsonObject processOf(const QJsonObject &status, const QString &name)
    {
        for (const QJsonValue &process : status["processes"_L1].toArray()) {
            if (process["process_name"_L1].toString() == name) {
                return process.toObject();
            }
        }
        return {};
    }

    void startDevice(const QStringList &meters)
    {
        for (const QString &name : meters) {
            m_device->addMeter(name);
        }
        QVERIFY(m_device->start(10));
        ControlClient client(*m_device);
        QVERIFY(client.startMeters(meters));
    }
    void waitForServer() const
    {
        QTRY_VERIFY_WITH_TIMEOUT(m_device->read(u"logs/agent.log"_s).contains("online as"), limit);
    }
    // A configuration with another account or server.
    void configure(const QString &password, const QString &host, quint16 port) const
    {
        equip(*m_device, *m_server, password,
              {{u"xmpp_client"_s, QJsonObject{{u"client_jid"_s, deviceJid},
                                              {u"client_password"_s, password},
                                              {u"cpanel_jid"_s, panelJid},
                                              {u"host"_s, host},
                                              {u"port"_s, port}}}});
    }
    [[nodiscard]] QStringList shiftedBy(qint64 seconds) const
    {
        m_device->write(u"clock-shift"_s, QByteArray::number(seconds));
        // The sanitizer wants to be the first library.
        const QString options = qEnvironmentVariable("ASAN_OPTIONS") + u":verify_asan_link_order=0"_s;
        return {u"/usr/bin/env"_s, u"ASAN_OPTIONS="_s + options, QStringLiteral("LD_PRELOAD=" SGN_SHIFTED_CLOCK),
                u"SGN_CLOCK_SHIFT="_s + m_device->path(u"clock-shift"_s)};
    }
    // Checks that `subject` is wrong, with these words in what is stated or advised.
    static void expectWrong(const Run &check, const QString &subject, const QStringList &parts)
    {
        const QJsonObject finding = findingOf(check.json(), subject);
        QVERIFY2(finding["verdict"_L1].toString() == u"wrong"_s, check.all());
        QCOMPARE(check.exitCode, 1);
        for (const QString &part : parts) {
            QVERIFY2((finding["what"_L1].toString() + finding["cure"_L1].toString()).contains(part), check.all());
        }
        QVERIFY(!check.all().contains(secret.toUtf8()));
    }
    [[nodiscard]] Run check(const QStringList &wrapper = {}) const
    {
        return run({u"check"_s, u"--json"_s, u"--limit"_s, u"10"_s}, wrapper);
    }

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start(accountsWith(secret)), qPrintable(m_server->errorString()));
        m_device = std::make_unique<WatchdogDevice>();
        equip(*m_device, *m_server, secret, {{u"allow_http"_s, true}});
    }

    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->read(u"logs/agent.log"_s) << m_device->read(u"logs/watchdog.log"_s);
        }
        m_device.reset();
        m_server.reset();
    }

    void showsARunningDevice()
    {
        startDevice({u"ocr"_s});
        QTRY_COMPARE_WITH_TIMEOUT(status()["server"_L1]["connected"_L1], QJsonValue(true), limit);
        const QJsonObject json = status();
        QCOMPARE(json["watchdog"_L1]["state"_L1], QJsonValue(u"running"_s));
        QCOMPARE(json["watchdog"_L1]["pid"_L1], QJsonValue(m_device->pid()));
        QCOMPARE(json["agent"_L1]["running"_L1], QJsonValue(true));
        QCOMPARE(json["agent"_L1]["pid"_L1], QJsonValue(m_device->running(u"sgn-agent"_s).value(0)));
        QCOMPARE(json["agent"_L1]["version"_L1], QJsonValue(1));
        QCOMPARE(json["account"_L1], QJsonValue(deviceJid));
        QVERIFY(QDateTime::fromString(json["server"_L1]["since"_L1].toString(), Qt::ISODate).isValid());
        QCOMPARE(processOf(json, u"ocr"_s)["state"_L1], QJsonValue(u"running"_s));
        QVERIFY(!json.contains("update"_L1) && !json.contains("hold"_L1));

        const Run text = run({u"status"_s});
        QCOMPARE(text.exitCode, 0);
        QVERIFY2(text.out.contains("connected as " + deviceJid.toUtf8()), text.out);
        QVERIFY(!text.out.contains('\033') && text.err.isEmpty());
        QVERIFY(!text.out.contains(secret.toUtf8()));
    }

    void showsThatTheServerIsLost()
    {
        startDevice({u"ocr"_s});
        waitForServer();
        m_server->stop();
        QTRY_VERIFY_WITH_TIMEOUT(!status()["server"_L1]["reason"_L1].toString().isEmpty(), limit);
        QCOMPARE(status()["server"_L1]["connected"_L1], QJsonValue(false));
    }

    void showsDeaths()
    {
        startDevice({u"ocr"_s, u"dlms"_s});
        waitForServer();
        m_device->addMeter(u"ocr"_s, "print('the lens is gone', flush=True)\nsys.exit(3)");
        ::kill(static_cast<pid_t>(m_device->starts(u"ocr"_s).last().pid), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(processOf(status(), u"ocr"_s)["last_exit"_L1]["code"_L1], QJsonValue(3), limit);
        const QByteArray text = run({u"status"_s}).out;
        QVERIFY2(text.contains("exit code 3") && text.contains("| the lens is gone"), text);

        // The agent can't be started any more.
        QVERIFY(QFile::remove(m_device->path(u"JabberClient/sgn-agent"_s)));
        ::kill(static_cast<pid_t>(m_device->running(u"sgn-agent"_s).value(0)), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(status()["agent"_L1]["running"_L1], QJsonValue(false), limit);
        QTRY_VERIFY_WITH_TIMEOUT(!status()["agent"_L1]["problem"_L1].toString().isEmpty(), limit);
        QVERIFY(run({u"status"_s}).out.contains("not connected: there is no agent"));
        QVERIFY(run({u"status"_s}).out.contains("signal 9 (SIGKILL)"));
    }

    void worksWithoutAWatchdog()
    {
        startDevice({u"ocr"_s, u"dlms"_s});
        waitForServer();
        m_device->kill();
        ::kill(static_cast<pid_t>(m_device->starts(u"dlms"_s).last().pid), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(m_device->running(u"dlms"_s).size(), 0, limit);
        const QJsonObject json = status();
        QCOMPARE(json["watchdog"_L1]["state"_L1], QJsonValue(u"dead"_s));
        QCOMPARE(json["agent"_L1]["running"_L1], QJsonValue(true));
        QCOMPARE(json["processes_are_live"_L1], QJsonValue(false));
        QCOMPARE(processOf(json, u"ocr"_s)["isDead"_L1], QJsonValue(false));
        QCOMPARE(processOf(json, u"ocr"_s)["pid"_L1], QJsonValue(m_device->starts(u"ocr"_s).last().pid));
        QCOMPARE(processOf(json, u"dlms"_s)["isDead"_L1], QJsonValue(true));
        const Run restart = run({u"restart"_s, u"ocr"_s});
        QCOMPARE(restart.exitCode, 1);
        QVERIFY2(restart.err.contains("sudo systemctl start sgn-watchdog"), restart.err);
        QCOMPARE(run({u"hold"_s}).exitCode, 0);
        QCOMPARE(run({u"resume"_s}).exitCode, 0);
        QVERIFY(run({u"logs"_s, u"watchdog"_s}).out.contains("supervises"));
    }

    void findsASilentWatchdog()
    {
        startDevice({u"ocr"_s});
        ::kill(static_cast<pid_t>(m_device->pid()), SIGSTOP);
        const QJsonObject json = status();
        const Run restart = run({u"restart"_s, u"ocr"_s});
        ::kill(static_cast<pid_t>(m_device->pid()), SIGCONT);
        QCOMPARE(json["watchdog"_L1]["state"_L1], QJsonValue(u"silent"_s));
        QCOMPARE(json["watchdog"_L1]["pid"_L1], QJsonValue(m_device->pid()));
        QCOMPARE(processOf(json, u"ocr"_s)["isDead"_L1], QJsonValue(false));
        QCOMPARE(restart.exitCode, 1);
        QVERIFY2(restart.err.contains("doesn't reply"), restart.err);
    }

    // A watchdog with nothing but the seed's UDP port.
    void worksWithAnOlderWatchdog()
    {
        QUdpSocket old;
        QVERIFY(old.bind(QHostAddress(QHostAddress::LocalHost), m_device->port()));
        connect(&old, &QUdpSocket::readyRead, &old, [&old] {
            const QNetworkDatagram request = old.receiveDatagram();
            if (request.data().contains("version_req")) {
                old.writeDatagram(request.makeReply(
                    R"({"command":"version_req","processes":[{"process_name":"ocr","version":3,"isDead":true}]})"));
            }
        });
        const QJsonObject json = status();
        QCOMPARE(json["watchdog"_L1]["state"_L1], QJsonValue(u"only_udp"_s));
        QCOMPARE(processOf(json, u"ocr"_s)["version"_L1], QJsonValue(3));
        QCOMPARE(processOf(json, u"ocr"_s)["isDead"_L1], QJsonValue(true));
        const Run restart = run({u"restart"_s, u"ocr"_s});
        QCOMPARE(restart.exitCode, 1);
        QVERIFY2(restart.err.contains("kill PID"), restart.err);
    }

    void restartsByName()
    {
        startDevice({u"ocr"_s, u"dlms"_s});
        waitForServer();
        const qint64 before = m_device->starts(u"ocr"_s).last().pid;
        const Run one = run({u"restart"_s, u"ocr"_s});
        QVERIFY2(one.exitCode == 0, one.all());
        QCOMPARE(m_device->starts(u"ocr"_s).size(), 2);
        const qint64 after = m_device->starts(u"ocr"_s).last().pid;
        QVERIFY(after != before);
        QVERIFY2(one.out.contains("ocr: runs again, pid " + QByteArray::number(after)), one.out);
        QCOMPARE(m_device->starts(u"dlms"_s).size(), 1);

        const Run all = run({u"restart"_s});
        QVERIFY2(all.exitCode == 0, all.all());
        QCOMPARE(m_device->starts(u"ocr"_s).size(), 3);
        QCOMPARE(m_device->starts(u"dlms"_s).size(), 2);

        const qint64 agent = m_device->running(u"sgn-agent"_s).value(0);
        const Run ofAgent = run({u"restart"_s, u"agent"_s});
        QVERIFY2(ofAgent.exitCode == 0, ofAgent.all());
        QVERIFY(m_device->running(u"sgn-agent"_s).value(0) != agent);

        const Run unknown = run({u"restart"_s, u"uplink"_s});
        QCOMPARE(unknown.exitCode, 1);
        QVERIFY2(unknown.err.contains("dlms, ocr, agent"), unknown.err);
    }

    void aRestartThatFailsIsReported()
    {
        startDevice({u"ocr"_s});
        m_device->write(u"SmartMeter/ocr.py"_s, "#!/bin/sh\nexit 7\n", 0755);
        Run restart = run({u"restart"_s, u"ocr"_s, u"--wait"_s, u"3"_s});
        QCOMPARE(restart.exitCode, 1);
        QVERIFY2(restart.err.contains("sgn-device logs ocr"), restart.err);
        QVERIFY(QFile::remove(m_device->path(u"SmartMeter/ocr.py"_s)));
        restart = run({u"restart"_s, u"ocr"_s});
        QCOMPARE(restart.exitCode, 1);
        QVERIFY2(restart.err.contains("ocr doesn't start"), restart.err);
    }

    void anUpdateWaitsForTheEndOfAHold()
    {
        HttpServer web;
        web.setHandler(
            [this](const HttpRequest &request, QTcpSocket *socket) { HttpServer::serve(request, socket, m_offered); });
        TypingPanel panel(*m_server);
        panel.session.start();
        QTRY_VERIFY_WITH_TIMEOUT(panel.session.isOnline(), limit);
        startDevice({u"ocr"_s});
        waitForServer();
        const Run hold = run({u"hold"_s, u"--reason"_s, u"the lens is being cleaned"_s});
        QVERIFY2(hold.exitCode == 0, hold.all());
        QCOMPARE(run({u"hold"_s}).exitCode, 1);

        const QTemporaryDir folder;
        QVERIFY(makeZip(folder.filePath(u"a.zip"_s), {{u"SmartMeter/ocr.py"_s, WatchdogDevice::meterScript({}, 2)}}));
        m_offered = readWhole(folder.filePath(u"a.zip"_s));
        panel.type(R"({"command":"smart_meter_update","command_no":10,"url":")" + web.url().toEncoded() +
                   R"(","processes":[{"process_name":"ocr","version":2}],"window":{"from":"12:00","to":"11:59"}})");
        QTRY_COMPARE_WITH_TIMEOUT(status()["update"_L1]["phase"_L1], QJsonValue(u"waiting"_s), limit);
        const Run text = run({u"status"_s});
        QVERIFY2(text.out.contains("it may be exchanged from 12:00 to 11:59, local time"), text.all());
        const QJsonObject json = status();
        QCOMPARE(json["update"_L1]["command_no"_L1], QJsonValue(10));
        QCOMPARE(json["update"_L1]["subject"_L1], QJsonValue(u"SmartMeter"_s));
        QCOMPARE(json["hold"_L1]["reason"_L1], QJsonValue(u"the lens is being cleaned"_s));
        QVERIFY(!json["hold"_L1]["by"_L1].toString().isEmpty());
        QVERIFY(panel.results().isEmpty());

        QCOMPARE(run({u"resume"_s}).exitCode, 0);
        QTRY_COMPARE_WITH_TIMEOUT(panel.results().size(), 1, limit);
        QVERIFY(panel.results().first()["succcess"_L1].toBool());
        QTRY_VERIFY_WITH_TIMEOUT(!status().contains("update"_L1), limit);
        const QJsonObject after = status();
        QCOMPARE(after["last_result"_L1]["command_no"_L1], QJsonValue(10));
        QCOMPARE(after["last_result"_L1]["success"_L1], QJsonValue(true));
        QCOMPARE(processOf(after, u"ocr"_s)["version"_L1], QJsonValue(2));
        const Run again = run({u"resume"_s});
        QCOMPARE(again.exitCode, 0);
        QVERIFY2(again.out.contains("nothing is held"), again.out);
    }

    void printsLogs()
    {
        startDevice({u"ocr"_s});
        waitForServer();
        const Run list = run({u"logs"_s});
        QVERIFY2(list.out.contains("agent ") && list.out.contains("watchdog ") && list.out.contains("ocr "), list.out);
        QVERIFY(run({u"logs"_s, u"agent"_s}).out.contains("online as"));
        QCOMPARE(run({u"logs"_s, u"watchdog"_s, u"-n"_s, u"1"_s}).out.count('\n'), 1);
        const Run unknown = run({u"logs"_s, u"../cfg/config_file"_s});
        QCOMPARE(unknown.exitCode, 1);
        QVERIFY2(unknown.err.contains("ocr"), unknown.err);

        QProcess follower;
        follower.start(QStringLiteral(SGN_BIN_DIR "/sgn-device"),
                       {u"logs"_s, u"ocr"_s, u"--follow"_s, u"--folder"_s, m_device->root()});
        QVERIFY(follower.waitForStarted());
        QByteArray out;
        const QString log = m_device->path(u"logs/ocr.log"_s);
        // Again and again, because it begins at some moment.
        const auto isFollowed = [&] {
            QFile file(log);
            const bool isWritten =
                file.open(QIODevice::WriteOnly | QIODevice::Append) && file.write("seen\033[2J\n") > 0;
            out += follower.readAllStandardOutput();
            return isWritten && out.contains("seen?[2J\n");
        };
        QTRY_VERIFY_WITH_TIMEOUT(isFollowed(), limit);
        follower.terminate();
        QVERIFY(follower.waitForFinished(limit));
    }

    void checksAGoodDevice()
    {
        TypingPanel panel(*m_server);
        QStringList seen;
        connect(&panel.session, &xmpp::Session::presenceChanged, &panel.session,
                [&seen](const QString &jid, bool online, const QString &resource) {
                    seen += u"%1 %2 %3"_s.arg(jid, online ? u"on"_s : u"off"_s, resource);
                });
        panel.session.start();
        QTRY_VERIFY_WITH_TIMEOUT(panel.session.isOnline(), limit);
        startDevice({u"ocr"_s});
        waitForServer();
        QTRY_VERIFY_WITH_TIMEOUT(!seen.filter(deviceJid).isEmpty(), limit);
        // Whatever the agent's own login shows has arrived before this reply.
        QVERIFY(!panel.askVersions(limit).isEmpty());
        const QStringList before = seen;

        const Run good = check();
        QVERIFY2(good.exitCode == 0, good.all());
        QVERIFY(good.json()["ok"_L1].toBool());
        for (const QString &subject :
             {u"account"_s, u"disk"_s, u"permissions"_s, u"clock"_s, u"DNS"_s, u"TCP"_s, u"TLS"_s, u"login"_s}) {
            QCOMPARE(findingOf(good.json(), subject)["verdict"_L1], QJsonValue(u"ok"_s));
        }
        QVERIFY2(findingOf(good.json(), u"clock"_s)["what"_L1].toString().contains(u"off the server's"_s), good.out);
        QVERIFY(!good.all().contains(secret.toUtf8()));
        // No contact and not the agent has noticed: the panel's next message still arrives.
        QVERIFY(!panel.askVersions(limit).isEmpty());
        QCOMPARE(seen, before);
        QCOMPARE(m_device->read(u"logs/agent.log"_s).count("online as"), 1);
        QVERIFY(!m_device->read(u"logs/agent.log"_s).contains("offline"));
        QVERIFY(run({u"check"_s}).out.contains("login        ok: " + deviceJid.toUtf8()));
    }

    void findsAWrongPassword()
    {
        configure(u"wrong"_s, m_server->address(), m_server->port());
        expectWrong(check(), u"login"_s, {u"wrong password"_s, deviceJid});
    }

    void findsAnotherAuthority()
    {
        const TestCa other;
        QVERIFY2(other.isValid(), qPrintable(other.errorString()));
        m_device->write(u"certs/cacert.pem"_s, readWhole(other.caFile()));
        const Run run = check();
        expectWrong(run, u"TLS"_s, {u"another authority"_s, m_device->path(u"certs/cacert.pem"_s)});
        QCOMPARE(findingOf(run.json(), u"login"_s)["verdict"_L1], QJsonValue(u"skipped"_s));
    }

    void findsAMissingAuthority()
    {
        QVERIFY(QFile::remove(m_device->path(u"certs/cacert.pem"_s)));
        expectWrong(check(), u"TLS"_s, {u"is missing"_s, u"copy the certificate"_s});
    }

    void findsADeadPort()
    {
        QTcpServer taken;
        QVERIFY(taken.listen(QHostAddress::LocalHost));
        const quint16 port = taken.serverPort();
        taken.close();
        configure(secret, m_server->address(), port);
        const Run run = check();
        expectWrong(run, u"TCP"_s, {QString::number(port), u"nothing answers"_s});
        QCOMPARE(findingOf(run.json(), u"TLS"_s)["verdict"_L1], QJsonValue(u"skipped"_s));
    }

    void aSilentServerEndsTheCheckInTime()
    {
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        configure(secret, m_server->address(), silent.serverPort());
        QElapsedTimer elapsed;
        elapsed.start();
        const Run found = run({u"check"_s, u"--json"_s, u"--limit"_s, u"2"_s});
        expectWrong(found, u"TLS"_s, {u"doesn't answer"_s});
        QVERIFY2(elapsed.elapsed() < 20'000, "the limit of each step is 2 s");
    }

    void findsAnUnknownName()
    {
        configure(secret, u"meters.invalid"_s, m_server->port());
        expectWrong(check(), u"DNS"_s, {u"meters.invalid"_s});
    }

    void findsAWrongClock_data()
    {
        QTest::addColumn<qint64>("shift");
        QTest::addColumn<QString>("words");
        constexpr qint64 hour = 3600;
        QTest::newRow("an hour ahead") << hour << u"min ahead of the server's"_s;
        // The server's certificate is younger, so there is no login to compare by.
        QTest::newRow("three hours behind") << -3 * hour << u"hours behind"_s;
        QTest::newRow("three years behind") << -3 * 366 * 24 * hour << u"at least 3 years behind"_s;
    }

    void findsAWrongClock()
    {
        QFETCH(qint64, shift);
        QFETCH(QString, words);
        expectWrong(check(shiftedBy(shift)), u"clock"_s, {words, u"sudo date -s"_s});
    }

    void findsWrongRights()
    {
        const QByteArray config = QFile::encodeName(m_device->path(u"cfg/config_file.bin"_s));
        QCOMPARE(::chmod(config.constData(), 0644), 0);
        expectWrong(check(), u"permissions"_s, {u"config_file.bin"_s, u"sudo chmod 600"_s});
        QCOMPARE(::chmod(config.constData(), 0600), 0);
        if (::geteuid() == 0) {
            const QByteArray logs = QFile::encodeName(m_device->path(u"logs"_s));
            QCOMPARE(::chown(logs.constData(), 0, 0), 0);
            expectWrong(check(), u"permissions"_s, {u"logs belongs to root"_s, u"sudo chown"_s});
            WatchdogDevice::own(m_device->path(u"logs"_s));
        }
        // A script that the watchdog would not start.
        startDevice({u"ocr"_s});
        QCOMPARE(::chmod(QFile::encodeName(m_device->path(u"SmartMeter/ocr.py"_s)).constData(), 0644), 0);
        expectWrong(check(), u"permissions"_s, {u"ocr.py can't be started"_s, u"sudo chmod a+x"_s});
    }

    void findsADamagedConfiguration()
    {
        m_device->write(u"cfg/config_file.bin"_s, "zeros", 0600);
        const Run run = check();
        expectWrong(run, u"account"_s, {u"config_file.bin"_s, u"sgn-provision encrypt"_s});
        QCOMPARE(findingOf(run.json(), u"TCP"_s)["verdict"_L1], QJsonValue(u"skipped"_s));
        QCOMPARE(status()["problems"_L1].toArray().size(), 1);
    }

    void aFolderThatIsNoneIsNamed()
    {
        for (const QString &command : {u"status"_s, u"check"_s, u"restart"_s, u"hold"_s, u"resume"_s, u"logs"_s}) {
            QProcess process;
            process.start(QStringLiteral(SGN_BIN_DIR "/sgn-device"), {command, u"--folder"_s, u"/nonexistent"_s});
            QVERIFY(process.waitForFinished(limit));
            QCOMPARE(process.exitCode(), 1);
            const QByteArray err = process.readAllStandardError();
            QVERIFY2(err.startsWith("sgn-device: ") && err.contains("/nonexistent") && err.contains("--folder"), err);
        }
    }

    void anotherUserIsRefused()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can be another user");
        }
        const Run other = run({u"hold"_s}, {u"setpriv"_s, u"--reuid=65533"_s, u"--regid=65533"_s, u"--clear-groups"_s});
        QCOMPARE(other.exitCode, 1);
        QVERIFY2(other.err.contains("by sudo -u"), other.err);
        QVERIFY(!QFileInfo::exists(m_device->path(u"cfg/hold"_s)));
    }
};

QTEST_GUILESS_MAIN(TestSgnDevice)
#include "tst_sgn_device.moc"
