// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/HeldPorts.h"
#include "support/XmppServer.h"

#include <QHash>
#include <QObject>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>

namespace sgn::test {

/// A real XMPP server of a test's own: deploy/prosody/local-server in a temporary folder, on free loopback ports, with
/// a CA of its own. Many may run at once. Every function that waits does so with a limit and states in errorString()
/// what went wrong:
///
///     ProsodyServer server;
///     QVERIFY2(server.start({{"panel@localhost", "secret"}}), qPrintable(server.errorString()));
///
/// All users of the server see each other (Prosody's shared groups), except when `groups` is off.
class ProsodyServer : public QObject, public XmppServer
{
    Q_OBJECT

public:
    struct Options
    {
        QString host = QStringLiteral("localhost");
        bool groups = true;
        /// Keeps data for an account's programs (XEP-0163).
        bool privateNodes = true;
        /// Seconds for which a cut-off client may still resume its session and counts as online.
        int hibernation = 60;
    };
    /// Passwords by bare JID.
    using Accounts = QHash<QString, QString>;

    explicit ProsodyServer(QObject *parent = nullptr);
    ProsodyServer(Options options, QObject *parent = nullptr);
    ~ProsodyServer() override;

    /// Returns when clients can log in. After stop() or kill() it goes on with the same data, accounts and ports.
    [[nodiscard]] bool start(const Accounts &accounts = {});
    /// An account for the running server, usable at once. It joins the shared group at the next start. An existing
    /// account gets the new password.
    [[nodiscard]] bool addAccount(const QString &jid, const QString &password);
    /// An orderly end: clients are notified.
    void stop();
    /// SIGKILL to Prosody: clients find a dead connection, what was only in memory is lost.
    void kill();
    [[nodiscard]] bool restart();
    /// SIGSTOP: the kernel still accepts connections, the server never answers.
    void freeze();
    /// SIGCONT; kill() and stop() thaw by themselves.
    void thaw();
    /// From the next start() on, whatever is wrong with it; caFile() becomes a copy of `authority`.
    [[nodiscard]] bool useCertificate(const QString &certificate, const QString &key, const QString &authority);

    bool isRunning() const;
    QString errorString() const { return m_error; }

    /// The XMPP domain.
    QString host() const { return m_options.host; }
    QString address() const override { return QStringLiteral("127.0.0.1"); }
    quint16 port() const override { return m_port; }
    quint16 startTlsPort() const { return m_startTlsPort; }
    /// The JID of the file store (XEP-0363) and the URL that its files live under.
    QString uploadHost() const { return m_uploadHost; }
    QString uploadUrl() const { return m_uploadUrl; }
    /// PEM file with the one CA to trust; the certificate names host(), uploadHost(), localhost and 127.0.0.1.
    QString caFile() const override;
    QString folder() const { return m_folder.path(); }
    /// What Prosody logged since the last start.
    QString log() const;

private:
    void holdPorts();
    void signalProsody(int number);
    bool awaitLine(QJsonObject *answer);
    bool fail(const QString &message);

    Options m_options;
    QTemporaryDir m_folder;
    QProcess m_process;
    QString m_error;
    QString m_uploadHost;
    QString m_uploadUrl;
    quint16 m_port = 0;
    quint16 m_startTlsPort = 0;
    qint64 m_prosodyPid = 0;
    HeldPorts m_heldPorts;
};

} // namespace sgn::test
