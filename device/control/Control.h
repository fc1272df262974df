// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"
#include "protocol/Process.h"

#include <optional>
#include <QByteArray>
#include <variant>

// The private messages between agent and watchdog on the watchdog's Unix socket: one JSON object a line, at most 64
// KiB. The agent sends requests, the watchdog replies to each once, in any order, and sends events in between to a peer
// that has sent Hello.
//
// Agent and watchdog are updated one after the other, so each has to understand the other's version before and after.
// Both send `protocol` in their greeting; fields that a reader doesn't know are ignored, and the number rises only when
// a peer that speaks less must not be talked to as before.
namespace sgn::control {

inline constexpr int protocolVersion = 1;

using RequestId = quint32;

// First line of a connection. The pid comes from the socket (SO_PEERCRED), never from the message.
struct Hello
{
    int version = 0; // of the agent's release
    int protocol = protocolVersion;
    // From the device's configuration: how long a process may be silent, and how long its start may take, 1 to 86400.
    // Empty in the greeting of an older agent.
    std::optional<int> heartbeatTimeoutS = {};
    std::optional<int> startTimeoutS = {};
    // The agent installs what a USB stick has brought (StickHandover.h); false in the greeting of an older agent.
    bool takesSticks = false;
    friend bool operator==(const Hello &, const Hello &) = default;
};

// StatusReply is the reply.
struct Status
{
    friend bool operator==(const Status &, const Status &) = default;
};

// Stops the component's processes and starts none until Resume or until `seconds` have passed; another Hold renews it.
// The reply comes when they have ended.
struct Hold
{
    Component component = Component::SmartMeter;
    int seconds = 0; // 1 to 3600
    friend bool operator==(const Hold &, const Hold &) = default;
};

// Ends the hold and starts the component's processes. Of those in `expected` that the watchdog doesn't know yet, it
// starts the program of that name in the component's folder (`<name>` or `<name>.py`), so that a release can bring new
// processes along.
struct Resume
{
    Component component = Component::SmartMeter;
    QList<ProcessVersion> expected;
    friend bool operator==(const Resume &, const Resume &) = default;
};

// Stops and starts one process that the watchdog knows.
struct Restart
{
    QString processName;
    friend bool operator==(const Restart &, const Restart &) = default;
};

// Restarts the machine. The reply means "under way"; the sender is stopped like everything else.
struct Reboot
{
    friend bool operator==(const Reboot &, const Reboot &) = default;
};

// The agent has reached the XMPP server.
struct Online
{
    std::optional<QDateTime> since = {}; // UTC; empty from an older agent
    friend bool operator==(const Online &, const Online &) = default;
};

// The agent can't reach the XMPP server, or has lost it. An older watchdog doesn't know this request.
struct Offline
{
    std::optional<QDateTime> since = {}; // UTC
    QString reason;                      // one plain sentence; empty while none is known
    friend bool operator==(const Offline &, const Offline &) = default;
};

// Where a new release comes from: a folder that the agent has checked and unpacked,
struct SwapFolder
{
    QString path; // absolute, below downloads/
    friend bool operator==(const SwapFolder &, const SwapFolder &) = default;
};
// a zip, of which the watchdog copies and checks everything itself,
struct SwapZip
{
    QString zip;       // absolute, below downloads/
    QByteArray sha256; // 32 bytes
    QString release;   // signed manifest, or empty
    bool force = false;
    friend bool operator==(const SwapZip &, const SwapZip &) = default;
};
// or the release before the installed one, which the watchdog keeps and whose version it knows.
struct SwapPrevious
{
    friend bool operator==(const SwapPrevious &, const SwapPrevious &) = default;
};
using SwapSource = std::variant<SwapFolder, SwapZip, SwapPrevious>;

// Exchanges the installed release of a program by another one, and rolls back unless the new one is confirmed within
// `timeoutS`: an agent by reaching its server, a watchdog by serving its processes. JabberClient comes as a SwapFolder,
// WatchDog as a SwapZip or SwapPrevious. The reply means "accepted", also for a repeat under the same key, whatever
// has become of it; that is in SwapStatusReply.
struct Swap
{
    Component component = Component::JabberClient;
    QString key; // names this update over all restarts, 1 to 128 characters
    int version = 0;
    int timeoutS = 0; // 1 to 3600
    SwapSource source;
    // JabberClient: the release came by a stick to a device that may have no network. If the agent isn't online when
    // it is replaced, the new one need not reach the server either: it is confirmed when it has run for a while after
    // its hello. An older watchdog doesn't know the field and rolls back.
    bool mayBeOffline = false;
    friend bool operator==(const Swap &, const Swap &) = default;
};

// SwapStatusReply is the reply.
struct SwapStatus
{
    Component component = Component::JabberClient;
    friend bool operator==(const SwapStatus &, const SwapStatus &) = default;
};

// The agent has done all it will do with what a stick has brought: its result is to be written back to the stick. Done
// is the reply, also for a repeat.
struct StickDone
{
    friend bool operator==(const StickDone &, const StickDone &) = default;
};

using RequestBody =
    std::variant<Hello, Status, Hold, Resume, Restart, Reboot, Online, Offline, Swap, SwapStatus, StickDone>;

struct Request
{
    RequestId id = 0;
    RequestBody body;
    friend bool operator==(const Request &, const Request &) = default;
};

struct Done
{
    friend bool operator==(const Done &, const Done &) = default;
};

struct HelloReply
{
    int watchdogVersion = 0;
    int protocol = protocolVersion;
    friend bool operator==(const HelloReply &, const HelloReply &) = default;
};

// How the agent reaches its XMPP server, as it has reported it.
struct AgentLink
{
    bool isOnline = false;
    std::optional<QDateTime> since = {}; // UTC
    QString reason;                      // why it is offline

    friend bool operator==(const AgentLink &, const AgentLink &) = default;
};

// The agent as the watchdog sees it.
struct AgentReport
{
    ProcessReport process;
    std::optional<AgentLink> link = {}; // empty: it has reported none since it was started

    friend bool operator==(const AgentReport &, const AgentReport &) = default;
};

struct StatusReply
{
    QList<ProcessReport> processes;
    // What is wrong with programs that are no process of the table, a sentence; empty, also of an older watchdog:
    // nothing.
    QString problem = {};
    // Empty in the reply of an older watchdog.
    std::optional<int> watchdogVersion = {};
    std::optional<AgentReport> agent = {};
    friend bool operator==(const StatusReply &, const StatusReply &) = default;
};

// Failed: it ended before the exchange, or the exchange itself failed and changed nothing.
enum class SwapProgress { None, Preparing, Confirming, Confirmed, RolledBack, Failed };

// What became of the last Swap of the component.
struct SwapStatusReply
{
    Component component = Component::JabberClient;
    SwapProgress progress = SwapProgress::None;
    QString key;
    int running = 0;                       // version of the watchdog that replies
    ErrorCode error = ErrorCode::Internal; // of RolledBack and Failed, with the reason
    QString remarks;
    friend bool operator==(const SwapStatusReply &, const SwapStatusReply &) = default;
};

using ReplyBody = std::variant<Done, HelloReply, StatusReply, SwapStatusReply>;

struct Reply
{
    RequestId id = 0;
    Result<ReplyBody> body;
};

// A process changed its state, or the first heartbeat of a new pid or version came in.
struct ProcessChanged
{
    ProcessReport process;
    friend bool operator==(const ProcessChanged &, const ProcessChanged &) = default;
};

// A swap ended.
struct SwapChanged
{
    SwapStatusReply status;
    friend bool operator==(const SwapChanged &, const SwapChanged &) = default;
};

// StatusReply::problem is another one now.
struct ProblemChanged
{
    QString problem;
    friend bool operator==(const ProblemChanged &, const ProblemChanged &) = default;
};

// A stick has brought releases, which lie in DeviceTree::stick() (StickHandover.h). An older agent doesn't know this
// event.
struct StickArrived
{
    friend bool operator==(const StickArrived &, const StickArrived &) = default;
};

using Event = std::variant<ProcessChanged, SwapChanged, ProblemChanged, StickArrived>;

// Either of what the agent reads.
using WatchdogLine = std::variant<Reply, Event>;

// Encoders give one line including its line feed.
[[nodiscard]] QByteArray encode(const Request &request);
[[nodiscard]] QByteArray encode(const Reply &reply);
[[nodiscard]] QByteArray encode(const Event &event);

// `line` without its line feed. BadRequest or UnknownCommand with the reason for anything else.
[[nodiscard]] Result<Request> parseRequest(const QByteArray &line);
[[nodiscard]] Result<WatchdogLine> parseWatchdogLine(const QByteArray &line);

// The id of a line that parseRequest refused, so that the refusal can be sent. nullopt if the line has none.
[[nodiscard]] std::optional<RequestId> requestIdOf(const QByteArray &line);

} // namespace sgn::control
