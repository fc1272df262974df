// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/Result.h"
#include "system/ExitNotifier.h"
#include "system/ProcessHandle.h"

#include <chrono>
#include <memory>
#include <optional>
#include <QByteArray>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>

namespace sgn::selfupdate {

// Starts a program of the watchdog's own release, through its own loader if need be (system/OwnLoader.h), as this
// process's user. Its output goes to `output`; -1: nowhere. InstallFailed, Io.
[[nodiscard]] Result<system::ProcessHandle> launchOwn(const QString &program, const QStringList &arguments, int output);

// Does beside the watchdog what takes its time, or could take it down: one program of its own release at a time, ended
// when it takes too long. It goes on when this object is destroyed.
class HelperProcess : public QObject
{
    Q_OBJECT

public:
    explicit HelperProcess(std::chrono::milliseconds limit, QObject *parent = nullptr);
    ~HelperProcess() override;

    // ended() follows, never from within this call. Only while none runs. InstallFailed, Io.
    [[nodiscard]] Outcome start(const QString &program, const QStringList &arguments);
    [[nodiscard]] bool isRunning() const { return m_process.has_value(); }
    // A child of this process. 0: none.
    [[nodiscard]] pid_t pid() const { return m_process ? m_process->pid() : 0; }

Q_SIGNALS:
    // It is killed; ended() follows.
    void tookTooLong();
    // `output`: the end of what it has written. What it left in its process group has been ended, too.
    void ended(const sgn::system::ExitStatus &status, const QByteArray &output);

private:
    void onExit();

    std::optional<system::ProcessHandle> m_process;
    std::unique_ptr<system::ExitNotifier> m_exit;
    Descriptor m_output;
    QTimer m_limit;
};

} // namespace sgn::selfupdate
