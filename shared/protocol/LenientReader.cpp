// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/LenientReader.h"

#include <algorithm>
#include <cmath>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr double exactUpTo = 9007199254740992.0; // 2^53
constexpr qsizetype maxQuoted = 40;

bool isControl(QChar c)
{
    return c.unicode() < 0x20 || c.unicode() == 0x7f;
}

// As short as it can be written; whole numbers without an exponent.
QString textOf(double number)
{
    return std::abs(number) < exactUpTo && number == std::floor(number) ? QString::number(static_cast<qint64>(number))
                                                                        : QString::number(number, 'g', 15);
}

std::optional<double> numberOf(const QJsonValue &value)
{
    if (value.isDouble()) {
        return value.toDouble();
    }
    bool isNumber = false;
    const double number = value.toString().trimmed().toDouble(&isNumber);
    return isNumber && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<qint64> integerOf(const QJsonValue &value)
{
    if (value.isString()) {
        bool isWhole = false;
        const qint64 number = value.toString().trimmed().toLongLong(&isWhole);
        if (isWhole) {
            return number;
        }
    }
    const std::optional<double> number = numberOf(value);
    if (!number || *number != std::floor(*number) || std::abs(*number) > 9.0e18) {
        return std::nullopt;
    }
    return value.toInteger(static_cast<qint64>(*number));
}

QString quoted(const QJsonValue &value)
{
    if (value.isObject()) {
        return u"an object"_s;
    }
    if (value.isArray()) {
        return u"a list"_s;
    }
    if (value.isBool()) {
        return value.toBool() ? u"true"_s : u"false"_s;
    }
    if (value.isDouble()) {
        return textOf(value.toDouble());
    }
    return u'"' + value.toString().left(maxQuoted).simplified() + u'"';
}

} // namespace

LenientReader::LenientReader(const QJsonObject &object, const QString &where)
    : m_object(object)
    , m_where(where)
{}

bool LenientReader::has(QLatin1StringView key) const
{
    return m_object.contains(key);
}

std::optional<QJsonValue> LenientReader::value(QLatin1StringView key) const
{
    const QJsonValue value = m_object.value(key);
    return value.isUndefined() || value.isNull() ? std::nullopt : std::optional(value);
}

QString LenientReader::text(QLatin1StringView key, qsizetype maxLength)
{
    const auto found = value(key);
    if (!found) {
        return {};
    }
    if (found->isDouble()) {
        return textOf(found->toDouble());
    }
    if (!found->isString()) {
        note(key, u"is %1, no text"_s.arg(quoted(*found)));
        return {};
    }
    return found->toString().left(maxLength);
}

QString LenientReader::line(QLatin1StringView key, qsizetype maxLength)
{
    QString line = text(key, maxLength);
    std::ranges::replace_if(line, isControl, QChar(u' '));
    return line.trimmed();
}

std::optional<qint64> LenientReader::integer(QLatin1StringView key, qint64 low, qint64 high)
{
    const auto found = value(key);
    if (!found) {
        return std::nullopt;
    }
    const std::optional<qint64> number = integerOf(*found);
    if (!number || *number < low || *number > high) {
        note(key, u"is %1, no whole number from %2 to %3"_s.arg(quoted(*found)).arg(low).arg(high));
        return std::nullopt;
    }
    return number;
}

std::optional<qint64> LenientReader::amount(QLatin1StringView key, qint64 low, qint64 high)
{
    const auto found = value(key);
    const std::optional<double> number = found ? numberOf(*found) : std::nullopt;
    if (number && *number != std::floor(*number) && *number >= static_cast<double>(low) &&
        *number <= static_cast<double>(high)) {
        return static_cast<qint64>(*number);
    }
    return integer(key, low, high);
}

std::optional<double> LenientReader::number(QLatin1StringView key)
{
    const auto found = value(key);
    if (!found) {
        return std::nullopt;
    }
    const std::optional<double> number = numberOf(*found);
    if (!number) {
        note(key, u"is %1, no number"_s.arg(quoted(*found)));
    }
    return number;
}

std::optional<bool> LenientReader::boolean(QLatin1StringView key)
{
    const auto found = value(key);
    if (!found) {
        return std::nullopt;
    }
    if (found->isBool()) {
        return found->toBool();
    }
    const QString word = found->isDouble() ? textOf(found->toDouble()) : found->toString().trimmed().toLower();
    if (word == "1"_L1 || word == "true"_L1 || word == "yes"_L1) {
        return true;
    }
    if (word == "0"_L1 || word == "false"_L1 || word == "no"_L1) {
        return false;
    }
    note(key, u"is %1, neither true nor false"_s.arg(quoted(*found)));
    return std::nullopt;
}

std::optional<QDateTime> LenientReader::time(QLatin1StringView key)
{
    const auto found = value(key);
    if (!found) {
        return std::nullopt;
    }
    const QDateTime time = QDateTime::fromString(found->toString().trimmed(), Qt::ISODateWithMs);
    if (!time.isValid() || time.timeSpec() == Qt::LocalTime) {
        note(key, u"is %1, no time with a zone"_s.arg(quoted(*found)));
        return std::nullopt;
    }
    return time.toUTC();
}

QStringList LenientReader::texts(QLatin1StringView key, qsizetype maxCount, qsizetype maxLength)
{
    const auto found = value(key);
    if (!found) {
        return {};
    }
    QStringList texts;
    if (found->isString()) {
        texts = found->toString().split(u'\n');
    } else if (found->isArray()) {
        const QJsonArray array = found->toArray();
        for (const QJsonValue &entry : array) {
            texts += entry.isString() ? entry.toString() : quoted(entry);
        }
    } else {
        note(key, u"is %1, no list of texts"_s.arg(quoted(*found)));
    }
    texts = texts.last(std::min(texts.size(), maxCount));
    for (QString &text : texts) {
        text.truncate(maxLength);
    }
    return texts;
}

QJsonArray LenientReader::array(QLatin1StringView key, qsizetype maxCount)
{
    const auto found = value(key);
    if (!found) {
        return {};
    }
    if (!found->isArray()) {
        note(key, u"is %1, no list"_s.arg(quoted(*found)));
        return {};
    }
    QJsonArray array = found->toArray();
    if (array.size() > maxCount) {
        note(key, u"has %1 entries, of which %2 are taken"_s.arg(array.size()).arg(maxCount));
        while (array.size() > maxCount) {
            array.removeLast();
        }
    }
    return array;
}

std::optional<QJsonObject> LenientReader::object(QLatin1StringView key)
{
    const auto found = value(key);
    if (!found) {
        return std::nullopt;
    }
    if (!found->isObject()) {
        note(key, u"is %1, no object"_s.arg(quoted(*found)));
        return std::nullopt;
    }
    return found->toObject();
}

void LenientReader::note(QLatin1StringView key, const QString &why)
{
    add({u"\"%1%2\" %3"_s.arg(m_where, key, why)});
}

void LenientReader::add(const QStringList &notes)
{
    for (const QString &note : notes) {
        if (m_notes.size() < maxNotes && !m_notes.contains(note)) {
            m_notes += note;
        }
    }
}

} // namespace sgn
