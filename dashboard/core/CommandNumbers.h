// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Command.h"

#include <functional>

namespace sgn::core {

// Gives every new command its number. Several desks share one account, each with a store of its own, and a store may be
// lost or come back from a backup; a number that is used twice would let the answer to one command settle another. So
// each run of a program begins at a random place among the two billion numbers and counts on from there.
class CommandNumbers
{
public:
    // Numbers in a row from one place.
    static constexpr CommandNo rowLength = 1000;
    // Old panels count from 1.
    static constexpr CommandNo lowest = 1'000'000;

    // `draw` returns where to begin: lowest to highest(); the default is random.
    explicit CommandNumbers(std::function<CommandNo()> draw = randomPlace);

    // The next number for which `isTaken` is false.
    [[nodiscard]] CommandNo take(const std::function<bool(CommandNo)> &isTaken);
    // Another program used this one: where it lies ahead, the next number comes from another place.
    void avoid(CommandNo number);

    // Below the number that a device uses for orders from a USB stick.
    [[nodiscard]] static constexpr CommandNo highest() { return 2'147'483'646 - rowLength; }

private:
    [[nodiscard]] static CommandNo randomPlace();

    std::function<CommandNo()> m_draw;
    CommandNo m_next = 0;
    CommandNo m_left = 0; // of this row
};

} // namespace sgn::core
