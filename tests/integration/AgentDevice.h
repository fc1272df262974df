// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/Control.h"
#include "crypto/ConfigEnvelope.h"
#include "support/FakeWatchdog.h"
#include "support/ProsodyServer.h"
#include "support/ReleaseKit.h"

#include <csignal>
#include <functional>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalServer>
#include <QLocalSocket>
#include <QPointer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

namespace sgn::test {

// A device's folder with the real sgn-agent in it and a watchdog that the test plays.
class AgentDevice : public QObject
{
    // First, because everything else works in it.
    QTemporaryDir m_folder;

public:
    static constexpr auto id = "b8:27:eb:00:00:01";

    AgentDevice()
        : watchdog(root())
    {
        for (const auto *folder : {"certs", "cfg", "wdog", "downloads", "SmartMeter", "JabberClient", "logs"}) {
            QDir().mkpath(root() + u'/' + QLatin1StringView(folder));
        }
        QObject::connect(&m_server, &QLocalServer::newConnection, this, &AgentDevice::acceptAgent);
    }
    ~AgentDevice() override { kill(); }

    [[nodiscard]] QString root() const { return m_folder.path(); }
    [[nodiscard]] QString path(const QString &below) const { return root() + u'/' + below; }

    [[nodiscard]] bool configure(const ProsodyServer &server, const QString &jid, const QString &password,
                                 const QString &panel, const QJsonObject &more = {})
    {
        QJsonObject config{{QStringLiteral("xmpp_client"), QJsonObject{{QStringLiteral("client_jid"), jid},
                                                                       {QStringLiteral("client_password"), password},
                                                                       {QStringLiteral("cpanel_jid"), panel},
                                                                       {QStringLiteral("host"), server.address()},
                                                                       {QStringLiteral("port"), server.port()}}},
                           {QStringLiteral("rpi_unique_id"), QString::fromLatin1(id)},
                           {QStringLiteral("allow_http"), true}};
        for (auto it = more.begin(); it != more.end(); ++it) {
            config[it.key()] = it.value();
        }
        const auto encrypted = encryptV1(QJsonDocument(config).toJson());
        QFile::remove(path(QStringLiteral("certs/cacert.pem")));
        return encrypted && writeFile(path(QStringLiteral("cfg/config_file.bin")), *encrypted) &&
               QFile::copy(server.caFile(), path(QStringLiteral("certs/cacert.pem")));
    }

    [[nodiscard]] bool listen()
    {
        const QString socket = path(QStringLiteral("wdog/control.sock"));
        QFile::remove(socket);
        return m_server.listen(socket);
    }
    void stopListening()
    {
        m_server.close();
        for (QLocalSocket *const peer : findChildren<QLocalSocket *>()) {
            peer->abort();
            delete peer;
        }
    }

    void start(const QStringList &more = {}, const QStringList &wrapper = {})
    {
        QStringList command = wrapper;
        command +=
            {QStringLiteral(SGN_BIN_DIR "/sgn-agent"), QStringLiteral("--root"), root(),
             QStringLiteral("--watchdog-port"),        QStringLiteral("1"),      QStringLiteral("--watchdog-socket"),
             path(QStringLiteral("wdog/control.sock"))};
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        command += more;
        const QString program = command.takeFirst();
        m_process.start(program, command);
    }
    void kill()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished(10'000);
        }
    }
    [[nodiscard]] bool stop()
    {
        m_process.terminate();
        return m_process.waitForFinished(10'000) && m_process.exitStatus() == QProcess::NormalExit;
    }
    QProcess &process() { return m_process; }
    [[nodiscard]] QString log() const { return QString::fromUtf8(readWhole(path(QStringLiteral("logs/agent.log")))); }
    [[nodiscard]] QString journalState() const
    {
        return QJsonDocument::fromJson(
                   readWhole(path(QStringLiteral("downloads/update.json"))))[QStringLiteral("state")]
            .toString();
    }

    void sendEvent(const control::Event &event)
    {
        for (QLocalSocket *const peer : findChildren<QLocalSocket *>()) {
            peer->write(control::encode(event));
        }
    }

    FakeWatchdog watchdog;
    // Hold isn't answered while this is set.
    bool keepsSilent = false;
    // Restart is done, but answered only by answerRestarts() while this is set.
    bool delaysRestarts = false;
    void answerRestarts()
    {
        for (const auto &answer : std::exchange(m_restarts, {})) {
            answer();
        }
    }

private:
    void acceptAgent()
    {
        while (QLocalSocket *const peer = m_server.nextPendingConnection()) {
            peer->setParent(this);
            QObject::connect(peer, &QLocalSocket::readyRead, this, [this, peer] {
                while (peer->canReadLine()) {
                    answer(peer, peer->readLine().chopped(1));
                }
            });
        }
    }

    void answer(QLocalSocket *peer, const QByteArray &line)
    {
        const auto request = control::parseRequest(line);
        if (!request || (keepsSilent && std::holds_alternative<control::Hold>(request->body))) {
            return;
        }
        if (std::holds_alternative<control::Hello>(request->body)) {
            watchdog.requests += request->body;
            peer->write(control::encode(control::Reply{request->id, control::ReplyBody(control::HelloReply{7})}));
            return;
        }
        if (delaysRestarts && std::holds_alternative<control::Restart>(request->body)) {
            watchdog.requests += request->body;
            const QByteArray done = control::encode(control::Reply{request->id, control::ReplyBody(control::Done{})});
            m_restarts += [peer = QPointer(peer), done] {
                if (peer) {
                    peer->write(done);
                }
            };
            return;
        }
        watchdog.ask(request->body, peer, [peer, id = request->id](const Result<control::ReplyBody> &reply) {
            peer->write(control::encode(control::Reply{id, reply}));
        });
    }

    QLocalServer m_server;
    QList<std::function<void()>> m_restarts;
    QProcess m_process;
};

} // namespace sgn::test
