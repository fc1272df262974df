// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Process.h"
#include "protocol/Version.h"

#include <map>
#include <QHash>
#include <QString>
#include <QStringList>

namespace sgn::core {

// Version → number of devices that run it, in the natural order of versions.
using VersionCounts = std::map<QString, int, VersionLess>;

// The processes of the whole fleet, by name: how many devices have one, and in which versions. Kept with each change of
// a device, so that no question walks the fleet.
class ProcessCensus
{
public:
    // One more device has it. Returns the one copy of its name that all devices share.
    QString add(const ProcessReport &process);
    // One device less.
    void remove(const ProcessReport &process);
    void clear() { m_processes.clear(); }

    // Names of those that most devices have, at most `most`, in order of the names.
    [[nodiscard]] QStringList mostUsed(int most) const;
    [[nodiscard]] VersionCounts versionsOf(const QString &name) const;
    // Returns 0 where no version is a whole number.
    [[nodiscard]] int highestVersion(const QString &name) const;
    // Whether a name has come or gone since this was asked last.
    [[nodiscard]] bool takeChange();

private:
    struct Entry
    {
        int devices = 0;
        QHash<int, int> numbers;   // devices by version
        QHash<QString, int> texts; // the same where it is no whole number
    };

    QHash<QString, Entry> m_processes;
    bool m_hasChanged = false;
};

} // namespace sgn::core
