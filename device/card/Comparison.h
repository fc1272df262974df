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

// Puts there what is missing by a comparison of this volume. NoSpace: it wouldn't fit, with room left to start and to
// log; nothing is changed then. Else as Volume::apply().
[[nodiscard]] Outcome carryOut(const QList<Difference> &differences, Volume &volume);

// Io: the card reads differently from what was written.
[[nodiscard]] Outcome verify(const QList<Step> &steps, Volume &volume);

// Puts there what is missing, and compares again.
[[nodiscard]] Outcome carryOutVerified(const QList<Step> &steps, Volume &volume);

} // namespace sgn::card
