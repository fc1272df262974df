// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Json.h"

#include "protocol/Process.h"
#include "wording/Activity.h"
#include "wording/Attention.h"
#include "wording/Commands.h"
#include "wording/Problems.h"
#include "xmpp/Jid.h"

#include <QJsonArray>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

QJsonValue time(const QDateTime &when)
{
    return when.isValid() ? QJsonValue(when.toUTC().toString(Qt::ISODateWithMs)) : QJsonValue();
}

template <typename T>
QJsonValue maybe(const std::optional<T> &value)
{
    return value ? QJsonValue(*value) : QJsonValue();
}

// Null where it isn't known: a script finds the member in any case.
QJsonValue json(const ReportedVersion &version)
{
    return version.isKnown() ? version.json() : QJsonValue();
}

QJsonObject factsJson(const DeviceFacts &facts)
{
    return {{u"os"_s, facts.os},
            {u"model"_s, facts.model},
            {u"uptime_s"_s, maybe(facts.uptimeS)},
            {u"disk_free_mb"_s, maybe(facts.diskFreeMb)},
            {u"mem_available_mb"_s, maybe(facts.memAvailableMb)},
            {u"temperature_c"_s, maybe(facts.temperatureC)},
            {u"clock_offset_s"_s, maybe(facts.clockOffsetS)},
            {u"packages_version"_s, json(facts.packagesVersion)},
            {u"utc_offset_s"_s, maybe(facts.utcOffsetS)},
            {u"network"_s, facts.network},
            {u"read_only"_s, facts.readOnly},
            {u"problem"_s, facts.problem},
            {u"processes_omitted"_s, facts.processesOmitted}};
}

QJsonObject notesJson(const records::DeviceNotes &notes)
{
    QJsonObject fields;
    for (auto it = notes.fields.cbegin(); it != notes.fields.cend(); ++it) {
        fields.insert(it.key(), it.value());
    }
    return {{u"fields"_s, fields}, {u"text"_s, notes.text}};
}

QJsonObject updateJson(const records::DeviceUpdate &update)
{
    return {{u"command_no"_s, update.target ? static_cast<qint64>(update.target->number) : 0},
            {u"state"_s, nameOf(update.state)},
            {u"device_state"_s, update.deviceState},
            {u"percent"_s, update.percent},
            {u"remarks"_s, wording::sentence(update.facts, std::nullopt, update.remarks)}};
}

} // namespace

QJsonObject toJson(const records::Device &device, const QDateTime &now)
{
    QJsonArray processes;
    for (const records::DeviceProcess &process : device.processes) {
        QJsonObject object = sgn::toJson(process.report);
        object[u"dead_since"_s] = time(process.deadSince);
        processes += object;
    }
    const records::Attention why = attentionOf(device);
    QJsonObject object{{u"jid"_s, device.jid},
                       {u"name"_s, device.name().toString()},
                       {u"tags"_s, QJsonArray::fromStringList(device.tags)},
                       {u"rpi_unique_id"_s, device.rpiUniqueId},
                       {u"online"_s, device.online},
                       {u"not_answering"_s, device.notAnswering},
                       {u"last_seen"_s, time(device.lastSeen)},
                       {u"last_report"_s, time(device.lastReport)},
                       {u"agent_version"_s, json(device.facts.agentVersion)},
                       {u"watchdog_version"_s, json(device.facts.watchdogVersion)},
                       {u"processes"_s, processes},
                       {u"facts"_s, factsJson(device.facts)},
                       {u"attention"_s, nameOf(why.level)},
                       {u"why"_s, wording::reasonText(device, why, now)}};
    if (!device.conflictWith.isEmpty()) {
        object[u"conflict_with"_s] = device.conflictWith;
    }
    if (!device.foreignFrom.isEmpty()) {
        object[u"foreign_from"_s] = device.foreignFrom;
    }
    if (!device.unreadable.isEmpty()) {
        object[u"unreadable"_s] = device.unreadable;
    }
    if (!device.notes.isEmpty()) {
        object[u"notes"_s] = notesJson(device.notes);
    }
    if (device.update) {
        object[u"update"_s] = updateJson(*device.update);
    }
    return object;
}

QJsonObject toJson(const core::FleetSummary &summary)
{
    return {{u"total"_s, summary.total},
            {u"online"_s, summary.online},
            {u"offline"_s, summary.offline},
            {u"dead_processes"_s, summary.deadProcesses},
            {u"devices_with_dead"_s, summary.devicesWithDead},
            {u"updating"_s, summary.updating},
            {u"need_attention"_s, summary.needAttention}};
}

QJsonObject toJson(const records::CommandTarget &target)
{
    return {{u"jid"_s, target.jid},
            {u"state"_s, nameOf(target.state)},
            {u"device_state"_s, target.deviceState},
            {u"percent"_s, target.percent},
            {u"remarks"_s, wording::remarksText(target)},
            {u"error"_s, target.error ? QJsonValue(nameOf(*target.error)) : QJsonValue()},
            {u"log"_s, QJsonArray::fromStringList(target.log)},
            {u"attempts"_s, target.attempts},
            {u"finished"_s, time(target.finishedAt)}};
}

QJsonObject toJson(const records::ActivityEntry &entry)
{
    return {{u"time"_s, time(entry.at)},
            {u"kind"_s, nameOf(entry.kind)},
            {u"jid"_s, entry.jid},
            {u"command_no"_s, entry.number == 0 ? QJsonValue() : QJsonValue(static_cast<qint64>(entry.number))},
            {u"subject"_s, entry.subject},
            {u"detail"_s, wording::detailText(entry)},
            {u"by"_s, records::senderOf(entry)},
            {u"text"_s, wording::describe(entry)}};
}

QJsonObject toJson(const records::Newcomer &newcomer)
{
    return {{u"jid"_s, newcomer.jid},
            {u"domain"_s, xmpp::domainOf(newcomer.jid)},
            {u"id"_s, newcomer.claimedId},
            {u"first_seen"_s, time(newcomer.firstSeen)},
            {u"last_seen"_s, time(newcomer.lastSeen)},
            {u"asks_presence"_s, newcomer.isAsking},
            {u"message"_s, newcomer.message},
            {u"removed"_s, time(newcomer.retiredAt)}};
}

QJsonObject toJson(const records::LogDelivery &delivery, const QList<core::LogFile> &files)
{
    QJsonArray list;
    for (const core::LogFile &file : files) {
        list += QJsonObject{{u"name"_s, file.name}, {u"path"_s, file.path}, {u"size"_s, file.size}};
    }
    return {{u"jid"_s, delivery.jid},
            {u"state"_s, nameOf(delivery.state)},
            {u"folder"_s, delivery.folder},
            {u"remarks"_s, wording::remarksText(delivery)},
            {u"files"_s, list},
            {u"finished"_s, time(delivery.finishedAt)}};
}

} // namespace sgn::cli
