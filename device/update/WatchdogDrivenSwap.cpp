// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/WatchdogDrivenSwap.h"

#include "control/PersistentRequest.h"
#include "system/FolderExchange.h"

namespace sgn::update {

using namespace Qt::StringLiterals;
using control::SwapProgress;

WatchdogDrivenSwap::WatchdogDrivenSwap(Component component, control::WatchdogPort &watchdog, ReleasePaths paths,
                                       const Record &record, SwapTimes times, QObject *parent)
    : ComponentSwap(parent)
    , m_component(component)
    , m_watchdog(watchdog)
    , m_paths(std::move(paths))
    , m_record(record)
    , m_times(times)
{
    m_poll.setInterval(m_times.poll);
    connect(&m_poll, &QTimer::timeout, this, &WatchdogDrivenSwap::query);
    connect(&m_watchdog, &control::WatchdogPort::eventReceived, this, &WatchdogDrivenSwap::query);
    connect(&m_watchdog, &control::WatchdogPort::connected, this, &WatchdogDrivenSwap::query);
    m_limit.setSingleShot(true);
    // The watchdog decides within its time; beyond that and a while for a restart of the machine, it won't.
    const auto decision = component == Component::WatchDog ? m_times.confirmWatchdog : m_times.confirmAgent;
    m_limit.setInterval(decision + m_times.watchdogAway);
    connect(&m_limit, &QTimer::timeout, this, &WatchdogDrivenSwap::timeOut);
}

QString WatchdogDrivenSwap::key() const
{
    return QString::number(m_record.order.number) + u':' + QString::fromLatin1(m_record.order.fingerprint.toHex());
}

void WatchdogDrivenSwap::prepare()
{
    // Only to find out whether the watchdog replies; the state of an older swap doesn't matter.
    auto *const asking = new control::PersistentRequest(m_watchdog, control::SwapStatus{m_component},
                                                        m_times.watchdogAway, m_times.poll, this);
    connect(asking, &control::PersistentRequest::finished, this, [this](const Result<control::ReplyBody> &reply) {
        const auto status = replyAs<control::SwapStatusReply>(reply);
        if (status) {
            end(Event::Held);
        } else {
            end(Event::Failed, Error{ErrorCode::InstallFailed, status.error().message});
        }
    });
}

void WatchdogDrivenSwap::swap()
{
    if (isInPlace()) {
        end(Event::Swapped);
        return;
    }
    begin(Step::Requesting);
}

void WatchdogDrivenSwap::confirm()
{
    begin(Step::Confirming);
}

void WatchdogDrivenSwap::rollBack()
{
    // Only the watchdog changes these folders: what failed was never exchanged there or is rolled back.
    if (isInPlace()) {
        end(Event::Failed, Error{ErrorCode::InstallFailed, u"the new agent stays in place"_s});
    } else {
        end(Event::Untouched);
    }
}

void WatchdogDrivenSwap::begin(Step step)
{
    m_step = step;
    m_isUndecided = false;
    m_limit.start();
    m_poll.start();
    query();
}

void WatchdogDrivenSwap::query()
{
    if (m_step == Step::Idle || m_isWaiting || !m_watchdog.isConnected()) {
        return;
    }
    m_isWaiting = true;
    m_watchdog.ask(control::SwapStatus{m_component}, this, [this](const Result<control::ReplyBody> &reply) {
        m_isWaiting = false;
        if (m_step != Step::Idle) {
            evaluate(replyAs<control::SwapStatusReply>(reply));
        }
    });
}

void WatchdogDrivenSwap::evaluate(const Result<control::SwapStatusReply> &status)
{
    if (!status) {
        return; // the watchdog is disconnected for a moment
    }
    m_running = status->running;
    const bool isOurs = status->key == key() && status->progress != SwapProgress::None;
    m_isUndecided =
        isOurs && (status->progress == SwapProgress::Preparing || status->progress == SwapProgress::Confirming);
    if (!isOurs) {
        if (m_step == Step::Requesting) {
            sendRequest();
        } else {
            conclude(u"the watchdog has no record of the update"_s);
        }
        return;
    }
    switch (status->progress) {
    case SwapProgress::None:
    case SwapProgress::Preparing:
        return;
    case SwapProgress::Confirming:
        if (m_step != Step::Confirming) {
            end(Event::Swapped);
        }
        return;
    case SwapProgress::Confirmed:
        end(m_step == Step::Confirming ? Event::Healthy : Event::Swapped);
        return;
    case SwapProgress::RolledBack:
        end(Event::Reverted, Error{status->error, status->remarks});
        return;
    case SwapProgress::Failed:
        end(Event::Failed, Error{status->error, status->remarks});
        return;
    }
}

void WatchdogDrivenSwap::sendRequest()
{
    m_isWaiting = true;
    m_watchdog.ask(request(), this, [this](const Result<control::ReplyBody> &reply) {
        m_isWaiting = false;
        if (m_step != Step::Requesting) {
            return;
        }
        if (reply) {
            m_step = Step::Preparing;
        } else if (reply.error().code != ErrorCode::Network && reply.error().code != ErrorCode::Timeout) {
            // Otherwise the request may have arrived or not; the next query shows.
            end(Event::Failed, Error{ErrorCode::InstallFailed, reply.error().message});
        }
    });
}

control::Swap WatchdogDrivenSwap::request() const
{
    control::Swap request;
    request.component = m_component;
    request.key = key();
    if (m_component == Component::JabberClient) {
        request.version = m_record.version.value_or(0);
        request.timeoutS = static_cast<int>(m_times.confirmAgent.count());
        request.source = control::SwapFolder{m_paths.staged()};
        request.mayBeOffline = m_record.order.stick.has_value();
        return request;
    }
    request.timeoutS = static_cast<int>(m_times.confirmWatchdog.count());
    if (const auto *const command = std::get_if<UpdateCommand>(&m_record.order.task)) {
        request.version = command->version;
        request.source = control::SwapZip{m_paths.zip(), m_record.sha256, command->release, command->force};
    } else {
        request.source = control::SwapPrevious{};
    }
    return request;
}

void WatchdogDrivenSwap::timeOut()
{
    if (m_isUndecided && m_watchdog.isConnected()) {
        // It can't exchange the folders and goes on trying; they are as they were meanwhile.
        m_limit.start();
    } else {
        conclude(u"the watchdog doesn't report what became of the update"_s);
    }
}

// Without the watchdog's record: by what runs.
void WatchdogDrivenSwap::conclude(const QString &problem)
{
    if (isInPlace() || (m_component == Component::WatchDog && m_running == m_record.version)) {
        end(m_step == Step::Confirming ? Event::Healthy : Event::Swapped);
    } else {
        end(Event::Failed, Error{ErrorCode::InstallFailed, problem});
    }
}

// Whether the new agent is in place; false for the watchdog, whose folder can't be read from here.
bool WatchdogDrivenSwap::isInPlace() const
{
    if (m_component != Component::JabberClient) {
        return false;
    }
    const auto installed = system::inodeOf(m_paths.installed());
    return installed && *installed == m_record.stagedId;
}

void WatchdogDrivenSwap::stopWaiting()
{
    m_step = Step::Idle;
    m_poll.stop();
    m_limit.stop();
}

} // namespace sgn::update
