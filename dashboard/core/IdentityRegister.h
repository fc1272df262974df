// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Device.h"

#include <QHash>
#include <QString>

namespace sgn::core {

// Which device had each rpi_unique_id first. An id is bound to a device at first sight; it never moves anything to
// another device, and a second one with the same id, or a device that names another id, is a conflict that an operator
// ends.
class IdentityRegister
{
public:
    void clear() { m_owners.clear(); }
    // A device as it was before; its conflict is set where another one has its id.
    void restore(records::Device &device);
    // `from` of a message of the device. Returns whether it was new for the device, which may have a conflict then.
    bool bind(records::Device &device, const QString &from);
    // The id that the device last named is its own.
    void accept(records::Device &device);

private:
    QHash<QString, QString> m_owners; // rpi_unique_id → JID
};

} // namespace sgn::core
