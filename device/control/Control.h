// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"
#include "protocol/Process.h"

#include <QByteArray>
#include <variant>

// The private talk between agent and watchdog on the watchdog's Unix socket: one JSON object a line, at most 64 KiB.
// The agent asks, the watchdog answers every request once, in any order, and sends events in between to a peer that has
// said hello.
namespace sgn::control {

using RequestId = quint32;

// First line of a connection. The pid comes from the socket (SO_PEERCRED), never from the message.
struct Hello
{
    int version = 0; // of the agent's release
    friend bool operator==(const Hello &, const Hello &) = default;
};

// Answered with StatusReply.
struct Status
{
    friend bool operator==(const Status &, const Status &) = default;
};

// Stops the component's processes and starts none until release or until `seconds` have passed; asking again renews it.
// Answered when they are gone.
struct Hold
{
    Component component = Component::SmartMeter;
    int seconds = 0; // 1 to 3600
    friend bool operator==(const Hold &, const Hold &) = default;
};

// Ends the hold and starts the component's processes. Of those in `expected` that the watchdog doesn't know yet, it
// starts the program of that name in the component's folder (`<name>` or `<name>.py`), so that a release can bring new
// processes along.
struct Release
{
    Component component = Component::SmartMeter;
    QList<ProcessVersion> expected;
    friend bool operator==(const Release &, const Release &) = default;
};

// Stops and starts one process that the watchdog knows.
struct Restart
{
    QString processName;
    friend bool operator==(const Restart &, const Restart &) = default;
};

// Restarts the machine. The answer means "under way"; whoever asked is stopped like everything else.
struct Reboot
{
    friend bool operator==(const Reboot &, const Reboot &) = default;
};

// Exchanges JabberClient with the staged folder, starts the new agent and puts the old one back unless the new one says
// Online within `timeoutS`. The answer means "accepted"; the asking agent is then stopped. What became of it is asked
// with SwapStatus.
struct SwapAgent
{
    QString stagedFolder; // absolute, below downloads/
    int version = 0;
    int timeoutS = 0;        // 1 to 3600
    bool needsOnline = true; // false only from older agents, while they were offline themselves: a hello is enough
    friend bool operator==(const SwapAgent &, const SwapAgent &) = default;
};

// The agent has reached the XMPP server.
struct Online
{
    friend bool operator==(const Online &, const Online &) = default;
};

// Answered with SwapStatusReply.
struct SwapStatus
{
    friend bool operator==(const SwapStatus &, const SwapStatus &) = default;
};

// Replaces the watchdog itself by the release in a zip, or by the one before, which it keeps. The watchdog copies the
// zip to a place of its own and trusts nothing that it has not checked there. The answer means "taken down", and so it
// is for a repeat under the same key, whatever has become of it; that is asked with WatchdogSwapStatus.
struct SwapWatchdog
{
    QString key; // names this update, 1 to 128 characters
    QString zip; // absolute, below downloads/
    int version = 0;
    QByteArray sha256; // of the zip, 32 bytes
    QString release;   // signed manifest, or empty
    int timeoutS = 0;  // 1 to 3600: for the new watchdog to prove itself
    bool force = false;
    bool previous = false; // without zip, sha256 and release; the watchdog knows the version
    friend bool operator==(const SwapWatchdog &, const SwapWatchdog &) = default;
};

// Answered with WatchdogSwapReply.
struct WatchdogSwapStatus
{
    friend bool operator==(const WatchdogSwapStatus &, const WatchdogSwapStatus &) = default;
};

using RequestBody = std::variant<Hello, Status, Hold, Release, Restart, SwapAgent, Online, SwapStatus, Reboot,
                                 SwapWatchdog, WatchdogSwapStatus>;

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
    friend bool operator==(const HelloReply &, const HelloReply &) = default;
};

struct StatusReply
{
    QList<ProcessReport> processes;
    friend bool operator==(const StatusReply &, const StatusReply &) = default;
};

enum class SwapState { None, Confirming, Confirmed, RolledBack };

// What became of the last SwapAgent.
struct SwapStatusReply
{
    SwapState state = SwapState::None;
    int version = 0;
    QString remarks; // why it was rolled back
    friend bool operator==(const SwapStatusReply &, const SwapStatusReply &) = default;
};

// Failed: it never got as far as the exchange.
enum class WatchdogSwapState { None, Preparing, Confirming, Confirmed, RolledBack, Failed };

// What became of the last SwapWatchdog.
struct WatchdogSwapReply
{
    WatchdogSwapState state = WatchdogSwapState::None;
    QString key;
    int running = 0;                       // version of the watchdog that answers
    ErrorCode error = ErrorCode::Internal; // of RolledBack and Failed, with the reason
    QString remarks;
    friend bool operator==(const WatchdogSwapReply &, const WatchdogSwapReply &) = default;
};

using ReplyBody = std::variant<Done, HelloReply, StatusReply, SwapStatusReply, WatchdogSwapReply>;

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

// The swap of the agent ended.
struct SwapChanged
{
    SwapStatusReply status;
    friend bool operator==(const SwapChanged &, const SwapChanged &) = default;
};

using Event = std::variant<ProcessChanged, SwapChanged>;

// What the agent reads.
using WatchdogLine = std::variant<Reply, Event>;

// Encoders give one line including its line feed.
[[nodiscard]] QByteArray encode(const Request &request);
[[nodiscard]] QByteArray encode(const Reply &reply);
[[nodiscard]] QByteArray encode(const Event &event);

// `line` without its line feed. BadRequest or UnknownCommand with the reason for anything else.
[[nodiscard]] Result<Request> parseRequest(const QByteArray &line);
[[nodiscard]] Result<WatchdogLine> parseWatchdogLine(const QByteArray &line);

// The id of a line that parseRequest refused, so that the refusal can be answered.
[[nodiscard]] std::optional<RequestId> requestIdOf(const QByteArray &line);

} // namespace sgn::control
