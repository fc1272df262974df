// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/MeterSwap.h"

#include "control/PersistentRequest.h"
#include "download/Background.h"
#include "update/CarryOver.h"
#include "update/Logging.h"

#include <algorithm>
#include <QFileInfo>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxQuote = 300;
constexpr qsizetype maxQuotedLines = 10;

QString describe(const ProcessReport &process)
{
    QString text = u"%1 is %2 with version %3"_s.arg(process.name, nameOf(process.state)).arg(process.version);
    if (!process.problem.isEmpty()) {
        text += u": "_s + process.problem;
    }
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

Trouble troubleOf(const ProcessReport &process, int version)
{
    Trouble trouble;
    trouble.what =
        version == anyVersion ? describe(process) : u"%1, expected is version %2"_s.arg(describe(process)).arg(version);
    trouble.isFinal = process.state == ProcessState::CrashLoop || process.isHopeless;
    if (process.lastExit) {
        const QStringList &lines = process.lastExit->lastLines;
        for (const QString &line : lines.last(std::min(lines.size(), maxQuotedLines))) {
            trouble.lines += process.name + u": "_s + line;
        }
    }
    return trouble;
}

// The watchdog only needs the names of the processes.
control::Resume resumeOf(QList<ProcessVersion> expected)
{
    for (ProcessVersion &process : expected) {
        process.version = std::max(process.version, 0);
    }
    return {Component::SmartMeter, std::move(expected)};
}

// A process that needn't run after the swap, because it didn't before.
bool isBroken(const ProcessReport &process)
{
    return process.isDead || process.state == ProcessState::CrashLoop || process.state == ProcessState::Backoff;
}

} // namespace

std::optional<Trouble> unhealthy(const QList<ProcessVersion> &expected, const control::StatusReply &status,
                                 const QDateTime &since)
{
    std::optional<Trouble> first;
    for (const ProcessVersion &process : expected) {
        const auto it = std::ranges::find(status.processes, process.name, &ProcessReport::name);
        std::optional<Trouble> trouble;
        if (it == status.processes.end()) {
            const QString why = status.problem.isEmpty() ? QString() : u" that counts; "_s + status.problem;
            trouble = Trouble{u"%1 has sent no heartbeat"_s.arg(process.name) + why, {}, false};
        } else if (it->state != ProcessState::Running ||
                   (process.version != anyVersion && it->version != process.version)) {
            ProcessReport report = *it;
            if (report.lastExit && since.isValid() && report.lastExit->at < since) {
                report.lastExit.reset();
            }
            trouble = troubleOf(report, process.version);
        }
        // A final trouble precedes one that may still pass.
        if (trouble && (!first || (trouble->isFinal && !first->isFinal))) {
            first = std::move(trouble);
        }
    }
    return first;
}

MeterSwap::MeterSwap(control::WatchdogPort &watchdog, ReleasePaths paths, Goal goal, Record &record, SwapTimes times,
                     const Clock &clock, QObject *parent)
    : ComponentSwap(parent)
    , m_watchdog(watchdog)
    , m_paths(std::move(paths))
    , m_goal(std::move(goal))
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
    connect(&m_poll, &QTimer::timeout, this, &MeterSwap::queryHealth);
    connect(&m_watchdog, &control::WatchdogPort::eventReceived, this, &MeterSwap::queryHealth);
    m_confirmLimit.setSingleShot(true);
    m_confirmLimit.setInterval(m_times.confirm);
    connect(&m_confirmLimit, &QTimer::timeout, this, [this] {
        endHealth(m_trouble.value_or(Trouble{u"its processes didn't keep running"_s, {}, false}));
    });
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
        m_record.known.clear();
        for (const ProcessReport &process : status->processes) {
            m_record.known += process.name;
            if (!isBroken(process)) {
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
    // After a restart of this program the hold may have expired.
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
    download::inBackground(
        this,
        [paths = m_paths, id = m_record.stagedId, dropped = droppedProcesses()] {
            return exchangeReleases(paths, id, dropped);
        },
        [this](const Result<CarriedOver> &swapped) {
            if (swapped) {
                noteLeft(swapped->left);
                end(Event::Swapped);
            } else {
                end(Event::Failed, Error{ErrorCode::InstallFailed, swapped.error().message});
            }
        });
}

QStringList MeterSwap::droppedProcesses() const
{
    QStringList dropped = m_goal.processes.isEmpty() ? QStringList() : m_record.known;
    for (const ProcessVersion &process : m_goal.processes) {
        dropped.removeAll(process.name);
    }
    return dropped;
}

void MeterSwap::noteLeft(const QStringList &left)
{
    constexpr qsizetype maxNamed = 5;
    if (left.isEmpty()) {
        return;
    }
    m_record.remarks =
        u"left with the previous release: "_s + left.first(std::min(left.size(), maxNamed)).join(u", "_s);
    if (left.size() > maxNamed) {
        m_record.remarks += u" and %1 more"_s.arg(left.size() - maxNamed);
    }
}

void MeterSwap::confirm()
{
    const QList<ProcessVersion> expected = wanted();
    resume(expected, [this, expected](const Result<control::ReplyBody> &released) {
        if (!released) {
            end(Event::Failed, Error{ErrorCode::NotHealthy, released.error().message});
            return;
        }
        watchHealth(expected, [this](const std::optional<Trouble> &trouble) {
            if (trouble) {
                const QString release = m_paths.isRollback() ? u"the previous release"_s : u"the new release"_s;
                end(Event::Failed, Error{ErrorCode::NotHealthy, u"%1 doesn't run: %2"_s.arg(release, trouble->what)});
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
            // The old release has to be restored in any case; a process that runs meanwhile keeps its open files.
            qCWarning(lcUpdate) << "rolling back without a hold:" << held.error();
        }
        rollBackExchange();
    });
}

void MeterSwap::rollBackExchange()
{
    const auto carrying = m_failedExchanges < maxRollBackTries / 2 ? Carrying::Required : Carrying::Attempted;
    download::inBackground(
        this, [paths = m_paths, id = m_record.stagedId, carrying] { return restoreRelease(paths, id, carrying); },
        [this](const Result<system::RollBack> &back) {
            if (!back && ++m_failedExchanges < maxRollBackTries) {
                QTimer::singleShot(m_times.poll, this, &MeterSwap::rollBackExchange);
            } else if (!back) {
                resume(m_record.before, [this, error = back.error()](const auto &) { end(Event::Failed, error); });
            } else if (*back == system::RollBack::WasNeverIn && !m_record.swapped) {
                resume(m_record.before, [this](const auto &) { end(Event::Untouched); });
            } else {
                confirmRestored();
            }
        });
}

void MeterSwap::confirmRestored()
{
    resume(m_record.before, [this](const Result<control::ReplyBody> &released) {
        if (!released) {
            end(Event::Reverted, released.error());
            return;
        }
        watchHealth(m_record.before, [this](const std::optional<Trouble> &trouble) {
            if (trouble) {
                end(Event::Reverted,
                    Error{ErrorCode::NotHealthy, u"the processes that ran before don't run again: "_s + trouble->what});
            } else {
                end(Event::Reverted);
            }
        });
    });
}

void MeterSwap::ask(const control::RequestBody &request, std::chrono::milliseconds limit, Next next)
{
    auto *const asking = new control::PersistentRequest(m_watchdog, request, limit, m_times.poll, this);
    connect(asking, &control::PersistentRequest::finished, this, std::move(next));
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

void MeterSwap::resume(const QList<ProcessVersion> &expected, Next next)
{
    m_renewHold.stop();
    ask(resumeOf(expected), m_times.watchdogAway, std::move(next));
}

void MeterSwap::abandon()
{
    // A hold expires by itself, but sooner is better for the meter. The reply doesn't matter.
    m_renewHold.stop();
    m_watchdog.ask(resumeOf(m_record.before), &m_watchdog, [](const auto &) {});
}

QList<ProcessVersion> MeterSwap::wanted() const
{
    if (!m_goal.processes.isEmpty()) {
        return m_goal.processes;
    }
    QList<ProcessVersion> processes = m_record.before;
    if (!m_goal.sameVersions) {
        // The release may be older than some of them.
        const QString folder = m_paths.installed() + u'/';
        processes.removeIf([&folder](const ProcessVersion &process) {
            return !QFileInfo::exists(folder + process.name) && !QFileInfo::exists(folder + process.name + u".py"_s);
        });
        for (ProcessVersion &process : processes) {
            process.version = anyVersion;
        }
    }
    return processes;
}

void MeterSwap::watchHealth(const QList<ProcessVersion> &expected, Judged judged)
{
    m_expected = expected;
    m_judged = std::move(judged);
    m_trouble.reset();
    m_healthySince.reset();
    m_watchedSince = m_clock.wallUtc();
    m_confirmLimit.start();
    m_poll.start();
    queryHealth();
}

void MeterSwap::queryHealth()
{
    if (m_isQuerying || !m_poll.isActive()) {
        return;
    }
    m_isQuerying = true;
    m_watchdog.ask(control::Status{}, this, [this](const Result<control::ReplyBody> &reply) {
        m_isQuerying = false;
        if (!m_poll.isActive()) {
            return;
        }
        const auto status = replyAs<control::StatusReply>(reply);
        judgeHealth(status ? unhealthy(m_expected, *status, m_watchedSince)
                           : std::optional(Trouble{status.error().message, {}, false}));
    });
}

void MeterSwap::judgeHealth(const std::optional<Trouble> &trouble)
{
    m_trouble = trouble;
    if (trouble) {
        m_healthySince.reset();
        if (trouble->isFinal) {
            endHealth(trouble);
        }
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

void MeterSwap::endHealth(const std::optional<Trouble> &trouble)
{
    m_poll.stop();
    m_confirmLimit.stop();
    if (trouble) {
        for (const QString &line : trouble->lines) {
            addLogLine(m_record, line);
        }
    }
    // Moved out first: the call may begin the next watch.
    const auto judged = std::exchange(m_judged, nullptr);
    judged(trouble);
}

} // namespace sgn::update
