// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Reply.h"

#include <optional>
#include <QString>

namespace sgn::update {

// What an update waits for before the exchange, for the panel.
struct Wait
{
    std::optional<ProgressReport::Wait> cause = {}; // nullopt: for nothing
    QString remarks = {};                           // the same as a sentence

    friend bool operator==(const Wait &, const Wait &) = default;
};

} // namespace sgn::update
