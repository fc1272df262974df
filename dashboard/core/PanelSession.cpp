// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/PanelSession.h"

#include "core/CommandDispatcher.h"
#include "core/CommandLog.h"
#include "core/Fleet.h"
#include "core/LogService.h"
#include "core/Membership.h"
#include "protocol/Json.h"
#include "store/Store.h"
#include "xmpp/Jid.h"

#include <QLoggingCategory>

Q_LOGGING_CATEGORY(lcPanel, "sgn.panel")

namespace sgn::core {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto events = "events"_L1;
constexpr int complaintsPerMinute = 10;
constexpr std::size_t maxHeld = 20'000;
// Every so many ticks the whole fleet is looked through.
constexpr int ticksPerRound = 5;

QByteArray versionRequest()
{
    Command command;
    command.body = VersionRequest{};
    command.features = {QString(events), u"progress"_s};
    return encode(command);
}

const QString &fromOf(const DeviceMessage &message)
{
    return std::visit([](const auto &received) -> const QString & { return received.from; }, message);
}

} // namespace

PanelSession::PanelSession(const Parts &parts, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_session(parts.session)
    , m_fleet(parts.fleet)
    , m_membership(parts.membership)
    , m_commands(parts.commands)
    , m_logs(parts.logs)
    , m_store(parts.store)
    , m_clock(parts.clock)
    , m_timing(timing)
    , m_queue(parts.session)
    , m_dispatcher(
          std::make_unique<CommandDispatcher>(parts.commands, parts.fleet, m_queue, parts.clock, timing.resend))
    , m_inquiry(timing.inquiry)
    , m_catchUp(parts.session, parts.store, parts.clock, timing.archive)
    , m_progress(parts.session, parts.membership, m_catchUp, {timing.quiet, timing.settle, timing.ready})
    , m_question(versionRequest())
    , m_complaints(complaintsPerMinute, 1min)
{
    m_tick.setInterval(m_timing.tick);
    connect(&m_tick, &QTimer::timeout, this, &PanelSession::onTick);
    connect(&m_progress, &LoginProgress::readyToSend, this, [this] { m_dispatcher->setOnline(true); });
    connect(&m_progress, &LoginProgress::presencesIn, this, &PanelSession::onPresencesIn);
    connect(&m_progress, &LoginProgress::settled, this, &PanelSession::onSettled);
    connect(&m_session, &xmpp::Session::online, this, &PanelSession::onOnline);
    connect(&m_session, &xmpp::Session::offline, this, &PanelSession::onOffline);
    connect(&m_session, &xmpp::Session::stateChanged, this, [this](xmpp::Session::State state) {
        if (state != xmpp::Session::State::Online) {
            m_dispatcher->setOnline(false);
            m_queue.clear();
        }
    });
    connect(&m_membership, &Membership::settled, this, &PanelSession::onContactsKnown);
    connect(&m_membership, &Membership::accepted, this, &PanelSession::ask);
    connect(&m_membership, &Membership::retired, this, &PanelSession::onRetired);
    connect(&m_session, &xmpp::Session::presenceChanged, this, &PanelSession::onPresence);
    connect(&m_session, &xmpp::Session::messageReceived, this, &PanelSession::onMessage);
    connect(&m_catchUp, &CatchUp::messageRead, this, &PanelSession::read);
    connect(&m_catchUp, &CatchUp::stepChanged, this, [this] { m_dispatcher->setCatchingUp(m_catchUp.isReading()); });
    connect(&m_catchUp, &CatchUp::completed, this, &PanelSession::caughtUp);
    connect(&m_fleet, &Fleet::cameOnline, this, &PanelSession::ask);
}

PanelSession::~PanelSession() = default;

void PanelSession::useOperatorKey(std::optional<SigningKey> key)
{
    m_dispatcher->useOperatorKey(std::move(key));
}

void PanelSession::holdCommands(bool held)
{
    m_dispatcher->setHeld(held);
}

void PanelSession::start()
{
    m_session.start();
    m_tick.start();
}

void PanelSession::stop()
{
    m_tick.stop();
    m_progress.end();
    m_catchUp.stop();
    m_session.stop();
    m_fleet.forgetPresence();
}

int PanelSession::requestVersions(const QStringList &jids)
{
    int asked = 0;
    for (const QString &jid : jids) {
        const records::Device *device = m_fleet.find(jid);
        if (device && device->online && isOnline()) {
            ask(jid);
            ++asked;
        }
    }
    return asked;
}

void PanelSession::onOnline()
{
    m_resources.clear();
    m_inquiry.forgetAll();
    m_fleet.beginPresence();
    m_progress.begin();
    m_catchUp.start();
    Q_EMIT online();
}

void PanelSession::onOffline(const Error &reason)
{
    m_held.clear();
    m_progress.end();
    m_catchUp.stop();
    m_inquiry.forgetAll();
    Q_EMIT offline(reason);
}

void PanelSession::onContactsKnown()
{
    for (const auto &held : std::exchange(m_held, {})) {
        held();
    }
    m_progress.noteArrival();
}

bool PanelSession::isHeld(const QString &jid, std::function<void()> later)
{
    if (m_membership.isSettled() || m_fleet.indexOf(jid) >= 0) {
        return false;
    }
    if (m_held.size() < maxHeld) {
        m_held.push_back(std::move(later));
    }
    return true;
}

void PanelSession::onRetired(const QString &jid)
{
    m_resources.remove(jid);
    m_inquiry.forget(jid);
}

void PanelSession::onPresence(const QString &jid, bool online, const QString &resource)
{
    if (jid == m_session.ownBareJid() ||
        isHeld(jid, [this, jid, online, resource] { onPresence(jid, online, resource); })) {
        return;
    }
    const bool isDevice = online ? m_membership.admits(jid, {.at = m_clock.wallUtc()}) : m_fleet.indexOf(jid) >= 0;
    if (!isDevice) {
        return;
    }
    QStringList &resources = m_resources[jid];
    if (online) {
        if (!resources.contains(resource)) {
            resources += resource;
        }
    } else if (resource.isEmpty()) {
        resources.clear();
    } else {
        resources.removeOne(resource);
    }
    const bool isOnline = !resources.isEmpty();
    if (!isOnline) {
        m_resources.remove(jid);
        m_inquiry.forget(jid);
    }
    const records::Device *known = m_fleet.find(jid);
    const bool isFresh = isOnline && !(known && known->online);
    m_fleet.setPresence(jid, isOnline);
    // One that was online in the last session too hasn't come, but is asked all the same.
    if (isOnline && !isFresh && !m_progress.arePresencesIn()) {
        ask(jid);
    }
    m_progress.noteArrival();
}

void PanelSession::onPresencesIn()
{
    m_membership.settle();
    m_fleet.settlePresence();
}

void PanelSession::onSettled()
{
    m_fleet.flush();
    Q_EMIT settled();
}

void PanelSession::onMessage(const xmpp::IncomingMessage &message)
{
    if (message.fromArchive) {
        m_catchUp.take(message);
        return;
    }
    read(message, CatchUp::Pass::InOrder);
    // Its effects were given to the store before, so the reading may go on after it. Not before the archive has been
    // read to its end: what is between would be lost.
    if (m_catchUp.isComplete() && !message.archiveId.isEmpty()) {
        m_store.keepArchiveId(message.archiveId);
    }
}

void PanelSession::read(const xmpp::IncomingMessage &message, CatchUp::Pass pass)
{
    if (message.fromBare == m_session.ownBareJid()) {
        onOwnMessage(message);
        return;
    }
    if (isHeld(message.fromBare, [this, message, pass] { read(message, pass); })) {
        return;
    }
    const Result<DeviceMessageReading> reading = readDeviceMessage(message.body);
    const Newcomers::Sign sign{.at = arrivalOf(message, pass).stamp,
                               .claimedId = reading ? fromOf(reading->message) : QString(),
                               .message = QString::fromUtf8(message.body.first(
                                   std::min(message.body.size(), qsizetype{4} * Newcomers::maxMessage)))};
    if (!m_membership.admits(message.fromBare, sign)) {
        complain(message.fromBare, u"a message of an account that isn't a device of the fleet"_s);
        return;
    }
    if (reading) {
        onDeviceMessage(message, *reading, pass);
    } else {
        onUnreadable(message, reading.error().message);
    }
}

void PanelSession::onOwnMessage(const xmpp::IncomingMessage &message)
{
    // What this very session sent is known already.
    if (message.from == m_session.ownJid() || message.toBare.isEmpty() || message.toBare == message.fromBare) {
        return;
    }
    if (const auto command = parseCommand(message.body)) {
        m_membership.acceptCorrespondent(message.toBare);
        m_commands.observe(*command, message.toBare, message.stamp, xmpp::resourceOf(message.from));
        // A device takes what its panel understands from the newest version_req. One from a chat client names no
        // features, and the device would send no more events.
        const records::Device *device = m_fleet.find(message.toBare);
        if (message.carbon && std::holds_alternative<VersionRequest>(command->body) && device && device->isModern &&
            !command->features.contains(events)) {
            ask(message.toBare);
        }
    }
}

// An answer all the same: a device that doesn't write as it should is there, and the operator learns what is wrong.
void PanelSession::onUnreadable(const xmpp::IncomingMessage &message, const QString &what)
{
    const QString &jid = message.fromBare;
    complain(jid, what);
    const Arrival arrival = arrivalOf(message, CatchUp::Pass::InOrder);
    m_fleet.recordMessage(jid, {}, arrival);
    if (arrival.isLive) {
        m_fleet.setUnreadable(jid, what);
        m_inquiry.answered(jid);
    }
}

void PanelSession::onDeviceMessage(const xmpp::IncomingMessage &message, const DeviceMessageReading &reading,
                                   CatchUp::Pass pass)
{
    const DeviceMessage &received = reading.message;
    const QString &jid = message.fromBare;
    const Arrival arrival = arrivalOf(message, pass);
    if (pass != CatchUp::Pass::Again) {
        show(jid, reading, arrival);
    }
    if (const auto *result = std::get_if<CommandResult>(&received)) {
        m_commands.apply(jid, *result, arrival);
        // After an update its versions are others; a modern one reports them by itself, an old one has to be asked.
        if (arrival.isLive && result->success) {
            ask(jid);
        }
    } else if (const auto *progress = std::get_if<ProgressReport>(&received)) {
        m_commands.apply(jid, *progress, arrival);
    } else if (const auto *logs = std::get_if<LogsReply>(&received)) {
        m_logs.apply(jid, *logs, arrival);
    }
    if (arrival.isLive) {
        m_membership.requestPresence(jid);
    }
}

// What it shows of the device.
void PanelSession::show(const QString &jid, const DeviceMessageReading &reading, const Arrival &arrival)
{
    const auto *report = std::get_if<VersionReport>(&reading.message);
    if (report) {
        m_fleet.apply(jid, *report, arrival);
    } else if (const auto *event = std::get_if<ProcessEvent>(&reading.message)) {
        m_fleet.apply(jid, *event, arrival);
    } else {
        m_fleet.recordMessage(jid, fromOf(reading.message), arrival);
    }
    if (!arrival.isLive) {
        return;
    }
    if (report) {
        m_inquiry.answered(jid);
        Q_EMIT reportReceived(jid);
    }
    // A whole report that can be read ends it; a result alone doesn't show that the reports can be.
    if (!reading.notes.isEmpty() || report) {
        m_fleet.setUnreadable(jid, reading.notes.join(u"; "_s));
    }
}

Arrival PanelSession::arrivalOf(const xmpp::IncomingMessage &message, CatchUp::Pass pass) const
{
    const bool isLive = !message.delayed && !message.fromArchive;
    const QDateTime now = m_clock.wallUtc();
    return {isLive ? now : std::min(message.stamp, now), isLive, pass == CatchUp::Pass::Behind};
}

void PanelSession::onTick()
{
    const MonotonicTime now = m_clock.monotonic();
    for (const QString &jid : m_inquiry.takeOverdue(now)) {
        const records::Device *device = m_fleet.find(jid);
        if (device && device->online) {
            m_fleet.setNotAnswering(jid, true);
        }
    }
    if (++m_ticks % ticksPerRound != 0 || !isOnline()) {
        return;
    }
    m_fleet.expireSilent(m_timing.silentAfter);
    for (int index = 0; index < m_fleet.count(); ++index) {
        const records::Device &device = m_fleet.at(index);
        if (device.online && m_inquiry.isDue(device.jid, device.isModern, device.notAnswering, now)) {
            ask(device.jid);
        }
    }
}

void PanelSession::ask(const QString &jid)
{
    if (isOnline()) {
        m_inquiry.asked(jid, m_clock.monotonic());
        m_queue.send(jid, m_question, SendQueue::Priority::Ordinary, {}, xmpp::Keeping::DeliverOnly);
    }
}

void PanelSession::complain(const QString &jid, const QString &what)
{
    if (m_complaints.allow(m_clock.monotonic())) {
        const quint64 suppressed = m_complaints.takeSuppressed();
        qCWarning(lcPanel).noquote() << jid << "sent an unusable message:" << what.left(300)
                                     << (suppressed > 0 ? u"(and %1 more)"_s.arg(suppressed) : QString());
    }
}

} // namespace sgn::core
