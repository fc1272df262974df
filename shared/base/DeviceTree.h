// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn {

// Names every path below a device's root folder (`--root`, seed step 06). The one place that knows them; asks nothing
// of the disk except in ensureFolders().
class DeviceTree
{
public:
    explicit DeviceTree(const QString &root);

    // Where the seed has it.
    [[nodiscard]] static QString defaultRoot();

    // Absolute, without a slash at the end.
    [[nodiscard]] QString root() const { return m_root; }

    [[nodiscard]] QString certs() const;
    [[nodiscard]] QString caCertificate() const; // certs/cacert.pem

    [[nodiscard]] QString cfg() const;
    [[nodiscard]] QString configFile() const; // cfg/config_file.bin
    [[nodiscard]] QString deviceKey() const;  // cfg/device.key
    [[nodiscard]] QString panelMap() const;   // cfg/panelmap.json
    [[nodiscard]] QString
    hold() const; // cfg/hold: while it exists nothing is exchanged, for people at work on the device

    [[nodiscard]] QString wdog() const;
    [[nodiscard]] QString processRegistry() const;  // wdog/processes.json
    [[nodiscard]] QString agentSwapJournal() const; // wdog/agent-swap.json
    [[nodiscard]] QString controlSocket() const;    // wdog/control.sock

    [[nodiscard]] QString downloads() const;
    [[nodiscard]] QString updateJournal() const; // downloads/update.json
    [[nodiscard]] QString commandRecord() const; // downloads/commands.json
    [[nodiscard]] QString rebootJournal() const; // downloads/reboot.json
    [[nodiscard]] QString outbox() const;        // downloads/outbox, a folder
    [[nodiscard]] QString eventOutbox() const;   // downloads/events, a folder
    [[nodiscard]] QString panelFeatures() const; // downloads/panel.json

    [[nodiscard]] QString smartMeter() const;
    [[nodiscard]] QString jabberClient() const;
    [[nodiscard]] QString agentProgram() const; // JabberClient/sgn-agent
    [[nodiscard]] QString agentVersion() const; // JabberClient/version

    [[nodiscard]] QString logs() const;
    [[nodiscard]] QString log(const QString &program) const; // logs/<program>.log

    // Makes the seed's folders that are missing, and the outbox. Refused when the root doesn't exist (a typing error
    // must not grow a tree somewhere) or when something that isn't a folder is in the way; Io, NoSpace.
    [[nodiscard]] Outcome ensureFolders() const;

private:
    [[nodiscard]] QString below(const QString &path) const;

    QString m_root;
};

} // namespace sgn
