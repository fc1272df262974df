// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/CardFacts.h"

namespace sgn::card {

// The files of device/packaging for the owner of a device's folder, compiled in.
[[nodiscard]] QByteArray serviceUnit(const CardUser &owner);
[[nodiscard]] QByteArray librariesUnit();
[[nodiscard]] QByteArray cronLines(const CardUser &owner);
[[nodiscard]] QByteArray heartbeatFilter(const CardUser &owner);

} // namespace sgn::card
