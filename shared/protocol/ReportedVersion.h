// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QJsonValue>
#include <QString>

namespace sgn {

// The version of a release as its device names it: a whole number, or what else is written there, such as "1.3.2";
// unknown where the device names none.
class ReportedVersion
{
public:
    ReportedVersion() = default;
    // Implicit: our own releases have numbers. 0 or more.
    ReportedVersion(int number);
    ReportedVersion(std::optional<int> number);
    [[nodiscard]] static ReportedVersion fromText(const QString &text);

    [[nodiscard]] bool isKnown() const { return m_number >= 0 || !m_text.isEmpty(); }
    // Nothing for a text and an unknown one.
    [[nodiscard]] std::optional<int> number() const;
    // Empty: unknown.
    [[nodiscard]] QString text() const;
    // A number where it is one; undefined: unknown.
    [[nodiscard]] QJsonValue json() const;

    friend bool operator==(const ReportedVersion &, const ReportedVersion &) = default;

private:
    int m_number = -1; // -1: see m_text
    QString m_text;
};

// As compareVersions() of Version.h; an unknown one is below all others.
[[nodiscard]] int compareVersions(const ReportedVersion &one, const ReportedVersion &other);

} // namespace sgn
