// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QString>

namespace sgn::records {

// An account that isn't a device of the fleet and has shown up: it requests to see the panel's presence, or has sent
// something. All text in it is a stranger's.
struct Newcomer
{
    QString jid;              // bare
    QDateTime firstSeen;      // UTC
    QDateTime lastSeen;       // UTC
    bool isAsking = false;    // requests to see the panel's presence
    QString claimedId = {};   // the `from` of its messages; empty: none yet
    QString message = {};     // the beginning of its first message; empty: none yet
    QDateTime retiredAt = {}; // UTC, when it was taken out of the fleet here; invalid: never

    friend bool operator==(const Newcomer &, const Newcomer &) = default;
};

} // namespace sgn::records
