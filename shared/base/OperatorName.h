// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sgn {

// Who uses this program, as others see it where nothing else is configured: "anna@desk3", login and machine.
[[nodiscard]] QString operatorName();

} // namespace sgn
