// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QString>

namespace sgn::rollouts {

// So many devices, or such a part of them: "3" or "5%". Kept as it was written, so that a plan reads as its author
// wrote it.
class Amount
{
public:
    [[nodiscard]] static Amount devices(int count);
    [[nodiscard]] static Amount percent(double share);
    // Nothing for what is neither, for less than nothing and for more than 100 %.
    [[nodiscard]] static std::optional<Amount> parse(const QString &text);

    // How many that is of so many, rounded up: 5 % of 30 are 2.
    [[nodiscard]] int of(int total) const;
    // Whether `part` of `total` is more than this; without rounding.
    [[nodiscard]] bool isExceededBy(int part, int total) const;
    [[nodiscard]] QString text() const;

    friend bool operator==(const Amount &, const Amount &) = default;

private:
    double m_value = 0;
    bool m_isShare = false;
};

} // namespace sgn::rollouts
