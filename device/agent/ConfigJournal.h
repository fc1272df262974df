// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/CommandJournal.h"
#include "base/Result.h"

#include <QByteArray>
#include <QString>

namespace sgn::agent {

// A config_update (ConfigTrial.h) is in one of these phases while it is in the journal:
//   Trying      the new file is in place, or will be after the next start; the device has not come online by it
//   Confirmed   it has; only the result is not delivered
//   RolledBack  the old file is in place, or will be after the next start; only the result is not delivered
enum class ConfigPhase { Trying, Confirmed, RolledBack };

struct ConfigRecord
{
    CommandKey key;
    ConfigPhase phase = ConfigPhase::Trying;
    QByteArray before; // config_file.bin as it was, and as it shall be: encrypted, so the journal holds no secret
    QByteArray after;
    int timeoutS = 0; // from each start of the agent to its login
    int starts = 0;   // of the agent in the phase Trying
    QString failure;  // RolledBack: why

    // What has to be in place in this phase.
    [[nodiscard]] const QByteArray &wanted() const { return phase == ConfigPhase::RolledBack ? before : after; }
};

// After so many starts in the phase Trying the configuration is taken for one that ends the agent or the machine.
inline constexpr int maxConfigStarts = 5;

// At a start of the agent: `opens` is whether the new file can be decrypted and read. The record as it has to be saved
// before anything else; changed in the phase Trying only.
[[nodiscard]] ConfigRecord atStart(ConfigRecord record, const Outcome &opens);

// The journal on disk, downloads/config-update.json. Errors of load(): NotFound, BadFile (quarantined then), Io.
class ConfigJournal
{
public:
    explicit ConfigJournal(QString path);

    [[nodiscard]] Result<ConfigRecord> load() const;
    [[nodiscard]] Outcome save(const ConfigRecord &record) const;
    [[nodiscard]] Outcome remove() const;

private:
    QString m_path;
};

} // namespace sgn::agent
