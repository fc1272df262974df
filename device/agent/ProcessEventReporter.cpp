// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ProcessEventReporter.h"

#include "agent/Logging.h"
#include "crypto/Sha256.h"
#include "protocol/Reply.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

QByteArray fingerprint(const QByteArray &body)
{
    return Sha256::hash(body);
}

// Names hold characters that no file name may.
QString letterKey(const QString &processName)
{
    return u"event-"_s + QString::fromLatin1(fingerprint(processName.toUtf8()).first(8).toHex());
}

} // namespace

ProcessEventReporter::ProcessEventReporter(QString from, control::WatchdogPort &watchdog, OutboxSender &sender,
                                           const Clock &clock, const Limits &limits, QObject *parent)
    : QObject(parent)
    , m_from(std::move(from))
    , m_watchdog(watchdog)
    , m_sender(sender)
    , m_clock(clock)
    , m_limits(limits)
    , m_rate(limits.together, limits.period)
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(m_limits.retry);
    connect(&m_retry, &QTimer::timeout, this, &ProcessEventReporter::sendWaiting);
    connect(&m_watchdog, &control::WatchdogPort::eventReceived, this, &ProcessEventReporter::take);
    connect(&m_watchdog, &control::WatchdogPort::connected, this, &ProcessEventReporter::catchUp);
}

void ProcessEventReporter::setWanted(bool wanted)
{
    if (m_isWanted == wanted) {
        return;
    }
    m_isWanted = wanted;
    if (!wanted) {
        m_waiting.clear();
        m_reported.clear();
        m_sender.forget();
    }
}

void ProcessEventReporter::take(const control::Event &event)
{
    const auto *const changed = std::get_if<control::ProcessChanged>(&event);
    if (changed != nullptr && m_isWanted) {
        consider(changed->process);
    }
}

void ProcessEventReporter::catchUp()
{
    m_watchdog.ask(control::Status{}, this, [this](const Result<control::ReplyBody> &reply) {
        const auto status = control::replyAs<control::StatusReply>(reply);
        if (status) {
            compare(status->processes);
        } // else the connection broke, and the next one queries again
    });
}

void ProcessEventReporter::compare(const QList<ProcessReport> &processes)
{
    const bool isFirst = !std::exchange(m_isCaughtUp, true);
    if (!m_isWanted) {
        return;
    }
    for (const ProcessReport &process : processes) {
        if (isFirst && !isNews(process)) {
            m_reported.insert(process.name, fingerprint(encode(ProcessEvent{m_from, process})));
        } else {
            consider(process);
        }
    }
}

bool ProcessEventReporter::isNews(const ProcessReport &process) const
{
    const bool isWell =
        !process.isDead && (process.state == ProcessState::Running || process.state == ProcessState::Starting ||
                            process.state == ProcessState::Held);
    const bool diedLately =
        process.lastExit && process.lastExit->at.secsTo(m_clock.wallUtc()) <= m_limits.recent.count();
    return !isWell || diedLately;
}

void ProcessEventReporter::consider(const ProcessReport &process)
{
    // Processes come and go with releases.
    if (m_reported.size() >= maxProcesses) {
        m_reported.clear();
        m_rates.clear();
    }
    m_waiting.insert(process.name, process);
    sendWaiting();
}

void ProcessEventReporter::sendWaiting()
{
    for (auto it = m_waiting.begin(); it != m_waiting.end();) {
        const QByteArray body = encode(ProcessEvent{m_from, it.value()});
        const QByteArray print = fingerprint(body);
        if (m_reported.value(it.key()) != print) {
            if (!maySend(it.key())) {
                ++it;
                continue;
            }
            m_reported.insert(it.key(), print);
            m_sender.postNewest(letterKey(it.key()), body);
        }
        it = m_waiting.erase(it);
    }
    if (!m_waiting.isEmpty() && !m_retry.isActive()) {
        m_retry.start();
    }
}

bool ProcessEventReporter::maySend(const QString &name)
{
    const MonotonicTime now = m_clock.monotonic();
    auto rate = m_rates.find(name);
    if (rate == m_rates.end()) {
        rate = m_rates.insert(name, RateLimit(m_limits.perProcess, m_limits.period));
    }
    return rate->allow(now) && m_rate.allow(now);
}

} // namespace sgn::agent
