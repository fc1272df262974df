// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Application.h"

#include <QLocale>

namespace sgn::models {

Application::Application(const SignIn::Environment &environment, QObject *parent)
    : QObject(parent)
    , m_environment(environment)
    , m_signIn(environment)
    , m_opening(environment.clock)
{
    connect(&m_signIn, &SignIn::signedIn, this, [this] { show(m_signIn.takePanel()); });
    connect(&environment.preferences, &Preferences::operatorNameChanged, this, [this] {
        if (m_workspace) {
            m_workspace->panel().setOperatorName(m_environment.preferences.operatorName());
        }
    });
    connect(&environment.preferences, &Preferences::keepDaysChanged, this, [this] {
        if (m_workspace) {
            m_workspace->panel().setKeepDays(m_environment.preferences.keepDays());
        }
    });
}

Application::~Application() = default;

void Application::open(const core::PanelConfig &config)
{
    noteOpening(config.jid);
    m_opening.open(config, {}, [this](records::Expected<std::unique_ptr<core::Panel>> panel) {
        if (!panel) {
            noteOpening({});
            Q_EMIT openingFailed(panel.error());
            return;
        }
        show(*std::move(panel));
        m_workspace->panel().start();
        noteOpening({});
    });
}

void Application::noteOpening(const QString &account)
{
    m_accountBeingOpened = account;
    Q_EMIT openingChanged();
}

void Application::show(std::unique_ptr<core::Panel> panel)
{
    close();
    m_workspace = std::make_unique<Workspace>(std::move(panel), m_environment.clock);
    // The panel file may name the operator and how long history is kept; what was chosen in Settings counts more.
    if (const QString name = m_environment.preferences.operatorName(); !name.isEmpty()) {
        m_workspace->panel().setOperatorName(name);
    }
    m_environment.preferences.setDefaultKeepDays(m_workspace->panel().keepDays());
    m_workspace->panel().setKeepDays(m_environment.preferences.keepDays());
    m_workspace->panel().driveRollouts();
    m_workspace->keys()->keepIn(m_environment.preferences, m_environment.keyring);
    m_workspace->acceptPatterns()->keepIn(m_environment.preferences);
    m_workspace->keepColumnsIn(m_environment.preferences);
    Q_EMIT workspaceChanged();
}

bool Application::isRightToLeft() const
{
    return QLocale().textDirection() == Qt::RightToLeft;
}

void Application::retranslate()
{
    if (m_workspace) {
        m_workspace->retranslate();
    }
    Q_EMIT m_signIn.changed();
    Q_EMIT retranslated();
}

void Application::close()
{
    if (!m_workspace) {
        return;
    }
    // The views let go of it first; it may also be the sender of what brought us here.
    Workspace *closing = m_workspace.release();
    Q_EMIT workspaceChanged();
    closing->panel().stop();
    closing->deleteLater();
}

void Application::signOut()
{
    Preferences::LastAccount account = m_environment.preferences.lastAccount();
    m_environment.keyring.forget(account.jid);
    account.keepPassword = false;
    m_environment.preferences.setLastAccount(account);
    m_signIn.setPassword({});
    m_signIn.setKeepPassword(false);
    close();
}

void Application::signInAgain()
{
    m_signIn.setPassword({});
    close();
}

} // namespace sgn::models
