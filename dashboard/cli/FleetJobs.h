// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

namespace sgn::cli {

// Prints what the panel knows once it is connected; without a server, the last known state, and exit 1.
class StateJob : public Job
{
    Q_OBJECT

public:
    enum class After {
        Connected, // prints at once
        Reported,  // gives devices that are online a moment to report
        Shared,    // and has what the other desks know of them
    };

    StateJob(const Terms &terms, After after);
    void start() override;

protected:
    virtual void print() = 0;
    void onNoConnection(const Error &reason) override;
    void onTimeout() override;

private:
    After m_after;
};

// `devices`: the fleet's table.
class DevicesJob : public StateJob
{
    Q_OBJECT

public:
    enum class Format { Table, Csv };

    DevicesJob(const Terms &terms, core::DeviceQuery which, Format format);

protected:
    void print() override;

private:
    core::DeviceQuery m_which;
    Format m_format;
};

// `dead`: one line for each dead process.
class DeadJob : public StateJob
{
    Q_OBJECT

public:
    explicit DeadJob(const Terms &terms);

protected:
    void print() override;
};

// `versions`: requests version reports and waits for them.
class VersionsJob : public Job
{
    Q_OBJECT

public:
    enum class Patience {
        Online, // only for those that are online now
        All,
    };

    // No names: all devices.
    VersionsJob(const Terms &terms, QStringList names, Patience patience);
    void start() override;

protected:
    void onTimeout() override;

private:
    void ask();
    void askAgain();
    void check();
    void print();
    [[nodiscard]] bool isAwaited(const QString &jid);

    QStringList m_names;
    Patience m_patience;
    QStringList m_jids;
    QSet<QString> m_answered;
    QTimer m_again;
    bool m_hasAsked = false;
};

} // namespace sgn::cli
