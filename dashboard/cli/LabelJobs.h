// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

#include <optional>
#include <QMap>

namespace sgn::cli {

// Changes what all desks see of devices, and prints them as they are then.
class DescribingJob : public Job
{
    Q_OBJECT

protected:
    using Job::Job;

    // What the server has taken or not.
    void conclude(const QStringList &jids, const core::Labels::Failures &failures);
    void refuse(const records::Problem &problem);
    void print(const QStringList &jids);
};

// `rename`
class RenameJob : public DescribingJob
{
    Q_OBJECT

public:
    // An empty label is none.
    RenameJob(const Terms &terms, QString device, QString label);
    void start() override;

private:
    QString m_device;
    QString m_label;
};

// `tag`
class TagJob : public DescribingJob
{
    Q_OBJECT

public:
    struct Wish
    {
        QStringList devices;
        QStringList added;
        QStringList removed;
    };

    TagJob(const Terms &terms, Wish wish);
    void start() override;

private:
    Wish m_wish;
};

// `note`
class NoteJob : public DescribingJob
{
    Q_OBJECT

public:
    struct Wish
    {
        QString device;
        QMap<QString, QString> fields; // an empty value removes the field
        std::optional<QString> text;
    };

    NoteJob(const Terms &terms, Wish wish);
    void start() override;

protected:
    void onTimeout() override;

private:
    void write();

    Wish m_wish;
    QString m_jid;
};

} // namespace sgn::cli
