// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/FleetJobs.h"

#include <QSet>

namespace sgn::cli {

// `devices --new`: who waits to be accepted.
class NewcomersJob : public StateJob
{
    Q_OBJECT

public:
    explicit NewcomersJob(const Terms &terms);

protected:
    void print() override;
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
        QString listFile;  // see core::readDeviceList()
    };

    AcceptJob(const Terms &terms, Whom whom);
    void start() override;

protected:
    void onTimeout() override;

private:
    void accept();
    [[nodiscard]] QStringList resolveNewcomers() const;
    // Those that the server hasn't confirmed to be contacts.
    [[nodiscard]] QStringList unconfirmed() const;
    void check();
    void print();

    Whom m_whom;
    QStringList m_fromFile;
    bool m_isListWhole = true; // nothing in the file was left out
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
    void check();
    void print();

    QStringList m_names;
    QStringList m_jids;
    QSet<QString> m_awaited; // those that are still contacts
};

} // namespace sgn::cli
