// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/PanelConfig.h"
#include "models/ColumnChoice.h"

#include <QObject>
#include <QSettings>
#include <QStringList>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// Settings of this window on this machine. Never a password.
class Preferences final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the application")
    Q_PROPERTY(Theme theme READ theme WRITE setTheme NOTIFY themeChanged FINAL)
    // "en", "de"...; empty: the system's.
    Q_PROPERTY(QString language READ language WRITE setLanguage NOTIFY languageChanged FINAL)

    // Who is named as the one who sends commands; empty: login and machine.
    Q_PROPERTY(QString operatorName READ operatorName WRITE setOperatorName NOTIFY operatorNameChanged FINAL)
    // For how many days commands and the timeline are kept; 0: no matter how old.
    Q_PROPERTY(int keepDays READ keepDays WRITE setKeepDays NOTIFY keepDaysChanged FINAL)

public:
    enum Theme { SystemTheme, LightTheme, DarkTheme };
    Q_ENUM(Theme)

    enum KeyPurpose { ReleaseKey, OperatorKey };

    struct LastAccount
    {
        QString jid;
        QString host;
        quint16 port = 0; // 0: the server's own
        bool startTls = false;
        QString proxy = {};
        QString caFile;
        bool keepPassword = false;
    };

    // Kept in an INI file.
    explicit Preferences(const QString &file, QObject *parent = nullptr);

    [[nodiscard]] Theme theme() const { return m_theme; }
    void setTheme(Theme theme);
    // For this run only.
    void overrideTheme(Theme theme);
    [[nodiscard]] QString language() const { return m_language; }
    void setLanguage(const QString &language);
    [[nodiscard]] QString operatorName() const;
    void setOperatorName(const QString &name);
    [[nodiscard]] int keepDays() const;
    void setKeepDays(int days);
    // What counts where nothing was chosen here.
    void setDefaultKeepDays(int days);
    // Patterns of accounts that are accepted without a click.
    [[nodiscard]] QStringList accept() const;
    void setAccept(const QStringList &patterns);
    [[nodiscard]] LastAccount lastAccount() const;
    void setLastAccount(const LastAccount &account);
    // What was chosen of a table's columns, by the name of the table.
    [[nodiscard]] ColumnChoice columns(const QString &table) const;
    void setColumns(const QString &table, const ColumnChoice &choice);
    // Where a private key that signs is kept; nowhere: neither.
    struct KeyPlace
    {
        QString file;
        QString keyringId; // of the key, where the keyring has it

        friend bool operator==(const KeyPlace &, const KeyPlace &) = default;
    };
    [[nodiscard]] KeyPlace keyPlace(KeyPurpose purpose) const;
    void setKeyPlace(KeyPurpose purpose, const KeyPlace &place);

Q_SIGNALS:
    void themeChanged();
    void languageChanged();
    void operatorNameChanged();
    void keepDaysChanged();

private:
    QSettings m_settings;
    Theme m_theme = SystemTheme;
    QString m_language;
    int m_defaultKeepDays = core::PanelConfig().keepDays;
};

} // namespace sgn::models
