// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ProcessStatus.h"

#include "agent/LocalVersionQuery.h"
#include "agent/Logging.h"

#include <algorithm>
#include <QFileInfo>
#include <QPointer>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds udpLimit{1'000};

} // namespace

ProcessStatus::ProcessStatus(control::WatchdogPort &watchdog, quint16 udpPort, QObject *parent)
    : QObject(parent)
    , m_watchdog(watchdog)
    , m_udpPort(udpPort)
{
    connect(&m_watchdog, &control::WatchdogPort::eventReceived, this, &ProcessStatus::remember);
}

void ProcessStatus::ask(QObject *context, Answer answer)
{
    if (!m_watchdog.isConnected()) {
        askByUdp(context, std::move(answer));
        return;
    }
    const QPointer<QObject> asker(context);
    m_watchdog.ask(control::Status{}, this,
                   [this, asker, answer = std::move(answer)](const Result<control::ReplyBody> &reply) {
                       if (!asker) {
                           return;
                       }
                       const auto status = control::replyAs<control::StatusReply>(reply);
                       if (!status) {
                           askByUdp(asker, answer);
                           return;
                       }
                       m_known = status->processes;
                       m_problem = status->problem;
                       answer(m_known);
                   });
}

void ProcessStatus::askByUdp(QObject *context, Answer answer)
{
    m_problem.clear(); // it replies to no one else
    auto *const query = new LocalVersionQuery(m_udpPort, udpLimit, this);
    connect(query, &LocalVersionQuery::finished, context,
            [this, answer = std::move(answer)](const Result<QList<ProcessReport>> &processes) {
                if (processes) {
                    m_known = *processes;
                    answer(m_known);
                } else {
                    qCWarning(lcAgent) << "no watchdog replies, reporting the last known processes:"
                                       << processes.error();
                    answer(lastKnown());
                }
            });
}

void ProcessStatus::remember(const control::Event &event)
{
    if (const auto *const trouble = std::get_if<control::ProblemChanged>(&event)) {
        m_problem = trouble->problem;
        Q_EMIT problemChanged();
        return;
    }
    const auto *const changed = std::get_if<control::ProcessChanged>(&event);
    if (changed == nullptr) {
        return;
    }
    const auto it = std::ranges::find(m_known, changed->process.name, &ProcessReport::name);
    if (it != m_known.end()) {
        *it = changed->process;
    } else if (m_known.size() < maxProcesses) {
        m_known += changed->process;
    }
}

QList<ProcessReport> ProcessStatus::lastKnown() const
{
    QList<ProcessReport> processes = m_known;
    for (ProcessReport &process : processes) {
        const bool isThere = process.pid && QFileInfo::exists(u"/proc/%1"_s.arg(*process.pid));
        process.isDead = process.isDead || !isThere;
        process.state = ProcessState::Unknown;
        process.since.reset();
    }
    return processes;
}

} // namespace sgn::agent
