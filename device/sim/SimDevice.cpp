// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/SimDevice.h"

#include <algorithm>
#include <array>

namespace sgn::sim {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxAnswers = 100;
constexpr qsizetype maxUnsent = 100;
constexpr int progressSteps = 4;
constexpr std::array updateStates{"downloading"_L1, "verifying"_L1, "swapping"_L1, "confirming"_L1};
static_assert(updateStates.size() == progressSteps);

LastExit lastExit(const QDateTime &at)
{
    LastExit exit;
    exit.code = 1;
    exit.at = at;
    exit.heartbeatAgeS = 4.2;
    exit.lastLines = {u"Traceback (most recent call last):"_s, u"OSError: [Errno 5] Input/output error"_s};
    return exit;
}

} // namespace

SimDevice::SimDevice(const Setting &setting, const Behaviour &behaviour, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_behaviour(behaviour)
    , m_clock(clock)
    , m_panelJid(setting.panelJid)
    , m_from(setting.from)
    , m_session(setting.account, xmpp::quietSession(), clock)
    , m_random(setting.seed)
{
    for (const ProcessVersion &version : behaviour.processes) {
        ProcessReport process;
        process.name = version.name;
        process.version = version.version;
        process.state = ProcessState::Running;
        process.since = clock.wallUtc();
        m_processes += process;
    }
    if (setting.isDead) {
        ProcessReport &dead = m_processes.last();
        dead.isDead = true;
        dead.state = ProcessState::CrashLoop;
        dead.restarts24h = 40;
        dead.lastExit = lastExit(clock.wallUtc());
    }
    m_session.setTrustedPeers({m_panelJid});
    connect(&m_session, &xmpp::Session::stateChanged, this, &SimDevice::stateChanged);
    connect(&m_session, &xmpp::Session::offline, this, &SimDevice::offline);
    connect(&m_session, &xmpp::Session::stopped, this, &SimDevice::switchedOff);
    connect(&m_session, &xmpp::Session::messageReceived, this, &SimDevice::receive);
    connect(&m_session, &xmpp::Session::acknowledged, this, [this](quint64 id) { m_onTheWay.remove(id); });
    connect(&m_session, &xmpp::Session::notSent, this, [this](quint64 id, const Error &reason) {
        const QByteArray body = m_onTheWay.take(id);
        if (reason.code != ErrorCode::BadRequest && m_unsent.size() < maxUnsent) {
            m_unsent += body;
        }
    });
    connect(&m_session, &xmpp::Session::online, this, [this] {
        for (const QByteArray &body : std::exchange(m_unsent, {})) {
            send(body);
        }
    });
    connect(&m_eventTimer, &QTimer::timeout, this, &SimDevice::sendEvent);
    if (behaviour.eventEvery.count() > 0) {
        m_eventTimer.start(behaviour.eventEvery);
    }
}

void SimDevice::receive(const xmpp::IncomingMessage &message)
{
    if (message.fromBare != m_panelJid || message.carbon || message.fromArchive) {
        return;
    }
    const auto command = parseCommand(message.body);
    if (!command) {
        if (command.error().number) {
            send(encode(failure(*command.error().number, command.error().error.code, command.error().error.message)));
        }
        return;
    }
    const QByteArray fingerprint = commandFingerprint(message.body);
    if (command->number) {
        const auto known = m_answers.constFind(fingerprint);
        if (known != m_answers.cend()) {
            if (!known->isEmpty()) {
                send(*known);
            }
            return;
        }
        if (m_answers.size() >= maxAnswers) {
            m_answers.clear();
        }
        m_answers.insert(fingerprint, {});
    }
    after(m_behaviour.answer, [this, command = *command, fingerprint] { obey(command, fingerprint); });
}

void SimDevice::obey(const Command &command, const QByteArray &fingerprint)
{
    if (std::holds_alternative<VersionRequest>(command.body)) {
        m_panelWantsEvents = m_behaviour.modern && command.features.contains("events"_L1);
        sendVersions();
    } else if (std::holds_alternative<UploadLogs>(command.body)) {
        LogsReply reply;
        reply.from = m_from;
        reply.remarks = u"a simulated device keeps no logs"_s;
        reply.number = command.number;
        reply.request = m_behaviour.modern ? command.request : QString();
        send(encode(reply));
    } else if (const auto *const wanted = std::get_if<UpdateCommand>(&command.body)) {
        update(*wanted, command, fingerprint);
    } else if (const auto *const process = std::get_if<RestartProcess>(&command.body)) {
        restart(*process, command, fingerprint);
    } else if (command.number) {
        finish(command, fingerprint,
               failure(*command.number, ErrorCode::UnknownCommand, u"a simulated device doesn't do that"_s));
    }
}

void SimDevice::update(const UpdateCommand &update, const Command &command, const QByteArray &fingerprint)
{
    const CommandNo number = command.number.value_or(0);
    if (std::exchange(m_isUpdating, true)) {
        finish(command, fingerprint, failure(number, ErrorCode::Busy, u"another update runs"_s));
        return;
    }
    const bool fails = draw(100) < m_behaviour.updateFailsPercent;
    const auto whole = m_behaviour.update.high - m_behaviour.update.low;
    const auto duration = m_behaviour.update.low + whole * draw(1000) / 1000;
    for (int step = 0; step < progressSteps && command.progress && m_behaviour.modern; ++step) {
        const ProgressReport progress{number, m_from, updateStates.at(static_cast<size_t>(step)),
                                      100,    {},     command.request};
        after({duration * step / progressSteps, duration * step / progressSteps},
              [this, progress] { m_session.send(m_panelJid, encode(progress), xmpp::Keeping::DeliverOnly); });
    }
    after({duration, duration}, [this, update, command, fingerprint, number, fails] {
        m_isUpdating = false;
        if (fails) {
            finish(command, fingerprint,
                   failure(number, ErrorCode::DownloadFailed, u"download failed: HTTP 404 from example.com"_s));
        } else {
            install(update);
            Q_EMIT installed(update.component, number);
            finish(command, fingerprint, success(number));
        }
    });
}

void SimDevice::install(const UpdateCommand &update)
{
    for (const ProcessVersion &wanted : update.processes) {
        const auto it = std::ranges::find(m_processes, wanted.name, &ProcessReport::name);
        if (it != m_processes.end()) {
            it->version = wanted.version;
        }
    }
    if (update.component == Component::JabberClient) {
        m_agentVersion = update.version;
    }
}

void SimDevice::restart(const RestartProcess &restart, const Command &command, const QByteArray &fingerprint)
{
    const auto it = std::ranges::find(m_processes, restart.processName, &ProcessReport::name);
    const CommandNo number = command.number.value_or(0);
    if (it == m_processes.end()) {
        finish(command, fingerprint,
               failure(number, ErrorCode::BadRequest, u"there is no process \"%1\""_s.arg(restart.processName)));
        return;
    }
    it->isDead = false;
    it->state = ProcessState::Running;
    it->since = m_clock.wallUtc();
    finish(command, fingerprint, success(number));
}

CommandResult SimDevice::success(CommandNo number) const
{
    CommandResult result;
    result.number = number;
    result.from = m_from;
    result.success = true;
    return result;
}

CommandResult SimDevice::failure(CommandNo number, ErrorCode code, const QString &remarks) const
{
    CommandResult result = success(number);
    result.success = false;
    result.error = code;
    result.remarks = remarks;
    return result;
}

void SimDevice::finish(const Command &command, const QByteArray &fingerprint, const CommandResult &result)
{
    CommandResult reported = result;
    if (!m_behaviour.modern) {
        reported.error.reset();
    } else {
        reported.command = commandName(command.body);
        reported.request = command.request;
    }
    const QByteArray answer = encode(reported);
    m_answers.insert(fingerprint, answer);
    send(answer);
}

void SimDevice::sendVersions()
{
    VersionReport report;
    report.from = m_from;
    report.processes = m_processes;
    if (m_behaviour.modern) {
        report.facts.agentVersion = m_agentVersion;
        report.facts.watchdogVersion = 1;
        report.facts.os = u"simulated"_s;
    } else {
        for (ProcessReport &process : report.processes) {
            ProcessReport plain;
            plain.name = process.name;
            plain.version = process.version;
            plain.isDead = process.isDead;
            process = plain;
        }
    }
    // Only devices of today ask the server not to archive it.
    if (m_behaviour.modern) {
        m_session.send(m_panelJid, encode(report), xmpp::Keeping::DeliverOnly);
    } else {
        send(encode(report));
    }
}

void SimDevice::sendEvent()
{
    if (!m_panelWantsEvents || !m_session.isOnline()) {
        return;
    }
    // The process crashed and was started again.
    ProcessReport &process = m_processes[draw(static_cast<int>(m_processes.size()))];
    process.lastExit = lastExit(m_clock.wallUtc());
    process.restarts24h = process.restarts24h.value_or(0) + 1;
    send(encode(ProcessEvent{m_from, process}));
}

void SimDevice::send(const QByteArray &body)
{
    m_onTheWay.insert(m_session.send(m_panelJid, body), body);
}

void SimDevice::after(const Span &span, std::function<void()> then)
{
    const auto width = span.high - span.low;
    QTimer::singleShot(span.low + width * draw(1000) / 1000, this, std::move(then));
}

} // namespace sgn::sim
