// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/AgentDevice.h"
#include "integration/XmppFakeServer.h"
#include "support/Sanitizer.h"

#include <unistd.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 60'000;
const QByteArray panel = "panel@localhost/desk";
const QByteArray stranger = "stranger@elsewhere.example/x";

QByteArray message(const QByteArray &from, const QByteArray &body)
{
    return "<message from='" + from + "' type='chat'><body>" + QString::fromLatin1(body).toHtmlEscaped().toLatin1() +
           "</body></message>";
}

// What the panel sends to see whether the agent still listens.
QByteArray question()
{
    return message(panel, R"({"command":"version_req"})");
}

} // namespace

// The real agent, whose server, panel and strangers send it everything they can. Its memory has limits, its time too,
// and afterwards it still does its work.
class TestAgentHostile : public QObject
{
    Q_OBJECT

private:
    TestCa m_ca;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<AgentDevice> m_device;

    // KiB, from a file of the agent's in /proc.
    [[nodiscard]] qint64 memory(const QString &file, const QByteArray &field) const
    {
        const QByteArray text = readWhole(u"/proc/%1/%2"_s.arg(m_device->process().processId()).arg(file));
        const qsizetype at = text.indexOf(field);
        return at < 0 ? 0 : text.sliced(at + field.size()).trimmed().split(' ').first().toLongLong();
    }
    [[nodiscard]] qint64 pss() const { return memory(u"smaps_rollup"_s, "Pss:"); }
    // Only its own pages: what it shares counts for less the more neighbours there are, and they come and go.
    [[nodiscard]] qint64 own() const { return memory(u"status"_s, "RssAnon:"); }
    [[nodiscard]] qint64 rss() const { return memory(u"status"_s, "VmRSS:"); }
    [[nodiscard]] qint64 peakRss() const { return memory(u"status"_s, "VmHWM:"); }
    void forgetPeak() const
    {
        QFile file(u"/proc/%1/clear_refs"_s.arg(m_device->process().processId()));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
        QCOMPARE(file.write("5"), 1);
    }
    // ms
    [[nodiscard]] qint64 cpu() const
    {
        const QByteArray stat = readWhole(u"/proc/%1/stat"_s.arg(m_device->process().processId()));
        const QByteArrayList fields = stat.sliced(stat.lastIndexOf(')') + 2).split(' ');
        return (fields.value(11).toLongLong() + fields.value(12).toLongLong()) * 1000 / ::sysconf(_SC_CLK_TCK);
    }
    [[nodiscard]] qsizetype answers() const { return m_server->received().count("agent_version"); }
    [[nodiscard]] qsizetype logins() const { return m_device->log().count(u"online as"_s); }
    [[nodiscard]] bool answersAgain()
    {
        const qsizetype before = answers();
        m_server->send(question());
        return QTest::qWaitFor([&] { return answers() > before; }, limit);
    }

private Q_SLOTS:
    void init()
    {
        QVERIFY2(m_ca.isValid(), qPrintable(m_ca.errorString()));
        m_server = std::make_unique<FakeServer>(FakeServer::Transport::Tls, m_ca.issue(u"localhost"_s));
        m_server->letIn({}, "device@localhost/sgn-agent");
        m_device = std::make_unique<AgentDevice>();
        const QJsonObject config{{u"xmpp_client"_s, QJsonObject{{u"client_jid"_s, u"device@localhost"_s},
                                                                {u"client_password"_s, u"canary-password"_s},
                                                                {u"cpanel_jid"_s, u"panel@localhost"_s},
                                                                {u"host"_s, u"127.0.0.1"_s},
                                                                {u"port"_s, m_server->port()}}},
                                 {u"rpi_unique_id"_s, u"b8:27"_s}};
        for (const auto &[path, content] :
             {std::pair(u"cfg/config_file.bin"_s, *encryptV1(QJsonDocument(config).toJson())),
              std::pair(u"certs/cacert.pem"_s, readWhole(m_ca.caFile()))}) {
            QVERIFY(test::writeFile(m_device->path(path), content));
        }
        QVERIFY(m_device->listen());
        m_device->start();
        QTRY_COMPARE_WITH_TIMEOUT(logins(), 1, limit);
        QVERIFY(answersAgain());
    }

    void cleanup()
    {
        m_device->kill();
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->log().right(5'000);
        }
        m_device.reset();
        m_server.reset();
    }

    void staysInItsLimits_data()
    {
        QTest::addColumn<QByteArray>("attack");
        QTest::addColumn<int>("times");
        QTest::addColumn<bool>("ends"); // the session, because nothing behind it could be understood
        const QByteArray open = "<message from='" + stranger + "' type='chat'><body>";
        QTest::newRow("bodies of 8 MB") << message(stranger, QByteArray(8'000'000, 'x')) << 5 << false;
        QTest::newRow("bodies of 8 MB by the panel") << message(panel, QByteArray(8'000'000, 'x')) << 5 << false;
        QTest::newRow("a body without an end") << open + QByteArray(60'000'000, 'x') << 1 << true;
        QTest::newRow("elements without an end")
            << "<message from='" + stranger + "'>" + QByteArray("<a b='c'/>").repeated(4'000'000) << 1 << true;
        QTest::newRow("elements in elements")
            << "<message from='" + stranger + "'>" + QByteArray("<a>").repeated(100'000) +
                   QByteArray("</a>").repeated(100'000) + "</message>"
            << 5 << false;
        QTest::newRow("messages of strangers") << message(stranger, R"({"command":"version_req"})") << 50'000 << false;
        QTest::newRow("full bodies of strangers") << message(stranger, QByteArray(60'000, 'x')) << 300 << false;
        QTest::newRow("nonsense of the panel") << message(panel, "{\"command\":\"make_coffee\"}") << 20'000 << false;
        // 60,000 characters in the field `x`, after what a command needs.
        const auto bloated = [](const QByteArray &before, const QByteArray &after = "\"}") {
            return message(panel, before + QByteArray(60'000, 'x') + after);
        };
        QTest::newRow("full bodies of the panel") << bloated("{\"command\":\"version_req\",\"x\":\"") << 300 << false;
        QTest::newRow("questions of the panel") << question() << 10'000 << false;
        QTest::newRow("subscriptions") << "<presence type='subscribe' from='" + stranger + "'/>" << 50'000 << false;
        QTest::newRow("requests") << "<iq type='get' id='q' from='" + stranger +
                                         "'><query xmlns='jabber:iq:version'/></iq>"
                                  << 20'000 << false;
        QTest::newRow("a huge roster")
            << "<iq type='set' id='r'><query xmlns='jabber:iq:roster'>" +
                   QByteArray("<item jid='someone@localhost' subscription='both'/>").repeated(200'000) + "</query></iq>"
            << 1 << false;
        QTest::newRow("fields of 64 KiB")
            << bloated("{\"command\":\"restart_process\",\"command_no\":5,\"process_name\":\"") +
                   bloated("{\"command_no\":6,\"command\":\"") +
                   bloated("{\"command\":\"version_req\",\"features\":[\"", "\"]}") +
                   bloated("{\"command\":\"smart_meter_update\",\"command_no\":7,\"processes\":[],\"url\":\"http://")
            << 20 << false;
    }

    void staysInItsLimits()
    {
        QFETCH(const QByteArray, attack);
        QFETCH(const int, times);
        QFETCH(const bool, ends);
        const qint64 before = pss();
        const qint64 ownBefore = own();
        const qint64 rssBefore = rss();
        const qint64 cpuBefore = cpu();
        forgetPeak();
        // Whatever the attack itself was answered with comes before the answer to what is asked behind it.
        const QByteArray mark = "mark-7f3a";
        for (int i = 0; i < times; ++i) {
            m_server->send(attack);
        }
        if (!ends) {
            m_server->send(message(panel, "{\"command_no\":99,\"command\":\"" + mark + "\"}"));
        }
        QVERIFY(QTest::qWaitFor([&] { return ends ? logins() == 2 : m_server->received().contains(mark); }, limit));
        const qint64 cost = cpu() - cpuBefore;
        const qint64 peak = peakRss() - rssBefore;
        const qint64 after = pss();
        const qint64 kept = own() - ownBefore;
        const qint64 sent = attack.size() * times / 1024;
        qInfo("PSS %.1f MiB before, %.1f after; %.1f MiB more at the peak; %lld ms of CPU for %lld KiB",
              static_cast<double>(before) / 1024, static_cast<double>(after) / 1024, static_cast<double>(peak) / 1024,
              cost, sent);
        if (!isSanitized) {
            QVERIFY2(before <= 20 * 1024, "the idle agent");
            QVERIFY2(peak <= 24 * 1024, "the peak");
            QVERIFY2(kept <= 8 * 1024, "what it keeps");
        }
        QCOMPARE(m_server->connections(), ends ? 2 : 1);
        // Still at work, and its log hasn't grown with it.
        QVERIFY(answersAgain());
        QVERIFY(m_device->log().size() < 100'000);
    }
};

QTEST_GUILESS_MAIN(TestAgentHostile)
#include "tst_agent_hostile.moc"
