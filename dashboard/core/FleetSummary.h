// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace sgn::records {
struct Device;
}

namespace sgn::core {

// The figures over the whole fleet: numbers of devices, except where they count processes.
struct FleetSummary
{
    int total = 0;
    int online = 0;
    int offline = 0;
    int deadProcesses = 0;
    int devicesWithDead = 0;
    int updating = 0;
    int needAttention = 0;

    friend bool operator==(const FleetSummary &, const FleetSummary &) = default;
};

// What one device adds to the summary, so that a change of one device costs the same in a fleet of any size.
struct FleetShare
{
    bool isCounted = false; // in `total`
    bool online = false;
    int dead = 0;
    bool updating = false;
    bool attention = false;
};

[[nodiscard]] FleetShare shareOf(const records::Device &device);
// A device that has added `before` adds `now` instead.
void replace(FleetSummary &summary, const FleetShare &before, const FleetShare &now);

} // namespace sgn::core
