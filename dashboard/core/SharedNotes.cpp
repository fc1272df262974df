// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/SharedNotes.h"

#include "core/Fleet.h"
#include "store/Store.h"
#include "xmpp/PrivateNodes.h"

#include <algorithm>
#include <QRandomGenerator>

namespace sgn::core {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// Items are requested so many at a time: together they stay far below the size that a stanza may have.
constexpr int fetchedAtOnce = 8;
// What one device may have, as JSON.
constexpr qsizetype maxEntry = 4'000;
// An entry that has become empty is kept so long: until then it reaches desks that were closed.
constexpr qint64 forgetAfterDays = 90;

bool haveRoom(const records::DeviceNotes &notes)
{
    const QStringList names = notes.fields.keys();
    return names.size() <= records::maxNoteFields &&
           std::ranges::all_of(names, [](const QString &name) { return name.size() <= records::maxFieldName; });
}

} // namespace

SharedNotes::SharedNotes(const Parts &parts, QObject *parent)
    : QObject(parent)
    , m_session(parts.session)
    , m_fleet(parts.fleet)
    , m_store(parts.store)
    , m_clock(parts.clock)
{
    m_publishing.setSingleShot(true);
    connect(&m_publishing, &QTimer::timeout, this, &SharedNotes::publish);
    connect(&m_session, &xmpp::Session::online, this, &SharedNotes::onOnline);
    connect(&m_session.privateNodes(), &xmpp::PrivateNodes::itemPublished, this,
            [this](const QString &published, const xmpp::PrivateItem &item) {
                bool ok = false;
                const int chunk = item.id.toInt(&ok);
                if (published == node && ok && chunk >= 0 && chunk < records::sharedChunks) {
                    take(chunk, item.json);
                }
            });
    connect(&m_fleet, &Fleet::devicesAdded, this, &SharedNotes::showNotes);
}

void SharedNotes::restore()
{
    const records::SharedEntries entries = m_store.sharedEntries();
    for (auto it = entries.cbegin(); it != entries.cend(); ++it) {
        m_chunks[records::sharedChunkOf(it.key())].insert(it.key(), it.value());
        m_fleet.setNotes(it.key(), it->notes);
    }
}

void SharedNotes::showNotes(int first, int count)
{
    for (int index = first; index < first + count; ++index) {
        const QString jid = m_fleet.at(index).jid;
        m_fleet.setNotes(jid, entryOf(jid).notes);
    }
}

void SharedNotes::onOnline()
{
    dropForgotten();
    m_toFetch = 0;
    for (int first = 0; first < records::sharedChunks; first += fetchedAtOnce) {
        ++m_toFetch;
        QStringList ids;
        for (int chunk = first; chunk < first + fetchedAtOnce; ++chunk) {
            ids += QString::number(chunk);
        }
        m_session.privateNodes().fetch(
            node.toString(), ids,
            [this, first](const Result<QList<xmpp::PrivateItem>> &items) { onFetched(first, items); });
    }
}

void SharedNotes::onFetched(int first, const Result<QList<xmpp::PrivateItem>> &items)
{
    if (!items) {
        if (items.error().code == ErrorCode::NotFound) {
            setReach(Reach::ThisStore);
        }
        return; // without a connection: at the next login
    }
    for (int chunk = first; chunk < first + fetchedAtOnce; ++chunk) {
        const auto item = std::ranges::find(*items, QString::number(chunk), &xmpp::PrivateItem::id);
        // What isn't there is older than all of ours.
        take(chunk, item == items->cend() ? QByteArray() : item->json);
    }
    if (--m_toFetch == 0) {
        setReach(Reach::AllDesks);
    }
}

void SharedNotes::take(int chunk, const QByteArray &json)
{
    records::SharedEntries theirs = records::sharedEntriesFrom(json);
    theirs.removeIf([chunk](auto entry) { return records::sharedChunkOf(entry.key()) != chunk; });
    records::SharedEntries &ours = m_chunks[chunk];
    const records::SharedMerge merged = records::mergeNewer(ours, theirs);
    if (!merged.changed.isEmpty()) {
        m_store.keepShared(chunk, ours);
    }
    for (const QString &jid : merged.changed) {
        const records::SharedEntry entry = ours.value(jid);
        m_fleet.setNotes(jid, entry.notes);
        Q_EMIT labelChanged(jid);
        Q_EMIT retirementChanged(jid, entry.retiredAt);
    }
    if (merged.areOursNewer) {
        // Later, and each desk at another time: one of them is enough.
        publishSoon(chunk, 500ms + std::chrono::milliseconds(QRandomGenerator::global()->bounded(1'000)));
    }
}

records::Expected<> SharedNotes::setNotes(const QString &jid, const records::DeviceNotes &notes)
{
    records::SharedEntry entry = entryOf(jid);
    if (entry.notes == notes) {
        return {};
    }
    entry.notes = notes;
    if (!haveRoom(notes)) {
        return records::fail(ErrorCode::TooLarge, records::FactCode::TooManyFields,
                             {QString::number(records::maxNoteFields), QString::number(records::maxFieldName)});
    }
    if (const qsizetype size = records::toJson({{jid, entry}}).size(); size > maxEntry) {
        return records::fail(ErrorCode::TooLarge, records::FactCode::NotesTooLong,
                             {QString::number(size), QString::number(maxEntry)});
    }
    records::SharedEntries together = m_chunks[records::sharedChunkOf(jid)];
    together.insert(jid, entry);
    if (const qsizetype size = records::toJson(together).size(); size > xmpp::PrivateNodes::maxItemSize) {
        return records::fail(ErrorCode::TooLarge, records::FactCode::NotesTooLong,
                             {QString::number(size), QString::number(xmpp::PrivateNodes::maxItemSize)});
    }
    change(jid, std::move(entry));
    return {};
}

// One item at a time instead of one device: each is written as a whole.
QList<std::pair<QString, records::Problem>> SharedNotes::setNotes(const QList<records::NotesChange> &changes)
{
    std::map<int, QList<records::NotesChange>> byChunk;
    for (const records::NotesChange &change : changes) {
        byChunk[records::sharedChunkOf(change.jid)] += change;
    }
    QList<std::pair<QString, records::Problem>> refused;
    for (const auto &[chunk, together] : byChunk) {
        if (enterTogether(chunk, together)) {
            continue;
        }
        for (const records::NotesChange &change : together) {
            if (const records::Expected<> taken = setNotes(change.jid, change.notes); !taken) {
                refused += {change.jid, taken.error()};
            }
        }
    }
    return refused;
}

// False, and nothing is done: not all of them have room.
bool SharedNotes::enterTogether(int chunk, const QList<records::NotesChange> &changes)
{
    records::SharedEntries together = m_chunks[chunk];
    for (const records::NotesChange &change : changes) {
        records::SharedEntry entry = entryOf(change.jid);
        entry.notes = change.notes;
        if (!haveRoom(change.notes) || records::toJson({{change.jid, entry}}).size() > maxEntry) {
            return false;
        }
        together.insert(change.jid, entry);
    }
    if (records::toJson(together).size() > xmpp::PrivateNodes::maxItemSize) {
        return false;
    }
    for (const records::NotesChange &change : changes) {
        enter(change.jid, together.value(change.jid));
    }
    m_store.keepShared(chunk, m_chunks[chunk]);
    publishSoon(chunk, 0ms);
    return true;
}

records::DeviceNotes SharedNotes::notesOf(const QString &jid) const
{
    return entryOf(jid).notes;
}

std::optional<records::DeviceLabel> SharedNotes::labelOf(const QString &jid) const
{
    return entryOf(jid).label;
}

void SharedNotes::setLabel(const QString &jid, const records::DeviceLabel &label)
{
    records::SharedEntry entry = entryOf(jid);
    if (entry.label != label) {
        entry.label = label;
        change(jid, std::move(entry));
    }
}

void SharedNotes::markRetired(const QStringList &jids, const QDateTime &at)
{
    for (const QString &jid : jids) {
        records::SharedEntry entry = entryOf(jid);
        entry.retiredAt = at;
        change(jid, std::move(entry));
    }
}

void SharedNotes::clearRetired(const QString &jid)
{
    if (records::SharedEntry entry = entryOf(jid); entry.retiredAt.isValid()) {
        entry.retiredAt = {};
        change(jid, std::move(entry));
    }
}

void SharedNotes::change(const QString &jid, records::SharedEntry entry)
{
    enter(jid, std::move(entry));
    const int chunk = records::sharedChunkOf(jid);
    m_store.keepShared(chunk, m_chunks[chunk]);
    publishSoon(chunk, 0ms);
}

void SharedNotes::enter(const QString &jid, records::SharedEntry entry)
{
    entry.changedAt = records::timeOfChange(m_clock.wallUtc(), entry.changedAt);
    entry = records::asRead(jid, entry);
    m_fleet.setNotes(jid, entry.notes);
    m_chunks[records::sharedChunkOf(jid)].insert(jid, entry);
}

records::SharedEntry SharedNotes::entryOf(const QString &jid) const
{
    const auto chunk = m_chunks.find(records::sharedChunkOf(jid));
    return chunk == m_chunks.end() ? records::SharedEntry() : chunk->second.value(jid);
}

void SharedNotes::dropForgotten()
{
    const QDateTime limit = m_clock.wallUtc().addDays(-forgetAfterDays);
    for (auto &[chunk, entries] : m_chunks) {
        const qsizetype dropped = entries.removeIf([&limit](auto entry) {
            return entry->notes.isEmpty() && !entry->label && !entry->retiredAt.isValid() && entry->other.isEmpty() &&
                   entry->changedAt < limit;
        });
        if (dropped > 0) {
            m_store.keepShared(chunk, entries);
        }
    }
}

void SharedNotes::publishSoon(int chunk, std::chrono::milliseconds delay)
{
    m_toPublish.insert(chunk);
    if (!m_publishing.isActive() || m_publishing.remainingTimeAsDuration() > delay) {
        m_publishing.start(delay);
    }
}

void SharedNotes::publish()
{
    if (!m_session.isOnline() || m_reach == Reach::ThisStore) {
        m_toPublish.clear(); // the next login finds what the server lacks
        return;
    }
    for (const int chunk : std::exchange(m_toPublish, {})) {
        ++m_inFlight;
        m_session.privateNodes().publish(node.toString(), {QString::number(chunk), records::toJson(m_chunks[chunk])},
                                         records::sharedChunks,
                                         [this](const Outcome &outcome) { onPublished(outcome); });
    }
}

void SharedNotes::onPublished(const Outcome &outcome)
{
    --m_inFlight;
    if (outcome) {
        return reportSaved();
    }
    if (outcome.error().code == ErrorCode::Network) {
        return; // the next login finds what the server lacks
    }
    if (outcome.error().code == ErrorCode::NotFound) {
        return setReach(Reach::ThisStore);
    }
    const records::Problem reason = records::Problem(outcome.error()).withContext(records::FactCode::NotShared);
    if (!std::exchange(m_hasWarned, true)) {
        Q_EMIT warned(reason);
    }
    Q_EMIT notSaved(reason);
}

void SharedNotes::reportSaved()
{
    if (isSaved()) {
        Q_EMIT saved();
    }
}

void SharedNotes::setReach(Reach reach)
{
    if (std::exchange(m_reach, reach) != reach) {
        Q_EMIT reachChanged();
    }
}

} // namespace sgn::core
