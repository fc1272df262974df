// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/CommandLog.h"
#include "core/Fleet.h"
#include "core/ItemExchange.h"
#include "core/Labels.h"
#include "core/LogService.h"
#include "core/Membership.h"
#include "core/PanelConfig.h"
#include "core/PanelSession.h"
#include "core/RolloutDriver.h"
#include "core/RolloutService.h"
#include "core/ServerClock.h"
#include "core/SharedNotes.h"
#include "core/SharedRollouts.h"
#include "core/SharedViews.h"
#include "core/UpdateService.h"
#include "store/Housekeeper.h"
#include "store/Store.h"
#include "xmpp/ClockWatch.h"
#include "xmpp/NetworkWatch.h"

#include <memory>
#include <QObject>

namespace sgn::core {

// One control panel, all parts wired: what sgn-dashboard shows and sgnctl prints. Opens with the state of the last run
// before any network is up.
class Panel : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        PanelSession::Timing timing;
        xmpp::SessionOptions xmpp;
        CommandNumbers numbers = CommandNumbers();
        RolloutDriver::Timing rollouts = {};
    };

    // What a panel is opened with, read from the disk: a value.
    struct Prepared
    {
        PanelConfig config;
        AcceptRules rules;
        store::PreparedStore store;
    };

    // The part of opening that takes long: the store. Any thread; see PanelOpening. Errors: BadRequest (a field of the
    // config), Io (store), Refused (the store belongs to another account).
    [[nodiscard]] static records::Expected<Prepared> prepare(const PanelConfig &config);
    // Restores the last known state. Errors: Io (store), those of useReleaseKey(). `clock` outlives the panel.
    [[nodiscard]] static records::Expected<std::unique_ptr<Panel>> open(Prepared prepared, const Settings &settings,
                                                                        const Clock &clock);
    // Both, here.
    [[nodiscard]] static records::Expected<std::unique_ptr<Panel>> open(const PanelConfig &config,
                                                                        const Settings &settings, const Clock &clock);
    ~Panel() override;

    [[nodiscard]] const PanelConfig &config() const { return m_config; }
    [[nodiscard]] store::Store &store() { return *m_store; }
    [[nodiscard]] Fleet &fleet() { return m_fleet; }
    [[nodiscard]] Membership &membership() { return m_membership; }
    [[nodiscard]] Labels &labels() { return m_labels; }
    [[nodiscard]] SharedNotes &notes() { return m_shared; }
    [[nodiscard]] SharedViews &views() { return m_views; }
    [[nodiscard]] CommandLog &commands() { return m_commands; }
    [[nodiscard]] UpdateService &updates() { return m_updates; }
    [[nodiscard]] SharedRollouts &rollouts() { return m_rollouts; }
    [[nodiscard]] RolloutDriver &rolloutDriver() { return m_rolloutDriver; }
    [[nodiscard]] RolloutService &rolloutService() { return m_rolloutService; }
    [[nodiscard]] LogService &logs() { return m_logs; }
    [[nodiscard]] PanelSession &session() { return m_panelSession; }
    [[nodiscard]] xmpp::Session &connection() { return m_session; }

    // What an operator has to see: a damaged store that was quarantined...
    [[nodiscard]] QList<records::Problem> warnings() const;

    // Who is named as the one who sends commands from now on; empty: login and machine.
    void setOperatorName(const QString &name);
    [[nodiscard]] QString operatorName() const;
    // For how many days commands and the timeline are kept; 0: no matter how old.
    void setKeepDays(int days);
    [[nodiscard]] int keepDays() const { return m_config.keepDays; }

    // Who becomes a device without being accepted from now on, those that wait as well; patterns of AcceptRules.
    // BadRequest, and then everything stays as it was.
    [[nodiscard]] records::Expected<> setAccept(const QStringList &patterns);

    // Which private keys sign from now on, what is sent again included; an empty path is none. The key's id, or the
    // errors of loadSigningKey(), and then everything stays as it was.
    records::Expected<QString> useReleaseKey(const QString &file);
    records::Expected<QString> useOperatorKey(const QString &file);
    // The same with keys that are kept elsewhere.
    void signReleasesWith(SigningKey key);
    void signCommandsWith(SigningKey key);
    // While held, no command is sent: until it is settled which key signs.
    void holdCommands(bool held) { m_panelSession.holdCommands(held); }
    // Their ids; empty: nothing is signed.
    [[nodiscard]] QString releaseKey() const { return m_releaseKey; }
    [[nodiscard]] QString operatorKey() const { return m_operatorKey; }

    // Connects and stays connected.
    void start();
    // From now on this desk drives what no other one does.
    void driveRollouts();
    void stop();

    // The numbered commands that need nothing but a target.
    [[nodiscard]] records::Expected<CommandNo> restartProcess(const QString &jid, const QString &processName);
    [[nodiscard]] records::Expected<CommandNo> requestLogs(const QStringList &jids);
    // Restarts the machines themselves.
    [[nodiscard]] records::Expected<CommandNo> rebootDevices(const QStringList &jids);
    // Replaces the device's config_file.bin by the file at `path`, which is encrypted under that device's key. The
    // device keeps it if it comes online by it. Blocks while it reads the file.
    [[nodiscard]] records::Expected<CommandNo> updateConfig(const QString &jid, const QString &path);
    // Back to the release before the installed one.
    [[nodiscard]] records::Expected<CommandNo> rollBack(const QStringList &jids, Component component);

Q_SIGNALS:
    // One more line of the timeline, already given to the store.
    void activityAdded(const sgn::records::ActivityEntry &entry);
    // One more of warnings().
    void warned(const sgn::records::Problem &warning);

private:
    Panel(Prepared prepared, Settings settings, std::unique_ptr<store::Store> store, const Clock &clock);
    void record(const records::ActivityEntry &entry);
    void keepDevices(const QList<DeviceDelta> &deltas);
    void showUpdate(CommandNo number, const QString &jid);
    void endCommandsTo(const QString &jid);

    PanelConfig m_config;
    Settings m_settings;
    ServerClock m_clock;
    std::unique_ptr<store::Store> m_store;
    Fleet m_fleet;
    CommandLog m_commands;
    xmpp::Session m_session;
    SharedNotes m_shared;
    SharedViews m_views;
    Membership m_membership;
    Labels m_labels;
    xmpp::NetworkWatch m_network;
    xmpp::ClockWatch m_clockWatch;
    LogService m_logs;
    UpdateService m_updates;
    SessionItems m_items;
    SharedRollouts m_rollouts;
    RolloutDriver m_rolloutDriver;
    RolloutService m_rolloutService;
    PanelSession m_panelSession;
    QHash<CommandNo, std::shared_ptr<const records::UpdateTarget>> m_updateTargets;
    // So that no device can push all the others out of the timeline.
    QHash<QString, RateLimit> m_talk;
    store::Housekeeper m_housekeeper;
    std::optional<records::Problem> m_storeTrouble;
    std::optional<records::Problem> m_storeDamage;
    std::optional<records::Problem> m_contactsTrouble;
    std::optional<records::Problem> m_sharingTrouble;
    QString m_releaseKey;
    QString m_operatorKey;
};

} // namespace sgn::core
