// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

#include <QSet>

namespace sgn::cli {

// `devices --new`: who waits to be accepted. Without a server, the last known ones and exit 1.
class NewcomersJob : public Job
{
    Q_OBJECT

public:
    using Job::Job;
    void start() override;

protected:
    void onNoConnection(const Error &reason) override;

private:
    void print();
};

// `accept`: makes accounts devices of the fleet, and waits until every desk knows.
class AcceptJob : public Job
{
    Q_OBJECT

public:
    struct Whom
    {
        QStringList names; // names or JIDs of newcomers, JIDs that haven't shown up, patterns of newcomers
        bool all = false;  // newcomers of the panel's own server
        QString fleetFile; // see core::readFleetFile()
    };

    AcceptJob(const Terms &terms, Whom whom);
    void start() override;

protected:
    void onTimeout() override;

private:
    void accept();
    [[nodiscard]] QStringList resolveNewcomers() const;
    void check();
    void print();

    Whom m_whom;
    QStringList m_fromFile;
    QStringList m_jids;
};

// `remove`: devices leave the fleet, newcomers the list.
class RemoveJob : public Job
{
    Q_OBJECT

public:
    RemoveJob(const Terms &terms, QStringList names);
    void start() override;

protected:
    void onTimeout() override;

private:
    void remove();
    [[nodiscard]] bool isNameOfDevice(const QString &name) const;
    void check();
    void print();

    QStringList m_names;
    QStringList m_jids;
    QSet<QString> m_awaited; // those that are still contacts
};

} // namespace sgn::cli
