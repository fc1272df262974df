// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Step.h"

namespace sgn::card {

// The libraries in a folder of this computer, in /usr/local/lib of the card (seed steps 04 and 10), and what makes the
// card's loader find them there at each boot. BadRequest: no folder, none in it, a library for another architecture;
// Refused: a link that leads out of the folder, or a name that a card can't have; Io.
[[nodiscard]] Result<Step> libraryStep(const QString &folder, const CardFacts &facts);

} // namespace sgn::card
