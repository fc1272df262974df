// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "store/CommandStore.h"

#include <algorithm>
#include <map>
#include <QFuture>

namespace sgn::test {

// Keeps what a SQLite file would.
class MemoryCommandStore final : public store::CommandStore
{
public:
    void keep(const records::IssuedCommand &record) override { m_commands[record.number].record = record; }
    void keep(CommandNo number, int row, const records::CommandTarget &target) override
    {
        QList<records::CommandTarget> &targets = m_commands[number].targets;
        if (targets.size() <= row) {
            targets.resize(row + 1);
        }
        targets[row] = target;
    }
    QFuture<Outcome> flush() override { return QtFuture::makeReadyFuture(Outcome()); }

    QList<records::IssuedCommand> commands(int limit) const override
    {
        QList<records::IssuedCommand> newest;
        for (auto it = m_commands.rbegin(); it != m_commands.rend() && newest.size() < limit; ++it) {
            newest += it->second.record;
        }
        return newest;
    }
    std::optional<records::IssuedCommand> command(CommandNo number) const override
    {
        const auto it = m_commands.find(number);
        return it == m_commands.end() ? std::nullopt : std::optional(it->second.record);
    }
    QList<records::CommandTarget> targets(CommandNo number) const override
    {
        const auto it = m_commands.find(number);
        return it == m_commands.end() ? QList<records::CommandTarget>() : it->second.targets;
    }
    QList<CommandNo> openCommands() const override
    {
        QList<CommandNo> open;
        for (const auto &[number, kept] : m_commands) {
            if (std::ranges::any_of(kept.targets, [](const records::CommandTarget &target) {
                    return !records::isFinal(target.state);
                })) {
                open += number;
            }
        }
        return open;
    }
    void lose() { m_commands.clear(); }

private:
    struct Kept
    {
        records::IssuedCommand record;
        QList<records::CommandTarget> targets;
    };
    std::map<CommandNo, Kept> m_commands;
};

} // namespace sgn::test
