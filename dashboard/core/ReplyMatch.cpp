// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ReplyMatch.h"

namespace sgn::core {

using namespace std::chrono_literals;

namespace {

// Servers report their time, and stamp messages, in whole seconds.
constexpr std::chrono::milliseconds slack = 3s;

} // namespace

bool canAnswer(const ReplyMark &mark, const records::IssuedCommand &command, const records::CommandTarget &target)
{
    if (!mark.request.isEmpty()) {
        return mark.request == command.command.request;
    }
    if (!mark.command.isEmpty() && mark.command != commandName(command.command.body)) {
        return false;
    }
    if (!target.firstSentAt.isValid()) {
        return false;
    }
    return mark.arrival.isLive || mark.arrival.stamp >= target.firstSentAt.addMSecs(-slack.count());
}

} // namespace sgn::core
