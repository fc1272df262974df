// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>
#include <QStringList>

namespace sgn {

// Reads typed fields out of what a device sends, whose makers know the format from a description and write it their own
// way: numbers and booleans as texts, numbers with a fraction, one text where a list is meant, texts that are too long.
// Each field is taken as far as it can be read. What can't be read is absent, and noted for the operator; an absent or
// null field is not noted. JsonReader, which refuses all of that, stays for what a program obeys.
class LenientReader
{
public:
    // `where` comes before a field's name in notes: "last_exit.".
    explicit LenientReader(const QJsonObject &object, const QString &where = {});

    [[nodiscard]] bool has(QLatin1StringView key) const;

    // Up to `maxLength` characters, the rest is cut; a number is a text, too.
    QString text(QLatin1StringView key, qsizetype maxLength);
    // The same without control characters: a name.
    QString line(QLatin1StringView key, qsizetype maxLength);
    // 1, 1.0 or "1".
    std::optional<qint64> integer(QLatin1StringView key, qint64 low, qint64 high);
    // The same for an amount, of which a fraction is cut off.
    std::optional<qint64> amount(QLatin1StringView key, qint64 low, qint64 high);
    std::optional<double> number(QLatin1StringView key);
    // true, 1, "true", "yes" or "1", in whatever case; likewise false.
    std::optional<bool> boolean(QLatin1StringView key);
    // RFC 3339; comes back in UTC.
    std::optional<QDateTime> time(QLatin1StringView key);
    // The last `maxCount` of them, each cut at `maxLength`.
    QStringList texts(QLatin1StringView key, qsizetype maxCount, qsizetype maxLength);
    // The first `maxCount` entries.
    QJsonArray array(QLatin1StringView key, qsizetype maxCount);
    std::optional<QJsonObject> object(QLatin1StringView key);

    // The sentence `why` about a field, or one of an object within it.
    void note(QLatin1StringView key, const QString &why);
    void add(const QStringList &notes);
    // At most maxNotes.
    [[nodiscard]] const QStringList &notes() const { return m_notes; }

    static constexpr qsizetype maxNotes = 5;

private:
    // The field, unless it is absent or null.
    [[nodiscard]] std::optional<QJsonValue> value(QLatin1StringView key) const;

    QJsonObject m_object;
    QString m_where;
    QStringList m_notes;
};

} // namespace sgn
