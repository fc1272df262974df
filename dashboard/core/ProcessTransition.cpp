// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ProcessTransition.h"

#include <algorithm>

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

bool isDown(ProcessState state)
{
    return state == ProcessState::Dead || state == ProcessState::Backoff || state == ProcessState::CrashLoop;
}

QDateTime deadSinceOf(const ProcessReport &report, const QDateTime &stamp)
{
    constexpr qint64 plausibleS = 30LL * 86'400;
    if (report.since && *report.since <= stamp && report.since->secsTo(stamp) < plausibleS) {
        return *report.since;
    }
    return stamp;
}

} // namespace

QList<ProcessTransition> transitionsBetween(const ProcessReport &before, const ProcessReport &after)
{
    QList<ProcessTransition> transitions;
    const bool hasNewExit = after.lastExit && (!before.lastExit || before.lastExit->at != after.lastExit->at);
    const bool isNewlyDead = after.isDead && !before.isDead && !isDown(before.state);
    if (hasNewExit || isNewlyDead) {
        ProcessTransition death{records::ActivityKind::ProcessDied, {}, {}};
        if (after.lastExit) {
            death.facts += records::exitFact(*after.lastExit);
        }
        transitions += death;
    }
    const bool wasDown = isDown(before.state) || before.state == ProcessState::Hung;
    if ((before.isDead && !after.isDead) || (wasDown && after.state == ProcessState::Running)) {
        transitions += ProcessTransition{records::ActivityKind::ProcessBack, {}, {}};
    }
    if (!haveSameVersion(before, after)) {
        transitions += ProcessTransition{
            records::ActivityKind::VersionChanged, u"%1 \u2192 %2"_s.arg(versionOf(before), versionOf(after)), {}};
    }
    return transitions;
}

QList<records::DeviceProcess> processesAfter(const QList<records::DeviceProcess> &before,
                                             const QList<ProcessReport> &reports, const QDateTime &stamp)
{
    QList<records::DeviceProcess> after;
    after.reserve(std::min(reports.size(), maxProcesses));
    for (const ProcessReport &report : reports.first(std::min(reports.size(), maxProcesses))) {
        records::DeviceProcess process{report, {}};
        if (report.isDead) {
            const records::DeviceProcess *known = records::processNamed(before, report.name);
            process.deadSince = known && known->deadSince.isValid() ? known->deadSince : deadSinceOf(report, stamp);
        }
        after += std::move(process);
    }
    return after;
}

} // namespace sgn::core
