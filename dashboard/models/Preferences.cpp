// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Preferences.h"

#include "base/EnumNames.h"

using namespace Qt::StringLiterals;

namespace sgn::models {

namespace {

constexpr auto themeNames = enumNames<Preferences::Theme>({
    {Preferences::SystemTheme, "system"_L1},
    {Preferences::LightTheme, "light"_L1},
    {Preferences::DarkTheme, "dark"_L1},
});

constexpr auto keyringSuffix = "InKeyring"_L1;

QString keyEntry(Preferences::KeyPurpose purpose)
{
    return purpose == Preferences::ReleaseKey ? u"keys/release"_s : u"keys/operator"_s;
}

} // namespace

Preferences::Preferences(const QString &file, QObject *parent)
    : QObject(parent)
    , m_settings(file, QSettings::IniFormat)
    , m_language(m_settings.value("language").toString())
{
    m_theme = themeNames.valueOf(m_settings.value("theme").toString()).value_or(SystemTheme);
}

void Preferences::setTheme(Theme theme)
{
    m_settings.setValue("theme", QString(themeNames.nameOf(theme)));
    overrideTheme(theme);
}

void Preferences::overrideTheme(Theme theme)
{
    if (theme == m_theme) {
        return;
    }
    m_theme = theme;
    Q_EMIT themeChanged();
}

void Preferences::setLanguage(const QString &language)
{
    if (language == m_language) {
        return;
    }
    m_language = language;
    m_settings.setValue("language", language);
    Q_EMIT languageChanged();
}

QString Preferences::operatorName() const
{
    return m_settings.value("operatorName").toString();
}

void Preferences::setOperatorName(const QString &name)
{
    if (name != operatorName()) {
        m_settings.setValue("operatorName", name);
        Q_EMIT operatorNameChanged();
    }
}

int Preferences::keepDays() const
{
    bool isNumber = false;
    const int days = m_settings.value("keepDays").toInt(&isNumber);
    return isNumber && days >= 0 ? days : m_defaultKeepDays;
}

void Preferences::setKeepDays(int days)
{
    if (days != keepDays()) {
        m_settings.setValue("keepDays", days);
        Q_EMIT keepDaysChanged();
    }
}

void Preferences::setDefaultKeepDays(int days)
{
    if (std::exchange(m_defaultKeepDays, days) != days) {
        Q_EMIT keepDaysChanged();
    }
}

QStringList Preferences::accept() const
{
    return m_settings.value("accept").toStringList();
}

void Preferences::setAccept(const QStringList &patterns)
{
    m_settings.setValue("accept", patterns);
}

Preferences::LastAccount Preferences::lastAccount() const
{
    LastAccount account;
    account.jid = m_settings.value("account/jid").toString();
    account.host = m_settings.value("account/host").toString();
    const uint port = m_settings.value("account/port", account.port).toUInt();
    account.port = port <= 65535 ? static_cast<quint16>(port) : account.port;
    account.startTls = m_settings.value("account/startTls", false).toBool();
    account.proxy = m_settings.value("account/proxy").toString();
    account.caFile = m_settings.value("account/ca").toString();
    account.keepPassword = m_settings.value("account/keepPassword", false).toBool();
    return account;
}

void Preferences::setLastAccount(const LastAccount &account)
{
    m_settings.setValue("account/jid", account.jid);
    m_settings.setValue("account/host", account.host);
    m_settings.setValue("account/port", account.port);
    m_settings.setValue("account/startTls", account.startTls);
    m_settings.setValue("account/proxy", account.proxy);
    m_settings.setValue("account/ca", account.caFile);
    m_settings.setValue("account/keepPassword", account.keepPassword);
}

ColumnChoice Preferences::columns(const QString &table) const
{
    return columnChoiceFrom(m_settings.value(u"columns/"_s + table).toString());
}

void Preferences::setColumns(const QString &table, const ColumnChoice &choice)
{
    m_settings.setValue(u"columns/"_s + table, toText(choice));
}

Preferences::KeyPlace Preferences::keyPlace(KeyPurpose purpose) const
{
    return {m_settings.value(keyEntry(purpose)).toString(),
            m_settings.value(keyEntry(purpose) + keyringSuffix).toString()};
}

void Preferences::setKeyPlace(KeyPurpose purpose, const KeyPlace &place)
{
    m_settings.setValue(keyEntry(purpose), place.file);
    m_settings.setValue(keyEntry(purpose) + keyringSuffix, place.keyringId);
}

} // namespace sgn::models
