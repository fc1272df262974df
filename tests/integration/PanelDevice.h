// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "protocol/Command.h"
#include "protocol/Reply.h"
#include "support/FleetServer.h"
#include "xmpp/Session.h"

#include <functional>
#include <map>
#include <memory>
#include <QJsonDocument>
#include <QJsonObject>

namespace sgn::test {

inline const QString panelJid = QStringLiteral("panel@localhost");
inline const QString panelPassword = QStringLiteral("panel-secret");

inline QString deviceJid(int n)
{
    return QStringLiteral("meter%1@localhost").arg(n);
}

inline FleetServer::Accounts accounts(int devices)
{
    FleetServer::Accounts accounts{{panelJid, panelPassword}};
    for (int n = 1; n <= devices; ++n) {
        accounts.insert(deviceJid(n), QStringLiteral("secret-%1").arg(n));
    }
    return accounts;
}

// A device as the panel sees it: an account that answers commands as its test wants. Without that it
// knows nothing but the seed, uses the seed's own words, and answers every command with success.
class FakeDevice
{
public:
    FakeDevice(const XmppServer &server, int n)
        : id(QStringLiteral("b8:27:eb:00:00:%1").arg(n, 2, 10, QLatin1Char('0')))
        , jid(deviceJid(n))
        , session(account(server, n), options(), clock)
    {
        session.setTrustedPeers({panelJid});
        QObject::connect(&session, &xmpp::Session::messageReceived, &session,
                         [this](const xmpp::IncomingMessage &message) { receive(message); });
        answer = [this](const Command &command) {
            answerAsTheSeed(command);
        };
    }

    void start() { session.start(); }
    void send(const QByteArray &body) { session.send(panelJid, body); }
    // Literally the seed's shape (step 15).
    [[nodiscard]] QByteArray seedReport() const
    {
        return R"({"command":"version_req","from":")" + id.toUtf8() +
               R"(","processes":[{"process_name":"ocr","version":)" + QByteArray::number(version) +
               R"(,"isDead":false},{"process_name":"uplink","version":1,"isDead":)" +
               (isUplinkDead ? "true" : "false") + "}]}";
    }
    // What our own agent sends beyond it.
    [[nodiscard]] QByteArray modernReport() const
    {
        VersionReport report;
        report.from = id;
        report.facts.agentVersion = 2;
        report.facts.os = QStringLiteral("Debian 12");
        ProcessReport process;
        process.name = QStringLiteral("ocr");
        process.version = version;
        process.state = ProcessState::Running;
        report.processes = {process};
        return encode(report);
    }
    // Step 14, with the seed's spelling.
    [[nodiscard]] QByteArray result(CommandNo number, bool success, const QByteArray &remarks = {}) const
    {
        return R"({"command_no":)" + QByteArray::number(number) + R"(,"from":")" + id.toUtf8() + R"(","succcess":)" +
               (success ? "true" : "false") + R"(,"remarks":")" + remarks + "\"}";
    }
    void answerAsTheSeed(const Command &command)
    {
        if (std::holds_alternative<VersionRequest>(command.body)) {
            send(isModern ? modernReport() : seedReport());
        } else if (std::holds_alternative<UploadLogs>(command.body)) {
            send(R"({"command":"upload_logs","from":")" + id.toUtf8() + R"(","success":true})");
        } else if (command.number) {
            send(result(*command.number, true));
        }
    }

    SystemClock clock;
    QString id;
    QString jid;
    xmpp::Session session;
    int version = 1;
    bool isUplinkDead = true;
    bool isModern = false;
    std::function<void(const Command &)> answer;
    QList<Command> commands; // all that came
    QByteArrayList bodies;

private:
    static xmpp::Account account(const XmppServer &server, int n)
    {
        return {.jid = deviceJid(n),
                .password = QStringLiteral("secret-%1").arg(n),
                .host = server.address(),
                .port = server.port(),
                .caFile = server.caFile(),
                .resource = QStringLiteral("meter")};
    }
    static xmpp::SessionOptions options()
    {
        using namespace std::chrono_literals;
        xmpp::SessionOptions options;
        options.role = xmpp::Role::Device;
        options.reconnect = {.first = 20ms, .ceiling = 100ms, .stableAfter = 60s};
        return options;
    }
    void receive(const xmpp::IncomingMessage &message)
    {
        if (message.fromBare != panelJid) {
            return;
        }
        bodies << message.body;
        if (const auto command = parseCommand(message.body)) {
            commands << *command;
            answer(*command);
        }
    }
};

// Devices of a server, made when they are first named.
class FakeDevices
{
public:
    FakeDevice &at(const XmppServer &server, int n)
    {
        std::unique_ptr<FakeDevice> &device = m_devices[n];
        if (!device) {
            device = std::make_unique<FakeDevice>(server, n);
        }
        return *device;
    }
    void clear() { m_devices.clear(); }

private:
    std::map<int, std::unique_ptr<FakeDevice>> m_devices;
};

} // namespace sgn::test
