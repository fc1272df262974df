// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Step.h"

namespace sgn::card {

// A wish that a card doesn't meet, and in what.
struct Difference
{
    QString step;
    Wish wish;
    QString what; // "is missing", "has mode 0644 instead of 0600": a sentence without its subject

    friend bool operator==(const Difference &, const Difference &) = default;
};

// What would have to be changed on a card. Never quotes a content. Errors as Volume's.
[[nodiscard]] Result<QList<Difference>> compare(const QList<Step> &steps, Volume &volume);

} // namespace sgn::card
