// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RolloutDetails.h"

#include "rollouts/Policies.h"
#include "wording/Problems.h"
#include "wording/Rollouts.h"

#include <algorithm>
#include <QElapsedTimer>

namespace sgn::models {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using rollouts::Rollout;
using rollouts::RolloutState;

namespace {

// What happens on many devices is shown together.
constexpr auto collectFor = 250ms;

} // namespace

RolloutDetails::RolloutDetails(core::Panel &panel, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
    , m_model(panel)
    , m_filter(m_model)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(collectFor);
    connect(&m_soon, &QTimer::timeout, this, &RolloutDetails::refreshTexts);
    const auto soon = [this] {
        if (rollout() && !m_soon.isActive()) {
            m_soon.start();
        }
    };
    connect(&panel.rollouts(), &core::SharedRollouts::changed, this, soon);
    connect(&panel.rollouts(), &core::SharedRollouts::leaseChanged, this, soon);
    connect(&panel.commands(), &core::CommandLog::commandChanged, this, soon);
    connect(&panel.fleet(), &core::Fleet::devicesChanged, this, soon);
}

void RolloutDetails::setId(const QString &id)
{
    if (id != m_id) {
        m_id = id;
        refreshTexts();
    }
}

void RolloutDetails::refreshTexts()
{
    QElapsedTimer took;
    took.start();
    m_model.show(m_id);
    m_next.clear();
    m_goingOn = 0;
    if (const Rollout *shown = rollout(); shown && isResumable()) {
        m_goingOn = m_panel.rolloutDriver().views().standingOf(*shown).all.inFlight;
    } else if (shown && shown->state() == RolloutState::Running) {
        const auto standing = m_panel.rolloutDriver().views().standingOf(*shown);
        const bool isLeft = !m_panel.rolloutDriver().views().candidatesFor(*shown, standing).isEmpty();
        const rollouts::Verdict verdict = rollouts::evaluateNextWave(standing.view(*shown));
        m_next = isLeft ? verdict.why : records::Facts();
    }
    // A large rollout's texts must not keep the window waiting.
    m_soon.setInterval(std::max<std::chrono::milliseconds>(collectFor, 10 * std::chrono::milliseconds(took.elapsed())));
    Q_EMIT changed();
}

void RolloutDetails::retranslate()
{
    refreshTexts();
    m_model.refreshTexts();
}

QString RolloutDetails::name() const
{
    const Rollout *shown = rollout();
    return shown ? shown->name() : QString();
}

QString RolloutDetails::summary() const
{
    const Rollout *shown = rollout();
    if (!shown) {
        return {};
    }
    QStringList parts{wording::stateText(shown->state())};
    if (!isEnded(shown->state())) {
        const QString driver = m_panel.rollouts().driver(m_id);
        const bool isLocal = m_panel.rollouts().reach() == core::SharedRollouts::Reach::ThisStore;
        parts += isLocal                                ? tr("known to this desk alone")
                 : m_panel.rolloutDriver().drives(m_id) ? tr("driven by this desk")
                 : driver.isEmpty()                     ? tr("driven by no desk now")
                                                        : tr("driven by %1").arg(driver);
    }
    if (!shown->wish.by.isEmpty() && shown->wish.what != rollouts::RolloutWish::What::Run) {
        parts += tr("by %1").arg(shown->wish.by);
    }
    return parts.join(u" · ");
}

QString RolloutDetails::plan() const
{
    const Rollout *shown = rollout();
    return shown ? wording::planText(shown->plan) : QString();
}

QString RolloutDetails::why() const
{
    const Rollout *shown = rollout();
    if (!shown) {
        return {};
    }
    const records::Facts &facts =
        shown->progress.why.isEmpty() || shown->state() == RolloutState::Running ? m_next : shown->progress.why;
    QStringList sentences;
    if (!facts.isEmpty()) {
        sentences += wording::standing(wording::whyText(facts));
    }
    if (m_goingOn > 0) {
        // Some may wait for their maintenance window, until the next night.
        sentences += tr("%n device(s) were sent the release before and go on with it. "
                        "Cancel stops those that haven't exchanged it yet.",
                        nullptr, m_goingOn);
    }
    return sentences.join(u" · ");
}

bool RolloutDetails::isState(RolloutState state) const
{
    const Rollout *shown = rollout();
    return shown && shown->state() == state;
}

bool RolloutDetails::isStopped() const
{
    return isState(RolloutState::Stopped);
}

bool RolloutDetails::isPausable() const
{
    return isState(RolloutState::Running);
}

bool RolloutDetails::isResumable() const
{
    return isState(RolloutState::Paused) || isState(RolloutState::Stopped);
}

bool RolloutDetails::isCancellable() const
{
    const Rollout *shown = rollout();
    return shown && !isEnded(shown->state());
}

bool RolloutDetails::isOpenable() const
{
    return isState(RolloutState::Running) && !m_next.isEmpty() &&
           m_next.constFirst().code == records::FactCode::RolloutGate;
}

int RolloutDetails::failedCount() const
{
    const Rollout *shown = rollout();
    return shown && !isEnded(shown->state()) ? shown->progress.failed : 0;
}

int RolloutDetails::doneCount() const
{
    const Rollout *shown = rollout();
    return shown ? shown->progress.done : 0;
}

void RolloutDetails::act(Action action)
{
    if (const records::Expected<> done = (m_panel.rolloutService().*action)(m_id, m_panel.operatorName()); !done) {
        Q_EMIT notified(tr("That didn't work: %1.").arg(wording::sentence(done.error())), true);
    }
}

void RolloutDetails::pause()
{
    act(&core::RolloutService::pause);
}

void RolloutDetails::resume()
{
    act(&core::RolloutService::resume);
}

void RolloutDetails::cancel()
{
    act(&core::RolloutService::cancel);
}

void RolloutDetails::openGate()
{
    act(&core::RolloutService::openGate);
}

void RolloutDetails::retryFailed()
{
    act(&core::RolloutService::retryFailed);
}

void RolloutDetails::rollBack()
{
    act(&core::RolloutService::rollBack);
}

} // namespace sgn::models
