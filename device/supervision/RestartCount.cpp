// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/RestartCount.h"

namespace sgn::supervision {

namespace {

qint64 hourOf(MonotonicTime now)
{
    return std::chrono::duration_cast<std::chrono::hours>(now).count();
}

} // namespace

void RestartCount::add(MonotonicTime now)
{
    const qint64 hour = hourOf(now);
    Bucket &bucket = m_buckets[static_cast<size_t>(hour % hours)];
    if (bucket.hour != hour) {
        bucket = {hour, 0};
    }
    ++bucket.count;
}

int RestartCount::total(MonotonicTime now) const
{
    const qint64 hour = hourOf(now);
    int sum = 0;
    for (const Bucket &bucket : m_buckets) {
        if (bucket.hour > hour - hours && bucket.hour <= hour) {
            sum += bucket.count;
        }
    }
    return sum;
}

QJsonArray RestartCount::toJson() const
{
    QJsonArray array;
    for (const Bucket &bucket : m_buckets) {
        if (bucket.count > 0) {
            array += QJsonArray{bucket.hour, bucket.count};
        }
    }
    return array;
}

RestartCount RestartCount::fromJson(const QJsonArray &array)
{
    constexpr int maxCount = 1'000'000;
    RestartCount restarts;
    for (const QJsonValue &value : array) {
        const QJsonArray pair = value.toArray();
        const qint64 hour = pair.at(0).toInteger(-1);
        const int count = pair.at(1).toInt(0);
        if (hour >= 0 && count > 0 && count <= maxCount) {
            restarts.m_buckets[static_cast<size_t>(hour % hours)] = {hour, count};
        }
    }
    return restarts;
}

} // namespace sgn::supervision
