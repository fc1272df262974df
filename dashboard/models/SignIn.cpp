// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SignIn.h"

#include "base/ProxyAddress.h"
#include "wording/Problems.h"
#include "xmpp/Jid.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace sgn::models {

SignIn::SignIn(Environment environment, QObject *parent)
    : QObject(parent)
    , m_environment(std::move(environment))
    , m_opening(m_environment.clock)
{
    const Preferences::LastAccount last = m_environment.preferences.lastAccount();
    m_jid = last.jid;
    m_host = last.host;
    m_port = last.port != 0 ? QString::number(last.port) : QString();
    m_startTls = last.startTls;
    m_proxy = last.proxy;
    m_caFile = last.caFile;
    m_keepPassword = last.keepPassword;
}

SignIn::~SignIn() = default;

void SignIn::setJid(const QString &jid)
{
    m_jid = jid.trimmed();
    Q_EMIT changed();
}

void SignIn::setPassword(const QString &password)
{
    m_password = password;
    Q_EMIT changed();
}

void SignIn::setKeepPassword(bool keep)
{
    m_keepPassword = keep;
    Q_EMIT changed();
}

void SignIn::setHost(const QString &host)
{
    m_host = host.trimmed();
    Q_EMIT changed();
}

void SignIn::setPort(const QString &port)
{
    m_port = port.trimmed();
    Q_EMIT changed();
}

void SignIn::setStartTls(bool startTls)
{
    m_startTls = startTls;
    Q_EMIT changed();
}

void SignIn::setProxy(const QString &proxy)
{
    m_proxy = proxy.trimmed();
    Q_EMIT changed();
}

void SignIn::setCaFile(const QString &path)
{
    m_caFile = path.trimmed();
    Q_EMIT changed();
}

void SignIn::chooseCaFile(const QUrl &file)
{
    setCaFile(file.toLocalFile());
}

bool SignIn::isReady() const
{
    return !m_isBusy && !m_jid.isEmpty() && !m_password.isEmpty();
}

records::Expected<core::PanelConfig> SignIn::config() const
{
    core::PanelConfig config;
    config.jid = xmpp::bareJid(m_jid);
    config.password = m_password;
    config.host = m_host;
    if (!m_port.isEmpty()) {
        bool isNumber = false;
        config.port = m_port.toUShort(&isNumber);
        if (!isNumber || config.port == 0) {
            return fail(ErrorCode::BadRequest, records::FactCode::BadPort);
        }
    }
    config.startTls = m_startTls;
    if (!m_proxy.isEmpty()) {
        const std::optional<QUrl> proxy = proxyAddress(m_proxy);
        if (!proxy) {
            return fail(ErrorCode::BadRequest, records::FactCode::BadProxy);
        }
        config.proxy = *proxy;
    }
    config.caFile = m_caFile;
    config.operatorName = m_environment.preferences.operatorName();
    config.keepDays = m_environment.preferences.keepDays();
    config.storeFile = core::storeFileFor(m_environment.dataFolder, config.jid);
    return config;
}

void SignIn::open(void (SignIn::*then)())
{
    m_problem.reset();
    m_isKeyringSilent = false;
    const records::Expected<core::PanelConfig> filled = config();
    if (!filled) {
        showError(filled.error());
        return;
    }
    m_isBusy = true;
    Q_EMIT changed();
    m_opening.open(*filled, {}, [this, then](records::Expected<std::unique_ptr<core::Panel>> panel) {
        if (!panel) {
            m_isBusy = false;
            showError(panel.error());
            return;
        }
        m_panel = *std::move(panel);
        // Until its receiver has settled with which key they are signed.
        m_panel->holdCommands(true);
        (this->*then)();
    });
}

void SignIn::showLastState()
{
    m_isBusy = false;
    // The receiver connects to its signals first.
    core::Panel *panel = m_panel.get();
    Q_EMIT signedIn();
    panel->start();
    Q_EMIT changed();
}

void SignIn::resume()
{
    const Preferences::LastAccount last = m_environment.preferences.lastAccount();
    if (last.jid.isEmpty() || !last.keepPassword) {
        return;
    }
    m_isBusy = true;
    Q_EMIT changed();
    m_environment.keyring.read(last.jid, [this](const Result<QString> &password) {
        // Cancelled while the keyring was locked.
        if (!std::exchange(m_isBusy, false)) {
            return;
        }
        if (!password) {
            // No error: the form shows what is missing.
            m_isKeyringSilent = true;
            Q_EMIT changed();
            return;
        }
        m_password = *password;
        open(&SignIn::showLastState);
    });
}

void SignIn::submit()
{
    if (isReady()) {
        open(&SignIn::connectToServer);
    }
}

void SignIn::connectToServer()
{
    connect(&m_panel->session(), &core::PanelSession::online, this, &SignIn::accept);
    connect(&m_panel->session(), &core::PanelSession::offline, this, [this](const Error &reason) {
        if (!m_isBusy) {
            return;
        }
        cancel();
        showError(reason);
    });
    m_panel->start();
}

void SignIn::cancel()
{
    m_isBusy = false;
    m_opening.giveUp();
    if (m_panel) {
        m_panel->session().disconnect(this);
        // It may be the sender of the signal that called this.
        m_panel.release()->deleteLater();
    }
    Q_EMIT changed();
}

void SignIn::accept()
{
    m_isBusy = false;
    m_panel->session().disconnect(this);
    keepOrForgetPassword();
    m_password.clear();
    Q_EMIT changed();
    Q_EMIT signedIn();
}

Preferences::LastAccount SignIn::account() const
{
    const QUrl proxy(m_proxy);
    return {.jid = xmpp::bareJid(m_jid),
            .host = m_host,
            .port = m_port.toUShort(),
            .startTls = m_startTls,
            .proxy = proxy.toString(QUrl::RemovePassword),
            .caFile = m_caFile,
            .keepPassword = m_keepPassword};
}

void SignIn::keepOrForgetPassword()
{
    Preferences::LastAccount account = this->account();
    const QString jid = account.jid;
    m_environment.preferences.setLastAccount(account);
    if (!m_keepPassword) {
        m_environment.keyring.forget(jid);
        return;
    }
    m_environment.keyring.write(jid, m_password, [this, account](const Outcome &outcome) mutable {
        if (outcome) {
            return;
        }
        account.keepPassword = false;
        m_environment.preferences.setLastAccount(account);
    });
}

void SignIn::showError(const records::Problem &problem)
{
    m_problem = problem;
    Q_EMIT changed();
}

QString SignIn::error() const
{
    return m_problem ? wording::standing(wording::sentence(*m_problem)) : QString();
}

QString SignIn::advice() const
{
    if (m_isKeyringSilent) {
        return tr("The keyring didn't give the password. Please type it.");
    }
    return m_problem ? adviceFor(m_problem->error) : QString();
}

QString SignIn::adviceFor(ErrorCode error)
{
    switch (error) {
    case ErrorCode::Authentication:
        return tr("Check the address and the password. Capital and small letters matter in the password.");
    case ErrorCode::Network:
    case ErrorCode::Timeout:
        return tr("Check that this computer is online, and the server and port under Advanced.");
    case ErrorCode::NotFound:
    case ErrorCode::BadFile:
        return tr("Choose the file with your server's certification authority under Advanced.");
    case ErrorCode::Refused:
        return tr("Check that the certification authority under Advanced is the one of this server.");
    default:
        return {};
    }
}

} // namespace sgn::models
