// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "records/CommandState.h"

#include <optional>
#include <QFuture>
#include <QList>

namespace sgn::store {

// Where commands and how far they are on each device are kept. Implemented by Store.
class CommandStore
{
public:
    virtual ~CommandStore() = default;

    virtual void keep(const records::IssuedCommand &record) = 0;
    virtual void keep(CommandNo number, int row, const records::CommandTarget &target) = 0;
    // Writes now; finished when everything kept before is committed. Needs no event loop.
    virtual QFuture<Outcome> flush() = 0;

    // The newest `limit` commands with their counts, newest first.
    [[nodiscard]] virtual QList<records::IssuedCommand> commands(int limit) const = 0;
    [[nodiscard]] virtual std::optional<records::IssuedCommand> command(CommandNo number) const = 0;
    // In order of rows. Does not see what waits to be written.
    [[nodiscard]] virtual QList<records::CommandTarget> targets(CommandNo number) const = 0;
    // Commands with unfinished targets, whatever their age.
    [[nodiscard]] virtual QList<CommandNo> openCommands() const = 0;
};

} // namespace sgn::store
