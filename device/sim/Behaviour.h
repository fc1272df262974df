// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Process.h"

#include <chrono>
#include <QList>

namespace sgn::sim {

// A time between two bounds, drawn anew for each use.
struct Span
{
    std::chrono::milliseconds low{0};
    std::chrono::milliseconds high{0};

    friend bool operator==(const Span &, const Span &) = default;
};

// How simulated devices act. All of it has a default, so that a behaviour file contains only what differs.
struct Behaviour
{
    // False: knows only the seed's messages.
    bool modern = true;
    QList<ProcessVersion> processes{{QStringLiteral("ocr"), 1}, {QStringLiteral("uplink"), 1}};
    int deadPercent = 0; // share of the devices whose last process is dead
    Span answer{std::chrono::milliseconds(20), std::chrono::milliseconds(200)}; // between request and answer
    Span update{std::chrono::seconds(2), std::chrono::seconds(10)};             // how long one takes
    int updateFailsPercent = 0;
    // How often a device sends a process event, to a panel that understands events; 0: never.
    std::chrono::milliseconds eventEvery{0};
    // Devices are switched on one after another over this time.
    std::chrono::milliseconds switchOn{5'000};

    friend bool operator==(const Behaviour &, const Behaviour &) = default;
};

// A behaviour file, a JSON object: `modern`, `processes` (as in a command: process_name, version), `dead_percent`,
// `answer_ms` and `update_ms` ([low, high]), `update_fails_percent`, `event_every_ms`, `switch_on_ms`. BadFile names
// the field; an unknown one is an error too, because it would be a typing error without effect.
[[nodiscard]] Result<Behaviour> parseBehaviour(const QByteArray &json);

} // namespace sgn::sim
