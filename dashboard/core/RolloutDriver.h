// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/RolloutLeases.h"
#include "core/RolloutViews.h"

#include <map>
#include <QObject>
#include <QSet>
#include <QTimer>

namespace sgn::core {

class CommandLog;
class Fleet;
class ItemExchange;
class SharedRollouts;

// Drives the rollouts whose lease this desk holds: lets devices start as the policies decide, begins waves, ends what
// is over. It keeps nothing for itself, so that another desk goes on from the same place: a wave is on the server
// before its command is in the CommandLog, and there before it is sent; a device answers a repeat from its record.
class RolloutDriver : public QObject
{
    Q_OBJECT

public:
    struct Parts
    {
        Fleet &fleet;
        CommandLog &commands;
        SharedRollouts &rollouts;
        ItemExchange &items;
        const Clock &clock;          // the server's
        std::function<QString()> by; // who is named as the one who drives
        // Who is online and what the archive has is known: else devices would look gone, and failures unknown.
        std::function<bool()> isReady;
        // Stops an update where it hasn't been exchanged yet.
        std::function<void(CommandNo number, const QString &by)> cancel;
    };

    struct Timing
    {
        RolloutLeases::Timing leases;
        std::chrono::milliseconds tick = std::chrono::seconds(1);
        // What happens at the same time is looked at together.
        std::chrono::milliseconds soon = std::chrono::milliseconds(200);
    };

    // A command of a rollout without end.
    static constexpr std::chrono::hours standingLife{24 * 7};

    // Everything in `parts` outlives the driver.
    RolloutDriver(const Parts &parts, const Timing &timing, QObject *parent = nullptr);
    ~RolloutDriver() override;

    [[nodiscard]] const RolloutViews &views() const { return m_views; }
    // A rollout that this desk has just added.
    void takeNew(const QString &id) { m_leases.takeNew(id); }
    [[nodiscard]] bool drives(const QString &id) const { return m_leases.isMine(id); }
    void start() { m_tick.start(); }
    // A device has reported its versions in this session.
    void noteReport(const QString &jid) { m_views.noteReport(jid); }
    // Gives the leases away.
    void stop();
    // Does what is due; a timer calls it every second, and when something has happened.
    void look();

private:
    void advance(const QString &id);
    void takeOver(const rollouts::Rollout &rollout, const RolloutViews::Standing &standing);
    // Whether any has started.
    bool startDevices(const rollouts::Rollout &rollout, RolloutViews::Standing &standing);
    void beginWave(const rollouts::Rollout &rollout, const RolloutViews::Standing &standing);
    void beginRetry(const rollouts::Rollout &rollout, const RolloutViews::Standing &standing);
    void put(const rollouts::Wave &wave, int planned);
    void publish(const rollouts::Wave &wave, int planned);
    void cancelCommands(const QString &id);
    void adoptWave(const rollouts::Rollout &rollout, const rollouts::Wave &wave);
    void send(const rollouts::Rollout &rollout, const rollouts::Wave &wave, const QStringList &jids);
    void finishIfOver(const rollouts::Rollout &rollout, const RolloutViews::Standing &standing);
    void halt(const rollouts::Rollout &rollout, const records::Facts &why, bool isOver);
    void showCounts(const rollouts::Rollout &rollout, const rollouts::WaveCounts &counts);

    Parts m_parts;
    RolloutViews m_views;
    RolloutLeases m_leases;
    std::chrono::milliseconds m_shortest; // from one look to the next
    QSet<CommandNo> m_cancelled;
    QSet<QString> m_busy; // a wave of theirs is on its way to the server
    QTimer m_tick;
    QTimer m_soon;
};

} // namespace sgn::core
