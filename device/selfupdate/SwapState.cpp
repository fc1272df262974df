// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/SwapState.h"

#include "base/EnumNames.h"

#include <algorithm>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

constexpr auto phaseNames = enumNames<SwapPhase>({
    {SwapPhase::Preparing, "preparing"_L1},
    {SwapPhase::Exchanging, "exchanging"_L1},
    {SwapPhase::Confirming, "confirming"_L1},
    {SwapPhase::RollingBack, "rolling_back"_L1},
    {SwapPhase::Confirmed, "confirmed"_L1},
    {SwapPhase::RolledBack, "rolled_back"_L1},
    {SwapPhase::Failed, "failed"_L1},
});

} // namespace

std::optional<SwapPhase> nextPhase(SwapPhase phase, SwapEvent event)
{
    const auto *const it = std::ranges::find_if(swapTransitions, [phase, event](const SwapTransition &transition) {
        return transition.from == phase && transition.event == event;
    });
    return it == swapTransitions.end() ? std::nullopt : std::optional(it->to);
}

bool isFinal(SwapPhase phase)
{
    return phase == SwapPhase::Confirmed || phase == SwapPhase::RolledBack || phase == SwapPhase::Failed;
}

SwapPhase phaseAfterCut(SwapPhase saved, InPlace disk, bool hasGuardian)
{
    if (saved == SwapPhase::Exchanging && disk == InPlace::New) {
        return SwapPhase::Confirming; // cut after the exchange, before that was saved
    }
    if (saved == SwapPhase::Confirming && disk != InPlace::New && !hasGuardian) {
        return SwapPhase::RollingBack; // rolled back by whoever could not save that, or by rescue.sh
    }
    return saved;
}

control::SwapProgress progressIn(SwapPhase phase)
{
    switch (phase) {
    case SwapPhase::Preparing:
        return control::SwapProgress::Preparing;
    case SwapPhase::Exchanging:
    case SwapPhase::Confirming:
    case SwapPhase::RollingBack:
        return control::SwapProgress::Confirming;
    case SwapPhase::Confirmed:
        return control::SwapProgress::Confirmed;
    case SwapPhase::RolledBack:
        return control::SwapProgress::RolledBack;
    case SwapPhase::Failed:
        return control::SwapProgress::Failed;
    }
    return control::SwapProgress::None;
}

QLatin1StringView nameOf(SwapPhase phase)
{
    return phaseNames.nameOf(phase);
}

std::optional<SwapPhase> swapPhaseFromString(QStringView text)
{
    return phaseNames.valueOf(text);
}

} // namespace sgn::selfupdate
