// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/PublicKey.h"

#include <QJsonObject>
#include <QSet>
#include <QStringList>
#include <QUrl>

namespace sgn {

// Takes typed and checked values out of one JSON object. The first wrong field is kept as one sentence that names it;
// after that every call returns an empty value, so that the caller looks once, at the end. A value is quoted only where
// it can't be a secret.
class ConfigReader
{
public:
    // `name` goes in front of the field names in sentences, e.g. "xmpp_client"; empty at the top.
    ConfigReader(const QJsonObject &object, const QString &name);

    [[nodiscard]] bool has(QLatin1StringView field) { return value(field).type() != QJsonValue::Undefined; }
    [[nodiscard]] QString error() const { return m_error; }
    // The names of fields that were not looked at: misspelled, or of a newer version.
    [[nodiscard]] QStringList unread() const;

    // Required. A missing object is this reader's error, and the returned reader has the same.
    [[nodiscard]] ConfigReader object(QLatin1StringView field);
    // Required; length in characters, no control characters.
    [[nodiscard]] QString text(QLatin1StringView field, qsizetype shortest, qsizetype longest);
    // Required; "name@domain", in lower case.
    [[nodiscard]] QString bareJid(QLatin1StringView field);
    // Required; a host name or an IP address.
    [[nodiscard]] QString hostName(QLatin1StringView field);

    // Optional.
    [[nodiscard]] bool boolean(QLatin1StringView field, bool otherwise);
    [[nodiscard]] int number(QLatin1StringView field, int low, int high, int otherwise);
    // 0 to 2^53; 0 where there is none.
    [[nodiscard]] qint64 serial(QLatin1StringView field);
    [[nodiscard]] QUrl webAddress(QLatin1StringView field);
    // http://[user:password@]host[:port].
    [[nodiscard]] QUrl proxy(QLatin1StringView field);
    // An absolute path without "..", not the root of the file system.
    [[nodiscard]] QString folder(QLatin1StringView field);
    [[nodiscard]] QList<PublicKey> publicKeys(QLatin1StringView field);

private:
    [[nodiscard]] QJsonValue value(QLatin1StringView field);
    void refuse(QLatin1StringView field, const QString &what);

    QJsonObject m_object;
    QSet<QString> m_read;
    QString m_prefix;
    QString m_error;
};

} // namespace sgn
