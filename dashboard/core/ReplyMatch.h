// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Arrival.h"
#include "records/CommandState.h"

namespace sgn::core {

// What a result, a progress message or a reply with logs shows of the command it answers.
struct ReplyMark
{
    QString command; // ext: the command's name; empty: not named
    QString request; // ext: Command::request; empty: not named
    Arrival arrival;
};

// Whether a reply under the command's number can be one to this command. The number alone doesn't show it: another desk
// may have used it, or this one before its store was lost, and the archive keeps the old replies.
//
// Where a device names the request, that decides. Else the reply must not name another command, and must have been sent
// after the command was.
[[nodiscard]] bool canAnswer(const ReplyMark &mark, const records::IssuedCommand &command,
                             const records::CommandTarget &target);

} // namespace sgn::core
