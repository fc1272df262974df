// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/AgentDevice.h"
#include "integration/XmppEndpoint.h"
#include "integration/XmppLink.h"
#include "support/PendingSignal.h"
#include "support/Sanitizer.h"
#include "support/TestCa.h"

#include <QElapsedTimer>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 60'000;
const QString deviceJid = u"device@localhost"_s;
const QString panelJid = u"panel@localhost"_s;
const QString secret = u"canary-password"_s;

// The real agent's times are divided by this, so that a silence of 80 s needn't be waited for. SGN_TEST_SPEED=1 shows
// the real ones.
int speed()
{
    bool ok = false;
    const int value = qEnvironmentVariableIntValue("SGN_TEST_SPEED", &ok);
    return ok ? value : isSanitized ? 3 : 10; // a login has to fit into a tenth of its 30 s
}

enum class Fault { Stopped, Killed, Frozen, CutShort, CutLong, Stalled, Reset };

} // namespace

// The real agent loses its server in every way there is. It has to reconnect by itself, report once what was wrong,
// carry out every command exactly once, and deliver every result.
class TestAgentLink : public QObject
{
    Q_OBJECT

private:
    TestCa m_ca;
    std::unique_ptr<ProsodyServer> m_server;
    std::unique_ptr<Link> m_link;
    std::unique_ptr<AgentDevice> m_device;
    std::unique_ptr<Endpoint> m_panel;

    [[nodiscard]] static QStringList arguments() { return {u"--speed"_s, QString::number(speed())}; }
    // Results of a number, as they came.
    [[nodiscard]] QByteArrayList resultsOf(int number) const
    {
        QByteArrayList all = m_panel->bodies();
        all.removeIf([number](const QByteArray &body) {
            const QJsonObject message = QJsonDocument::fromJson(body).object();
            return message["command_no"_L1].toInt() != number || !message.contains("succcess"_L1);
        });
        return all;
    }
    [[nodiscard]] qsizetype logins() const { return m_device->log().count(u"online as"_s); }
    [[nodiscard]] qsizetype restarts() const { return m_device->watchdog.requestsOf<control::Restart>().size(); }
    // What the agent has logged about its connection, without times.
    [[nodiscard]] QStringList complaints() const
    {
        QStringList all = m_device->log().split(u'\n');
        all.removeIf([](const QString &line) { return !line.contains(u" offline: "_s); });
        for (QString &line : all) {
            line = line.section(u"offline: "_s, 1);
        }
        return all;
    }
    void order(int number)
    {
        m_panel->session.send(deviceJid, R"({"command":"restart_process","process_name":"ocr","command_no":)" +
                                             QByteArray::number(number) + '}');
    }
    [[nodiscard]] bool configure(quint16 port, const QString &host = u"127.0.0.1"_s, const QString &password = secret)
    {
        return m_device->configure(*m_server, deviceJid, password, panelJid,
                                   {{u"xmpp_client"_s, QJsonObject{{u"client_jid"_s, deviceJid},
                                                                   {u"client_password"_s, password},
                                                                   {u"cpanel_jid"_s, panelJid},
                                                                   {u"host"_s, host},
                                                                   {u"port"_s, port}}}});
    }
    [[nodiscard]] bool startServer(TestCa &ca, const QString &name = u"localhost"_s, TestCa::Validity validity = {})
    {
        const auto issued = ca.issue(name, validity);
        return !issued.certificate.isNull() &&
               m_server->useCertificate(issued.certificateFile, issued.keyFile, m_ca.caFile()) &&
               m_server->start({{deviceJid, secret}, {panelJid, u"p"_s}});
    }
    void goesOnline(const QStringList &wrapper = {})
    {
        m_device->start(arguments(), wrapper);
        QTRY_COMPARE_WITH_TIMEOUT(logins(), 1, limit);
        QTRY_VERIFY_WITH_TIMEOUT(!m_device->watchdog.requestsOf<control::Hello>().isEmpty(), limit);
    }
    void startPanel()
    {
        m_panel = std::make_unique<Endpoint>(accountOn(*m_server, panelJid, u"p"_s), quickOptions(xmpp::Role::Panel));
        m_panel->session.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
    }
    [[nodiscard]] bool isLinkFault(Fault fault) const { return fault >= Fault::CutShort; }

    void begin(Fault fault)
    {
        switch (fault) {
        case Fault::Stopped:
            return m_server->stop();
        case Fault::Killed:
            return m_server->kill();
        case Fault::Frozen:
            return m_server->freeze();
        case Fault::CutShort:
        case Fault::CutLong:
            return m_link->part();
        case Fault::Stalled:
            return m_link->stall();
        case Fault::Reset:
            return m_link->reset();
        }
    }
    void end(Fault fault)
    {
        switch (fault) {
        case Fault::Stopped:
        case Fault::Killed:
            QVERIFY2(m_server->start(), qPrintable(m_server->errorString()));
            return;
        case Fault::Frozen:
            return m_server->thaw();
        case Fault::CutShort:
        case Fault::CutLong:
            return m_link->join();
        case Fault::Stalled:
        case Fault::Reset:
            return;
        }
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_ca.isValid(), qPrintable(m_ca.errorString())); }

    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        m_device = std::make_unique<AgentDevice>();
        QVERIFY(m_device->listen());
    }

    void cleanup()
    {
        m_device->kill();
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->log();
        }
        QVERIFY2(!m_device->log().contains(secret), "the password is in the log");
        m_panel.reset();
        m_link.reset();
        m_device.reset();
        m_server.reset();
    }

    void comesBackWithEverything_data()
    {
        QTest::addColumn<Fault>("fault");
        QTest::addColumn<int>("losses"); // that it may notice
        QTest::addColumn<int>("lasts");  // ms, after it has been noticed
        const int aWhile = 10'000 / speed();
        QTest::newRow("server stopped") << Fault::Stopped << 3 << aWhile;
        QTest::newRow("server killed") << Fault::Killed << 3 << aWhile;
        QTest::newRow("server frozen") << Fault::Frozen << 2 << aWhile;
        QTest::newRow("cut for 1 s") << Fault::CutShort << 0 << 1'000;
        QTest::newRow("cut for longer than it waits") << Fault::CutLong << 2 << aWhile;
        QTest::newRow("silent stall") << Fault::Stalled << 1 << aWhile;
        QTest::newRow("reset") << Fault::Reset << 1 << 0;
        if (qEnvironmentVariableIsSet("SGN_THOROUGH")) {
            QTest::newRow("cut for ten minutes") << Fault::CutLong << 2 << 600'000 / speed();
            QTest::newRow("server away for ten minutes") << Fault::Killed << 3 << 600'000 / speed();
        }
    }

    void comesBackWithEverything()
    {
        QFETCH(const Fault, fault);
        QFETCH(const int, losses);
        QFETCH(const int, lasts);
        QVERIFY2(m_server->start({{deviceJid, secret}, {panelJid, u"p"_s}}), qPrintable(m_server->errorString()));
        m_link = std::make_unique<Link>(m_server->port());
        QVERIFY(configure(isLinkFault(fault) ? m_link->port() : m_server->port()));
        goesOnline();
        startPanel();

        // One command is answered before, one is under way when it happens and ends meanwhile, one is given while the
        // device can't receive it.
        order(1);
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(1).size(), 1, limit);
        m_device->delaysRestarts = true;
        order(2);
        QTRY_COMPARE_WITH_TIMEOUT(restarts(), 2, limit);
        QElapsedTimer recovery;
        recovery.start();
        begin(fault);
        if (isLinkFault(fault)) {
            order(3);
        }
        if (losses > 0 && (fault != Fault::Reset)) {
            QTRY_VERIFY_WITH_TIMEOUT(!complaints().isEmpty(), 2 * limit);
        }
        m_device->answerRestarts();
        m_device->delaysRestarts = false;
        QTRY_VERIFY_WITH_TIMEOUT(
            fault == Fault::Reset || losses == 0 || !QDir(m_device->path(u"downloads/outbox"_s)).isEmpty(), limit);
        // How long it lasts is what is tried here.
        QTest::qWait(lasts);
        if (fault < Fault::Stalled) {
            recovery.start(); // the others have no cure but a new connection
        }
        end(fault);
        if (losses > 0) {
            QTRY_COMPARE_WITH_TIMEOUT(logins(), 2, 10 * limit);
        }
        const qint64 took = recovery.elapsed();
        if (!isLinkFault(fault)) {
            QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
            order(3);
        }
        for (const int number : {2, 3}) {
            QTRY_VERIFY_WITH_TIMEOUT(!resultsOf(number).isEmpty(), 2 * limit);
        }
        QTRY_VERIFY_WITH_TIMEOUT(QDir(m_device->path(u"downloads/outbox"_s)).isEmpty(), limit);
        QCOMPARE(restarts(), 3);
        for (const int number : {1, 2, 3}) {
            // Repeated only because of the link, and then the same.
            const QByteArrayList results = resultsOf(number);
            QCOMPARE(QSet<QByteArray>(results.begin(), results.end()).size(), 1);
        }
        const QStringList logged = complaints();
        QVERIFY2(logged.size() <= losses, qPrintable(logged.join(u'\n')));
        QCOMPARE(QSet<QString>(logged.begin(), logged.end()).size(), logged.size());
        qInfo("online again after %lld ms, at 1/%d of the real times; it logged: %s", took, speed(),
              qPrintable(logged.join(u" | "_s)));
    }

    // Its watchdog sees only that the process is there.
    void oneThatHangsEndsItself()
    {
        QVERIFY2(m_server->start({{deviceJid, secret}, {panelJid, u"p"_s}}), qPrintable(m_server->errorString()));
        QVERIFY(configure(m_server->port()));
        goesOnline();
        QProcess &agent = m_device->process();
        const auto pid = static_cast<pid_t>(agent.processId());
        QVERIFY(!QTest::currentTestFailed() && pid > 0);
        // A stopped process does as little as one that hangs, but takes its signals only when it goes on.
        ::kill(pid, SIGSTOP);
        QTRY_VERIFY_WITH_TIMEOUT(isPending(SIGALRM, readWhole(u"/proc/%1/status"_s.arg(pid))), 2 * limit);
        ::kill(pid, SIGCONT);
        QTRY_COMPARE_WITH_TIMEOUT(agent.state(), QProcess::NotRunning, limit);
        QCOMPARE(agent.exitStatus(), QProcess::CrashExit);
        QCOMPARE(agent.exitCode(), SIGALRM);
    }

    void aBadCertificateIsReportedOnceAndCured_data()
    {
        QTest::addColumn<bool>("ownCa");
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("fromDay");
        QTest::addColumn<int>("untilDay");
        QTest::addColumn<QString>("words");
        QTest::newRow("expired") << true << u"localhost"_s << -30 << -1 << u"expired on"_s;
        QTest::newRow("not yet valid") << true << u"localhost"_s << 5 << 30 << u"isn't valid before"_s;
        QTest::newRow("of another host") << true << u"im.example.org"_s << -1 << 30 << u"is for another host"_s;
        QTest::newRow("of an unknown CA") << false << u"localhost"_s << -1 << 30 << u"certification authority"_s;
    }

    void aBadCertificateIsReportedOnceAndCured()
    {
        QFETCH(const bool, ownCa);
        QFETCH(const QString, name);
        QFETCH(const int, fromDay);
        QFETCH(const int, untilDay);
        QFETCH(const QString, words);
        TestCa other;
        QVERIFY2(startServer(ownCa ? m_ca : other, name, {.fromDay = fromDay, .untilDay = untilDay}),
                 qPrintable(m_server->errorString()));
        m_link = std::make_unique<Link>(m_server->port());
        QVERIFY(configure(m_link->port()));
        m_device->start(arguments());
        QTRY_VERIFY_WITH_TIMEOUT(!complaints().isEmpty(), limit);
        QVERIFY2(complaints().first().contains(words), qPrintable(complaints().first()));
        // While it is tried again and again, it is not reported again.
        QTRY_VERIFY_WITH_TIMEOUT(m_link->connections() >= 3, limit);
        QCOMPARE(complaints().size(), 1);
        QCOMPARE(logins(), 0);

        m_server->stop();
        QVERIFY2(startServer(m_ca), qPrintable(m_server->errorString()));
        QElapsedTimer recovery;
        recovery.start();
        QTRY_COMPARE_WITH_TIMEOUT(logins(), 1, limit);
        qInfo("online %lld ms after the cure, at 1/%d of the real times", recovery.elapsed(), speed());
    }

    void aWrongPasswordIsReportedOnceAndCured()
    {
        QVERIFY2(m_server->start({{deviceJid, u"new-password"_s}, {panelJid, u"p"_s}}),
                 qPrintable(m_server->errorString()));
        m_link = std::make_unique<Link>(m_server->port());
        QVERIFY(configure(m_link->port()));
        m_device->start(arguments());
        QTRY_VERIFY_WITH_TIMEOUT(m_link->connections() >= 4, limit);
        QCOMPARE(complaints().size(), 1);
        QVERIFY2(complaints().first().contains(u"wrong password"_s), qPrintable(complaints().first()));
        QVERIFY(m_server->addAccount(deviceJid, secret));
        QElapsedTimer recovery;
        recovery.start();
        QTRY_COMPARE_WITH_TIMEOUT(logins(), 1, limit);
        qInfo("online %lld ms after the cure, at 1/%d of the real times", recovery.elapsed(), speed());
    }

    void aNameThatCannotBeFoundIsReportedOnceAndCured()
    {
        QVERIFY2(m_server->start({{deviceJid, secret}, {panelJid, u"p"_s}}), qPrintable(m_server->errorString()));
        const QString hosts = m_device->path(u"hosts"_s);
        QVERIFY(test::writeFile(hosts, "127.0.0.1 localhost\n"));
        // A file of names of its own, and no other source of them, in a view of the file system of its own.
        const QString sources = m_device->path(u"nsswitch.conf"_s);
        QVERIFY(test::writeFile(sources, "hosts: files\n"));
        QStringList wrapper{u"unshare"_s,
                            u"--mount"_s,
                            u"sh"_s,
                            u"-c"_s,
                            u"mount --bind \"$0\" /etc/hosts && mount --bind \"$1\" /etc/nsswitch.conf && shift && "
                            "exec \"$@\""_s,
                            hosts,
                            sources};
        if (::geteuid() != 0) {
            wrapper.insert(1, u"--map-root-user"_s);
        }
        QProcess probe;
        probe.start(wrapper.first(), wrapper.sliced(1) + QStringList{u"true"_s});
        if (!probe.waitForFinished(limit) || probe.exitCode() != 0) {
            QSKIP("this machine allows no mount namespace");
        }
        QVERIFY(configure(m_server->port(), u"im.broken.invalid"_s));
        m_device->start(arguments(), wrapper);
        QTRY_VERIFY_WITH_TIMEOUT(!complaints().isEmpty(), limit);
        QVERIFY2(complaints().first().contains(u"the name of the server, im.broken.invalid, cannot be found"_s),
                 qPrintable(complaints().first()));
        // In place: a new file under the old name would not be seen through the mount.
        QFile file(hosts);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Append));
        file.write("127.0.0.1 im.broken.invalid\n");
        file.close();
        QElapsedTimer recovery;
        recovery.start();
        QTRY_COMPARE_WITH_TIMEOUT(logins(), 1, limit);
        QCOMPARE(complaints().size(), 1);
        qInfo("online %lld ms after the cure, at 1/%d of the real times", recovery.elapsed(), speed());
    }
};

QTEST_GUILESS_MAIN(TestAgentLink)
#include "tst_agent_link.moc"
