// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/MeterSwap.h"

#include "update/Background.h"
#include "update/FolderSwap.h"
#include "update/Logging.h"
#include "update/PersistentRequest.h"

#include <algorithm>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxQuote = 300;
constexpr int maxExchanges = 5;

QString describe(const ProcessReport &process)
{
    QString text = u"%1 is %2 with version %3"_s.arg(process.name, nameOf(process.state)).arg(process.version);
    if (!process.lastExit) {
        return text;
    }
    if (process.lastExit->code) {
        text += u", it last ended with exit code %1"_s.arg(*process.lastExit->code);
    } else if (process.lastExit->signal) {
        text += u", it last ended by signal %1"_s.arg(*process.lastExit->signal);
    }
    if (!process.lastExit->lastLines.isEmpty()) {
        text += u": "_s + process.lastExit->lastLines.last().simplified().left(maxQuote);
    }
    return text;
}

} // namespace

std::optional<QString> unhealthy(const QList<ProcessVersion> &expected, const QList<ProcessReport> &reported)
{
    for (const ProcessVersion &process : expected) {
        const auto it = std::ranges::find(reported, process.name, &ProcessReport::name);
        if (it == reported.end()) {
            return u"%1 has not been heard of"_s.arg(process.name);
        }
        if (it->state != ProcessState::Running || it->version != process.version) {
            return u"%1, expected is version %2"_s.arg(describe(*it)).arg(process.version);
        }
    }
    return std::nullopt;
}

MeterSwap::MeterSwap(WatchdogPort &watchdog, ReleasePaths paths, Record &record, SwapTimes times, const Clock &clock,
                     QObject *parent)
    : ComponentSwap(parent)
    , m_watchdog(watchdog)
    , m_paths(std::move(paths))
    , m_record(record)
    , m_times(times)
    , m_clock(clock)
{
    m_renewHold.setInterval(m_times.hold / 3);
    connect(&m_renewHold, &QTimer::timeout, this, [this] {
        const auto seconds = static_cast<int>(m_times.hold.count());
        m_watchdog.ask(control::Hold{Component::SmartMeter, seconds}, this, [](const auto &) {});
    });
    m_poll.setInterval(m_times.poll);
    connect(&m_poll, &QTimer::timeout, this, &MeterSwap::lookAtHealth);
    connect(&m_watchdog, &WatchdogPort::eventReceived, this, &MeterSwap::lookAtHealth);
    m_confirmLimit.setSingleShot(true);
    m_confirmLimit.setInterval(m_times.confirm);
    connect(&m_confirmLimit, &QTimer::timeout, this,
            [this] { endHealth(m_trouble.value_or(u"its processes didn't keep running"_s)); });
}

void MeterSwap::prepare()
{
    ask(control::Status{}, m_times.watchdogAway, [this](const Result<control::ReplyBody> &reply) {
        const auto status = replyAs<control::StatusReply>(reply);
        if (!status) {
            end(Event::Failed, Error{ErrorCode::InstallFailed, status.error().message});
            return;
        }
        m_record.before.clear();
        for (const ProcessReport &process : status->processes) {
            // What was dead before can't be asked to run after a roll-back.
            if (!process.isDead) {
                m_record.before += ProcessVersion{process.name, process.version};
            }
        }
        hold([this](const Result<control::ReplyBody> &held) {
            if (held) {
                end(Event::Held);
            } else {
                end(Event::Failed, Error{ErrorCode::InstallFailed, held.error().message});
            }
        });
    });
}

void MeterSwap::swap()
{
    if (m_renewHold.isActive()) {
        exchange();
        return;
    }
    // After a restart of ours the hold may have run out.
    hold([this](const Result<control::ReplyBody> &held) {
        if (held) {
            exchange();
        } else {
            end(Event::Failed, Error{ErrorCode::InstallFailed, held.error().message});
        }
    });
}

void MeterSwap::exchange()
{
    inBackground(
        this, [paths = m_paths, id = m_record.stagedId] { return swapIn(paths.installed(), paths.staged(), id); },
        [this](const Outcome &swapped) {
            if (swapped) {
                end(Event::Swapped);
            } else {
                end(Event::Failed, Error{ErrorCode::InstallFailed, swapped.error().message});
            }
        });
}

void MeterSwap::confirm()
{
    release(m_record.order.command.processes, [this](const Result<control::ReplyBody> &released) {
        if (!released) {
            end(Event::Failed, Error{ErrorCode::NotHealthy, released.error().message});
            return;
        }
        watchHealth(m_record.order.command.processes, [this](const std::optional<QString> &trouble) {
            if (trouble) {
                end(Event::Failed, Error{ErrorCode::NotHealthy, u"the new release doesn't run: "_s + *trouble});
            } else {
                end(Event::Healthy);
            }
        });
    });
}

void MeterSwap::rollBack()
{
    hold([this](const Result<control::ReplyBody> &held) {
        if (!held) {
            // The old release has to come back in any case; who runs meanwhile keeps its open files.
            qCWarning(lcUpdate) << "rolling back without a hold:" << held.error();
        }
        exchangeBack();
    });
}

void MeterSwap::exchangeBack()
{
    inBackground(
        this, [paths = m_paths, id = m_record.stagedId] { return swapBack(paths.installed(), paths.staged(), id); },
        [this](const Result<SwapBack> &back) {
            if (!back && ++m_failedExchanges < maxExchanges) {
                // A release that doesn't run is in place; one failure of the disk must not leave it there.
                QTimer::singleShot(m_times.poll, this, &MeterSwap::exchangeBack);
            } else if (!back) {
                release(m_record.before, [this, error = back.error()](const auto &) { end(Event::Failed, error); });
            } else if (*back == SwapBack::WasNeverIn && !m_record.swapped) {
                release(m_record.before, [this](const auto &) { end(Event::Untouched); });
            } else {
                putBack();
            }
        });
}

void MeterSwap::putBack()
{
    release(m_record.before, [this](const Result<control::ReplyBody> &released) {
        if (!released) {
            end(Event::Reverted, released.error());
            return;
        }
        watchHealth(m_record.before, [this](const std::optional<QString> &trouble) {
            if (trouble) {
                end(Event::Reverted, Error{ErrorCode::NotHealthy, u"the previous release doesn't run: "_s + *trouble});
            } else {
                end(Event::Reverted);
            }
        });
    });
}

void MeterSwap::ask(const control::RequestBody &request, std::chrono::milliseconds limit, Next next)
{
    auto *const asking = new PersistentRequest(m_watchdog, request, limit, m_times.poll, this);
    connect(asking, &PersistentRequest::finished, this, std::move(next));
}

void MeterSwap::hold(Next next)
{
    const auto seconds = static_cast<int>(m_times.hold.count());
    ask(control::Hold{Component::SmartMeter, seconds}, m_times.watchdogAway,
        [this, next = std::move(next)](const Result<control::ReplyBody> &reply) {
            if (reply) {
                m_renewHold.start();
            }
            next(reply);
        });
}

void MeterSwap::release(const QList<ProcessVersion> &expected, Next next)
{
    m_renewHold.stop();
    ask(control::Release{Component::SmartMeter, expected}, m_times.watchdogAway, std::move(next));
}

void MeterSwap::watchHealth(const QList<ProcessVersion> &expected,
                            std::function<void(const std::optional<QString> &)> judged)
{
    m_expected = expected;
    m_judged = std::move(judged);
    m_trouble.reset();
    m_healthySince.reset();
    m_confirmLimit.start();
    m_poll.start();
    lookAtHealth();
}

void MeterSwap::lookAtHealth()
{
    if (m_looking || !m_poll.isActive()) {
        return;
    }
    m_looking = true;
    m_watchdog.ask(control::Status{}, this, [this](const Result<control::ReplyBody> &reply) {
        m_looking = false;
        if (!m_poll.isActive()) {
            return;
        }
        const auto status = replyAs<control::StatusReply>(reply);
        healthKnown(status ? unhealthy(m_expected, status->processes) : std::optional(status.error().message));
    });
}

void MeterSwap::healthKnown(const std::optional<QString> &trouble)
{
    m_trouble = trouble;
    if (trouble) {
        m_healthySince.reset();
        return;
    }
    const MonotonicTime now = m_clock.monotonic();
    if (!m_healthySince) {
        m_healthySince = now;
    }
    if (now - *m_healthySince >= m_times.settle) {
        endHealth(std::nullopt);
    }
}

void MeterSwap::endHealth(const std::optional<QString> &trouble)
{
    m_poll.stop();
    m_confirmLimit.stop();
    // Moved out first: what it does may begin the next watch.
    const auto judged = std::exchange(m_judged, nullptr);
    judged(trouble);
}

void MeterSwap::end(Event event, const std::optional<Error> &reason)
{
    QMetaObject::invokeMethod(
        this, [this, event, reason] { Q_EMIT ended(event, reason); }, Qt::QueuedConnection);
}

} // namespace sgn::update
