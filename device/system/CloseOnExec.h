// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace sgn::system {

// Lets every descriptor from 3 on close when another program is executed, those of libraries as well. May be called
// between fork and exec. Where the kernel has no close_range(2) (before 5.11 for this use) one after the other.
void closeOnExec();

} // namespace sgn::system
