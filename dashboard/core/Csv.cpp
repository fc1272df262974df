// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Csv.h"

#include "core/Attention.h"
#include "core/Fleet.h"

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

QString timeText(const QDateTime &time)
{
    return time.isValid() ? time.toUTC().toString(Qt::ISODate) : QString();
}

QString number(std::optional<int> value)
{
    return value ? QString::number(*value) : QString();
}

QString processText(const records::DeviceProcess *process)
{
    if (!process) {
        return {};
    }
    const QString version = QString::number(process->report.version);
    return process->report.isDead ? version + u" dead"_s : version;
}

} // namespace

QByteArray csvLine(const QStringList &fields)
{
    QByteArray line;
    for (const QString &field : fields) {
        if (!line.isEmpty() || &field != &fields.front()) {
            line += ',';
        }
        QByteArray text = field.toUtf8();
        text.replace('\0', "");
        if (!text.isEmpty() && QByteArrayView("=+-@\t\r\n").contains(text.front())) {
            text.prepend('\'');
        }
        const bool needsQuotes =
            std::ranges::any_of(text, [](char c) { return c == ',' || c == '"' || c == '\n' || c == '\r'; });
        if (needsQuotes) {
            text.replace('"', "\"\"");
            text = '"' + text + '"';
        }
        line += text;
    }
    return line + "\r\n";
}

QByteArray fleetCsv(const Fleet &fleet, const QList<int> &rows)
{
    const QStringList columns = fleet.processNames();
    QByteArray csv = csvLine(QStringList{u"device"_s, u"jid"_s, u"rpi_unique_id"_s, u"online"_s, u"last_seen"_s} +
                             columns + QStringList{u"agent"_s, u"watchdog"_s, u"model"_s, u"os"_s, u"why"_s});
    const QDateTime now = QDateTime::currentDateTimeUtc();
    for (const int row : rows) {
        const records::Device &device = fleet.at(row);
        QStringList fields{device.name().toString(), device.jid, device.rpiUniqueId, device.online ? u"yes"_s : u"no"_s,
                           timeText(device.lastSeen)};
        for (const QString &column : columns) {
            fields += processText(device.process(column));
        }
        fields += {number(device.facts.agentVersion), number(device.facts.watchdogVersion), device.facts.model,
                   device.facts.os, attention(device, now).reason};
        csv += csvLine(fields);
    }
    return csv;
}

QByteArray activityCsv(const QList<records::ActivityEntry> &entries)
{
    QByteArray csv =
        csvLine({u"time"_s, u"device"_s, u"what"_s, u"command_no"_s, u"subject"_s, u"detail"_s, u"text"_s});
    for (const records::ActivityEntry &entry : entries) {
        csv += csvLine({timeText(entry.at), entry.jid, nameOf(entry.kind),
                        entry.number == 0 ? QString() : QString::number(entry.number), entry.subject, entry.detail,
                        records::describe(entry)});
    }
    return csv;
}

} // namespace sgn::core
