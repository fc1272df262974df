// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTime>

namespace sgn {

// A part of each day at a device's own local time; over midnight where it ends before it begins.
struct LocalWindow
{
    QTime from;
    QTime to;

    [[nodiscard]] bool isOpenAt(const QTime &time) const
    {
        return from < to ? time >= from && time < to : time >= from || time < to;
    }

    friend bool operator==(const LocalWindow &, const LocalWindow &) = default;
};

} // namespace sgn
