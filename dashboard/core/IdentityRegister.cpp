// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/IdentityRegister.h"

#include <utility>

namespace sgn::core {

void IdentityRegister::restore(records::Device &device)
{
    if (device.rpiUniqueId.isEmpty() || !device.conflictWith.isEmpty()) {
        return;
    }
    const auto owner = m_owners.constFind(device.rpiUniqueId);
    if (owner == m_owners.cend()) {
        m_owners.insert(device.rpiUniqueId, device.jid);
    } else {
        device.conflictWith = *owner;
    }
}

bool IdentityRegister::bind(records::Device &device, const QString &from)
{
    if (from == device.rpiUniqueId || from == device.foreignFrom || from.isEmpty()) {
        return false;
    }
    if (!device.rpiUniqueId.isEmpty()) {
        device.foreignFrom = from;
        return true;
    }
    device.rpiUniqueId = from;
    const auto owner = m_owners.constFind(from);
    if (owner == m_owners.cend()) {
        m_owners.insert(from, device.jid);
    } else {
        device.conflictWith = *owner;
    }
    return true;
}

void IdentityRegister::accept(records::Device &device)
{
    if (!device.foreignFrom.isEmpty()) {
        if (m_owners.value(device.rpiUniqueId) == device.jid) {
            m_owners.remove(device.rpiUniqueId);
        }
        device.rpiUniqueId = std::exchange(device.foreignFrom, {});
    }
    device.conflictWith.clear();
    m_owners.insert(device.rpiUniqueId, device.jid);
}

} // namespace sgn::core
