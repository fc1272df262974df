// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

namespace sgn::cli {

// `devices`: the fleet's table. Without a server, the last known one and exit 1.
class DevicesJob : public Job
{
    Q_OBJECT

public:
    enum class Show { All, Online, Dead, Behind };

    DevicesJob(const Terms &terms, Show show);
    void start() override;

protected:
    void onNoConnection(const Error &reason) override;
    void onTimeout() override;

private:
    void print();

    Show m_show;
};

// `dead`: one line for each dead process. Without a server, the last known ones and exit 1.
class DeadJob : public Job
{
    Q_OBJECT

public:
    using Job::Job;
    void start() override;

protected:
    void onNoConnection(const Error &reason) override;
    void onTimeout() override;

private:
    void print();
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
