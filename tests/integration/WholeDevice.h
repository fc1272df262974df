// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/ConfigEnvelope.h"
#include "integration/WatchdogDevice.h"
#include "integration/XmppEndpoint.h"
#include "support/ProsodyServer.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace sgn::test {

inline const QString deviceJid = u"device@localhost"_s;
inline const QString panelJid = u"panel@localhost"_s;
inline const QString panelPassword = u"p"_s;

// Both accounts, for ProsodyServer::start().
inline ProsodyServer::Accounts accountsWith(const QString &devicePassword)
{
    return {{deviceJid, devicePassword}, {panelJid, panelPassword}};
}

// What makes a watchdog's device a whole one: configuration (with `more` in it), the server's CA, the agent's program.
inline void equip(const WatchdogDevice &device, const XmppServer &server, const QString &password,
                  const QJsonObject &more = {})
{
    const auto contentOf = [](const QString &path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    QJsonObject config{{u"xmpp_client"_s, QJsonObject{{u"client_jid"_s, deviceJid},
                                                      {u"client_password"_s, password},
                                                      {u"cpanel_jid"_s, panelJid},
                                                      {u"host"_s, server.address()},
                                                      {u"port"_s, server.port()}}},
                       {u"rpi_unique_id"_s, u"b8:27"_s}};
    for (auto it = more.begin(); it != more.end(); ++it) {
        config[it.key()] = it.value();
    }
    const auto encrypted = encryptV1(QJsonDocument(config).toJson());
    QVERIFY(encrypted.has_value());
    device.makeFolder(u"cfg"_s);
    device.makeFolder(u"certs"_s);
    device.write(u"cfg/config_file.bin"_s, *encrypted, 0600);
    device.write(u"certs/cacert.pem"_s, contentOf(server.caFile()));
    device.write(u"JabberClient/sgn-agent"_s, contentOf(QStringLiteral(SGN_BIN_DIR "/sgn-agent")), 0755);
}

// The panel as nothing but a chat client: what it sends is typed by hand, what it gets is looked at as JSON.
class TypingPanel : public Endpoint
{
public:
    explicit TypingPanel(const XmppServer &server)
        : Endpoint(accountOn(server, panelJid, panelPassword), quickOptions(xmpp::Role::Panel))
    {}

    void type(const QByteArray &body) { session.send(deviceJid, body); }
    // Those that have such a key, in the order in which they came.
    [[nodiscard]] QList<QJsonObject> messagesWith(const QString &key) const
    {
        QList<QJsonObject> all;
        for (const QByteArray &body : bodies()) {
            all += QJsonDocument::fromJson(body).object();
        }
        all.removeIf([&key](const QJsonObject &message) { return !message.contains(key); });
        return all;
    }
    [[nodiscard]] QList<QJsonObject> results() const { return messagesWith(u"succcess"_s); }
    // The device's answer to a new question; empty when none comes.
    [[nodiscard]] QJsonObject askVersions(int limitMs)
    {
        const qsizetype before = messagesWith(u"processes"_s).size();
        type(R"({"command":"version_req"})");
        return QTest::qWaitFor([&] { return messagesWith(u"processes"_s).size() > before; }, limitMs)
                   ? messagesWith(u"processes"_s).last()
                   : QJsonObject();
    }
};

} // namespace sgn::test
