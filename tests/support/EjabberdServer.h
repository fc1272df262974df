// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/FleetServer.h"
#include "support/HeldPorts.h"
#include "support/TestCa.h"

#include <QProcess>
#include <QTemporaryDir>

namespace sgn::test {

/// One node of Debian's ejabberd, with ejabberd.yml.in:
///
///     EjabberdServer server;
///     QVERIFY2(server.start({{"panel@localhost", "secret"}}), qPrintable(server.errorString()));
///
/// Without a node name, so that it needs no epmd and no cookie. It gets its orders by its standard input, and ends when
/// that is closed, also by the death of the test.
class EjabberdServer final : public FleetServer
{
public:
    struct Setup
    {
        /// What a cut-off client didn't acknowledge isn't delivered once more, if the archive has it.
        bool assumesArchiveIsRead = false;
        /// The limits of the configuration that Debian installs: what a client may send in a second, subscriptions in a
        /// minute, messages kept for an account that is offline.
        bool debianLimits = false;
    };

    EjabberdServer();
    explicit EjabberdServer(Options options);
    EjabberdServer(Options options, Setup setup);
    ~EjabberdServer() override;

    using FleetServer::start;
    [[nodiscard]] bool start(const Accounts &accounts) override;
    [[nodiscard]] bool addAccount(const QString &jid, const QString &password) override;
    void stop() override;
    void kill() override;
    void freeze() override;
    void thaw() override;

    bool isRunning() const override;
    quint16 port() const override { return m_ports.at(0); }
    quint16 startTlsPort() const override { return m_ports.at(1); }
    QString uploadHost() const override { return QStringLiteral("upload.") + host(); }
    QString uploadUrl() const override { return QStringLiteral("https://localhost:%1/upload").arg(m_ports.at(2)); }
    /// PEM file with the one CA to trust; the certificate names host(), uploadHost(), localhost and 127.0.0.1.
    QString caFile() const override { return m_ca.caFile(); }
    QString folder() const override { return m_folder.path(); }
    QString log() const override;

    /// Debian's package, like "23.01"; empty where it isn't installed.
    [[nodiscard]] static QString version();

private:
    bool layOut();
    bool writeConfiguration();
    bool launch();
    bool order(const QByteArray &name, const QList<QByteArray> &arguments);
    bool awaitAnswer();

    Setup m_setup;
    QTemporaryDir m_folder;
    TestCa m_ca;
    TestCa::ServerCertificate m_certificate;
    // Held all the time: ejabberd listens beside.
    HeldPorts m_ports;
    QProcess m_process;
    QStringList m_members; // users; the shared group's from the next start on
};

} // namespace sgn::test
