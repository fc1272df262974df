// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/HeldPorts.h"
#include "support/XmppServer.h"

#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace sgn::test {

/// PostgreSQL with an empty database "ejabberd", in a temporary folder and on a loopback port of its own. As root it
/// runs as another user, because it refuses root.
class PostgresServer
{
public:
    PostgresServer();
    ~PostgresServer();

    [[nodiscard]] bool start();
    void stop();
    /// With the same data, after stop().
    [[nodiscard]] bool resume();
    /// Of its account ejabberd.
    [[nodiscard]] QString passwordFile() const { return m_secrets.filePath(QStringLiteral("password")); }
    /// As `--database` takes it.
    [[nodiscard]] QString place() const { return QStringLiteral("127.0.0.1:%1").arg(m_ports.at(0)); }

    /// Debian's folder of its programs; empty where it isn't installed.
    [[nodiscard]] static QString programs();

private:
    QStringList asItself(const QStringList &command) const;
    QString data() const;

    HeldPorts m_ports;
    QTemporaryDir m_folder;
    QTemporaryDir m_secrets;
    QProcess m_process;
};

/// The ports that all nodes of one cluster have, each on an address of its own.
class ClusterPorts
{
public:
    ClusterPorts();

    [[nodiscard]] quint16 tls() const { return m_ports.at(0); }
    [[nodiscard]] quint16 startTls() const { return m_ports.at(1); }
    [[nodiscard]] quint16 files() const { return m_ports.at(2); }
    [[nodiscard]] quint16 distribution() const { return m_ports.at(3); }

private:
    HeldPorts m_ports;
};

/// A machine as deploy/ejabberd/server sets it up, for the domain "localhost": a folder stands for it, the ejabberd in
/// it is real:
///
///     ClusterNode node(1, ports);
///     QVERIFY2(node.run(node.installation(postgres)).isGood(), ...);
///     QVERIFY(node.start());
class ClusterNode : public XmppServer
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

    /// Its address is 127.0.0.`number`.
    ClusterNode(int number, const ClusterPorts &ports);
    ~ClusterNode() override;

    /// The words that set it up as a cluster's first node, after `--root FOLDER`.
    [[nodiscard]] QStringList installation(const PostgresServer &postgres) const;
    /// One command of deploy/ejabberd/server in this folder. Clients in this thread live on meanwhile.
    [[nodiscard]] Answer run(const QStringList &arguments, const QByteArray &input = {}) const;

    /// ejabberd; returns when it carries out requests, or false after a limit.
    [[nodiscard]] bool start();
    /// The two halves of start(): nodes that all ended wait for each other.
    void launch();
    [[nodiscard]] bool awaitStart();
    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    /// SIGKILL: clients and the other nodes find dead connections.
    void kill();
    /// Returns whether the process has ended, within a limit.
    [[nodiscard]] bool awaitEnd();

    QString address() const override { return QStringLiteral("127.0.0.%1").arg(m_number); }
    quint16 port() const override { return m_allPorts.tls(); }
    QString caFile() const override { return path(QStringLiteral("etc/sgn-server/cacert.pem")); }
    /// The folder that stands for the machine.
    QString root() const { return m_folder.path(); }
    QString path(const QString &below) const { return root() + QLatin1Char('/') + below; }
    QByteArray log() const;

private:
    bool answers() const;

    int m_number;
    const ClusterPorts &m_allPorts;
    QTemporaryDir m_folder;
    QProcess m_process;
};

} // namespace sgn::test
