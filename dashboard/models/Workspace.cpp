// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Workspace.h"

#include "models/Age.h"
#include "models/Preferences.h"
#include "models/TableExport.h"
#include "wording/Problems.h"

#include <algorithm>
#include <chrono>
#include <optional>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace sgn::models {

Workspace::Workspace(std::unique_ptr<core::Panel> panel, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_panel(std::move(panel))
    , m_clock(clock)
    , m_connection(m_panel->session(), m_panel->connection())
    , m_head(m_panel->fleet())
    , m_fleetModel(m_panel->fleet(), clock)
    , m_fleet(m_fleetModel)
    , m_views(m_panel->views(), m_fleet)
    , m_device(*m_panel, clock)
    , m_deviceForm(*m_panel)
    , m_tagForm(*m_panel)
    , m_importForm(*m_panel)
    , m_deadModel(m_panel->fleet(), clock)
    , m_dead(m_deadModel)
    , m_newcomersModel(m_panel->membership().newcomers(), clock)
    , m_newcomers(m_newcomersModel)
    , m_versions(m_panel->fleet())
    , m_updateModel(m_panel->commands(), clock)
    , m_updates(m_updateModel)
    , m_update(*m_panel, clock)
    , m_rolloutModel(m_panel->rollouts(), clock)
    , m_rollouts(m_rolloutModel)
    , m_rollout(*m_panel)
    , m_keys(*m_panel)
    , m_newUpdate(*m_panel, *m_keys.releaseKey())
    , m_logModel(m_panel->logs(), m_panel->fleet(), clock)
    , m_logs(m_logModel)
    , m_log(m_panel->logs(), m_panel->fleet())
    , m_activityModel(*m_panel, clock)
    , m_activity(m_activityModel)
    , m_acceptPatterns(*m_panel)
    , m_warnings(m_panel->warnings())
{
    const core::Fleet &fleet = m_panel->fleet();
    for (int i = 0; i < fleet.count(); ++i) {
        m_lastReport = std::max(m_lastReport, fleet.at(i).lastReport);
    }
    connect(&m_panel->session(), &core::PanelSession::reportReceived, this, [this] {
        m_lastReport = m_clock.wallUtc();
        Q_EMIT lastReportChanged();
    });

    m_dead.sortBy(2, true);
    m_newcomers.sortBy(NewcomersModel::FirstSeenColumn, true);
    m_updates.sortBy(UpdateListModel::StartedColumn, true);
    m_rollouts.sortBy(RolloutListModel::StartedColumn, true);
    m_logs.sortBy(1, true);
    m_activity.sortBy(0, true);

    // Details follow the current row of their table.
    connect(&m_fleet, &TableFilter::currentChanged, this, [this] { m_device.setJid(m_fleet.currentKey()); });
    connect(&m_updates, &TableFilter::currentChanged, this, [this] { m_update.setNumber(m_updates.currentKey()); });
    connect(&m_logs, &TableFilter::currentChanged, this, [this] { m_log.setDelivery(m_logs.currentKey()); });
    connect(&m_rollouts, &TableFilter::currentChanged, this, [this] { m_rollout.setId(m_rollouts.currentKey()); });
    m_fleet.chooseCurrent();
    connect(&m_fleetModel, &QAbstractItemModel::rowsInserted, &m_fleet, [this] { m_fleet.chooseCurrent(); });
    connect(&m_fleetModel, &QAbstractItemModel::modelReset, &m_fleet, [this] { m_fleet.chooseCurrent(); });
    m_rollouts.setCurrentKey(m_rollouts.keyAt(0));
    m_logs.setCurrentKey(m_logModel.newestReady());

    connect(&m_update, &UpdateDetails::notified, this, &Workspace::notified);
    connect(&m_update, &UpdateDetails::retried, this,
            [this](CommandNo number) { m_updates.setCurrentKey(QString::number(number)); });
    connect(&m_newUpdate, &NewUpdate::started, this, [this](CommandNo number) {
        m_updates.setCurrentKey(QString::number(number));
        Q_EMIT notified(tr("The update is on its way."), false);
        Q_EMIT updateStarted();
    });
    connect(&m_newUpdate, &NewUpdate::failed, this, [this](const records::Problem &why) {
        Q_EMIT notified(tr("The update wasn't sent: %1.").arg(wording::sentence(why)), true);
    });
    connect(&m_panel->rolloutService(), &core::RolloutService::started, this,
            [this](const QString &id) { m_rollouts.setCurrentKey(id); });
    connect(&m_newUpdate, &NewUpdate::rolloutStarted, this,
            [this] { Q_EMIT notified(tr("The rollout has begun."), false); });
    connect(&m_rollout, &RolloutDetails::notified, this, &Workspace::notified);
    connect(&m_log, &LogDocument::notified, this, &Workspace::notified);
    connect(&m_deviceForm, &DeviceForm::notified, this, &Workspace::notified);
    connect(&m_tagForm, &TagForm::notified, this, &Workspace::notified);
    connect(&m_importForm, &ImportForm::notified, this, &Workspace::notified);
    connect(&m_views, &ViewListModel::notified, this, &Workspace::notified);
    connect(m_panel.get(), &core::Panel::warned, this, [this](const records::Problem &warning) {
        if (!m_warnings.contains(warning)) {
            m_warnings += warning;
            Q_EMIT warningChanged();
        }
    });
    connect(&m_keys, &SigningKeys::warningChanged, this, &Workspace::warningChanged);

    constexpr auto ageStep = 5s;
    connect(&m_ages, &QTimer::timeout, this, &Workspace::refreshAges);
    m_ages.start(ageStep);
}

Workspace::~Workspace() = default;

QString Workspace::account() const
{
    return m_panel->config().jid;
}

QString Workspace::lastReport() const
{
    if (!m_lastReport.isValid()) {
        return tr("no report yet");
    }
    const QString age = ageText(m_lastReport, m_clock.wallUtc());
    return isLongAgo(m_lastReport, m_clock.wallUtc()) ? tr("last report %1 ago").arg(age) : tr("last report now");
}

QString Workspace::warning() const
{
    QStringList sentences;
    for (const records::Problem &warning : m_warnings) {
        sentences += wording::sentence(warning);
    }
    if (const QString held = m_keys.warning(); !held.isEmpty()) {
        sentences += held;
    }
    return sentences.join(u' ');
}

void Workspace::refreshAges()
{
    m_fleetModel.refreshTexts();
    m_deadModel.refreshTexts();
    m_newcomersModel.refreshTexts();
    m_device.refreshTexts();
    Q_EMIT lastReportChanged();
}

void Workspace::keepColumnsIn(Preferences &preferences)
{
    const std::pair<QString, TableFilter *> tables[]{
        {u"fleet"_s, &m_fleet},
        {u"dead"_s, &m_dead},
        {u"newcomers"_s, &m_newcomers},
        {u"updates"_s, &m_updates},
        {u"targets"_s, m_update.targets()},
        {u"rollouts"_s, &m_rollouts},
        {u"rollout"_s, m_rollout.devices()},
        {u"logs"_s, &m_logs},
        {u"activity"_s, &m_activity},
    };
    for (const auto &[name, table] : tables) {
        table->setColumnChoice(preferences.columns(name));
        connect(table, &TableFilter::columnChoiceChanged, this,
                [&preferences, name = name, table = table] { preferences.setColumns(name, table->columnChoice()); });
    }
}

void Workspace::retranslate()
{
    refreshAges();
    m_updateModel.refreshTexts();
    m_update.refreshTexts();
    m_rolloutModel.refreshTexts();
    m_rollout.retranslate();
    m_logModel.refreshTexts();
    m_activityModel.refreshTexts();
    Q_EMIT m_fleet.groupChanged();
    Q_EMIT m_fleet.versionChanged();
    Q_EMIT m_connection.changed();
    Q_EMIT m_log.changed();
    Q_EMIT m_newUpdate.changed();
    m_keys.retranslate();
    Q_EMIT warningChanged();
}

void Workspace::notify(const records::Expected<CommandNo> &outcome, const QString &success)
{
    if (outcome) {
        Q_EMIT notified(success, false);
    } else {
        Q_EMIT notified(tr("That didn't work: %1.").arg(wording::sentence(outcome.error())), true);
    }
}

void Workspace::askVersions()
{
    const QStringList jids = m_fleet.checkedKeys();
    const int asked = m_panel->session().requestVersions(jids);
    const int later = static_cast<int>(jids.size()) - asked;
    QString text = tr("Asked %n device(s) for versions.", nullptr, asked);
    if (later > 0) {
        text += u' ' + tr("%n is offline and will be asked when it comes back.", nullptr, later);
    }
    Q_EMIT notified(text, false);
}

void Workspace::askVersionsOf(const QString &jid)
{
    if (m_panel->session().requestVersions({jid}) > 0) {
        Q_EMIT notified(tr("Asked %1 for its versions.").arg(m_panel->fleet().nameOf(jid)), false);
    } else {
        Q_EMIT notified(tr("%1 is offline and will be asked when it comes back.").arg(m_panel->fleet().nameOf(jid)),
                        false);
    }
}

void Workspace::askLogs(const QStringList &jids)
{
    const records::Expected<CommandNo> number = m_panel->requestLogs(jids);
    notify(number, tr("Asked %n device(s) for logs.", nullptr, static_cast<int>(jids.size())));
    if (!number) {
        return;
    }
    // The viewer follows what was asked for.
    const QList<records::LogDelivery> deliveries = m_panel->logs().deliveries(jids.first());
    if (!deliveries.isEmpty()) {
        m_logs.setCurrentKey(QString::number(deliveries.first().id));
    }
    Q_EMIT logsAsked();
}

void Workspace::getLogs()
{
    askLogs(m_fleet.checkedKeys());
}

void Workspace::getLogsOf(const QString &jid)
{
    askLogs({jid});
}

void Workspace::getLogsOfDead()
{
    QStringList jids;
    const QStringList keys = m_dead.checkedKeys();
    for (const QString &key : keys) {
        jids.append(DeadModel::jidOf(key));
    }
    jids.removeDuplicates();
    askLogs(jids);
}

void Workspace::restartDead()
{
    const QStringList keys = m_dead.checkedKeys();
    int asked = 0;
    std::optional<records::Expected<CommandNo>> refused;
    for (const QString &key : keys) {
        records::Expected<CommandNo> number = m_panel->restartProcess(DeadModel::jidOf(key), DeadModel::processOf(key));
        if (number) {
            ++asked;
        } else {
            refused = std::move(number);
        }
    }
    if (asked > 0) {
        Q_EMIT notified(tr("Asked to restart %n process(es).", nullptr, asked), false);
    }
    if (refused) {
        notify(*refused, {});
    }
}

void Workspace::restart(const QString &jid, const QString &process)
{
    notify(m_panel->restartProcess(jid, process),
           tr("Asked %1 to restart %2.").arg(m_panel->fleet().nameOf(jid), process));
}

void Workspace::actOn(const QString &jid)
{
    const int row = m_fleetModel.rowOf(jid);
    if (row < 0) {
        return;
    }
    const records::Attention why = m_fleetModel.why(row);
    switch (why.action) {
    case records::Attention::Action::GetLogs:
        getLogsOf(jid);
        break;
    case records::Attention::Action::Restart:
        restart(jid, why.processName);
        break;
    case records::Attention::Action::Retry:
        if (const records::Device &device = m_fleetModel.device(row); device.update && device.update->target) {
            core::UpdateRetry *retry =
                m_panel->updates().retry(device.update->target->number, {jid}, m_panel->operatorName());
            connect(retry, &core::UpdateRetry::finished, this, [this, jid](const records::Expected<CommandNo> &number) {
                notify(number, tr("Tried again on %1.").arg(m_panel->fleet().nameOf(jid)));
            });
        }
        break;
    case records::Attention::Action::None:
        break;
    }
}

void Workspace::prepareTags()
{
    m_tagForm.begin(m_fleet.checkedKeys());
}

void Workspace::reboot()
{
    const QStringList jids = m_fleet.checkedKeys();
    notify(m_panel->rebootDevices(jids), tr("Asked %n device(s) to reboot.", nullptr, static_cast<int>(jids.size())));
}

void Workspace::retire()
{
    const QStringList jids = m_fleet.checkedKeys();
    if (const records::Expected<> retired = m_panel->membership().retire(jids); !retired) {
        Q_EMIT notified(tr("That didn't work: %1.").arg(wording::sentence(retired.error())), true);
        return;
    }
    Q_EMIT notified(tr("Removed %n device(s) from the fleet.", nullptr, static_cast<int>(jids.size())), false);
}

void Workspace::acceptNewcomers()
{
    const QStringList jids = m_newcomers.checkedKeys();
    m_panel->membership().accept(jids);
    Q_EMIT notified(tr("Accepted %n new device(s).", nullptr, static_cast<int>(jids.size())), false);
}

void Workspace::refuseNewcomers()
{
    const QStringList jids = m_newcomers.checkedKeys();
    m_panel->membership().refuse(jids);
    Q_EMIT notified(tr("Refused %n account(s). They are listed again if they show up again.", nullptr,
                       static_cast<int>(jids.size())),
                    false);
}

void Workspace::exportFleet(const QUrl &file)
{
    notifySaved(saveTable(fleetTable(m_panel->fleet(), m_fleet, m_clock.wallUtc()), file), file);
}

void Workspace::exportActivity(const QUrl &file)
{
    notifySaved(saveTable(activityTable(m_activityModel, m_activity), file), file);
}

void Workspace::notifySaved(const Outcome &outcome, const QUrl &file)
{
    if (outcome) {
        Q_EMIT notified(tr("Saved as %1.").arg(file.fileName()), false);
    } else {
        Q_EMIT notified(tr("Not saved: %1.").arg(wording::sentence(records::Problem(outcome.error()))), true);
    }
}

void Workspace::prepareUpdate()
{
    m_newUpdate.begin(m_fleet.checkedKeys());
}

void Workspace::prepareRollout()
{
    m_newUpdate.begin({});
    m_newUpdate.setAudience(NewUpdate::All);
    m_newUpdate.staging()->setProperty("staged", true);
}

void Workspace::prepareUpdateForAll()
{
    m_newUpdate.begin({});
}

void Workspace::showDevice(const QString &deadKey)
{
    m_fleet.clear();
    m_fleet.setCurrentKey(DeadModel::jidOf(deadKey));
}

void Workspace::dismissWarning()
{
    m_warnings.clear();
    Q_EMIT warningChanged();
}

} // namespace sgn::models
