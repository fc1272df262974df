// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervision/AgentControl.h"
#include "supervision/SupervisedProcess.h"

namespace sgn::supervision {

// Whether a process that runs from elsewhere is an agent, by its name: the file of `program` is called like its
// executable or one of its first two arguments (an interpreter's script).
[[nodiscard]] bool isNamedLike(const QString &program, const QByteArray &executable, const QByteArrayList &arguments);

// Keeps the agent running. The agent sends no heartbeats: it is alive while its process exists, and has to send its
// hello on the control socket after its start. One that another program has started is taken over by its hello.
class AgentSupervisor final : public AgentControl
{
    Q_OBJECT

public:
    struct Settings
    {
        QString program;
        QByteArrayList arguments;
        QByteArrayList environment;
        QString outputFile;
        system::ControlGroups groups;
        SupervisionLimits limits;                           // heartbeatTimeout: from start to hello
        MonotonicTime startGrace = std::chrono::seconds(3); // for the hello of one that runs already
        // The meter's processes, which are never ended with the agent.
        std::function<QSet<pid_t>()> others = [] {
            return QSet<pid_t>();
        };
    };

    AgentSupervisor(const Settings &settings, const ProgramRules &rules, const Clock &clock, QObject *parent = nullptr);

    // Takes over an agent that runs already, as far as that can be seen without a hello.
    void findRunningAgent(const std::optional<ProcessIdentity> &saved);
    // Starts one unless a running one sends its hello in time.
    void begin();

    // From the control socket: the connecting process's pid, and the version it reports. Returns whether it is the
    // agent that is supervised here.
    bool hello(pid_t pid, int version);
    [[nodiscard]] std::optional<ProcessIdentity> identity() const { return m_process.identity(); }
    // As of a process of the meter; it has the version of the last hello, 0 before the first one.
    [[nodiscard]] ProcessReport report() const;

    void stop(std::function<void()> whenGone) override;
    void start() override;
    [[nodiscard]] QString startProblem() const override { return m_process.startProblem(); }
    [[nodiscard]] std::optional<LastExit> lastExit() const override { return m_process.lastExit(); }

Q_SIGNALS:
    void recordChanged();

private:
    [[nodiscard]] Result<Program> recognise(const system::ProcessHandle &process) const;
    void startUnlessRunning();
    void answerGone();

    Settings m_settings;
    const ProgramRules &m_rules;
    const Clock &m_clock;
    SupervisedProcess m_process;
    int m_version = 0;
    QTimer m_graceTimer;
    std::vector<std::function<void()>> m_waitingForGone;
};

} // namespace sgn::supervision
