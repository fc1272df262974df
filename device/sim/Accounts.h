// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QList>
#include <QString>

namespace sgn::sim {

// The XMPP account of one simulated device.
struct DeviceAccount
{
    QString jid;
    QString password;

    friend bool operator==(const DeviceAccount &, const DeviceAccount &) = default;
};

// One JID:PASSWORD a line, the form that deploy/prosody/local-server takes; empty lines and lines that begin with # are
// left out, and so is `panelJid`, which is no device. BadFile names the line that is wrong or comes twice.
[[nodiscard]] Result<QList<DeviceAccount>> parseAccounts(const QByteArray &text, const QString &panelJid);

} // namespace sgn::sim
