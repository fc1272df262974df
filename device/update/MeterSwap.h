// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "control/WatchdogPort.h"
#include "update/ComponentSwap.h"
#include "update/ReleasePaths.h"

#include <functional>
#include <QDateTime>
#include <QTimer>

namespace sgn::update {

// Why the new release can't be confirmed.
struct Trouble
{
    QString what;      // one plain sentence
    QStringList lines; // of the process's output, the last ones
    // Waiting won't help: a process has ended again and again, or can't run.
    bool isFinal = false;
};

// In `expected`: a version that isn't known beforehand, so that any will do.
inline constexpr int anyVersion = -1;

// Returns nullopt if every process runs in the expected version, otherwise the most severe trouble. An exit before
// `since` is of the release that was replaced and explains nothing.
[[nodiscard]] std::optional<Trouble> unhealthy(const QList<ProcessVersion> &expected,
                                               const control::StatusReply &status, const QDateTime &since = {});

// The swap of a folder that the meter's processes run from, SmartMeter or the Python packages: the watchdog holds the
// processes, the folders are exchanged, the processes are started again and have to report by their heartbeats that
// they run in the expected version.
class MeterSwap final : public ComponentSwap
{
    Q_OBJECT

public:
    struct Goal
    {
        QList<ProcessVersion> processes; // empty: those that ran before
        bool sameVersions = true;        // of those that ran before
    };

    // All references outlive the object. Fills in `record.before` and adds to `record.log`.
    MeterSwap(control::WatchdogPort &watchdog, ReleasePaths paths, Goal goal, Record &record, SwapTimes times,
              const Clock &clock, QObject *parent = nullptr);

    void prepare() override;
    void swap() override;
    void confirm() override;
    void rollBack() override;
    void abandon() override;

private:
    using Next = std::function<void(const Result<control::ReplyBody> &)>;
    using Judged = std::function<void(const std::optional<Trouble> &)>;

    void ask(const control::RequestBody &request, std::chrono::milliseconds limit, Next next);
    void hold(Next next);
    void exchange();
    [[nodiscard]] QStringList droppedProcesses() const;
    void noteLeft(const QStringList &left);
    void rollBackExchange();
    void resume(const QList<ProcessVersion> &expected, Next next);
    [[nodiscard]] QList<ProcessVersion> wanted() const;
    void watchHealth(const QList<ProcessVersion> &expected, Judged judged);
    void queryHealth();
    void judgeHealth(const std::optional<Trouble> &trouble);
    void endHealth(const std::optional<Trouble> &trouble);
    void confirmRestored();

    control::WatchdogPort &m_watchdog;
    ReleasePaths m_paths;
    Goal m_goal;
    Record &m_record;
    SwapTimes m_times;
    const Clock &m_clock;
    QTimer m_renewHold;
    QTimer m_poll;
    QTimer m_confirmLimit;
    QList<ProcessVersion> m_expected;
    Judged m_judged;
    std::optional<Trouble> m_trouble;
    std::optional<MonotonicTime> m_healthySince;
    QDateTime m_watchedSince;
    bool m_isQuerying = false;
    int m_failedExchanges = 0;
};

} // namespace sgn::update
