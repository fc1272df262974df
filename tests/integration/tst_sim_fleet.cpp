// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/XmppEndpoint.h"
#include "protocol/Command.h"
#include "support/Sanitizer.h"

#include <algorithm>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 60'000;
// Sanitizers look for errors, not for figures, and make each login ten times as slow.
constexpr int fleetSize = isSanitized ? 40 : 200;
const QString panelJid = u"technospurs@localhost"_s;

QString jid(int n)
{
    return u"altimeter_%1@localhost"_s.arg(n, 4, 10, QChar(u'0'));
}

} // namespace

// sgn-sim on a real server: what its devices send, and how a whole fleet comes back.
class TestSimFleet : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ProsodyServer> m_server;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QProcess> m_sim;

    struct Change
    {
        qint64 ms;
        QString device;
        QString state;
    };
    QList<Change> m_changes;

    [[nodiscard]] bool start(int devices, const QByteArray &behaviour)
    {
        ProsodyServer::Accounts accounts{{panelJid, u"p"_s}};
        QByteArray text = panelJid.toUtf8() + ":p\n";
        for (int n = 1; n <= devices; ++n) {
            accounts.insert(jid(n), u"secret-%1"_s.arg(n));
            text += jid(n).toUtf8() + ":secret-" + QByteArray::number(n) + '\n';
        }
        m_server->setPanel(panelJid);
        if (!m_server->start(accounts)) {
            qWarning().noquote() << m_server->errorString();
            return false;
        }
        for (const auto &[name, content] : {std::pair("accounts", text), std::pair("behaviour", behaviour)}) {
            QFile file(m_folder->filePath(QLatin1StringView(name)));
            if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) {
                return false;
            }
        }
        connect(m_sim.get(), &QProcess::readyReadStandardOutput, this, &TestSimFleet::read);
        m_sim->setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_sim->start(QStringLiteral(SGN_BIN_DIR "/sgn-sim"),
                     {u"--server"_s, u"127.0.0.1:%1"_s.arg(m_server->port()), u"--ca"_s, m_server->caFile(),
                      u"--accounts"_s, m_folder->filePath(u"accounts"_s), u"--devices"_s, QString::number(devices),
                      u"--behaviour"_s, m_folder->filePath(u"behaviour"_s), u"--json"_s});
        return m_sim->waitForStarted();
    }
    void read()
    {
        while (m_sim->canReadLine()) {
            const QJsonObject line = QJsonDocument::fromJson(m_sim->readLine()).object();
            m_changes += {line["ms"_L1].toInteger(), line["device"_L1].toString(), line["state"_L1].toString()};
        }
    }
    [[nodiscard]] qsizetype online() const
    {
        QHash<QString, QString> states;
        for (const Change &change : m_changes) {
            states.insert(change.device, change.state);
        }
        return std::ranges::count(states, u"online"_s);
    }
    // The largest part of `times` that falls into any one stretch of `width`.
    [[nodiscard]] static double largestShare(QList<qint64> times, qint64 width)
    {
        std::ranges::sort(times);
        qsizetype most = 0;
        for (qsizetype first = 0, last = 0; last < times.size(); ++last) {
            while (times.at(last) - times.at(first) >= width) {
                ++first;
            }
            most = std::max(most, last - first + 1);
        }
        return static_cast<double>(most) / static_cast<double>(times.size());
    }
    static void ask(Endpoint &panel, const QString &device, const QByteArray &body)
    {
        panel.session.send(device, body);
    }
    [[nodiscard]] static QList<QJsonObject> from(const Endpoint &panel, const QString &device)
    {
        QList<QJsonObject> all;
        for (const auto &message : panel.messages) {
            if (message.fromBare == device) {
                all += QJsonDocument::fromJson(message.body).object();
            }
        }
        return all;
    }

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        m_folder = std::make_unique<QTemporaryDir>();
        m_sim = std::make_unique<QProcess>();
        m_changes.clear();
    }
    void cleanup()
    {
        m_sim->terminate();
        m_sim->waitForFinished(limit);
        m_sim.reset();
        m_server.reset();
    }

    // Else a fleet of n would send n² presences.
    void itsDevicesSeeThePanelOnly()
    {
        const QString one = jid(1);
        const QString two = jid(2);
        m_server->setPanel(panelJid);
        QVERIFY2(m_server->start({{panelJid, u"p"_s}, {one, u"1"_s}, {two, u"2"_s}}),
                 qPrintable(m_server->errorString()));
        Endpoint panel(accountOn(*m_server, panelJid, u"p"_s), quickOptions(xmpp::Role::Panel));
        // As panels, too, because a device pays no attention to others.
        Endpoint first(accountOn(*m_server, one, u"1"_s), quickOptions(xmpp::Role::Panel));
        Endpoint second(accountOn(*m_server, two, u"2"_s), quickOptions(xmpp::Role::Panel));
        for (Endpoint *endpoint : {&panel, &first, &second}) {
            endpoint->session.start();
        }
        SGN_EVENTUALLY(panel.presence.value(one) && panel.presence.value(two));
        SGN_EVENTUALLY(first.presence.value(panelJid) && second.presence.value(panelJid));
        SGN_EVENTUALLY(!first.roster.isEmpty() && !second.roster.isEmpty());
        QCOMPARE(panel.roster.keys(), (QStringList{one, two}));
        // The groups that make it so are no tags.
        QVERIFY(panel.roster.value(one).groups.isEmpty());
        QVERIFY(panel.roster.value(two).groups.isEmpty());
        QCOMPARE(first.roster.keys(), QStringList{panelJid});
        QCOMPARE(second.roster.keys(), QStringList{panelJid});
        QVERIFY(!first.presence.contains(two));
        QVERIFY(!second.presence.contains(one));
    }

    void itsDevicesAnswerAsRealOnesDo()
    {
        QVERIFY(start(4, R"({"dead_percent":25,"answer_ms":[0,10],"update_ms":[50,100],"switch_on_ms":0})"));
        QTRY_COMPARE_WITH_TIMEOUT(online(), 4, limit);
        Endpoint panel(accountOn(*m_server, panelJid, u"p"_s), quickOptions(xmpp::Role::Panel));
        panel.session.start();
        QTRY_VERIFY_WITH_TIMEOUT(panel.session.isOnline() && panel.presence.value(jid(4)), limit);

        for (const int n : {1, 4}) {
            ask(panel, jid(n), R"({"command":"version_req"})");
            QTRY_COMPARE_WITH_TIMEOUT(from(panel, jid(n)).size(), 1, limit);
            const QJsonArray processes = from(panel, jid(n)).first()["processes"_L1].toArray();
            QCOMPARE(processes.size(), 2);
            QCOMPARE(processes.last()["isDead"_L1].toBool(), n == 4);
        }
        ask(panel, jid(2),
            R"({"command":"smart_meter_update","command_no":7,"url":"https://example.com/a.zip",)"
            R"("progress":true,"processes":[{"process_name":"ocr","version":2}]})");
        const auto isResult = [](const QJsonObject &message) {
            return message.contains("succcess"_L1);
        };
        QTRY_COMPARE_WITH_TIMEOUT(std::ranges::count_if(from(panel, jid(2)), isResult), 1, limit);
        QVERIFY(from(panel, jid(2)).first()["command"_L1] == u"progress"_s);
        ask(panel, jid(2), R"({"command":"version_req"})");
        QTRY_VERIFY_WITH_TIMEOUT(from(panel, jid(2)).last().contains("processes"_L1), limit);
        QCOMPARE(from(panel, jid(2)).last()["processes"_L1].toArray().first()["version"_L1].toInt(), 2);
        ask(panel, jid(3), R"({"command":"make_coffee","command_no":8})");
        QTRY_COMPARE_WITH_TIMEOUT(from(panel, jid(3)).size(), 1, limit);
        QCOMPARE(from(panel, jid(3)).first()["error"_L1].toString(), u"unknown_command"_s);
        m_sim->terminate();
        QTRY_VERIFY_WITH_TIMEOUT(m_sim->state() == QProcess::NotRunning && m_sim->exitCode() == 0, limit);
        QTRY_VERIFY_WITH_TIMEOUT(!panel.presence.value(jid(4), true), limit);
    }

    void aFleetComesBackSpreadOverTime_data()
    {
        QTest::addColumn<int>("away"); // ms
        QTest::addColumn<int>("attempts");
        // Each of them has tried several times by then, each time after a longer pause.
        QTest::newRow("some seconds") << 7'000 << 8;
        if (qEnvironmentVariableIsSet("SGN_THOROUGH")) {
            QTest::newRow("two minutes") << 120'000 << 14;
        }
    }

    // The server is killed under two hundred devices and stays down for a while. They must not come back in one wave.
    void aFleetComesBackSpreadOverTime()
    {
        QFETCH(const int, away);
        QFETCH(const int, attempts);
        QVERIFY(start(fleetSize, R"({"switch_on_ms":4000})"));
        QTRY_COMPARE_WITH_TIMEOUT(online(), fleetSize, 2 * limit);
        m_changes.clear();
        QElapsedTimer outage;
        outage.start();
        m_server->kill();
        QTRY_VERIFY_WITH_TIMEOUT(outage.elapsed() >= away, 2 * away);
        QVERIFY2(m_server->start(), qPrintable(m_server->errorString()));
        // The longest pause is twice as long as they have waited so far.
        QTRY_COMPARE_WITH_TIMEOUT(online(), fleetSize, 2 * away + 2 * limit);

        QHash<QString, qint64> lost;
        QHash<QString, qint64> last;
        QList<qint64> firstWaits;
        QList<qint64> returns;
        qint64 tried = 0;
        for (const Change &change : std::as_const(m_changes)) {
            if (change.state == u"waiting"_s && !lost.contains(change.device)) {
                lost.insert(change.device, change.ms);
            } else if (change.state == u"connecting"_s) {
                ++tried;
                if (!last.contains(change.device)) {
                    firstWaits += change.ms - lost.value(change.device);
                }
                last.insert(change.device, change.ms);
            } else if (change.state == u"online"_s) {
                returns += last.value(change.device);
            }
        }
        QCOMPARE(firstWaits.size(), fleetSize);
        QCOMPARE(returns.size(), fleetSize);
        const auto [shortest, longest] = std::ranges::minmax(firstWaits);
        const auto [earliest, latest] = std::ranges::minmax(returns);
        qInfo("first attempts %.2f to %.2f s after the loss, at most %.0f %% of them within 0.1 s; %.1f attempts a "
              "device "
              "in %.0f s; returns over %.1f s, at most %.0f %% of them within 1 s",
              static_cast<double>(shortest) / 1000, static_cast<double>(longest) / 1000,
              100 * largestShare(firstWaits, 100), static_cast<double>(tried) / fleetSize,
              static_cast<double>(away) / 1000, static_cast<double>(latest - earliest) / 1000,
              100 * largestShare(returns, 1'000));
        // Nominally at least a second; Qt's timers may be 5 % early.
        QVERIFY(shortest >= 900);
        QVERIFY(longest - shortest >= 800);
        // Even the first attempts, which cost a server that is down nothing but a refusal, are no single blow.
        QVERIFY(largestShare(firstWaits, 100) <= 0.5);
        QVERIFY(latest - earliest >= 5'000);
        // On a busy machine those that tried one after the other get their turn together.
        QVERIFY(largestShare(returns, 1'000) <= 0.5);
        QVERIFY2(tried <= attempts * fleetSize, "they ask too often");
    }

    void wrongUseIsReportedInOneSentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("words");
        const QStringList rest{u"--ca"_s, u"ca.pem"_s, u"--accounts"_s, u"/dev/null"_s};
        QTest::newRow("nothing") << QStringList() << QByteArray("--server is missing");
        QTest::newRow("no port") << QStringList{u"--server"_s, u"localhost"_s} + rest
                                 << QByteArray("--server takes HOST:PORT");
        QTest::newRow("a port that is none")
            << QStringList{u"--server"_s, u"localhost:99999"_s} + rest << QByteArray("--server takes HOST:PORT");
        QTest::newRow("a second node that is none")
            << QStringList{u"--server"_s, u"localhost:5223"_s, u"--server"_s, u"other"_s} + rest
            << QByteArray("--server takes HOST:PORT, not 'other'");
        QTest::newRow("too few accounts")
            << QStringList{u"--server"_s, u"localhost:5223"_s, u"--devices"_s, u"3"_s} + rest
            << QByteArray("--devices: the accounts file has 0");
        QTest::newRow("no accounts file")
            << QStringList{u"--server"_s, u"localhost:5223"_s, u"--ca"_s, u"ca.pem"_s, u"--accounts"_s, u"/nowhere"_s}
            << QByteArray("--accounts: ");
        QTest::newRow("a panel that is none")
            << QStringList{u"--server"_s, u"localhost:5223"_s, u"--panel"_s, u"me"_s} + rest
            << QByteArray("--panel takes a JID");
    }

    void wrongUseIsReportedInOneSentence()
    {
        QFETCH(const QStringList, arguments);
        QFETCH(const QByteArray, words);
        m_sim->start(QStringLiteral(SGN_BIN_DIR "/sgn-sim"), arguments);
        QVERIFY(m_sim->waitForFinished(limit));
        QCOMPARE(m_sim->exitCode(), 2);
        const QByteArray errors = m_sim->readAllStandardError();
        QVERIFY2(errors.startsWith("sgn-sim: " + words), errors.constData());
        QCOMPARE(errors.count('\n'), 1);
    }
};

QTEST_GUILESS_MAIN(TestSimFleet)
#include "tst_sim_fleet.moc"
