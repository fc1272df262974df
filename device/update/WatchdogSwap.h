// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/WatchdogPort.h"
#include "update/ComponentSwap.h"
#include "update/ReleasePaths.h"

#include <QTimer>

namespace sgn::update {

// The swap of the watchdog. It does all of it itself, because it is root and trusts nothing of ours: we name the zip,
// or the release before, which only it can see, and ask what became of it, as often as it takes. In between it is away
// for a moment.
class WatchdogSwap final : public ComponentSwap
{
    Q_OBJECT

public:
    // All references outlive the object.
    WatchdogSwap(control::WatchdogPort &watchdog, ReleasePaths paths, const Record &record, SwapTimes times,
                 QObject *parent = nullptr);

    void prepare() override;
    void swap() override;
    void confirm() override;
    void rollBack() override;

private:
    enum class Phase { Idle, Asking, Preparing, Confirming };

    void begin(Phase phase);
    void look();
    void judge(const Result<control::WatchdogSwapReply> &status);
    void askForSwap();
    void end(Event event, const std::optional<Error> &reason = {});
    [[nodiscard]] control::SwapWatchdog request() const;
    // Names this update to the watchdog, over all restarts.
    [[nodiscard]] QString key() const;

    control::WatchdogPort &m_watchdog;
    ReleasePaths m_paths;
    const Record &m_record;
    SwapTimes m_times;
    QTimer m_poll;
    QTimer m_limit;
    Phase m_phase = Phase::Idle;
    bool m_looking = false;
};

} // namespace sgn::update
