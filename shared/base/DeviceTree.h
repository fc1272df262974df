// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn {

// Names every path below a device's root folder (`--root`, seed step 06), and the one outside of it that two programs
// share. No other file of the tree spells them (.ci/lint). Looks at the disk in ensureFolders() only.
class DeviceTree
{
public:
    explicit DeviceTree(const QString &root);

    // Where the seed has it.
    [[nodiscard]] static QString defaultRoot();
    // Where the watchdog listens for the agent by default. Not below the root: a worn card takes no socket, and there
    // only root can put another one in its place.
    [[nodiscard]] static QString controlSocket();

    // Root's own list of keys (config/RootKeys.h), beside the watchdog's release of seed step (11), and the environment
    // variable by which the watchdog names another place of it to the agent.
    [[nodiscard]] static QString rootKeys();
    static constexpr auto rootKeysVariable = "SGN_ROOT_KEYS";

    // Absolute, without a slash at the end.
    [[nodiscard]] QString root() const { return m_root; }

    [[nodiscard]] QString caCertificate() const; // certs/cacert.pem

    [[nodiscard]] QString configFile() const; // cfg/config_file.bin
    // cfg/config_file.bin.good: a copy of the last one by which the device came online.
    [[nodiscard]] QString configCopy() const;
    [[nodiscard]] QString deviceKey() const; // cfg/device.key
    [[nodiscard]] QString panelMap() const;  // cfg/panelmap.json
    // cfg/hold: while it exists nothing is exchanged, for people at work on the device.
    [[nodiscard]] QString hold() const;

    [[nodiscard]] QString wdog() const;
    [[nodiscard]] QString processRegistry() const;     // wdog/processes.json
    [[nodiscard]] QString processRegistryCopy() const; // wdog/processes.json.copy
    [[nodiscard]] QString agentSwapJournal() const;    // wdog/agent-swap.json
    [[nodiscard]] QString watchdogLock() const;        // wdog/lock: one watchdog per root

    [[nodiscard]] QString downloads() const;
    [[nodiscard]] QString updateJournal() const; // downloads/update.json
    [[nodiscard]] QString commandRecord() const; // downloads/commands.json
    [[nodiscard]] QString rebootJournal() const; // downloads/reboot.json
    [[nodiscard]] QString configJournal() const; // downloads/config-update.json
    [[nodiscard]] QString configSerial() const;  // downloads/config-serial.json
    [[nodiscard]] QString outbox() const;        // downloads/outbox, a folder
    [[nodiscard]] QString eventOutbox() const;   // downloads/events, a folder
    [[nodiscard]] QString panelFeatures() const; // downloads/panel.json
    [[nodiscard]] QString agentLock() const;     // downloads/agent.lock: one agent per root
    [[nodiscard]] QString logBundle() const;     // downloads/logs.zip, while it is sent

    // What a USB stick has brought (device/stick), and what will be written back to it.
    [[nodiscard]] QString stick() const;             // downloads/stick, a folder
    [[nodiscard]] QString stickHandover() const;     // downloads/stick/order.json: written last
    [[nodiscard]] QString stickZip(int index) const; // downloads/stick/0.zip
    [[nodiscard]] QString stickProgress() const;     // downloads/stick/progress.json
    [[nodiscard]] QString stickResult() const;       // downloads/stick/result.json: nothing more will be tried
    [[nodiscard]] QString stickLogs() const;         // downloads/stick/logs.zip
    [[nodiscard]] QString stickRecord() const;       // wdog/stick.json: the order that was carried out last
    [[nodiscard]] QString stickLock() const;         // wdog/stick.lock: one program at a time serves sticks

    [[nodiscard]] QString smartMeter() const;
    // data: of the meter's processes, which no update touches
    [[nodiscard]] QString data() const;
    [[nodiscard]] QString jabberClient() const;
    [[nodiscard]] QString agentProgram() const; // JabberClient/sgn-agent

    [[nodiscard]] QString logs() const;
    // logs/<program>.log: of one of our own programs, "agent" or "watchdog".
    [[nodiscard]] QString log(const QString &program) const;
    [[nodiscard]] QString agentOutput() const; // logs/agent-output.log: what the agent writes to stdout and stderr
    // What a process of the meter writes to stdout and stderr: logs/<process>.log, or logs/process-<process>.log where
    // that is the log of one of our own.
    [[nodiscard]] QString processOutput(const QString &process) const;

    // Makes the seed's folders that are missing, the outbox, and the processes' folder if it can. Refused when the root
    // doesn't exist (a typing error must not grow a tree somewhere) or when something that isn't a folder is in the
    // way; Io, NoSpace.
    [[nodiscard]] Outcome ensureFolders() const;

private:
    [[nodiscard]] QString below(const QString &path) const;

    QString m_root;
};

} // namespace sgn
