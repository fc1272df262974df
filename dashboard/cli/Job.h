// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/CommandLine.h"
#include "cli/Console.h"
#include "core/DeviceQuery.h"
#include "core/Panel.h"

#include <functional>
#include <QObject>
#include <QTimer>

namespace sgn::cli {

// What every command is run with.
struct Terms
{
    core::Panel &panel;
    const Console &output;
    std::chrono::seconds timeout{0}; // 0: none
};

// One command of sgnctl from its start to its exit code.
class Job : public QObject
{
    Q_OBJECT

public:
    explicit Job(const Terms &terms);

    virtual void start() = 0;

Q_SIGNALS:
    void finished(int exitCode);

protected:
    [[nodiscard]] core::Panel &panel() const { return m_panel; }
    const Console &output() const { return m_output; }
    [[nodiscard]] std::chrono::seconds timeout() const { return m_timeout; }

    // Connects, and calls `then` when roster, presences and archive are in.
    void whenConnected(const std::function<void()> &then);
    // Calls `then` when every device that is online has reported its versions, or after a short while.
    void whenReported(const std::function<void()> &then);

    // Calls `then` when what the other desks know of the devices is here, too.
    void whenShared(const std::function<void()> &then);

    // The server can't be reached. Reports why and fails, where not overridden.
    virtual void onNoConnection(const Error &reason);
    // The time is over. Fails, where not overridden.
    virtual void onTimeout();

    // Bare JIDs for names on the command line: a JID, the name or local part of a device that is known, "tag:north", or
    // "where:" with a core::DeviceQuery. Ends the program with one sentence for what means nothing, and for a name that
    // means several.
    [[nodiscard]] QStringList resolve(const QStringList &names);
    [[nodiscard]] QStringList allDevices();
    // Bare JIDs of the devices whose name or local part this is, in any case of letters.
    [[nodiscard]] QStringList devicesNamed(const QString &name) const;

    void finish(int exitCode);
    // What still happens after the end is not its business any more.
    [[nodiscard]] bool isFinished() const { return m_isFinished; }

private:
    [[nodiscard]] QStringList resolveOne(const QString &name) const;
    [[nodiscard]] QStringList devicesWhere(const core::DeviceQuery &query) const;
    [[nodiscard]] bool haveAllReported();
    // What the server owes us before anything can be done.
    [[nodiscard]] QString missing() const;

    core::Panel &m_panel;
    const Console &m_output;
    std::chrono::seconds m_timeout;
    QTimer m_deadline;
    QSet<QString> m_reported;
    bool m_isConnected = false;
    bool m_isFinished = false;
};

// Makes the job once the panel is there; the command line was checked before.
using JobMaker = std::function<std::unique_ptr<Job>(const Terms &terms)>;

} // namespace sgn::cli
