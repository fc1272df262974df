// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/AgentSwap.h"

#include "control/PersistentRequest.h"
#include "system/FolderExchange.h"

namespace sgn::update {

using namespace Qt::StringLiterals;
using control::SwapState;

namespace {

constexpr int maxTries = 3;

} // namespace

AgentSwap::AgentSwap(control::WatchdogPort &watchdog, ReleasePaths paths, const Record &record, SwapTimes times,
                     QObject *parent)
    : ComponentSwap(parent)
    , m_watchdog(watchdog)
    , m_paths(std::move(paths))
    , m_record(record)
    , m_times(times)
{
    m_poll.setInterval(m_times.poll);
    connect(&m_poll, &QTimer::timeout, this, &AgentSwap::lookAtSwap);
    connect(&m_watchdog, &control::WatchdogPort::eventReceived, this, &AgentSwap::lookAtSwap);
    connect(&m_watchdog, &control::WatchdogPort::connected, this, &AgentSwap::lookAtSwap);
    m_limit.setSingleShot(true);
    // The watchdog decides within its time; beyond it and a while for a restart of the machine, nobody will.
    m_limit.setInterval(m_times.confirmAgent + m_times.watchdogAway);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        if (m_isUndecided && m_watchdog.isConnected()) {
            // It can't do what it wants to, and goes on trying; the folders are as they were meanwhile.
            m_limit.start();
        } else {
            judgeByDisk(u"the watchdog doesn't say what became of it"_s);
        }
    });
}

void AgentSwap::prepare()
{
    // Only to know that the watchdog is there; what it says of an older swap doesn't matter.
    askSwapStatus([this](const Result<control::SwapStatusReply> &status) {
        if (status) {
            end(Event::Held);
        } else {
            end(Event::Failed, Error{ErrorCode::InstallFailed, status.error().message});
        }
    });
}

void AgentSwap::swap()
{
    askSwapStatus([this](const Result<control::SwapStatusReply> &status) { swapStatusBeforeSwap(status); });
}

void AgentSwap::swapStatusBeforeSwap(const Result<control::SwapStatusReply> &status)
{
    if (isInPlace() || isOurs(status, SwapState::Confirming)) {
        end(Event::Swapped);
        return;
    }
    if (!status) {
        end(Event::Failed, Error{ErrorCode::InstallFailed, status.error().message});
        return;
    }
    // On a first start it can only be an older update's; after a restart it is this one's.
    if (m_record.starts > 0 && isOurs(status, SwapState::RolledBack)) {
        end(Event::Reverted, Error{ErrorCode::NotHealthy, status->remarks});
        return;
    }
    askForSwap();
}

void AgentSwap::askForSwap()
{
    control::SwapAgent request;
    request.stagedFolder = m_paths.staged();
    request.version = m_record.version.value_or(0);
    request.timeoutS = static_cast<int>(m_times.confirmAgent.count());
    // The order came from the server, so this agent has reached it. One that can't is never good enough, not even when
    // this one is just not there yet or the server is away: then the old one comes back and the order can be repeated.
    request.needsOnline = true;
    m_watchdog.ask(request, this, [this](const Result<control::ReplyBody> &reply) {
        if (reply) {
            end(Event::Swapped);
            return;
        }
        const Error &error = reply.error();
        const bool unclear = error.code == ErrorCode::Network || error.code == ErrorCode::Timeout;
        if (unclear && ++m_tries < maxTries) {
            swap();
        } else {
            end(Event::Failed, Error{ErrorCode::InstallFailed, error.message});
        }
    });
}

void AgentSwap::confirm()
{
    m_confirming = true;
    m_limit.start();
    m_poll.start();
    lookAtSwap();
}

void AgentSwap::lookAtSwap()
{
    if (!m_confirming || m_looking || !m_watchdog.isConnected()) {
        return;
    }
    m_looking = true;
    m_watchdog.ask(control::SwapStatus{}, this, [this](const Result<control::ReplyBody> &reply) {
        m_looking = false;
        if (m_confirming) {
            swapJudged(replyAs<control::SwapStatusReply>(reply));
        }
    });
}

void AgentSwap::swapJudged(const Result<control::SwapStatusReply> &status)
{
    m_isUndecided = isOurs(status, SwapState::Confirming);
    if (isOurs(status, SwapState::Confirmed)) {
        end(Event::Healthy);
    } else if (isOurs(status, SwapState::RolledBack)) {
        end(Event::Reverted, Error{ErrorCode::NotHealthy, status->remarks});
    } else if (status && !m_isUndecided) {
        judgeByDisk(u"the watchdog knows of no such swap"_s);
    }
}

void AgentSwap::judgeByDisk(const QString &why)
{
    if (isInPlace()) {
        end(Event::Healthy);
    } else {
        end(Event::Failed, Error{ErrorCode::InstallFailed, why});
    }
}

void AgentSwap::rollBack()
{
    // The watchdog has the only hand in this folder; a swap that failed left the old agent where it was.
    if (!isInPlace()) {
        end(Event::Untouched);
    } else {
        end(Event::Failed, Error{ErrorCode::InstallFailed, u"the new agent stays in place"_s});
    }
}

void AgentSwap::askSwapStatus(StatusNext next)
{
    auto *const asking =
        new control::PersistentRequest(m_watchdog, control::SwapStatus{}, m_times.watchdogAway, m_times.poll, this);
    connect(asking, &control::PersistentRequest::finished, this,
            [next = std::move(next)](const Result<control::ReplyBody> &reply) {
                next(replyAs<control::SwapStatusReply>(reply));
            });
}

bool AgentSwap::isInPlace() const
{
    const auto installed = system::inodeOf(m_paths.installed());
    return installed && *installed == m_record.stagedId;
}

bool AgentSwap::isOurs(const Result<control::SwapStatusReply> &status, SwapState state) const
{
    return status && status->state == state && status->version == m_record.version;
}

void AgentSwap::end(Event event, const std::optional<Error> &reason)
{
    m_confirming = false;
    m_poll.stop();
    m_limit.stop();
    QMetaObject::invokeMethod(
        this, [this, event, reason] { Q_EMIT ended(event, reason); }, Qt::QueuedConnection);
}

} // namespace sgn::update
