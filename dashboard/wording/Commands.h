// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/CommandState.h"
#include "records/LogDelivery.h"

namespace sgn::wording {

// "Update", "Log request"... for a command's name on the wire; the name itself for one that this version doesn't know.
[[nodiscard]] QString commandTitle(const QString &name);
// A device's step of an update ("downloading", "confirming"...) in the user's language; one that this version doesn't
// know as it came.
[[nodiscard]] QString stepText(const QString &deviceState);
// Why a command failed on a device, what a running one waits for, or the note of a success.
[[nodiscard]] QString remarksText(const records::CommandTarget &target);
// Why logs didn't come, or what the device reported with them.
[[nodiscard]] QString remarksText(const records::LogDelivery &delivery);

} // namespace sgn::wording
