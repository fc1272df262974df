// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Step.h"

namespace sgn::card {

// Joins a network at boot, in the way of what brings up the network on the card, with the radio on and in its country.
// BadRequest: a network that can't be; Refused: the card has a network-config of
// its own, or no cmdline.txt. Pure.
[[nodiscard]] Result<Step> wifiStep(const Wifi &wifi, const CardFacts &facts, const PresentFiles &present);

} // namespace sgn::card
