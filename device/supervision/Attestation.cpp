// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Attestation.h"

#include <algorithm>

namespace sgn::supervision {

Attestation attestationOf(const SenderFacts &facts, uid_t owner, uid_t self)
{
    const auto isTrusted = [self](uid_t user) {
        return user == 0 || user == self;
    };
    const auto isForeign = [&](uid_t user) {
        return user != owner && !isTrusted(user);
    };
    const Attestation closed = facts.othersAreKeptAway ? Attestation::User : Attestation::Unknown;
    if (facts.users.isEmpty()) {
        return closed;
    }
    if (std::ranges::all_of(facts.users, isForeign)) {
        return Attestation::Stranger;
    }
    if (std::ranges::any_of(facts.users, isForeign)) {
        return closed; // shared with another user, who may have sent it
    }
    if (facts.isHeldByProcess) {
        return Attestation::Process;
    }
    // One of the owner's that has been closed meanwhile may have been the process's.
    const bool hasClosed = !facts.isStillThere;
    return hasClosed || std::ranges::any_of(facts.users, isTrusted) ? Attestation::User : Attestation::Stranger;
}

} // namespace sgn::supervision
