// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"
#include "models/AcceptPatterns.h"
#include "models/ActivityModel.h"
#include "models/ConnectionStatus.h"
#include "models/DeadModel.h"
#include "models/DeviceDetails.h"
#include "models/DeviceForm.h"
#include "models/FleetFilter.h"
#include "models/FleetHead.h"
#include "models/ImportForm.h"
#include "models/LogDocument.h"
#include "models/LogListModel.h"
#include "models/NewcomersModel.h"
#include "models/NewUpdate.h"
#include "models/RolloutDetails.h"
#include "models/RolloutListModel.h"
#include "models/SigningKeys.h"
#include "models/TagForm.h"
#include "models/UpdateDetails.h"
#include "models/UpdateListModel.h"
#include "models/VersionModel.h"
#include "models/ViewListModel.h"

#include <QObject>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

class Preferences;

// Everything one signed-in account shows and does: a model per screen on top of the core's Panel.
class Workspace final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the application")
    Q_PROPERTY(QString account READ account CONSTANT FINAL)
    Q_PROPERTY(QString lastReport READ lastReport NOTIFY lastReportChanged FINAL)
    Q_PROPERTY(QString warning READ warning NOTIFY warningChanged FINAL)
    Q_PROPERTY(sgn::models::ConnectionStatus *connection READ connection CONSTANT FINAL)
    Q_PROPERTY(sgn::models::FleetHead *head READ head CONSTANT FINAL)
    Q_PROPERTY(sgn::models::FleetFilter *fleet READ fleet CONSTANT FINAL)
    Q_PROPERTY(sgn::models::ViewListModel *views READ views CONSTANT FINAL)
    Q_PROPERTY(sgn::models::DeviceDetails *device READ device CONSTANT FINAL)
    Q_PROPERTY(sgn::models::DeviceForm *deviceForm READ deviceForm CONSTANT FINAL)
    Q_PROPERTY(sgn::models::TagForm *tagForm READ tagForm CONSTANT FINAL)
    Q_PROPERTY(sgn::models::ImportForm *importForm READ importForm CONSTANT FINAL)
    Q_PROPERTY(sgn::models::TableFilter *dead READ dead CONSTANT FINAL)
    Q_PROPERTY(sgn::models::TableFilter *newcomers READ newcomers CONSTANT FINAL)
    Q_PROPERTY(QAbstractItemModel *versions READ versions CONSTANT FINAL)
    Q_PROPERTY(sgn::models::TableFilter *updates READ updates CONSTANT FINAL)
    Q_PROPERTY(sgn::models::UpdateDetails *update READ update CONSTANT FINAL)
    Q_PROPERTY(sgn::models::TableFilter *rollouts READ rollouts CONSTANT FINAL)
    Q_PROPERTY(sgn::models::RolloutDetails *rollout READ rollout CONSTANT FINAL)
    Q_PROPERTY(sgn::models::NewUpdate *newUpdate READ newUpdate CONSTANT FINAL)
    Q_PROPERTY(sgn::models::TableFilter *logs READ logs CONSTANT FINAL)
    Q_PROPERTY(sgn::models::LogDocument *log READ log CONSTANT FINAL)
    Q_PROPERTY(sgn::models::TableFilter *activity READ activity CONSTANT FINAL)
    Q_PROPERTY(sgn::models::SigningKeys *keys READ keys CONSTANT FINAL)
    Q_PROPERTY(sgn::models::AcceptPatterns *acceptPatterns READ acceptPatterns CONSTANT FINAL)

public:
    // `clock` outlives the workspace.
    Workspace(std::unique_ptr<core::Panel> panel, const Clock &clock, QObject *parent = nullptr);
    ~Workspace() override;

    [[nodiscard]] core::Panel &panel() { return *m_panel; }
    [[nodiscard]] QString account() const;
    [[nodiscard]] QString lastReport() const;
    [[nodiscard]] QString warning() const;
    [[nodiscard]] ConnectionStatus *connection() { return &m_connection; }
    [[nodiscard]] FleetHead *head() { return &m_head; }
    [[nodiscard]] FleetFilter *fleet() { return &m_fleet; }
    [[nodiscard]] ViewListModel *views() { return &m_views; }
    [[nodiscard]] DeviceDetails *device() { return &m_device; }
    [[nodiscard]] DeviceForm *deviceForm() { return &m_deviceForm; }
    [[nodiscard]] TagForm *tagForm() { return &m_tagForm; }
    [[nodiscard]] ImportForm *importForm() { return &m_importForm; }
    [[nodiscard]] TableFilter *dead() { return &m_dead; }
    [[nodiscard]] TableFilter *newcomers() { return &m_newcomers; }
    [[nodiscard]] QAbstractItemModel *versions() { return &m_versions; }
    [[nodiscard]] TableFilter *updates() { return &m_updates; }
    [[nodiscard]] UpdateDetails *update() { return &m_update; }
    [[nodiscard]] TableFilter *rollouts() { return &m_rollouts; }
    [[nodiscard]] RolloutDetails *rollout() { return &m_rollout; }
    [[nodiscard]] NewUpdate *newUpdate() { return &m_newUpdate; }
    [[nodiscard]] TableFilter *logs() { return &m_logs; }
    [[nodiscard]] LogDocument *log() { return &m_log; }
    [[nodiscard]] TableFilter *activity() { return &m_activity; }
    [[nodiscard]] SigningKeys *keys() { return &m_keys; }
    [[nodiscard]] AcceptPatterns *acceptPatterns() { return &m_acceptPatterns; }

    // Takes what was chosen of the tables' columns from there, and keeps it there from now on. `preferences` outlives
    // the workspace.
    void keepColumnsIn(Preferences &preferences);
    // The language has changed.
    void retranslate();

    // For the checked devices of the fleet.
    Q_INVOKABLE void askVersions();
    Q_INVOKABLE void getLogs();
    Q_INVOKABLE void prepareUpdate();
    Q_INVOKABLE void prepareTags();
    Q_INVOKABLE void reboot();
    // Takes them out of the fleet.
    Q_INVOKABLE void retire();
    // For the checked newcomers.
    Q_INVOKABLE void acceptNewcomers();
    Q_INVOKABLE void refuseNewcomers();
    // As CSV: the checked devices of the fleet, or those that are shown if none is checked.
    Q_INVOKABLE void exportFleet(const QUrl &file);
    // As CSV: the lines of the timeline that are shown.
    Q_INVOKABLE void exportActivity(const QUrl &file);
    // For those whose processes are checked on the screen of dead ones.
    Q_INVOKABLE void getLogsOfDead();
    Q_INVOKABLE void restartDead();
    // For one device.
    Q_INVOKABLE void getLogsOf(const QString &jid);
    Q_INVOKABLE void askVersionsOf(const QString &jid);
    Q_INVOKABLE void restart(const QString &jid, const QString &process);
    // The action at the end of a fleet row.
    Q_INVOKABLE void actOn(const QString &jid);
    // A new update for those that are online.
    Q_INVOKABLE void prepareUpdateForAll();
    // A new one in waves, for all.
    Q_INVOKABLE void prepareRollout();
    Q_INVOKABLE void showDevice(const QString &deadKey);
    Q_INVOKABLE void dismissWarning();

Q_SIGNALS:
    void lastReportChanged();
    void warningChanged();
    // What became of a command, for a moment at the edge of the window.
    void notified(const QString &text, bool isError);
    void logsAsked();
    void updateStarted();

private:
    void notify(const records::Expected<CommandNo> &outcome, const QString &success);
    void askLogs(const QStringList &jids);
    void refreshAges();
    void notifySaved(const Outcome &outcome, const QUrl &file);

    std::unique_ptr<core::Panel> m_panel;
    const Clock &m_clock;
    ConnectionStatus m_connection;
    FleetHead m_head;
    FleetModel m_fleetModel;
    FleetFilter m_fleet;
    ViewListModel m_views;
    DeviceDetails m_device;
    DeviceForm m_deviceForm;
    TagForm m_tagForm;
    ImportForm m_importForm;
    DeadModel m_deadModel;
    TableFilter m_dead;
    NewcomersModel m_newcomersModel;
    TableFilter m_newcomers;
    VersionModel m_versions;
    UpdateListModel m_updateModel;
    TableFilter m_updates;
    UpdateDetails m_update;
    RolloutListModel m_rolloutModel;
    TableFilter m_rollouts;
    RolloutDetails m_rollout;
    SigningKeys m_keys;
    NewUpdate m_newUpdate;
    LogListModel m_logModel;
    TableFilter m_logs;
    LogDocument m_log;
    ActivityModel m_activityModel;
    TableFilter m_activity;
    AcceptPatterns m_acceptPatterns;
    QDateTime m_lastReport;
    QList<records::Problem> m_warnings;
    QTimer m_ages;
};

} // namespace sgn::models
