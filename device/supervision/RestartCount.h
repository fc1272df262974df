// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <array>
#include <QJsonArray>

namespace sgn::supervision {

// How often a process was restarted within the last 24 hours, to the hour, in constant space: a crash loop makes 1,440
// restarts a day.
class RestartCount
{
public:
    void add(MonotonicTime now);
    [[nodiscard]] int total(MonotonicTime now) const;

    // Pairs of [hour since boot, count]; only good within one boot.
    [[nodiscard]] QJsonArray toJson() const;
    [[nodiscard]] static RestartCount fromJson(const QJsonArray &array);

private:
    struct Bucket
    {
        qint64 hour = -1;
        int count = 0;
    };
    static constexpr qint64 hours = 24;
    std::array<Bucket, hours> m_buckets{};
};

} // namespace sgn::supervision
