// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/Agent.h"
#include "crypto/Jws.h"
#include "FakePanelLink.h"
#include "support/FakeWatchdog.h"
#include "support/HttpServer.h"
#include "support/ReleaseKit.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

namespace sgn::test {

constexpr int limit = 20'000;
inline const QString panel = QStringLiteral("panel@example.org");

inline xmpp::IncomingMessage fromPanel(const QByteArray &body)
{
    xmpp::IncomingMessage message;
    message.from = panel + QStringLiteral("/phone");
    message.fromBare = panel;
    message.body = body;
    message.stamp = QDateTime::currentDateTimeUtc();
    return message;
}

// A whole agent between a panel, a watchdog and a web server that the test plays. A meter's release of version 1 is
// installed, and the web server has version 2.
class AgentFixture : public QObject
{
    Q_OBJECT

protected:
    std::unique_ptr<QTemporaryDir> m_folder;
    SystemClock m_clock;
    std::unique_ptr<FakeWatchdog> m_watchdog;
    std::unique_ptr<FakePanelLink> m_link;
    std::unique_ptr<agent::Agent> m_agent;
    std::optional<agent::AgentSettings> m_settings;
    HttpServer m_web;
    SigningKey m_operator;

    void restart()
    {
        m_agent.reset();
        m_link = std::make_unique<FakePanelLink>();
        m_agent = std::make_unique<agent::Agent>(*m_settings, *m_link, *m_watchdog, m_clock);
        m_agent->start();
        m_link->goOnline();
    }
    void send(const QByteArray &body) { Q_EMIT m_link->messageReceived(fromPanel(body)); }
    void sendServerTime(std::chrono::milliseconds offset = {}) { Q_EMIT m_link->serverTimeKnown(offset); }
    // Whether the agent sends that many messages and no more.
    bool settles(qsizetype messages)
    {
        if (!QTest::qWaitFor([&] { return m_link->sent.size() >= messages; }, limit)) {
            return false;
        }
        // One more request: its reply comes after everything else.
        const auto before = m_link->sent.size();
        send(R"({"command":"cancel_update","command_no":2147483647,"cancels":1})");
        return QTest::qWaitFor([&] { return m_link->sent.size() > before; }, limit) &&
               m_link->sent.size() == messages + 1;
    }
    // Messages that the panel's server has not acknowledged.
    [[nodiscard]] qsizetype lettersWaiting() const
    {
        return QDir(m_settings->tree.outbox()).entryList(QDir::Files).size();
    }
    void requireSignatures()
    {
        m_settings->config.operatorKeys = {publicKeyOf(m_operator).value()};
        restart();
    }
    // A signature from `from` to `to` seconds from now.
    [[nodiscard]] QByteArray jws(const QByteArray &command, int from = 0, int to = 3600,
                                 const QString &device = QStringLiteral("device@example.org")) const
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        QJsonObject payload = QJsonDocument::fromJson(command).object();
        payload[QLatin1StringView("aud")] = device;
        payload[QLatin1StringView("iat")] = now.addSecs(from).toSecsSinceEpoch();
        payload[QLatin1StringView("exp")] = now.addSecs(to).toSecsSinceEpoch();
        return signJws(QJsonDocument(payload).toJson(), m_operator).value();
    }
    [[nodiscard]] QByteArray signedCommand(const QByteArray &command, int from = 0, int to = 3600,
                                           const QString &device = QStringLiteral("device@example.org")) const
    {
        return command.chopped(1) + ",\"jws\":\"" + jws(command, from, to, device) + "\"}";
    }
    [[nodiscard]] QByteArray update(int number, int version, const QByteArray &more = {}) const
    {
        const QByteArray v = QByteArray::number(version);
        return "{\"command\":\"smart_meter_update\",\"command_no\":" + QByteArray::number(number) + ",\"url\":\"" +
               m_web.url().toEncoded() + "\",\"processes\":[{\"process_name\":\"ocr\",\"version\":" + v +
               "},{\"process_name\":\"dlms\",\"version\":" + v + "}]" + more + '}';
    }
    void serveRelease(int version)
    {
        m_web.setHandler([version](const HttpRequest &request, QTcpSocket *socket) {
            const QTemporaryDir folder;
            (void)makeZip(folder.filePath(QStringLiteral("a.zip")), meterRelease(version));
            HttpServer::serve(request, socket, readWhole(folder.filePath(QStringLiteral("a.zip"))));
        });
    }

    void prepareAgent()
    {
        using namespace std::chrono_literals;
        m_folder = std::make_unique<QTemporaryDir>();
        DeviceConfig config;
        config.clientJid = QStringLiteral("device@example.org");
        config.panelJid = panel;
        config.rpiUniqueId = QStringLiteral("b8:27:eb:00:00:01");
        config.allowHttp = true;
        m_settings = agent::AgentSettings{config, DeviceTree(m_folder->path())};
        m_settings->version = 5;
        m_settings->watchdogPort = 1;
        m_settings->swapTimes = {.confirm = 300ms, .settle = 10ms, .watchdogAway = 300ms, .poll = 5ms};
        m_settings->downloadLimits.firstPause = 1ms;
        m_settings->downloadLimits.longestPause = 2ms;
        m_settings->downloadLimits.reservedBytes = 0;
        m_settings->fileStoreLimit = 50ms;
        m_settings->holdPoll = 5ms;
        m_settings->bootIdFile = m_folder->filePath(QStringLiteral("boot_id"));
        QVERIFY(test::writeFile(m_settings->bootIdFile, "first\n"));
        m_settings->watchdogVersion = [] {
            return std::optional(7);
        };
        QVERIFY(m_settings->tree.ensureFolders());
        QVERIFY(install(m_folder->path(), meterRelease(1)));
        m_watchdog = std::make_unique<FakeWatchdog>(m_folder->path());
        serveRelease(2);
        restart();
    }

private Q_SLOTS:
    void initTestCase() { m_operator = newSigningKey(QStringLiteral("operator")).value(); }
    void init() { prepareAgent(); }
    void cleanup()
    {
        m_agent.reset();
        m_link.reset();
    }
};

} // namespace sgn::test
