// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

namespace sgn::core {

// The names of the fleet's processes, with the number of devices that have one of that name.
class ProcessNames
{
public:
    // One more device has it. Returns the one copy of the name that all devices share.
    QString use(const QString &name);
    // One device less.
    void drop(const QString &name);
    void clear() { m_use.clear(); }

    // Those that most devices have, at most `most`, in order of the names.
    [[nodiscard]] QStringList mostUsed(int most) const;
    // Whether a name has come or gone since this was asked last.
    [[nodiscard]] bool takeChange();

private:
    QHash<QString, int> m_use;
    bool m_hasChanged = false;
};

} // namespace sgn::core
