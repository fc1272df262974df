// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

namespace sgn::cli {

// `watch`: a line for everything that happens, until it is stopped. Keeps trying while the server is not reachable.
class WatchJob : public Job
{
    Q_OBJECT

public:
    using Job::Job;
    void start() override;

protected:
    void onNoConnection(const Error &reason) override;
    void onTimeout() override;

private:
    void printEntry(const records::ActivityEntry &entry);
    void printProgress(CommandNo number, const QString &jid);
};

// `activity`: what was sent and answered, from the store alone.
class ActivityJob : public Job
{
    Q_OBJECT

public:
    enum class Format { Table, Csv };

    ActivityJob(const Terms &terms, QStringList names, int limit, Format format);
    void start() override;

private:
    QStringList m_names;
    int m_limit;
    Format m_format;
};

} // namespace sgn::cli
