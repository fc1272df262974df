// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <QLatin1StringView>
#include <QStringView>

namespace sgn {

// A value and its spelling.
template <typename Enum>
struct EnumName
{
    Enum value;
    QLatin1StringView name;
};

// The spellings of an enum's values as one table, for the wire, for files and for command lines:
//   constexpr auto phaseNames = enumNames<Phase>({{Phase::Idle, "idle"_L1}, {Phase::Busy, "busy"_L1}});
template <typename Enum, std::size_t Size>
class EnumNames
{
public:
    constexpr explicit EnumNames(const std::array<EnumName<Enum>, Size> &table)
        : m_table(table)
    {}

    // An empty view for a value that the table doesn't list.
    [[nodiscard]] constexpr QLatin1StringView nameOf(Enum value) const
    {
        for (const EnumName<Enum> &entry : m_table) {
            if (entry.value == value) {
                return entry.name;
            }
        }
        return {};
    }

    // nullopt for a spelling that the table doesn't list. Case matters.
    [[nodiscard]] std::optional<Enum> valueOf(QStringView name) const
    {
        for (const EnumName<Enum> &entry : m_table) {
            if (entry.name == name) {
                return entry.value;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] constexpr const std::array<EnumName<Enum>, Size> &entries() const { return m_table; }

private:
    std::array<EnumName<Enum>, Size> m_table;
};

// Makes a table with the size of its list.
template <typename Enum, std::size_t Size>
[[nodiscard]] consteval EnumNames<Enum, Size> enumNames(const EnumName<Enum> (&table)[Size]) // NOLINT(*-avoid-c-arrays)
{
    return EnumNames<Enum, Size>(std::to_array(table));
}

} // namespace sgn
