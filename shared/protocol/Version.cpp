// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Version.h"

#include <algorithm>

namespace sgn {

namespace {

bool isDigit(QChar c)
{
    return c >= u'0' && c <= u'9';
}

// Takes the number at the beginning, without leading zeros, however many digits it has.
QStringView takeNumber(QStringView &text)
{
    const auto end = std::ranges::find_if_not(text, isDigit);
    QStringView number = text.first(end - text.begin());
    text = text.sliced(number.size());
    while (number.size() > 1 && number.startsWith(u'0')) {
        number = number.sliced(1);
    }
    return number;
}

int compareLengths(QStringView one, QStringView other)
{
    return one.size() < other.size() ? -1 : one.size() > other.size() ? 1 : 0;
}

// As CESU-8 does: bytes in the order of UTF-16's units, few of them for Latin letters.
void appendUnit(QByteArray &key, char16_t unit)
{
    if (unit < 0x80) {
        key += static_cast<char>(unit);
    } else if (unit < 0x800) {
        key += static_cast<char>(0xc0 | (unit >> 6));
        key += static_cast<char>(0x80 | (unit & 0x3f));
    } else {
        key += static_cast<char>(0xe0 | (unit >> 12));
        key += static_cast<char>(0x80 | ((unit >> 6) & 0x3f));
        key += static_cast<char>(0x80 | (unit & 0x3f));
    }
}

// Names of one fleet differ at their ends. A number is left whole.
void skipSameBeginning(QStringView &one, QStringView &other)
{
    qsizetype same = std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin();
    while (same > 0 && isDigit(one.at(same - 1))) {
        --same;
    }
    one = one.sliced(same);
    other = other.sliced(same);
}

} // namespace

int compareVersions(QStringView one, QStringView other)
{
    skipSameBeginning(one, other);
    while (!one.isEmpty() && !other.isEmpty()) {
        if (isDigit(one.front()) && isDigit(other.front())) {
            const QStringView mine = takeNumber(one);
            const QStringView its = takeNumber(other);
            const int byLength = compareLengths(mine, its);
            if (const int by = byLength != 0 ? byLength : mine.compare(its); by != 0) {
                return by;
            }
            continue;
        }
        if (const int by = one.first(1).compare(other.first(1), Qt::CaseInsensitive); by != 0) {
            return by;
        }
        one = one.sliced(1);
        other = other.sliced(1);
    }
    return compareLengths(one, other);
}

QByteArray naturalKey(QStringView text)
{
    constexpr qsizetype mostDigits = 0xffff;
    QByteArray key;
    key.reserve(text.size() + 4);
    while (!text.isEmpty()) {
        if (isDigit(text.front())) {
            const QStringView number = takeNumber(text);
            // Beside other characters any number stands where its digits do; beside a number the longer one is higher.
            key += '0';
            appendUnit(key, static_cast<char16_t>(std::min(number.size(), mostDigits)));
            key += number.toLatin1();
        } else {
            appendUnit(key, text.front().toCaseFolded().unicode());
            text = text.sliced(1);
        }
    }
    return key;
}

} // namespace sgn
