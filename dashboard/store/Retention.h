// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace sgn::store {

// How much of the past is kept. What isn't finished is kept in any case, and so is what devices are and were last.
struct Retention
{
    int days = 400;                // of commands and of the timeline; 0: no matter how old
    int commands = 10'000;         // the newest
    qint64 targets = 4'000'000;    // of all commands together
    qint64 lines = 1'000'000;      // of the timeline
    qint64 linesPerDevice = 5'000; // so that a talkative one leaves the others their past

    friend bool operator==(const Retention &, const Retention &) = default;
};

} // namespace sgn::store
