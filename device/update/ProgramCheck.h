// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <chrono>
#include <optional>
#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTimer>

namespace sgn::update {

// Runs a program once to see whether it works on this machine at all: it must exit with 0 within the time. Ends and
// reaps the program when it is destroyed.
class ProgramCheck : public QObject
{
    Q_OBJECT

public:
    explicit ProgramCheck(std::chrono::milliseconds timeLimit, QObject *parent = nullptr);
    ~ProgramCheck() override;

    // finished() follows once, never from within this call.
    void start(const QString &program, const QStringList &arguments);

Q_SIGNALS:
    // nullopt if the program works, else InstallFailed with the end of its output.
    void finished(const std::optional<sgn::Error> &failure);

private:
    void report(const std::optional<QString> &trouble);
    [[nodiscard]] QString lastOutput();

    QProcess m_process;
    QTimer m_timer;
    bool m_reported = false;
};

} // namespace sgn::update
