// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ProcessTransition.h"

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

bool isDown(ProcessState state)
{
    return state == ProcessState::Dead || state == ProcessState::Backoff || state == ProcessState::CrashLoop;
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
    if (versionOf(before) != versionOf(after)) {
        transitions += ProcessTransition{
            records::ActivityKind::VersionChanged, u"%1 \u2192 %2"_s.arg(versionOf(before), versionOf(after)), {}};
    }
    return transitions;
}

} // namespace sgn::core
