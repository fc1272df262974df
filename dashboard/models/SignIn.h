// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"
#include "core/PanelOpening.h"
#include "models/Keyring.h"
#include "models/Preferences.h"

#include <memory>
#include <QObject>
#include <QtQml/qqmlregistration.h>
#include <QUrl>

namespace sgn::models {

// The sign-in form: account, server, certification authority. It signs in before the workspace opens, so that a wrong
// password is reported where it was typed.
class SignIn final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the application")
    Q_PROPERTY(QString jid READ jid WRITE setJid NOTIFY changed FINAL)
    Q_PROPERTY(QString password READ password WRITE setPassword NOTIFY changed FINAL)
    Q_PROPERTY(bool keepPassword READ keepsPassword WRITE setKeepPassword NOTIFY changed FINAL)
    Q_PROPERTY(QString host READ host WRITE setHost NOTIFY changed FINAL)
    // Empty: the server's own.
    Q_PROPERTY(QString port READ port WRITE setPort NOTIFY changed FINAL)
    Q_PROPERTY(bool startTls READ startTls WRITE setStartTls NOTIFY changed FINAL)
    // http://host:port; kept without a password in it.
    Q_PROPERTY(QString proxy READ proxy WRITE setProxy NOTIFY changed FINAL)
    Q_PROPERTY(QString caFile READ caFile WRITE setCaFile NOTIFY changed FINAL)
    Q_PROPERTY(bool busy READ isBusy NOTIFY changed FINAL)
    Q_PROPERTY(QString error READ error NOTIFY changed FINAL)
    // What to try next.
    Q_PROPERTY(QString advice READ advice NOTIFY changed FINAL)
    Q_PROPERTY(bool ready READ isReady NOTIFY changed FINAL)

public:
    struct Environment
    {
        Preferences &preferences;
        Keyring &keyring;
        const Clock &clock;
        QString dataFolder; // where stores are kept
    };

    // Everything in `environment` outlives this.
    explicit SignIn(Environment environment, QObject *parent = nullptr);
    ~SignIn() override;

    [[nodiscard]] QString jid() const { return m_jid; }
    void setJid(const QString &jid);
    [[nodiscard]] QString password() const { return m_password; }
    void setPassword(const QString &password);
    [[nodiscard]] bool keepsPassword() const { return m_keepPassword; }
    void setKeepPassword(bool keep);
    [[nodiscard]] QString host() const { return m_host; }
    void setHost(const QString &host);
    [[nodiscard]] QString port() const { return m_port; }
    void setPort(const QString &port);
    [[nodiscard]] bool startTls() const { return m_startTls; }
    void setStartTls(bool startTls);
    [[nodiscard]] QString proxy() const { return m_proxy; }
    void setProxy(const QString &proxy);
    [[nodiscard]] QString caFile() const { return m_caFile; }
    void setCaFile(const QString &path);
    [[nodiscard]] bool isBusy() const { return m_isBusy; }
    [[nodiscard]] QString error() const;
    [[nodiscard]] QString advice() const;
    [[nodiscard]] bool isReady() const;

    // Signs in with the last account when its password was kept: its last known state is shown at once.
    void resume();
    Q_INVOKABLE void submit();
    Q_INVOKABLE void cancel();
    Q_INVOKABLE void chooseCaFile(const QUrl &file);

    // What an operator can do about a failure to connect; empty: nothing better than waiting.
    [[nodiscard]] static QString adviceFor(ErrorCode error);

Q_SIGNALS:
    void changed();
    // Take it with takePanel().
    void signedIn();

public:
    [[nodiscard]] std::unique_ptr<core::Panel> takePanel() { return std::move(m_panel); }

private:
    [[nodiscard]] records::Expected<core::PanelConfig> config() const;
    [[nodiscard]] Preferences::LastAccount account() const;
    // Opens the panel of what is filled in, then goes on with `then`; until then the form is busy.
    void open(void (SignIn::*then)());
    void showLastState();
    void connectToServer();
    void showError(const records::Problem &problem);
    void accept();
    void keepOrForgetPassword();

    Environment m_environment;
    QString m_jid;
    QString m_password;
    bool m_keepPassword = false;
    QString m_host;
    QString m_port;
    bool m_startTls = false;
    QString m_proxy;
    QString m_caFile;
    bool m_isBusy = false;
    std::optional<records::Problem> m_problem;
    bool m_isKeyringSilent = false;
    core::PanelOpening m_opening;
    std::unique_ptr<core::Panel> m_panel;
};

} // namespace sgn::models
