// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"

#include <memory>
#include <QTemporaryDir>

namespace sgn::test {

// A panel without a network, in a folder of its own.
class OfflinePanel
{
public:
    // `clock` outlives it.
    explicit OfflinePanel(const Clock &clock);

    [[nodiscard]] core::PanelConfig config() const;
    // A new panel on the same store.
    [[nodiscard]] std::unique_ptr<core::Panel> open() const;
    [[nodiscard]] QString folder() const { return m_folder.path(); }

private:
    const Clock &m_clock;
    QTemporaryDir m_folder;
};

[[nodiscard]] QString deviceJid(int number);
[[nodiscard]] QString newcomerJid(int number);
[[nodiscard]] ProcessReport process(const QString &name, int version);
[[nodiscard]] ProcessReport deadProcess(const QString &name, int version, const QDateTime &diedAt);
[[nodiscard]] VersionReport report(const QString &from, const QList<ProcessReport> &processes);

// `count` devices with three processes each; among the first ten two have a dead one, two are offline, and two updates
// are on their way or failed; then three more accounts wait to be accepted, one of them of another server.
void fill(core::Panel &panel, int count, const Clock &clock);

// A rollout of the update that fill() has sent, in its first wave.
void addRollout(core::Panel &panel, const Clock &clock);

// A set of logs as it is after it was fetched; seen by the next panel on the same store.
void addLogs(const OfflinePanel &place, core::Panel &panel, const QString &jid, const Clock &clock);

} // namespace sgn::test
