// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/SenderSearch.h"

#include "supervision/ProcessTree.h"
#include "system/ProcFs.h"

#include <algorithm>
#include <unistd.h>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

namespace {

// A look at all processes takes a Pi some milliseconds.
constexpr int searchesPerSecond = 20;
constexpr int suspicionsPerSecond = 5;
constexpr int namesPerSecond = 2;
constexpr qsizetype maxCommandLength = 80;

std::optional<pid_t> holderOf(const system::UdpSocket &socket)
{
    for (const system::ProcStat &process : system::readAllProcesses()) {
        if (system::holdsSocket(process.pid, socket.inode)) {
            return process.pid;
        }
    }
    return std::nullopt;
}

// Its command line is free text of the process.
QString describe(pid_t pid)
{
    QString command = QString::fromUtf8(system::readArguments(pid).join(' ')).simplified();
    command.removeIf([](QChar c) { return !c.isPrint(); });
    return u"process %1 (%2)"_s.arg(QString::number(pid), command.left(maxCommandLength));
}

} // namespace

bool Claim::isOwn() const
{
    return known && (*known == pid || isStartedBy(*known, static_cast<pid_t>(pid)));
}

SenderSearch::SenderSearch(uid_t owner, const Clock &clock)
    : m_owner(owner)
    , m_clock(clock)
    , m_searches(searchesPerSecond, std::chrono::seconds(1))
    , m_suspicions(suspicionsPerSecond, std::chrono::seconds(1))
    , m_ownerNames(namesPerSecond, std::chrono::seconds(1))
    , m_otherNames(namesPerSecond, std::chrono::seconds(1))
{}

bool SenderSearch::isTrusted(const system::UdpSocket &socket) const
{
    return socket.user == 0 || socket.user == ::geteuid() || socket.user == m_owner;
}

std::optional<bool> SenderSearch::isHeld(const Claim &claim, quint64 inode)
{
    const auto sender = static_cast<pid_t>(claim.pid);
    const pid_t leader = claim.isOwn() ? *claim.known : sender;
    if (system::holdsSocket(sender, inode) || system::holdsSocket(leader, inode)) {
        return true;
    }
    if (!m_searches.allow(m_clock.monotonic())) {
        return std::nullopt;
    }
    return std::ranges::any_of(startedBy(leader, system::readAllProcesses()),
                               [inode](const system::ProcStat &stat) { return system::holdsSocket(stat.pid, inode); });
}

SenderSearch::Finding SenderSearch::attest(const Claim &claim, const HeartbeatSender &sender)
{
    const uid_t self = ::geteuid();
    Finding finding;
    SenderFacts facts;
    facts.othersAreKeptAway = sender.othersAreKeptAway;
    for (const system::UdpSocket &socket : sender.sockets) {
        facts.users += socket.user;
        const bool isTrusted = socket.user == 0 || socket.user == self;
        if (facts.isHeldByProcess || (!isTrusted && socket.user != m_owner)) {
            continue;
        }
        // The usual case, and the only one that a flood of true copies can reach: it costs no look at a process.
        const bool isAttested = claim.known && claim.attestedInode == socket.inode;
        const std::optional<bool> held = isAttested ? true : isHeld(claim, socket.inode);
        if (!held && !isTrusted) {
            return finding;
        }
        facts.isHeldByProcess = held.value_or(false);
        if (facts.isHeldByProcess && claim.isOwn()) {
            finding.inode = socket.inode;
        }
    }
    if (!facts.users.isEmpty() && !facts.isHeldByProcess) {
        const QList<system::UdpSocket> now = sender.lookAgain();
        facts.isStillThere = std::ranges::any_of(
            sender.sockets, [&now](const system::UdpSocket &socket) { return now.contains(socket); });
    }
    finding.attestation = attestationOf(facts, m_owner, self);
    return finding;
}

std::optional<qsizetype> SenderSearch::senderAmong(const QList<Suspect> &suspects, const HeartbeatSender &sender)
{
    const bool isTheirs = std::ranges::any_of(sender.sockets, [this](const auto &socket) { return isTrusted(socket); });
    if (!isTheirs || !m_suspicions.allow(m_clock.monotonic())) {
        return std::nullopt;
    }
    const auto holdsOne = [&sender](pid_t pid) {
        return std::ranges::any_of(
            sender.sockets, [pid](const system::UdpSocket &socket) { return system::holdsSocket(pid, socket.inode); });
    };
    const QList<system::ProcStat> all = system::readAllProcesses();
    for (qsizetype i = 0; i < suspects.size(); ++i) {
        const Suspect &suspect = suspects[i];
        if (holdsOne(suspect.leader) ||
            std::ranges::any_of(startedBy(suspect.leader, all, suspect.others),
                                [&](const system::ProcStat &stat) { return holdsOne(stat.pid); })) {
            return i;
        }
    }
    return std::nullopt;
}

std::optional<SenderName> SenderSearch::nameOf(const HeartbeatSender &sender)
{
    SenderName name;
    name.isOwners = sender.sockets.isEmpty()
                        ? sender.othersAreKeptAway
                        : std::ranges::any_of(sender.sockets, [this](const auto &socket) { return isTrusted(socket); });
    if (!(name.isOwners ? m_ownerNames : m_otherNames).allow(m_clock.monotonic())) {
        return std::nullopt;
    }
    if (!name.isOwners) {
        if (!sender.sockets.isEmpty()) {
            name.process = u"a process of user number %1"_s.arg(sender.sockets.constFirst().user);
        }
        return name;
    }
    for (const system::UdpSocket &socket : sender.sockets) {
        const auto holder = isTrusted(socket) ? holderOf(socket) : std::nullopt;
        if (holder) {
            name.process = describe(*holder);
            break;
        }
    }
    return name;
}

} // namespace sgn::supervision
