// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/CommandState.h"

#include <map>
#include <QHash>
#include <QList>
#include <QSet>

namespace sgn::store {
class CommandStore;
}

namespace sgn::core {

// The commands that are at hand, each with its targets, which are read from the store when they are needed; what is
// older is found in the store. It holds what the CommandLog decides, and decides nothing.
class IssuedCommands
{
public:
    struct Entry
    {
        records::IssuedCommand record;
        bool isLoaded = false; // targets
        QList<records::CommandTarget> targets;
        QHash<QString, int> rows; // by JID
        QSet<int> open;
        QSet<int> dirty;
    };

    // One target of a command; valid until restore().
    struct Place
    {
        Entry *entry = nullptr;
        int row = -1;

        explicit operator bool() const { return entry != nullptr; }
        [[nodiscard]] CommandNo number() const { return entry->record.number; }
        [[nodiscard]] records::CommandTarget &target() const { return entry->targets[row]; }
    };

    // `store` outlives this.
    explicit IssuedCommands(store::CommandStore &store)
        : m_store(store)
    {}

    // The newest `limit` commands of the store.
    void restore(int limit);

    [[nodiscard]] bool isAtHand(CommandNo number) const { return m_entries.contains(number); }
    // Null unless it is at hand.
    [[nodiscard]] const Entry *find(CommandNo number) const;
    // Null for an unknown number.
    [[nodiscard]] Entry *entryOf(CommandNo number);
    // With its targets at hand.
    Entry &loaded(Entry &entry);
    Entry &insert(const records::IssuedCommand &record);
    // A target that the command doesn't have yet; it is unfinished.
    Place addTarget(Entry &entry, const records::CommandTarget &target);

    void setState(const Place &place, records::TargetState state);
    // Whatever its state is, it is unfinished no more.
    void close(const Place &place);

    // Newest first.
    [[nodiscard]] QList<CommandNo> numbers() const;
    // Those with unfinished targets, in any order; the second oldest first.
    [[nodiscard]] QSet<CommandNo> open() const { return m_open; }
    [[nodiscard]] QList<CommandNo> openNumbers() const;

private:
    // Commands by when they were given; their numbers have no order.
    [[nodiscard]] bool isOlder(CommandNo one, CommandNo other) const;

    store::CommandStore &m_store;
    std::map<CommandNo, Entry> m_entries;
    QSet<CommandNo> m_open;
};

} // namespace sgn::core
