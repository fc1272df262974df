// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/HeldPorts.h"
#include "support/XmppServer.h"

#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace sgn::test {

/// A server as deploy/prosody/server sets it up, for the domain "localhost" with the panel "panel", in a folder that
/// stands for the machine and on loopback ports of its own; the real Prosody runs in it:
///
///     ProductionServer server;
///     QVERIFY2(server.run(server.installation()).isGood(), ...);
///     QVERIFY2(server.run({"account", "add", "panel", "--password-stdin"}, "secret\n").isGood(), ...);
///     QVERIFY(server.start());
class ProductionServer : public XmppServer
{
public:
    struct Answer
    {
        int exitCode = -1;
        QString output;
        /// Each change, and why the command failed.
        QString errors;

        [[nodiscard]] bool isGood() const { return exitCode == 0; }
        [[nodiscard]] bool changedNothing() const
        {
            return isGood() && errors.endsWith(QStringLiteral("nothing to change\n"));
        }
    };

    ProductionServer();
    ~ProductionServer() override;

    /// The words that set it up, after `--root FOLDER`.
    [[nodiscard]] QStringList installation() const;
    /// One command of deploy/prosody/server in this folder. Clients in this thread live on meanwhile.
    [[nodiscard]] Answer run(const QStringList &arguments, const QByteArray &input = {}) const;

    /// Prosody; returns when `check` finds nothing wrong, or false after a limit.
    [[nodiscard]] bool start();
    /// As systemd would end it.
    void stop();
    [[nodiscard]] qint64 prosodyPid() const { return m_prosody.processId(); }

    QString address() const override { return QStringLiteral("127.0.0.1"); }
    quint16 port() const override { return m_ports.at(0); }
    quint16 startTlsPort() const { return m_ports.at(1); }
    quint16 filesPort() const { return m_ports.at(2); }
    /// What devices have to trust, also while that changes.
    QString caFile() const override { return path(QStringLiteral("etc/sgn-server/cacert.pem")); }
    /// The folder that stands for the machine.
    QString root() const { return m_folder.path(); }
    QString path(const QString &below) const { return root() + QLatin1Char('/') + below; }
    /// What Prosody keeps for an account of the domain; empty if there is none.
    QByteArray stored(const QString &store, const QString &file) const;

private:
    HeldPorts m_ports;
    QTemporaryDir m_folder;
    QProcess m_prosody;
};

} // namespace sgn::test
