// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/XmppServer.h"

#include <memory>
#include <QHash>
#include <QString>

namespace sgn::test {

/// A real XMPP server of a test's own, whichever program it is: in a temporary folder, on free loopback ports, with a
/// CA of its own. Many may run at once. Every function that waits does so with a limit and states in errorString() what
/// went wrong.
///
/// All users of the server see each other (groups of the server's own), except when `groups` is off.
class FleetServer : public XmppServer
{
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

    /// The program that the environment names by SGN_TEST_SERVER: "prosody", or "ejabberd"; without it Prosody. So one
    /// test runs on each; see sgn_ejabberd_test() in CMakeLists.txt.
    [[nodiscard]] static std::unique_ptr<FleetServer> make(const Options &options);
    [[nodiscard]] static std::unique_ptr<FleetServer> make() { return make(Options()); }
    [[nodiscard]] static bool isEjabberd();

    /// Returns when clients can log in. After stop() or kill() it goes on with the same data, accounts and ports.
    [[nodiscard]] virtual bool start(const Accounts &accounts) = 0;
    [[nodiscard]] bool start() { return start(Accounts()); }
    /// An account for the running server, usable at once. It joins the shared group at the next start. An existing
    /// account gets the new password.
    [[nodiscard]] virtual bool addAccount(const QString &jid, const QString &password) = 0;
    /// An orderly end: clients are notified.
    virtual void stop() = 0;
    /// SIGKILL: clients find a dead connection, what was only in memory is lost.
    virtual void kill() = 0;
    [[nodiscard]] bool restart()
    {
        stop();
        return start();
    }
    /// SIGSTOP: the kernel still accepts connections, the server never answers.
    virtual void freeze() = 0;
    /// SIGCONT; kill() and stop() thaw by themselves.
    virtual void thaw() = 0;

    [[nodiscard]] virtual bool isRunning() const = 0;
    [[nodiscard]] QString errorString() const { return m_error; }

    /// The XMPP domain.
    [[nodiscard]] QString host() const { return m_options.host; }
    QString address() const override { return QStringLiteral("127.0.0.1"); }
    [[nodiscard]] virtual quint16 startTlsPort() const = 0;
    /// The JID of the file store (XEP-0363) and the URL that its files live under.
    [[nodiscard]] virtual QString uploadHost() const = 0;
    [[nodiscard]] virtual QString uploadUrl() const = 0;
    [[nodiscard]] virtual QString folder() const = 0;
    /// What it logged since the last start.
    [[nodiscard]] virtual QString log() const = 0;

protected:
    explicit FleetServer(Options options)
        : m_options(std::move(options))
    {}
    bool fail(const QString &message)
    {
        m_error = message;
        return false;
    }

    Options m_options;

private:
    QString m_error;
};

} // namespace sgn::test
