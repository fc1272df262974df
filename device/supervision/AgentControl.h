// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Process.h"

#include <functional>
#include <optional>
#include <QObject>
#include <QString>

namespace sgn::supervision {

// The supervised agent as its exchange sees it: a process that can be stopped and started. Lives in the main thread.
class AgentControl : public QObject
{
    Q_OBJECT

public:
    // Stops the agent and keeps it stopped until start(); `whenGone` is called once.
    virtual void stop(std::function<void()> whenGone) = 0;
    virtual void start() = 0;
    // Why the last start failed; empty if it didn't.
    [[nodiscard]] virtual QString startProblem() const = 0;
    [[nodiscard]] virtual std::optional<LastExit> lastExit() const = 0;

Q_SIGNALS:
    // The agent has connected to the control socket; the version of its release.
    void helloReceived(int version);
    void ended();
    void startFailed();

protected:
    using QObject::QObject;
};

} // namespace sgn::supervision
