// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/WatchdogPort.h"
#include "update/ComponentSwap.h"
#include "update/ReleasePaths.h"

#include <functional>
#include <QTimer>

namespace sgn::update {

// The swap of the agent itself. The watchdog does it, because the agent that asks for it doesn't live to see the end:
// it is stopped, and whichever agent runs afterwards finds the journal, asks what became of the swap and reports that.
class AgentSwap final : public ComponentSwap
{
    Q_OBJECT

public:
    // All references outlive the object.
    AgentSwap(control::WatchdogPort &watchdog, ReleasePaths paths, const Record &record, SwapTimes times,
              QObject *parent = nullptr);

    void prepare() override;
    void swap() override;
    void confirm() override;
    void rollBack() override;

private:
    using StatusNext = std::function<void(const Result<control::SwapStatusReply> &)>;

    void askSwapStatus(StatusNext next);
    void askForSwap();
    void swapStatusBeforeSwap(const Result<control::SwapStatusReply> &status);
    void lookAtSwap();
    void swapJudged(const Result<control::SwapStatusReply> &status);
    void judgeByDisk(const QString &why);
    [[nodiscard]] bool isInPlace() const;
    [[nodiscard]] bool isOurs(const Result<control::SwapStatusReply> &status, control::SwapState state) const;
    void end(Event event, const std::optional<Error> &reason = {});

    control::WatchdogPort &m_watchdog;
    ReleasePaths m_paths;
    const Record &m_record;
    SwapTimes m_times;
    QTimer m_poll;
    QTimer m_limit;
    int m_tries = 0;
    bool m_isUndecided = false; // the watchdog says so
    bool m_confirming = false;
    bool m_looking = false;
};

} // namespace sgn::update
