// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/ConfigJournal.h"
#include "base/DeviceTree.h"
#include "protocol/Command.h"

#include <optional>
#include <QObject>
#include <QTimer>

namespace sgn::agent {

// config_update: replaces config_file.bin and keeps the new one only if the device comes online by it within the time;
// else the old one returns. Each change of the configuration is a restart of the agent (restartRequested()), which
// begins with recoverConfig(). The journal is on disk before the file is: a power cut at any moment leaves a
// configuration that is whole, and goes on at the next start. finished() is emitted again after each start until
// close() confirms that the result is durable elsewhere.
class ConfigTrial : public QObject
{
    Q_OBJECT

public:
    explicit ConfigTrial(const DeviceTree &tree, QObject *parent = nullptr);

    // At start-up, after recoverConfig().
    void resume();
    // On disk when it returns; restartRequested() follows. Busy; BadRequest: the file is not of version 2, is not for
    // this device's key or `rpiUniqueId`, holds no configuration, or one that isn't newer than each before it (its
    // serial), as one that was kept and is sent again; NoSpace, Io.
    [[nodiscard]] Outcome begin(const CommandKey &key, const ConfigUpdate &update, const QString &rpiUniqueId);
    // The device is online by the configuration it was started with.
    void online();
    // The result that finished() reported is durable elsewhere: forgets the update.
    void close();

    // The command whose configuration is tried or whose result is reported, until close().
    [[nodiscard]] std::optional<CommandKey> current() const;

Q_SIGNALS:
    // The agent has to start anew. Never from within a call.
    void restartRequested();
    // Never from within a call.
    void finished(const sgn::agent::CommandKey &key, const std::optional<sgn::Error> &failure);

private:
    void keepSerial();
    void rollBack();
    void report();

    DeviceTree m_tree;
    ConfigJournal m_journal;
    std::optional<ConfigRecord> m_record;
    QTimer m_limit;
};

} // namespace sgn::agent
