// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Preferences.h"
#include "models/SignIn.h"
#include "models/Workspace.h"

#include <memory>
#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// What the window is given: the sign-in form, and the workspace while an account is signed in.
class Application final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the program")
    Q_PROPERTY(sgn::models::Preferences *preferences READ preferences CONSTANT FINAL)
    Q_PROPERTY(sgn::models::SignIn *signIn READ signIn CONSTANT FINAL)
    Q_PROPERTY(sgn::models::Workspace *workspace READ workspace NOTIFY workspaceChanged FINAL)
    // The account whose panel is being opened without the form; empty: none.
    Q_PROPERTY(QString opening READ opening NOTIFY openingChanged FINAL)
    // The direction of writing of the language in use.
    Q_PROPERTY(bool rightToLeft READ isRightToLeft NOTIFY retranslated FINAL)
    Q_PROPERTY(QString version READ version CONSTANT FINAL)

public:
    // Everything in `environment` outlives this.
    explicit Application(const SignIn::Environment &environment, QObject *parent = nullptr);
    ~Application() override;

    [[nodiscard]] Preferences *preferences() { return &m_environment.preferences; }
    [[nodiscard]] SignIn *signIn() { return &m_signIn; }
    [[nodiscard]] Workspace *workspace() const { return m_workspace.get(); }
    [[nodiscard]] QString opening() const { return m_accountBeingOpened; }
    [[nodiscard]] bool isRightToLeft() const;
    [[nodiscard]] QString version() const { return QStringLiteral(SGN_VERSION_STRING); }

    // Opens the panel of a configuration, shows and starts it; while it is opened, `opening` is set. What prevents it
    // comes by openingFailed().
    void open(const core::PanelConfig &config);
    // Shows a panel, at once with its last known state; whether it connects is up to who opened it.
    void show(std::unique_ptr<core::Panel> panel);
    // The language has changed.
    void retranslate();

    // Back to the form; forgets the password that was kept.
    Q_INVOKABLE void signOut();
    // Back to the form with what is known filled in.
    Q_INVOKABLE void signInAgain();

Q_SIGNALS:
    void workspaceChanged();
    void openingChanged();
    void openingFailed(const sgn::records::Problem &problem);
    void retranslated();

private:
    void noteOpening(const QString &account);
    void close();

    SignIn::Environment m_environment;
    SignIn m_signIn;
    core::PanelOpening m_opening;
    QString m_accountBeingOpened;
    std::unique_ptr<Workspace> m_workspace;
};

} // namespace sgn::models
