// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <optional>
#include <QByteArray>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>
#include <QStringList>

namespace sgn {

// The largest message body, in bytes (protocol section 1).
inline constexpr qsizetype maxBodySize = 64 * 1024;
// The largest heartbeat datagram, in bytes (protocol section 4).
inline constexpr qsizetype maxDatagramSize = 4 * 1024;

// Compact JSON with every character outside ASCII as a \u escape, so that no transport on the way can break it apart.
[[nodiscard]] QByteArray toAsciiJson(const QJsonObject &object);

// One JSON object of at most `maxSize` bytes; else BadRequest with the reason.
[[nodiscard]] Result<QJsonObject> parseJsonObject(const QByteArray &bytes, qsizetype maxSize = maxBodySize);

// Reads typed fields out of a JSON object and remembers the first one that is missing or of the wrong type or range, so
// that a message is read in straight lines and judged once, by error(). An optional field that is absent or null is no
// error.
class JsonReader
{
public:
    explicit JsonReader(const QJsonObject &object, const QString &where = {});

    [[nodiscard]] bool has(QLatin1StringView key) const;

    // 1 to `maxLength` characters, no control characters.
    QString requiredText(QLatin1StringView key, qsizetype maxLength);
    // Up to `maxLength` characters; empty when absent. Line breaks are allowed.
    QString optionalText(QLatin1StringView key, qsizetype maxLength);
    qint64 requiredInteger(QLatin1StringView key, qint64 low, qint64 high);
    std::optional<qint64> optionalInteger(QLatin1StringView key, qint64 low, qint64 high);
    std::optional<double> optionalNumber(QLatin1StringView key);
    bool requiredBool(QLatin1StringView key);
    bool optionalBool(QLatin1StringView key, bool fallback);
    // RFC 3339; comes back in UTC.
    std::optional<QDateTime> optionalTime(QLatin1StringView key);
    QStringList optionalTexts(QLatin1StringView key, qsizetype maxCount, qsizetype maxLength);
    QJsonArray requiredArray(QLatin1StringView key, qsizetype maxCount);
    std::optional<QJsonObject> optionalObject(QLatin1StringView key);

    // Records a failure found by the caller; the first one wins.
    void reject(QLatin1StringView key, const QString &why);

    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }

private:
    [[nodiscard]] bool isAbsent(QLatin1StringView key) const;

    QJsonObject m_object;
    QString m_where;
    std::optional<Error> m_error;
};

} // namespace sgn
