// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Step.h"

#include <functional>

namespace sgn::card {

// A release on a card, as an update would leave it: all that is in the unpacked folder `from`, at `to` on the card.
// Errors: Refused (a name or link that a card can't have), Io.
[[nodiscard]] Result<Step> releaseStep(const QString &name, const QString &from, const QByteArray &to, uid_t uid,
                                       gid_t gid);

// The interpreters that scripts of the wishes name and that aren't among `present`, and first lines that can't work:
// one sentence each. `exists` returns whether a path is on the card, or will be.
[[nodiscard]] QStringList scriptProblems(const Step &step, const std::function<bool(const QByteArray &path)> &exists);

} // namespace sgn::card
