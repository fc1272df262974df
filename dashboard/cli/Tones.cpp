// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Tones.h"

namespace sgn::cli {

Tone toneOf(records::Attention::Level level)
{
    using Level = records::Attention::Level;
    switch (level) {
    case Level::None:
    case Level::Note:
        return Tone::Plain;
    case Level::Warning:
        return Tone::Doubtful;
    case Level::Bad:
        return Tone::Bad;
    }
    return Tone::Plain;
}

Tone toneOf(records::TargetState state)
{
    using State = records::TargetState;
    switch (state) {
    case State::Queued:
    case State::Sent:
    case State::Delivered:
    case State::Running:
        return Tone::Plain;
    case State::Done:
        return Tone::Good;
    case State::Failed:
        return Tone::Bad;
    case State::Expired:
        return Tone::Doubtful;
    }
    return Tone::Plain;
}

Tone toneOf(records::LogDelivery::State state)
{
    using State = records::LogDelivery::State;
    switch (state) {
    case State::Requested:
    case State::Downloading:
    case State::Unpacking:
    case State::Elsewhere:
        return Tone::Plain;
    case State::Ready:
        return Tone::Good;
    case State::Failed:
        return Tone::Bad;
    }
    return Tone::Plain;
}

Tone toneOf(records::ActivityKind kind)
{
    using Kind = records::ActivityKind;
    switch (kind) {
    case Kind::CommandFailed:
    case Kind::ProcessDied:
    case Kind::LogsFailed:
    case Kind::IdentityProblem:
        return Tone::Bad;
    case Kind::CommandExpired:
        return Tone::Doubtful;
    case Kind::CommandDone:
    case Kind::ProcessBack:
    case Kind::LogsReceived:
        return Tone::Good;
    case Kind::WentOffline:
        return Tone::Quiet;
    case Kind::DeviceAdded:
    case Kind::DeviceRetired:
    case Kind::CameOnline:
    case Kind::CommandSent:
    case Kind::VersionChanged:
    case Kind::PanelNotice:
        return Tone::Plain;
    }
    return Tone::Plain;
}

Tone toneOf(rollouts::RolloutState state)
{
    using rollouts::RolloutState;
    switch (state) {
    case RolloutState::Running:
        return Tone::Plain;
    case RolloutState::Paused:
        return Tone::Doubtful;
    case RolloutState::Stopped:
        return Tone::Bad;
    case RolloutState::Done:
        return Tone::Good;
    case RolloutState::Cancelled:
        return Tone::Quiet;
    }
    return Tone::Plain;
}

Tone toneOf(rollouts::DeviceStep step)
{
    using rollouts::DeviceStep;
    switch (step) {
    case DeviceStep::Waiting:
        return Tone::Quiet;
    case DeviceStep::InFlight:
        return Tone::Plain;
    case DeviceStep::Confirmed:
        return Tone::Good;
    case DeviceStep::Failed:
        return Tone::Bad;
    }
    return Tone::Plain;
}

} // namespace sgn::cli
