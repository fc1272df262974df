// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/IssuedCommands.h"

#include "store/CommandStore.h"

#include <algorithm>

namespace sgn::core {

void IssuedCommands::restore(int limit)
{
    m_entries.clear();
    m_open.clear();
    for (const records::IssuedCommand &record : m_store.commands(limit)) {
        insert(record);
    }
}

const IssuedCommands::Entry *IssuedCommands::find(CommandNo number) const
{
    const auto it = m_entries.find(number);
    return it == m_entries.end() ? nullptr : &it->second;
}

IssuedCommands::Entry *IssuedCommands::entryOf(CommandNo number)
{
    if (number == 0) {
        return nullptr;
    }
    const auto it = m_entries.find(number);
    if (it != m_entries.end()) {
        return &it->second;
    }
    // Older than what is at hand, or of another program that shares the store.
    const std::optional<records::IssuedCommand> record = m_store.command(number);
    return record ? &insert(*record) : nullptr;
}

IssuedCommands::Entry &IssuedCommands::loaded(Entry &entry)
{
    if (entry.isLoaded) {
        return entry;
    }
    entry.isLoaded = true;
    entry.targets = m_store.targets(entry.record.number);
    entry.record.counts = {};
    for (int row = 0; row < entry.targets.size(); ++row) {
        const records::CommandTarget &target = entry.targets.at(row);
        entry.rows.insert(target.jid, row);
        ++entry.record.counts[target.state];
        if (!isFinal(target.state)) {
            entry.open.insert(row);
        }
    }
    if (!entry.open.isEmpty()) {
        m_open.insert(entry.record.number);
    }
    return entry;
}

IssuedCommands::Entry &IssuedCommands::insert(const records::IssuedCommand &record)
{
    Entry &entry = m_entries[record.number];
    entry = Entry{};
    entry.record = record;
    return entry;
}

IssuedCommands::Place IssuedCommands::addTarget(Entry &entry, const records::CommandTarget &target)
{
    const int row = static_cast<int>(entry.targets.size());
    entry.targets += target;
    entry.rows.insert(target.jid, row);
    entry.open.insert(row);
    ++entry.record.counts[target.state];
    m_open.insert(entry.record.number);
    return {&entry, row};
}

void IssuedCommands::setState(const Place &place, records::TargetState state)
{
    records::CommandTarget &target = place.target();
    --place.entry->record.counts[target.state];
    ++place.entry->record.counts[state];
    target.state = state;
}

void IssuedCommands::close(const Place &place)
{
    place.entry->open.remove(place.row);
    if (place.entry->open.isEmpty()) {
        m_open.remove(place.number());
    }
}

QList<CommandNo> IssuedCommands::numbers() const
{
    QList<CommandNo> numbers;
    numbers.reserve(static_cast<qsizetype>(m_entries.size()));
    for (const auto &[number, entry] : m_entries) {
        numbers += number;
    }
    std::ranges::sort(numbers, [this](CommandNo one, CommandNo other) { return isOlder(other, one); });
    return numbers;
}

QList<CommandNo> IssuedCommands::openNumbers() const
{
    QList<CommandNo> numbers = m_open.values();
    std::ranges::sort(numbers, [this](CommandNo one, CommandNo other) { return isOlder(one, other); });
    return numbers;
}

bool IssuedCommands::isOlder(CommandNo one, CommandNo other) const
{
    return std::pair(find(one)->record.createdAt, one) < std::pair(find(other)->record.createdAt, other);
}

} // namespace sgn::core
