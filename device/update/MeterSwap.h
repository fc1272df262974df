// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "update/ComponentSwap.h"
#include "update/ReleasePaths.h"
#include "update/WatchdogPort.h"

#include <functional>
#include <QTimer>

namespace sgn::update {

// What keeps the new release from being confirmed; nothing when every process runs in the version asked for.
[[nodiscard]] std::optional<QString> unhealthy(const QList<ProcessVersion> &expected,
                                               const QList<ProcessReport> &reported);

// The swap of SmartMeter: the watchdog holds the processes, the folders are exchanged, the processes are started again
// and have to say by their heartbeats that they run in the asked version.
class MeterSwap final : public ComponentSwap
{
    Q_OBJECT

public:
    // All references outlive the object. Fills in `record.before`.
    MeterSwap(WatchdogPort &watchdog, ReleasePaths paths, Record &record, SwapTimes times, const Clock &clock,
              QObject *parent = nullptr);

    void prepare() override;
    void swap() override;
    void confirm() override;
    void rollBack() override;

private:
    using Next = std::function<void(const Result<control::ReplyBody> &)>;

    void ask(const control::RequestBody &request, std::chrono::milliseconds limit, Next next);
    void hold(Next next);
    void exchange();
    void exchangeBack();
    void release(const QList<ProcessVersion> &expected, Next next);
    void watchHealth(const QList<ProcessVersion> &expected, std::function<void(const std::optional<QString> &)> judged);
    void lookAtHealth();
    void healthKnown(const std::optional<QString> &trouble);
    void endHealth(const std::optional<QString> &trouble);
    void putBack();
    void end(Event event, const std::optional<Error> &reason = {});

    WatchdogPort &m_watchdog;
    ReleasePaths m_paths;
    Record &m_record;
    SwapTimes m_times;
    const Clock &m_clock;
    QTimer m_renewHold;
    QTimer m_poll;
    QTimer m_confirmLimit;
    QList<ProcessVersion> m_expected;
    std::function<void(const std::optional<QString> &)> m_judged;
    std::optional<QString> m_trouble;
    std::optional<MonotonicTime> m_healthySince;
    bool m_looking = false;
    int m_failedExchanges = 0;
};

} // namespace sgn::update
