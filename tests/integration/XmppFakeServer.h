// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/TestCa.h"

#include <functional>
#include <QPointer>
#include <QSslConfiguration>
#include <QSslServer>
#include <QSslSocket>
#include <QTcpServer>
#include <QTcpSocket>

namespace sgn::test {

// A server that does what a test wants, above all what no honest server does. It lets everyone in without looking at
// the password, which is all that a client can see of a login.
class FakeServer : public QObject
{
    Q_OBJECT

public:
    enum class Transport { Plain, Tls };

    FakeServer(Transport transport, const TestCa::ServerCertificate &certificate)
    {
        if (transport == Transport::Tls) {
            auto *server = new QSslServer(this);
            QSslConfiguration tls;
            tls.setLocalCertificate(certificate.certificate);
            tls.setPrivateKey(certificate.key);
            server->setSslConfiguration(tls);
            m_server = server;
        } else {
            m_server = new QTcpServer(this);
        }
        if (!m_server->listen(QHostAddress::LocalHost)) {
            qFatal("the fake server can't listen");
        }
        connect(m_server, &QTcpServer::pendingConnectionAvailable, this, &FakeServer::accept);
    }

    // What to do when a client has connected, and with what it sends. Without them the server is silent.
    std::function<void()> onConnected;
    std::function<void(const QByteArray &words)> onWords;

    quint16 port() const { return m_server->serverPort(); }
    int connections() const { return m_connections; }
    // Everything that clients sent, over all connections.
    QByteArray received() const { return m_received; }

    void send(const QByteArray &words)
    {
        if (m_client) {
            m_client->write(words);
        }
    }
    // Not together with what follows.
    void sendAtOnce(const QByteArray &words)
    {
        send(words);
        if (m_client) {
            m_client->flush();
        }
    }
    // A stream header and what this server offers.
    void greet(const QByteArray &features)
    {
        send("<?xml version='1.0'?><stream:stream from='localhost' id='s1' version='1.0' xmlns='jabber:client' "
             "xmlns:stream='http://etherx.jabber.org/streams'><stream:features>" +
             features + "</stream:features>");
    }
    void hangUp()
    {
        if (m_client) {
            m_client->disconnectFromHost();
        }
    }

    // A whole login; `then` runs when the session stands.
    void letIn(std::function<void()> then = {}, const QByteArray &boundJid = "panel@localhost/desk",
               const QByteArray &moreFeatures = {})
    {
        onWords = [this, then = std::move(then), boundJid, moreFeatures](const QByteArray &words) {
            if (words.contains("<stream:stream") && !m_authenticated) {
                greet("<mechanisms "
                      "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms>");
            } else if (words.contains("<auth ")) {
                m_authenticated = true;
                send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
            } else if (words.contains("<stream:stream")) {
                greet("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>" + moreFeatures);
            } else if (words.contains("xmpp-bind")) {
                const qsizetype id = words.indexOf("id=\"") + 4;
                send("<iq type='result' id='" + words.mid(id, words.indexOf('"', id) - id) +
                     "'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" + boundJid + "</jid></bind></iq>");
                m_stands = moreFeatures.isEmpty();
                if (m_stands && then) {
                    then();
                }
            } else if (words.contains("<enable xmlns=\"urn:xmpp:sm:3\"")) {
                send("<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true' location='" + resumeLocation + "'/>");
                if (!std::exchange(m_stands, true) && then) {
                    then();
                }
            }
        };
    }
    // The address for resuming that stream management names.
    QByteArray resumeLocation;

private:
    void accept()
    {
        while (QTcpSocket *client = m_server->nextPendingConnection()) {
            ++m_connections;
            m_client = client;
            m_authenticated = false;
            m_stands = false;
            connect(client, &QTcpSocket::readyRead, this, [this, client] { listen(client); });
            if (onConnected) {
                onConnected();
            }
            if (client->bytesAvailable() > 0) {
                listen(client);
            }
        }
    }

    void listen(QTcpSocket *client)
    {
        const QByteArray words = client->readAll();
        m_received += words;
        if (onWords && client == m_client) {
            onWords(words);
        }
    }

    QTcpServer *m_server = nullptr;
    QPointer<QTcpSocket> m_client;
    QByteArray m_received;
    int m_connections = 0;
    bool m_authenticated = false;
    bool m_stands = false;
};

} // namespace sgn::test
