// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/ReportedVersion.h"

#include "protocol/Version.h"

namespace sgn {

ReportedVersion::ReportedVersion(int number)
    : m_number(number)
{}

ReportedVersion::ReportedVersion(std::optional<int> number)
    : m_number(number.value_or(-1))
{}

ReportedVersion ReportedVersion::fromText(const QString &text)
{
    bool isWhole = false;
    const int number = text.toInt(&isWhole);
    if (isWhole && number >= 0) {
        return number;
    }
    ReportedVersion version;
    version.m_text = text;
    return version;
}

std::optional<int> ReportedVersion::number() const
{
    return m_number >= 0 ? std::optional(m_number) : std::nullopt;
}

QString ReportedVersion::text() const
{
    return m_number >= 0 ? QString::number(m_number) : m_text;
}

QJsonValue ReportedVersion::json() const
{
    return m_number >= 0 ? QJsonValue(m_number) : m_text.isEmpty() ? QJsonValue(QJsonValue::Undefined) : m_text;
}

int compareVersions(const ReportedVersion &one, const ReportedVersion &other)
{
    const std::optional<int> a = one.number();
    const std::optional<int> b = other.number();
    if (a && b) { // without making texts of a hundred thousand of them
        return *a < *b ? -1 : *a > *b ? 1 : 0;
    }
    return compareVersions(one.text(), other.text());
}

} // namespace sgn
