// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace sgn::test {

// Memory that AddressSanitizer keeps back, to find who uses it too late, is none that a program uses.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool isSanitized = true;
#else
inline constexpr bool isSanitized = false;
#endif

} // namespace sgn::test
