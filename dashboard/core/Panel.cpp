// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Panel.h"

#include "base/AtomicFile.h"
#include "base/OperatorName.h"
#include "crypto/ConfigEnvelope.h"
#include "xmpp/Jid.h"

namespace sgn::core {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int linesPerHour = 200;
constexpr qsizetype maxOperatorName = 64; // of `by`, protocol
// A restart that comes days later is no help but a surprise.
constexpr auto restartLifetime = 10min;

xmpp::SessionOptions panelOptions(xmpp::SessionOptions options)
{
    options.role = xmpp::Role::Panel;
    options.watchedNodes =
        QStringList{SharedNotes::node.toString(), SharedViews::node.toString()} + SharedRollouts::nodes();
    return options;
}

template <typename Use>
records::Expected<QString> useKey(const QString &file, QString &kid, const Use &use)
{
    std::optional<SigningKey> key;
    if (!file.isEmpty()) {
        auto loaded = loadSigningKey(file);
        if (!loaded) {
            return fail(loaded.error());
        }
        key = *std::move(loaded);
    }
    kid = key ? key->kid : QString();
    use(std::move(key));
    return kid;
}

} // namespace

records::Expected<Panel::Prepared> Panel::prepare(const PanelConfig &config)
{
    if (const records::Expected<> fine = config.check(); !fine) {
        return fail(fine.error());
    }
    records::Expected<AcceptRules> rules = AcceptRules::parse(config.accept, xmpp::domainOf(config.jid));
    if (!rules) {
        return fail(std::move(rules).error());
    }
    records::Expected<store::PreparedStore> store = store::prepareStore(config.storeFile, xmpp::bareJid(config.jid));
    if (!store) {
        return fail(std::move(store).error());
    }
    return Prepared{config, *std::move(rules), *std::move(store)};
}

records::Expected<std::unique_ptr<Panel>> Panel::open(const PanelConfig &config, const Settings &settings,
                                                      const Clock &clock)
{
    records::Expected<Prepared> prepared = prepare(config);
    if (!prepared) {
        return fail(std::move(prepared).error());
    }
    return open(*std::move(prepared), settings, clock);
}

records::Expected<std::unique_ptr<Panel>> Panel::open(Prepared prepared, const Settings &settings, const Clock &clock)
{
    records::Expected<std::unique_ptr<store::Store>> store = store::Store::open(prepared.store);
    if (!store) {
        return fail(std::move(store).error());
    }
    auto panel = std::unique_ptr<Panel>(new Panel(std::move(prepared), settings, *std::move(store), clock));
    for (const auto &used : {panel->useReleaseKey(panel->config().releaseKeyFile),
                             panel->useOperatorKey(panel->config().operatorKeyFile)}) {
        if (!used) {
            return fail(used.error());
        }
    }
    return panel;
}

Panel::Panel(Prepared prepared, Settings settings, std::unique_ptr<store::Store> store, const Clock &clock)
    : m_config(std::move(prepared.config))
    , m_settings(std::move(settings))
    , m_clock(clock)
    , m_store(std::move(store))
    , m_fleet(m_clock)
    , m_commands(*m_store, m_clock, m_settings.numbers)
    , m_session(m_config.account(), panelOptions(m_settings.xmpp), clock)
    , m_shared({m_session, m_fleet, *m_store, m_clock})
    , m_views({m_session, *m_store, m_clock})
    , m_membership({m_session, m_fleet, m_shared, *m_store, m_clock}, std::move(prepared.rules),
                   m_settings.timing.requestsRepeated)
    , m_labels(m_session, m_fleet, m_shared)
    , m_clockWatch(clock)
    , m_logs(*m_store, m_commands, m_clock,
             {m_config.logsFolder(), {.caFile = m_config.caFile, .proxy = m_config.proxy}})
    , m_updates(m_session, m_commands, m_clock, {.caFile = m_config.caFile, .proxy = m_config.proxy})
    , m_items(m_session)
    , m_rollouts(m_items, *m_store, m_clock)
    , m_rolloutDriver({m_fleet, m_commands, m_rollouts, m_items, m_clock, [this] { return operatorName(); },
                       [this] { return m_panelSession.isSettled(); },
                       [this](CommandNo number, const QString &by) {
                           (void)m_updates.cancel(number, by);
                       }},
                      m_settings.rollouts)
    , m_rolloutService({m_updates, m_commands, m_fleet, m_rollouts, m_rolloutDriver, m_clock})
    , m_panelSession({m_session, m_fleet, m_membership, m_commands, m_logs, *m_store, m_clock}, m_settings.timing)
    , m_housekeeper(m_config.storeFile)
{
    m_fleet.restore(std::move(prepared.store.devices));
    m_membership.restore();
    m_shared.restore();
    m_views.restore();
    m_rollouts.restore();
    m_commands.restore();
    m_logs.restore();
    setKeepDays(m_config.keepDays);

    connect(&m_network, &xmpp::NetworkWatch::came, &m_session, &xmpp::Session::tryNow);
    connect(&m_clockWatch, &xmpp::ClockWatch::wasSet, &m_session, &xmpp::Session::tryNow);
    connect(&m_session, &xmpp::Session::serverTimeKnown, this,
            [this](std::chrono::milliseconds offset) { m_clock.setOffset(offset); });
    connect(&m_panelSession, &PanelSession::reportReceived, &m_rolloutDriver, &RolloutDriver::noteReport);
    connect(&m_fleet, &Fleet::devicesChanged, this, &Panel::keepDevices);
    connect(&m_commands, &CommandLog::targetChanged, this, &Panel::showUpdate);
    connect(&m_fleet, &Fleet::happened, this, &Panel::record);
    connect(&m_commands, &CommandLog::happened, this, &Panel::record);
    connect(&m_logs, &LogService::happened, this, &Panel::record);
    connect(&m_membership, &Membership::retired, this, &Panel::endCommandsTo);
    connect(&m_membership, &Membership::warned, this, [this](const records::Problem &warning) {
        m_contactsTrouble = warning;
        Q_EMIT warned(warning);
    });
    const auto warnOfSharing = [this](const records::Problem &warning) {
        m_sharingTrouble = warning;
        Q_EMIT warned(warning);
    };
    connect(&m_shared, &SharedNotes::warned, this, warnOfSharing);
    connect(&m_views, &SharedViews::warned, this, warnOfSharing);
    connect(m_store.get(), &store::Store::writingFailed, this, [this](const Error &reason) {
        m_storeTrouble = records::Problem(reason).withContext(records::FactCode::StoreNotWritten);
        Q_EMIT warned(*m_storeTrouble);
    });
    connect(&m_housekeeper, &store::Housekeeper::damageFound, this, [this](const records::Problem &damage) {
        m_storeDamage =
            records::Problem(damage.error, records::FactCode::StoreToBeReplaced, {m_config.storeFile}, damage.text);
        Q_EMIT warned(*m_storeDamage);
    });
}

Panel::~Panel()
{
    m_fleet.flush();
    m_commands.flush();
}

QList<records::Problem> Panel::warnings() const
{
    QList<records::Problem> warnings = m_config.warnings;
    for (const auto *warning :
         {&m_store->warning(), &m_storeTrouble, &m_storeDamage, &m_contactsTrouble, &m_sharingTrouble}) {
        if (*warning) {
            warnings += **warning;
        }
    }
    return warnings;
}

void Panel::setOperatorName(const QString &name)
{
    m_config.operatorName = name.simplified();
}

records::Expected<> Panel::setAccept(const QStringList &patterns)
{
    records::Expected<AcceptRules> rules = AcceptRules::parse(patterns, xmpp::domainOf(m_config.jid));
    if (!rules) {
        return fail(rules.error());
    }
    m_config.accept = patterns;
    m_membership.setRules(*std::move(rules));
    return {};
}

void Panel::setKeepDays(int days)
{
    m_config.keepDays = days;
    store::Retention retention;
    retention.days = days;
    m_housekeeper.setRetention(retention);
}

QString Panel::operatorName() const
{
    const QString name = m_config.operatorName.isEmpty() ? sgn::operatorName() : m_config.operatorName;
    return name.left(maxOperatorName);
}

records::Expected<QString> Panel::useReleaseKey(const QString &file)
{
    return useKey(file, m_releaseKey,
                  [this](std::optional<SigningKey> key) { m_updates.useReleaseKey(std::move(key)); });
}

records::Expected<QString> Panel::useOperatorKey(const QString &file)
{
    return useKey(file, m_operatorKey,
                  [this](std::optional<SigningKey> key) { m_panelSession.useOperatorKey(std::move(key)); });
}

void Panel::signReleasesWith(SigningKey key)
{
    m_releaseKey = key.kid;
    m_updates.useReleaseKey(std::move(key));
}

void Panel::signCommandsWith(SigningKey key)
{
    m_operatorKey = key.kid;
    m_panelSession.useOperatorKey(std::move(key));
}

void Panel::start()
{
    m_panelSession.start();
    m_housekeeper.start();
}

void Panel::driveRollouts()
{
    m_rolloutDriver.start();
}

void Panel::stop()
{
    m_rolloutDriver.stop();
    m_panelSession.stop();
}

records::Expected<CommandNo> Panel::restartProcess(const QString &jid, const QString &processName)
{
    if (!isValidProcessName(processName)) {
        return fail(ErrorCode::BadRequest, records::FactCode::BadProcessName, {processName});
    }
    const QDateTime end = m_clock.wallUtc().addMSecs(std::chrono::milliseconds(restartLifetime).count());
    return m_commands.submit(RestartProcess{processName}, {jid}, {operatorName(), processName, end});
}

records::Expected<CommandNo> Panel::requestLogs(const QStringList &jids)
{
    return m_logs.request(jids, operatorName());
}

records::Expected<CommandNo> Panel::rebootDevices(const QStringList &jids)
{
    const QDateTime end = m_clock.wallUtc().addMSecs(std::chrono::milliseconds(restartLifetime).count());
    return m_commands.submit(RebootSystem{}, jids, {operatorName(), {}, end});
}

records::Expected<CommandNo> Panel::updateConfig(const QString &jid, const QString &path)
{
    const auto file = readFile(path, maxConfigFileSize);
    if (!file) {
        return records::fail(file.error());
    }
    if (file->size() > maxConfigUpdate || envelopeVersion(*file) != EnvelopeVersion::V2) {
        return fail(ErrorCode::BadRequest, records::FactCode::BadConfigFile, {path});
    }
    const QDateTime end = m_clock.wallUtc().addMSecs(std::chrono::milliseconds(UpdateJob::defaultLifetime).count());
    return m_commands.submit(ConfigUpdate{*file}, {jid}, {operatorName(), {}, end});
}

records::Expected<CommandNo> Panel::rollBack(const QStringList &jids, Component component)
{
    const QDateTime end = m_clock.wallUtc().addMSecs(std::chrono::milliseconds(UpdateJob::defaultLifetime).count());
    return m_commands.submit(Rollback{component}, jids, {operatorName(), folderName(component), end});
}

void Panel::record(const records::ActivityEntry &entry)
{
    if (!entry.jid.isEmpty()) {
        auto talk = m_talk.find(entry.jid);
        if (talk == m_talk.end()) {
            talk = m_talk.insert(entry.jid, RateLimit(linesPerHour, 1h));
        }
        if (!talk->allow(m_clock.monotonic())) {
            return;
        }
    }
    m_store->keep(entry);
    Q_EMIT activityAdded(entry);
}

void Panel::keepDevices(const QList<DeviceDelta> &deltas)
{
    // Presence isn't kept, notes are kept elsewhere.
    constexpr auto seen = records::DeviceChanges(records::DeviceChange::Seen) | records::DeviceChange::Presence |
                          records::DeviceChange::Notes;
    constexpr auto report = records::DeviceChanges(records::DeviceChange::Processes) | records::DeviceChange::Facts;
    for (const DeviceDelta &delta : deltas) {
        const records::Device &device = m_fleet.at(delta.index);
        if (delta.what & ~(seen | report)) {
            m_store->keep(device);
        } else if (delta.what & report) {
            m_store->keepReport(device);
        } else {
            m_store->keepSeen(device);
        }
    }
}

void Panel::showUpdate(CommandNo number, const QString &jid)
{
    const records::IssuedCommand *record = m_commands.find(number);
    const records::CommandTarget *target = m_commands.target(number, jid);
    if (!record || !target) {
        return;
    }
    if (const auto *back = std::get_if<Rollback>(&record->command.body);
        back && target->state == records::TargetState::Done) {
        m_fleet.forgetUpdate(jid, back->component, record->createdAt);
    }
    if (!std::holds_alternative<UpdateCommand>(record->command.body)) {
        return;
    }
    std::shared_ptr<const records::UpdateTarget> &wanted = m_updateTargets[number];
    if (!wanted) {
        wanted = records::updateTargetOf(*record);
    }
    m_membership.acceptCorrespondent(jid);
    m_fleet.setUpdate(jid,
                      {wanted, target->state, target->percent, target->deviceState, target->remarks, target->facts});
}

void Panel::endCommandsTo(const QString &jid)
{
    for (const CommandNo number : m_commands.openNumbers()) {
        m_commands.markFailed(number, jid, {ErrorCode::Cancelled, records::FactCode::DeviceRetired});
    }
}

} // namespace sgn::core
