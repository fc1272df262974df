// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/ConfigReader.h"

#include "base/ProxyAddress.h"

#include <algorithm>
#include <cmath>
#include <QDir>
#include <QJsonArray>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxJidPart = 1023; // bytes, RFC 7622 section 3.1
constexpr qsizetype maxKeys = 64;
constexpr qsizetype maxPath = 4096;

bool hasControlCharacters(const QString &text)
{
    return std::ranges::any_of(text, [](QChar c) { return c.category() == QChar::Other_Control; });
}

// RFC 7622 section 3.3.1, and what no localpart may hold after PRECIS: spaces and control characters.
bool isLocalpart(QStringView text)
{
    return !text.isEmpty() && text.toUtf8().size() <= maxJidPart && std::ranges::all_of(text, [](QChar c) {
        return !c.isSpace() && c.category() != QChar::Other_Control && !u"\"&'/:<>@"_s.contains(c);
    });
}

// What no screen shows or types: a server would take the name for another one.
bool hasInvisible(QStringView text)
{
    return std::ranges::any_of(text, [](QChar c) { return c.category() == QChar::Other_Format; }) ||
           text.toString().normalized(QString::NormalizationForm_KC) != text;
}

bool isHostName(const QString &text)
{
    QUrl url;
    url.setHost(text, QUrl::StrictMode);
    return !text.isEmpty() && text.toUtf8().size() <= maxJidPart && !hasControlCharacters(text) && url.isValid() &&
           !url.host().isEmpty() && !text.contains(u'%');
}

QString typeName(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Undefined:
        return u"missing"_s;
    case QJsonValue::Null:
        return u"null"_s;
    case QJsonValue::Bool:
        return u"true or false"_s;
    case QJsonValue::Double:
        return u"a number"_s;
    case QJsonValue::String:
        return u"a text"_s;
    case QJsonValue::Array:
        return u"a list"_s;
    case QJsonValue::Object:
        return u"an object"_s;
    }
    return {};
}

} // namespace

ConfigReader::ConfigReader(const QJsonObject &object, const QString &name)
    : m_object(object)
    , m_prefix(name.isEmpty() ? QString() : name + u'.')
{}

QJsonValue ConfigReader::value(QLatin1StringView field)
{
    m_read += field;
    return m_object.value(field);
}

QStringList ConfigReader::unread() const
{
    QStringList names;
    for (const QString &name : m_object.keys()) {
        if (!m_read.contains(name)) {
            names += m_prefix + name.left(64);
        }
    }
    return names;
}

void ConfigReader::refuse(QLatin1StringView field, const QString &what)
{
    if (m_error.isEmpty()) {
        m_error = m_prefix + field + u' ' + what;
    }
}

ConfigReader ConfigReader::object(QLatin1StringView field)
{
    const QJsonValue value = this->value(field);
    ConfigReader reader(value.toObject(), m_prefix + field);
    if (!value.isObject()) {
        refuse(field, value.isUndefined() ? u"is missing"_s : u"must be an object, not "_s + typeName(value));
        reader.m_error = m_error;
    }
    return reader;
}

QString ConfigReader::text(QLatin1StringView field, qsizetype shortest, qsizetype longest)
{
    const QJsonValue value = this->value(field);
    if (!value.isString()) {
        refuse(field, value.isUndefined() ? u"is missing"_s : u"must be a text, not "_s + typeName(value));
        return {};
    }
    QString text = value.toString();
    if (text.size() < shortest || text.size() > longest) {
        refuse(field, text.isEmpty() ? u"is empty"_s : u"must have %1 to %2 characters"_s.arg(shortest).arg(longest));
        return {};
    }
    if (hasControlCharacters(text)) {
        refuse(field, u"holds control characters"_s);
        return {};
    }
    return text;
}

QString ConfigReader::bareJid(QLatin1StringView field)
{
    const QString jid = text(field, 1, 2 * maxJidPart + 1);
    const qsizetype at = jid.indexOf(u'@');
    if (!m_error.isEmpty()) {
        return {};
    }
    if (at < 0 || !isLocalpart(QStringView(jid).first(at)) || !isHostName(jid.sliced(at + 1))) {
        refuse(field, u"'%1' is not an account of the form name@domain"_s.arg(jid));
        return {};
    }
    if (hasInvisible(jid) || jid.endsWith(u'.')) {
        refuse(field,
               u"'%1' has an invisible character in it, a letter that a server writes in another way, or a dot at "
               "its end; type it anew"_s.arg(jid));
        return {};
    }
    return jid.toLower();
}

QString ConfigReader::hostName(QLatin1StringView field)
{
    const QString host = text(field, 1, maxJidPart);
    if (m_error.isEmpty() && !isHostName(host)) {
        refuse(field, u"'%1' is not a host name"_s.arg(host));
    }
    return m_error.isEmpty() ? host : QString();
}

bool ConfigReader::boolean(QLatin1StringView field, bool otherwise)
{
    const QJsonValue value = this->value(field);
    if (!value.isBool() && !value.isUndefined()) {
        refuse(field, u"must be true or false, not "_s + typeName(value));
    }
    return value.toBool(otherwise);
}

int ConfigReader::number(QLatin1StringView field, int low, int high, int otherwise)
{
    const QJsonValue value = this->value(field);
    if (value.isUndefined()) {
        return otherwise;
    }
    const double number = value.toDouble();
    if (!value.isDouble() || number < low || number > high || std::trunc(number) != number) {
        refuse(field, u"must be a whole number from %1 to %2"_s.arg(low).arg(high));
        return otherwise;
    }
    return static_cast<int>(number);
}

qint64 ConfigReader::serial(QLatin1StringView field)
{
    constexpr qint64 largest = qint64{1} << 53; // that a number of JSON has exactly
    const qint64 number = has(field) ? value(field).toInteger(-1) : 0;
    if (number < 0 || number > largest) {
        refuse(field, u"must be a whole number"_s);
        return 0;
    }
    return number;
}

QUrl ConfigReader::webAddress(QLatin1StringView field)
{
    if (!has(field)) {
        return {};
    }
    // Never quoted: an address may carry a token.
    const QString address = text(field, 1, 2048);
    if (std::ranges::any_of(address, [](QChar c) { return c.isSpace(); })) {
        refuse(field, u"has a blank in it"_s);
        return {};
    }
    QUrl url(address, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "https"_L1 && url.scheme() != "http"_L1)) {
        refuse(field, u"is not a web address that starts with https:// or http://"_s);
        return {};
    }
    return url;
}

QUrl ConfigReader::proxy(QLatin1StringView field)
{
    if (!has(field)) {
        return {};
    }
    // Never quoted: it may carry a password.
    const std::optional<QUrl> address = proxyAddress(text(field, 1, 2048));
    if (!address) {
        refuse(field, u"is not the address of a proxy, http://host:port"_s);
    }
    return address.value_or(QUrl());
}

QString ConfigReader::folder(QLatin1StringView field)
{
    if (!has(field)) {
        return {};
    }
    const QString path = text(field, 1, maxPath);
    const QString clean = QDir::cleanPath(path);
    if (m_error.isEmpty() && (!path.startsWith(u'/') || path.split(u'/').contains(u".."_s) || clean == "/"_L1)) {
        refuse(field, u"must be an absolute path of a folder, not '%1'"_s.arg(path));
    }
    return m_error.isEmpty() ? clean : QString();
}

QList<PublicKey> ConfigReader::publicKeys(QLatin1StringView field)
{
    const QJsonValue value = this->value(field);
    if (value.isUndefined()) {
        return {};
    }
    const QJsonArray list = value.toArray();
    // An empty list would look like protection and be none.
    if (!value.isArray() || list.isEmpty() || list.size() > maxKeys) {
        refuse(field, u"must be a list of 1 to %1 keys"_s.arg(maxKeys));
        return {};
    }
    QList<PublicKey> keys;
    for (const auto &item : list) {
        auto key = publicKeyFromJwk(item.toObject());
        if (!key) {
            refuse(field, u"has a wrong key at place %1: %2"_s.arg(keys.size() + 1).arg(key.error().message));
            return {};
        }
        if (std::ranges::any_of(keys, [&key](const PublicKey &other) { return other.kid == key->kid; })) {
            refuse(field, u"has the key id '%1' twice"_s.arg(key->kid));
            return {};
        }
        keys.append(*std::move(key));
    }
    return keys;
}

} // namespace sgn
