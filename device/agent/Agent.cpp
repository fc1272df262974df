// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Agent.h"

#include "agent/Logging.h"
#include "base/VersionFile.h"
#include "download/StagingDownload.h"
#include "protocol/Reply.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

update::InstallerSettings installerSettings(const AgentSettings &settings, const TrustedTime &time)
{
    update::InstallerSettings result;
    result.root = settings.tree.root();
    result.downloads = settings.tree.downloads();
    result.journal = settings.tree.updateJournal();
    result.caFile = settings.tree.caCertificate();
    result.sitePackages = settings.config.sitePackages;
    result.hold = settings.tree.hold();
    result.holdPoll = settings.holdPoll;
    result.trial = settings.serverTrial;
    result.now = [&time] {
        return time.now();
    };
    result.isPast = [&time](const QDateTime &moment) {
        return time.isPast(moment);
    };
    result.policy = {settings.config.allowHttp, settings.config.releaseKeys, !settings.config.operatorKeys.isEmpty()};
    result.agentVersion = settings.version;
    result.stickZip = [tree = settings.tree](int index) {
        return tree.stickZip(index);
    };
    result.times = settings.swapTimes;
    return result;
}

web::Access accessOf(const AgentSettings &settings)
{
    return {.caFile = settings.tree.caCertificate(), .proxy = settings.config.proxy};
}

download::DownloadFactory downloadsFor(const AgentSettings &settings)
{
    return [access = accessOf(settings), limits = settings.downloadLimits](
               const download::DownloadRequest &request) -> std::unique_ptr<download::Download> {
        const auto whole = [=] {
            return std::make_unique<download::Downloader>(request, access, limits);
        };
        if (request.content) {
            return std::make_unique<download::StagingDownload>(request, access, limits, whole);
        }
        return whole();
    };
}

CommandIntake::Settings intakeSettings(const DeviceConfig &config)
{
    CommandIntake::Settings settings;
    settings.panelJid = config.panelJid;
    settings.operators = OperatorCheck(config.operatorKeys, config.clientJid);
    return settings;
}

CommandRunner::Settings commandSettings(const AgentSettings &agent)
{
    CommandRunner::Settings settings;
    settings.from = agent.config.rpiUniqueId;
    settings.mustBeSigned = !agent.config.operatorKeys.isEmpty();
    settings.secret = agent.config.clientPassword;
    settings.root = agent.tree.root();
    return settings;
}

// The version in the Python packages' version file, where there is one.
std::optional<int> packagesVersion(const AgentSettings &settings)
{
    const auto folder =
        update::findSitePackages({settings.tree.root(), settings.tree.downloads(), {}, settings.config.sitePackages});
    const auto version = folder ? readReleaseVersion(*folder) : fail(folder.error());
    return version ? std::optional(*version) : std::nullopt;
}

StickUpdates::Settings stickSettings(const AgentSettings &settings)
{
    StickUpdates::Settings result{.tree = settings.tree};
    result.from = settings.config.rpiUniqueId;
    result.jid = settings.config.clientJid;
    result.secret = settings.config.clientPassword;
    result.releaseKeys = settings.config.releaseKeys;
    result.pause = settings.stickPause;
    return result;
}

LogUploader::Settings logSettings(const AgentSettings &settings)
{
    LogUploader::Settings result;
    result.from = settings.config.rpiUniqueId;
    result.logs = settings.tree.logs();
    result.zip = settings.tree.logBundle();
    result.url = settings.config.logUploadUrl;
    result.access = accessOf(settings);
    result.storeLimit = settings.fileStoreLimit;
    return result;
}

} // namespace

Agent::Agent(const AgentSettings &settings, PanelLink &link, control::WatchdogPort &watchdog, const Clock &clock,
             QObject *parent)
    : QObject(parent)
    , m_from(settings.config.rpiUniqueId)
    , m_problem(settings.problem)
    , m_link(link)
    , m_outbox(settings.tree.outbox())
    , m_record(settings.tree.commandRecord())
    , m_sender(m_outbox, link)
    , m_ledger(m_record, m_sender)
    , m_answers(m_from, m_ledger, m_sender)
    , m_time(settings.tree.downloads() + u"/server-time.json"_s, clock)
    , m_identity(clock)
    , m_installer(installerSettings(settings, m_time), watchdog, downloadsFor(settings), clock)
    , m_restart({settings.tree.rebootJournal(), settings.bootIdFile, settings.rebootLimit}, watchdog, clock)
    , m_config(settings.tree)
    , m_intake(intakeSettings(settings.config), {m_ledger, m_answers, m_time, clock})
    , m_commands(commandSettings(settings),
                 {m_ledger, m_answers, m_sender, m_installer, m_restart, m_config, watchdog, m_time})
    , m_status(watchdog, settings.watchdogPort)
    , m_versions({m_from, settings.tree.root(), settings.version, settings.watchdogVersion,
                  [settings] { return packagesVersion(settings); },
                  [this] {
                      return problem();
                  }},
                 m_status, m_time, link)
    , m_logs(logSettings(settings), link)
    , m_panelMap(settings.config.panelMapUrl, m_from, settings.tree.panelMap(), accessOf(settings),
                 settings.panelMapTimes)
    , m_features(settings.tree.panelFeatures())
    , m_eventOutbox(settings.tree.eventOutbox(), maxProcesses)
    , m_eventSender(m_eventOutbox, link)
    , m_events(m_from, watchdog, m_eventSender, clock, settings.eventLimits)
    , m_stick(stickSettings(settings), {m_installer, watchdog, m_time})
{
    connect(&m_link, &PanelLink::messageReceived, &m_intake, &CommandIntake::receive);
    connect(&m_intake, &CommandIntake::accepted, &m_commands, &CommandRunner::run);
    connect(&m_link, &PanelLink::serverTimeKnown, this, [this](std::chrono::milliseconds offset) {
        m_time.set(offset);
        m_intake.serverTimeKnown();
    });
    connect(&m_link, &PanelLink::replaced, this, [this] { m_identity.replaced(); });
    connect(&m_commands, &CommandRunner::versionRequested, this, &Agent::versionRequested);
    connect(&m_status, &ProcessStatus::problemChanged, this, [this] {
        if (m_features.wantsEvents() && m_link.isOnline()) {
            m_versions.report(xmpp::Keeping::AsUsual);
        }
    });
    connect(&m_commands, &CommandRunner::logsRequested, &m_logs, &LogUploader::start);
    connect(&m_logs, &LogUploader::finished, &m_commands, &CommandRunner::logsUploaded);
    connect(&m_installer, &update::Installer::progress, this, &Agent::sendProgress);
    // Progress that was sent while the panel was offline is lost, and a state may last.
    connect(&m_link, &PanelLink::online, &m_config, &ConfigTrial::online);
    connect(&m_config, &ConfigTrial::restartRequested, this, &Agent::restartRequested);
    connect(&m_link, &PanelLink::online, &m_installer, &update::Installer::repeatProgress);
}

void Agent::start()
{
    for (const Outcome &loaded : {m_outbox.load(), m_record.load(), m_features.load(), m_eventOutbox.load()}) {
        if (!loaded) {
            qCWarning(lcAgent) << loaded.error();
        }
    }
    m_events.setWanted(m_features.wantsEvents());
    m_installer.resume();
    m_restart.resume();
    m_config.resume();
    m_commands.start();
    m_panelMap.start();
    m_stick.start();
}

void Agent::versionRequested(const QStringList &features, bool isLive)
{
    if (const Outcome kept = m_features.set(features); !kept) {
        qCWarning(lcAgent) << kept.error();
    }
    m_events.setWanted(m_features.wantsEvents());
    // Who requests it live is there to read the reply.
    m_versions.report(isLive ? xmpp::Keeping::DeliverOnly : xmpp::Keeping::AsUsual);
    m_installer.repeatProgress();
}

QString Agent::problem() const
{
    QStringList all{m_identity.problem(), m_problem, m_status.problem()};
    all.removeAll(QString());
    return all.join(u"; "_s);
}

void Agent::sendProgress(const update::Order &order, update::State state, int percent, const update::Wait &wait)
{
    if (m_link.isOnline()) {
        m_link.send(encode(ProgressReport{order.number, m_from, nameOf(state), percent, wait.remarks, order.request,
                                          wait.cause}),
                    xmpp::Keeping::DeliverOnly);
    }
}

} // namespace sgn::agent
