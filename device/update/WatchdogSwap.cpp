// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/WatchdogSwap.h"

#include "control/PersistentRequest.h"

namespace sgn::update {

using namespace Qt::StringLiterals;
using control::WatchdogSwapState;

WatchdogSwap::WatchdogSwap(control::WatchdogPort &watchdog, ReleasePaths paths, const Record &record, SwapTimes times,
                           QObject *parent)
    : ComponentSwap(parent)
    , m_watchdog(watchdog)
    , m_paths(std::move(paths))
    , m_record(record)
    , m_times(times)
{
    m_poll.setInterval(m_times.poll);
    connect(&m_poll, &QTimer::timeout, this, &WatchdogSwap::look);
    connect(&m_watchdog, &control::WatchdogPort::connected, this, &WatchdogSwap::look);
    m_limit.setSingleShot(true);
    // The watchdog decides within its time; beyond it and a while for a restart of the machine, nobody will.
    m_limit.setInterval(m_times.confirmWatchdog + m_times.watchdogAway);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        end(Event::Failed, Error{ErrorCode::InstallFailed, u"the watchdog doesn't say what became of it"_s});
    });
}

QString WatchdogSwap::key() const
{
    return QString::number(m_record.order.number) + u':' + QString::fromLatin1(m_record.order.fingerprint.toHex());
}

void WatchdogSwap::prepare()
{
    auto *const asking = new control::PersistentRequest(m_watchdog, control::WatchdogSwapStatus{}, m_times.watchdogAway,
                                                        m_times.poll, this);
    connect(asking, &control::PersistentRequest::finished, this, [this](const Result<control::ReplyBody> &reply) {
        const auto status = replyAs<control::WatchdogSwapReply>(reply);
        if (status) {
            end(Event::Held);
        } else if (status.error().code == ErrorCode::UnknownCommand) {
            end(Event::Failed, Error{ErrorCode::InstallFailed, u"this device's watchdog can't update itself"_s});
        } else {
            end(Event::Failed, Error{ErrorCode::InstallFailed, status.error().message});
        }
    });
}

void WatchdogSwap::swap()
{
    begin(Phase::Asking);
}

void WatchdogSwap::confirm()
{
    begin(Phase::Confirming);
}

void WatchdogSwap::begin(Phase phase)
{
    m_phase = phase;
    m_limit.start();
    m_poll.start();
    look();
}

void WatchdogSwap::look()
{
    if (m_phase == Phase::Idle || m_looking || !m_watchdog.isConnected()) {
        return;
    }
    m_looking = true;
    m_watchdog.ask(control::WatchdogSwapStatus{}, this, [this](const Result<control::ReplyBody> &reply) {
        m_looking = false;
        if (m_phase != Phase::Idle) {
            judge(replyAs<control::WatchdogSwapReply>(reply));
        }
    });
}

void WatchdogSwap::judge(const Result<control::WatchdogSwapReply> &status)
{
    if (!status) {
        return; // it is away for a moment
    }
    if (status->key != key() || status->state == WatchdogSwapState::None) {
        if (m_phase == Phase::Asking) {
            askForSwap();
        } else if (status->running == m_record.version) {
            // Its record is lost, but there it is.
            end(m_phase == Phase::Confirming ? Event::Healthy : Event::Swapped);
        } else {
            end(Event::Failed, Error{ErrorCode::InstallFailed, u"the watchdog knows of no such update"_s});
        }
        return;
    }
    switch (status->state) {
    case WatchdogSwapState::None:
    case WatchdogSwapState::Preparing:
        return;
    case WatchdogSwapState::Confirming:
        if (m_phase != Phase::Confirming) {
            end(Event::Swapped);
        }
        return;
    case WatchdogSwapState::Confirmed:
        end(m_phase == Phase::Confirming ? Event::Healthy : Event::Swapped);
        return;
    case WatchdogSwapState::RolledBack:
        end(Event::Reverted, Error{status->error, status->remarks});
        return;
    case WatchdogSwapState::Failed:
        end(Event::Failed, Error{status->error, status->remarks});
        return;
    }
}

void WatchdogSwap::askForSwap()
{
    m_looking = true;
    m_watchdog.ask(request(), this, [this](const Result<control::ReplyBody> &reply) {
        m_looking = false;
        if (m_phase != Phase::Asking) {
            return;
        }
        if (reply) {
            m_phase = Phase::Preparing;
        } else if (reply.error().code != ErrorCode::Network && reply.error().code != ErrorCode::Timeout) {
            // Otherwise it is unclear whether it was heard; the next look tells.
            end(Event::Failed, Error{ErrorCode::InstallFailed, reply.error().message});
        }
    });
}

control::SwapWatchdog WatchdogSwap::request() const
{
    control::SwapWatchdog request;
    request.key = key();
    request.timeoutS = static_cast<int>(m_times.confirmWatchdog.count());
    const auto *const command = std::get_if<UpdateCommand>(&m_record.order.task);
    if (command == nullptr) {
        request.previous = true;
        return request;
    }
    request.zip = m_paths.zip();
    request.version = command->version;
    request.sha256 = m_record.sha256;
    request.release = command->release;
    request.force = command->force;
    return request;
}

void WatchdogSwap::rollBack()
{
    // The watchdog has the only hand in its folder. What failed either never began there or was put back.
    end(Event::Untouched);
}

void WatchdogSwap::end(Event event, const std::optional<Error> &reason)
{
    m_phase = Phase::Idle;
    m_poll.stop();
    m_limit.stop();
    QMetaObject::invokeMethod(
        this, [this, event, reason] { Q_EMIT ended(event, reason); }, Qt::QueuedConnection);
}

} // namespace sgn::update
