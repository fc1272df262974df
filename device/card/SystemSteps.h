// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Step.h"

namespace sgn::card {

// The hardware's watchdog resets a machine that hangs as a whole. config.txt makes its device, which alone does
// nothing; systemd opens and feeds it, and so also notices when it hangs itself. Pure.
[[nodiscard]] Step hardwareWatchdogStep(const CardFacts &facts, const PresentFiles &present);

// Servers of the time: a Pi has no clock that runs without power, and certificates and commands depend on it.
// BadRequest: no name of a server. Pure.
[[nodiscard]] Result<Step> timeServersStep(const QByteArrayList &servers);

// What lets the first user log in besides the password: a shell, and an answer to the wizard that Raspberry Pi OS
// starts at the first boot. `hash` is the password's, as in shadow(5). Pure.
[[nodiscard]] QList<Wish> loginWishes(const QByteArray &hash, const CardFacts &facts, const PresentFiles &present);

// passwd(5) with that login shell for `user`, if the present one lets no one log in; else unchanged.
[[nodiscard]] QByteArray withLoginShell(const QByteArray &passwd, const QByteArray &user, const QByteArray &shell);

// Whether a shell of passwd(5) lets its user log in.
[[nodiscard]] bool isLoginShell(const QByteArray &shell);

} // namespace sgn::card
