// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Json.h"

#include "base/JsonText.h"

#include <algorithm>
#include <cmath>
#include <QJsonDocument>
#include <string_view>

namespace sgn {

using namespace Qt::StringLiterals;

QByteArray toAsciiJson(const QJsonObject &object)
{
    constexpr std::string_view digits = "0123456789abcdef";
    const QString text = QString::fromUtf8(toJsonText(object));
    QByteArray out;
    out.reserve(text.size());
    for (const QChar character : text) {
        const unsigned code = character.unicode();
        if (code < 0x80) {
            out += static_cast<char>(code);
            continue;
        }
        out += "\\u";
        for (const unsigned shift : {12U, 8U, 4U, 0U}) {
            out += digits[(code >> shift) & 0xfU];
        }
    }
    return out;
}

Result<QJsonObject> parseJsonObject(const QByteArray &bytes, qsizetype maxSize)
{
    if (bytes.size() > maxSize) {
        return fail(ErrorCode::BadRequest,
                    u"message of %1 bytes is over the limit of %2"_s.arg(bytes.size()).arg(maxSize));
    }
    const auto document = parseJson(bytes);
    if (!document) {
        return fail(document.error());
    }
    if (!document->isObject()) {
        return fail(ErrorCode::BadRequest, u"not a JSON object"_s);
    }
    return document->object();
}

namespace {

// QJsonValue keeps whole numbers exactly up to 64 bits and turns others into doubles; 1.0 is as whole as 1.
std::optional<qint64> wholeNumber(const QJsonValue &value)
{
    if (!value.isDouble()) {
        return std::nullopt;
    }
    const double number = value.toDouble();
    if (number != std::floor(number) || std::abs(number) > 9.0e18) {
        return std::nullopt;
    }
    return value.toInteger(static_cast<qint64>(number));
}

bool hasControlCharacters(const QString &text)
{
    return std::ranges::any_of(text, [](QChar c) { return c.unicode() < 0x20 || c.unicode() == 0x7f; });
}

} // namespace

JsonReader::JsonReader(const QJsonObject &object, const QString &where)
    : m_object(object)
    , m_where(where)
{}

bool JsonReader::has(QLatin1StringView key) const
{
    return m_object.contains(key);
}

bool JsonReader::isAbsent(QLatin1StringView key) const
{
    const QJsonValue value = m_object.value(key);
    return value.isUndefined() || value.isNull();
}

void JsonReader::reject(QLatin1StringView key, const QString &why)
{
    if (!m_error) {
        m_error = Error{ErrorCode::BadRequest, u"field \"%1%2\" %3"_s.arg(m_where, key, why)};
    }
}

QString JsonReader::requiredText(QLatin1StringView key, qsizetype maxLength)
{
    const QJsonValue value = m_object.value(key);
    QString text = value.toString();
    if (value.isUndefined()) {
        reject(key, u"is missing"_s);
    } else if (!value.isString()) {
        reject(key, u"must be a text"_s);
    } else if (text.isEmpty()) {
        reject(key, u"is empty"_s);
    } else if (text.size() > maxLength) {
        reject(key, u"is longer than %1 characters"_s.arg(maxLength));
    } else if (hasControlCharacters(text)) {
        reject(key, u"contains control characters"_s);
    } else {
        return text;
    }
    return {};
}

QString JsonReader::optionalText(QLatin1StringView key, qsizetype maxLength)
{
    if (isAbsent(key)) {
        return {};
    }
    const QJsonValue value = m_object.value(key);
    if (!value.isString()) {
        reject(key, u"must be a text"_s);
        return {};
    }
    if (value.toString().size() > maxLength) {
        reject(key, u"is longer than %1 characters"_s.arg(maxLength));
        return {};
    }
    return value.toString();
}

std::optional<qint64> JsonReader::optionalInteger(QLatin1StringView key, qint64 low, qint64 high)
{
    if (isAbsent(key)) {
        return std::nullopt;
    }
    const std::optional<qint64> number = wholeNumber(m_object.value(key));
    if (!number || *number < low || *number > high) {
        reject(key, u"must be a whole number from %1 to %2"_s.arg(low).arg(high));
        return std::nullopt;
    }
    return number;
}

qint64 JsonReader::requiredInteger(QLatin1StringView key, qint64 low, qint64 high)
{
    if (isAbsent(key)) {
        reject(key, u"is missing"_s);
        return low;
    }
    return optionalInteger(key, low, high).value_or(low);
}

std::optional<double> JsonReader::optionalNumber(QLatin1StringView key)
{
    if (isAbsent(key)) {
        return std::nullopt;
    }
    const QJsonValue value = m_object.value(key);
    if (!value.isDouble()) {
        reject(key, u"must be a number"_s);
        return std::nullopt;
    }
    return value.toDouble();
}

bool JsonReader::requiredBool(QLatin1StringView key)
{
    if (isAbsent(key)) {
        reject(key, u"is missing"_s);
        return false;
    }
    return optionalBool(key, false);
}

bool JsonReader::optionalBool(QLatin1StringView key, bool fallback)
{
    if (isAbsent(key)) {
        return fallback;
    }
    if (!m_object.value(key).isBool()) {
        reject(key, u"must be true or false"_s);
        return fallback;
    }
    return m_object.value(key).toBool();
}

std::optional<QDateTime> JsonReader::optionalTime(QLatin1StringView key)
{
    if (isAbsent(key)) {
        return std::nullopt;
    }
    const QDateTime time = QDateTime::fromString(m_object.value(key).toString(), Qt::ISODateWithMs);
    if (!time.isValid() || time.timeSpec() == Qt::LocalTime) {
        reject(key, u"must be a time with zone, such as 2026-01-31T12:00:00Z"_s);
        return std::nullopt;
    }
    return time.toUTC();
}

QStringList JsonReader::optionalTexts(QLatin1StringView key, qsizetype maxCount, qsizetype maxLength)
{
    if (isAbsent(key)) {
        return {};
    }
    const QJsonArray array = requiredArray(key, maxCount);
    QStringList texts;
    for (const QJsonValue &value : array) {
        if (!value.isString() || value.toString().size() > maxLength) {
            reject(key, u"must be a list of texts of at most %1 characters"_s.arg(maxLength));
            return {};
        }
        texts += value.toString();
    }
    return texts;
}

QJsonArray JsonReader::requiredArray(QLatin1StringView key, qsizetype maxCount)
{
    const QJsonValue value = m_object.value(key);
    if (value.isUndefined()) {
        reject(key, u"is missing"_s);
    } else if (!value.isArray()) {
        reject(key, u"must be a list"_s);
    } else if (value.toArray().size() > maxCount) {
        reject(key, u"has more than %1 entries"_s.arg(maxCount));
    } else {
        return value.toArray();
    }
    return {};
}

std::optional<QJsonObject> JsonReader::optionalObject(QLatin1StringView key)
{
    if (isAbsent(key)) {
        return std::nullopt;
    }
    if (!m_object.value(key).isObject()) {
        reject(key, u"must be an object"_s);
        return std::nullopt;
    }
    return m_object.value(key).toObject();
}

} // namespace sgn
