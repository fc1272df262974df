// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Csv.h"

#include "records/ListColumns.h"
#include "wording/Activity.h"
#include "wording/Attention.h"

#include <algorithm>
#include <QSet>

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

// Those that every fleet has, then the others by name.
QStringList noteFieldsOf(const QList<const records::Device *> &devices)
{
    QSet<QString> others;
    for (const records::Device *device : devices) {
        for (auto it = device->notes.fields.cbegin(); it != device->notes.fields.cend(); ++it) {
            others.insert(it.key());
        }
    }
    QStringList fields;
    for (const QLatin1StringView common : records::commonNoteFields) {
        fields += common;
        others.remove(common);
    }
    QStringList sorted(others.begin(), others.end());
    sorted.sort();
    return fields + sorted;
}

// A comma behind a tag that has a separator of its own makes it one tag.
QString tagsText(const QStringList &tags)
{
    const QString text = tags.join(u", ");
    return tags.size() == 1 && (text.contains(u';') || text.contains(u'|')) ? text + u',' : text;
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
    const QStringList noteFields = noteFieldsOf(devices);
    const QStringList reported = QStringList{u"id"_s, u"online"_s, u"last seen"_s} + processNames +
                                 QStringList{u"agent"_s, u"watchdog"_s, u"model"_s, u"os"_s, u"why"_s};
    QStringList head{u"jid"_s, u"name"_s, u"tags"_s};
    for (const QString &field : noteFields) {
        // Under a name that means something else it couldn't be read again.
        const bool isReadable =
            records::listColumnFrom(field) == records::ListColumn::Field && records::noteFieldFrom(field) == field;
        head += isReadable ? field : u"(%1)"_s.arg(field);
    }
    head += u"notes"_s;
    for (const QString &name : reported) {
        head += u"(%1)"_s.arg(name);
    }
    QByteArray csv = csvLine(head);
    for (const records::Device *device : devices) {
        QStringList cells{device->jid, device->label, tagsText(device->tags)};
        for (const QString &field : noteFields) {
            cells += device->notes.fields.value(field);
        }
        cells +=
            {device->notes.text, device->rpiUniqueId, device->online ? u"yes"_s : u"no"_s, timeText(device->lastSeen)};
        for (const QString &name : processNames) {
            cells += processText(device->process(name));
        }
        cells += {device->facts.agentVersion.text(), device->facts.watchdogVersion.text(), device->facts.model,
                  device->facts.os, reasonText(*device, attentionOf(*device), now)};
        csv += csvLine(cells);
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
