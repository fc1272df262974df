// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/Arrival.h"
#include "core/FleetSummary.h"
#include "core/IdentityRegister.h"
#include "core/NewsOrder.h"
#include "core/ProcessCensus.h"
#include "records/Activity.h"
#include "records/Device.h"
#include "records/TextPool.h"

#include <QHash>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <vector>

namespace sgn::core {

// What changed of the device at an index of the fleet.
struct DeviceDelta
{
    int index = 0;
    records::DeviceChanges what;
};

// Every device of the fleet, by JID. An index stays the same until reset(), which remove() causes too. Made for
// 100,000 devices: every look-up and every change is O(1), and signals for the models are collected and sent at most
// every 50 ms.
//
// A device is its JID, which the server authenticates; the `from` of a message is bound to it at first sight and
// never moves anything to another device.
class Fleet : public QObject
{
    Q_OBJECT

public:
    // `clock` outlives the fleet.
    explicit Fleet(const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] int count() const { return static_cast<int>(m_devices.size()); }
    [[nodiscard]] const records::Device &at(int index) const { return m_devices[static_cast<std::size_t>(index)]; }
    // -1 for an unknown JID.
    [[nodiscard]] int indexOf(const QString &jid) const { return m_index.value(jid, -1); }
    // Null for an unknown JID; valid until the next device is added.
    [[nodiscard]] const records::Device *find(const QString &jid) const;
    // What tables call it: its name, also of an account that is no device (any more).
    [[nodiscard]] QString nameOf(const QString &jid) const;
    [[nodiscard]] const FleetSummary &summary() const { return m_summary; }

    // The processes most devices have, at most maxProcessColumns, in order of their names: the columns of a table.
    static constexpr int maxProcessColumns = 32;
    [[nodiscard]] QStringList processNames() const;
    [[nodiscard]] VersionCounts versionsOf(const QString &processName) const;
    // The highest of those that are whole numbers; 0 when no device has reported one.
    [[nodiscard]] int highestVersion(const QString &processName) const;
    // The same for a component that has one version. Walks the fleet.
    [[nodiscard]] int highestVersion(Component component) const;

    // The state of an earlier run; replaces everything.
    void restore(std::vector<records::Device> devices);

    // Makes an account a device of the fleet and returns its index.
    int add(const QString &jid);
    // The same for one that is known from before; replaces nothing if it is a device already.
    int add(records::Device added);
    // Those that are devices; everything else keeps its state.
    void remove(const QStringList &jids);
    // Whether it is among the account's contacts on the server.
    void setContact(const QString &jid, bool isContact);
    void setLabel(const QString &jid, const QString &label, const QStringList &tags);
    void setNotes(const QString &jid, const records::DeviceNotes &notes);
    void setPresence(const QString &jid, bool online);
    // A new session begins: who is not shown to be online before settlePresence() is offline then.
    void beginPresence();
    void settlePresence();
    // Without a session nothing is known to be online, nor for how long it hasn't been.
    void forgetPresence();
    // For how long a device has been offline, or not answering, as far as that is certain: since this fleet saw it
    // leave, or, where it had left before, since settlePresence(); if it has sent something meanwhile, since then. A
    // reconnect of this desk doesn't begin it anew. None: it is online, or that isn't known, or no such device.
    [[nodiscard]] std::optional<std::chrono::milliseconds> absentFor(const QString &jid) const;
    // Who came online by a message alone and was silent for `limit` is offline.
    void expireSilent(std::chrono::milliseconds limit);

    // A message of a device. Of archived or delayed ones, a report older than the last one only proves that the device
    // lived then; a live one is the newest there is, whatever the clocks show.
    void recordMessage(const QString &jid, const QString &from, const Arrival &arrival);
    void apply(const QString &jid, const VersionReport &report, const Arrival &arrival);
    void apply(const QString &jid, const ProcessEvent &event, const Arrival &arrival);
    void setNotAnswering(const QString &jid, bool notAnswering);
    // What of its messages can't be read; empty: all can be.
    void setUnreadable(const QString &jid, const QString &what);
    // Ignored when the device already has a newer one.
    void setUpdate(const QString &jid, const records::DeviceUpdate &update);
    // What an update that was issued before `time` (UTC) wanted of that component is no longer wanted, because the
    // device has rolled back.
    void forgetUpdate(const QString &jid, Component component, const QDateTime &time);
    // The operator confirms that the id this device last named is its own: ends a conflict and a foreign `from`.
    void acceptIdentity(const QString &jid);

    // Sends what has been collected for the models now.
    void flush();

Q_SIGNALS:
    // Everything is different.
    void reset();
    void devicesAdded(int first, int count);
    void devicesChanged(const QList<sgn::core::DeviceDelta> &deltas);
    void summaryChanged(const sgn::core::FleetSummary &summary);
    void processNamesChanged();

    // At once, not collected: for those who react rather than show.
    void cameOnline(const QString &jid);
    void happened(const sgn::records::ActivityEntry &entry);

private:
    // What the fleet itself remembers of a device.
    struct Slot
    {
        records::DeviceChanges dirty; // not published yet; not empty: listed in m_dirty
        MonotonicTime lastLiveAt{};   // last live message
        NewsOrder news{};
        bool byPresence = false;                    // online by presence
        bool isUnsettled = false;                   // online in an earlier session, not confirmed by this one
        std::optional<MonotonicTime> absentSince{}; // see absentFor()
        FleetShare share{};                         // of m_summary
    };

    records::Device &device(int index) { return m_devices[static_cast<std::size_t>(index)]; }
    Slot &slotOf(int index) { return m_slots[static_cast<std::size_t>(index)]; }
    void recordMessage(int index, const QString &from, const Arrival &arrival);
    void setNotAnswering(int index, bool notAnswering);
    void bindIdentity(int index, const QString &from, const QDateTime &stamp);
    void setOnline(int index, bool online);
    void noteAbsence(int index);
    void setProcesses(int index, const QList<ProcessReport> &reports, const QDateTime &stamp);
    void setFacts(int index, const DeviceFacts &facts);
    void changed(int index, records::DeviceChanges what);
    void recount(int index);
    void rebuild();

    const Clock &m_clock;
    std::vector<records::Device> m_devices;
    std::vector<Slot> m_slots;
    QHash<QString, int> m_index;
    IdentityRegister m_identities;
    records::TextPool m_factTexts; // one copy of "Debian 12" for all devices
    ProcessCensus m_processes;
    FleetSummary m_summary;
    FleetSummary m_publishedSummary;
    QStringList m_publishedNames;
    QList<int> m_dirty;
    int m_publishedCount = 0;
    bool m_isSettling = false;
    bool m_isSettled = false; // who is online was known in a session
    QTimer m_flushTimer;
};

} // namespace sgn::core

Q_DECLARE_METATYPE(sgn::core::DeviceDelta)
