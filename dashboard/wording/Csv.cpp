// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Csv.h"

#include "wording/Activity.h"
#include "wording/Attention.h"

#include <algorithm>

namespace sgn::wording {

using namespace Qt::StringLiterals;

namespace {

QString timeText(const QDateTime &time)
{
    return time.isValid() ? time.toUTC().toString(Qt::ISODate) : QString();
}

QString processText(const records::DeviceProcess *process)
{
    if (!process) {
        return {};
    }
    const QString version = versionOf(process->report);
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

QByteArray fleetCsv(const QList<const records::Device *> &devices, const QStringList &processNames,
                    const QDateTime &now)
{
    QByteArray csv = csvLine(QStringList{u"device"_s, u"jid"_s, u"rpi_unique_id"_s, u"online"_s, u"last_seen"_s} +
                             processNames + QStringList{u"agent"_s, u"watchdog"_s, u"model"_s, u"os"_s, u"why"_s});
    for (const records::Device *device : devices) {
        QStringList fields{device->name().toString(), device->jid, device->rpiUniqueId,
                           device->online ? u"yes"_s : u"no"_s, timeText(device->lastSeen)};
        for (const QString &name : processNames) {
            fields += processText(device->process(name));
        }
        fields += {device->facts.agentVersion.text(), device->facts.watchdogVersion.text(), device->facts.model,
                   device->facts.os, reasonText(*device, attentionOf(*device), now)};
        csv += csvLine(fields);
    }
    return csv;
}

QByteArray activityCsv(const QList<records::ActivityEntry> &entries)
{
    QByteArray csv =
        csvLine({u"time"_s, u"device"_s, u"what"_s, u"command_no"_s, u"subject"_s, u"detail"_s, u"text"_s, u"by"_s});
    for (const records::ActivityEntry &entry : entries) {
        csv += csvLine({timeText(entry.at), entry.jid, nameOf(entry.kind),
                        entry.number == 0 ? QString() : QString::number(entry.number), entry.subject, detailText(entry),
                        describe(entry), senderOf(entry)});
    }
    return csv;
}

} // namespace sgn::wording
