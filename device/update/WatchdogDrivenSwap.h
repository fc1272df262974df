// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/WatchdogPort.h"
#include "update/ComponentSwap.h"
#include "update/ReleasePaths.h"

#include <QTimer>

namespace sgn::update {

// The swap of the agent or of the watchdog. The watchdog does all of it (device/selfupdate), because the requesting
// agent is stopped on the way or isn't allowed to: this class sends the request under a key that names the update and
// queries what became of it, as often as it takes. Whichever agent runs after a restart finds the update's journal and
// goes on querying; meanwhile the watchdog may be disconnected for a moment.
class WatchdogDrivenSwap final : public ComponentSwap
{
    Q_OBJECT

public:
    // `component` is JabberClient or WatchDog. All references outlive the object.
    WatchdogDrivenSwap(Component component, control::WatchdogPort &watchdog, ReleasePaths paths, const Record &record,
                       SwapTimes times, QObject *parent = nullptr);

    void prepare() override;
    void swap() override;
    void confirm() override;
    void rollBack() override;

private:
    enum class Step { Idle, Requesting, Preparing, Confirming };

    void begin(Step step);
    void query();
    void evaluate(const Result<control::SwapStatusReply> &status);
    void sendRequest();
    void timeOut();
    void conclude(const QString &problem);
    void stopWaiting() override;
    [[nodiscard]] control::Swap request() const;
    [[nodiscard]] QString key() const;
    [[nodiscard]] bool isInPlace() const;

    Component m_component;
    control::WatchdogPort &m_watchdog;
    ReleasePaths m_paths;
    const Record &m_record;
    SwapTimes m_times;
    QTimer m_poll;
    QTimer m_limit;
    Step m_step = Step::Idle;
    bool m_isWaiting = false;   // for the reply to a query or request
    bool m_isUndecided = false; // by the last reply
    int m_running = -1;         // version of the watchdog, by the last reply
};

} // namespace sgn::update
