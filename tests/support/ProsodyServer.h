// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/FleetServer.h"
#include "support/HeldPorts.h"

#include <QObject>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>

namespace sgn::test {

/// Prosody, as deploy/prosody/local-server runs it:
///
///     ProsodyServer server;
///     QVERIFY2(server.start({{"panel@localhost", "secret"}}), qPrintable(server.errorString()));
class ProsodyServer final : public QObject, public FleetServer
{
    Q_OBJECT

public:
    explicit ProsodyServer(QObject *parent = nullptr);
    ProsodyServer(Options options, QObject *parent = nullptr);
    ~ProsodyServer() override;

    using FleetServer::start;
    [[nodiscard]] bool start(const Accounts &accounts) override;
    [[nodiscard]] bool addAccount(const QString &jid, const QString &password) override;
    void stop() override;
    void kill() override;
    void freeze() override;
    void thaw() override;
    /// From the next start() on: an account that all others see, and that sees them; they don't see each other then.
    void setPanel(const QString &jid) { m_panel = jid; }
    /// From the next start() on, whatever is wrong with it; caFile() becomes a copy of `authority`.
    [[nodiscard]] bool useCertificate(const QString &certificate, const QString &key, const QString &authority);

    bool isRunning() const override;
    quint16 port() const override { return m_port; }
    quint16 startTlsPort() const override { return m_startTlsPort; }
    QString uploadHost() const override { return m_uploadHost; }
    QString uploadUrl() const override { return m_uploadUrl; }
    /// PEM file with the one CA to trust; the certificate names host(), uploadHost(), localhost and 127.0.0.1.
    QString caFile() const override;
    QString folder() const override { return m_folder.path(); }
    QString log() const override;

private:
    void holdPorts();
    void signalProsody(int number);
    bool awaitLine(QJsonObject *answer);

    QTemporaryDir m_folder;
    QProcess m_process;
    QString m_panel;
    QString m_uploadHost;
    QString m_uploadUrl;
    quint16 m_port = 0;
    quint16 m_startTlsPort = 0;
    qint64 m_prosodyPid = 0;
    HeldPorts m_heldPorts;
};

} // namespace sgn::test
