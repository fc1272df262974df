// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Attention.h"

namespace sgn::wording {

// Why a device needs an operator, as one plain reason in the user's language; empty when nothing is the matter. `now`
// (UTC) is for how long something has lasted.
[[nodiscard]] QString reasonText(const records::Device &device, const records::Attention &attention,
                                 const QDateTime &now);

} // namespace sgn::wording
