// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/FleetList.h"

#include "base/JsonText.h"
#include "card/Step.h"
#include "config/DeviceConfig.h"
#include "provision/BirthRecord.h"

#include <algorithm>
#include <QFileInfo>
#include <QHash>
#include <QRandomGenerator>
#include <QRegularExpression>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxField = 1024;
const QString xmpp = u"xmpp_client"_s;

// Columns that mean something; all others are free.
const QStringList &knownColumns()
{
    static const QStringList names{u"jid"_s, u"password"_s, u"id"_s, u"mac"_s, u"hostname"_s, u"tags"_s};
    return names;
}

Result<QStringList> columnsOf(const CsvRow &row)
{
    if (!row.problem.isEmpty()) {
        return fail(ErrorCode::BadFile, u"line %1 %2"_s.arg(row.line).arg(row.problem));
    }
    QStringList columns;
    for (const QString &field : row.fields) {
        const QString name = field.trimmed();
        const QString known = name.toLower();
        columns += knownColumns().contains(known) ? known : name;
    }
    while (!columns.isEmpty() && columns.constLast().isEmpty()) {
        columns.removeLast();
    }
    if (!columns.contains(u"jid"_s)) {
        return fail(ErrorCode::BadFile, u"line %1 has to name the columns, and one of them is jid"_s.arg(row.line));
    }
    for (const QString &name : std::as_const(columns)) {
        if (name.isEmpty() || columns.count(name) > 1) {
            return fail(ErrorCode::BadFile, name.isEmpty() ? u"a column in line %1 has no name"_s.arg(row.line)
                                                           : u"two columns are called %1"_s.arg(name.left(64)));
        }
    }
    if (!columns.contains(u"id"_s) && !columns.contains(u"mac"_s)) {
        return fail(ErrorCode::BadFile, u"one of the columns in line %1 has to be id or mac: what identifies a device "
                                        "(rpi_unique_id)"_s.arg(row.line));
    }
    return columns;
}

auto bad(const QString &why)
{
    return fail(ErrorCode::BadRequest, why);
}

Result<QString> idOf(const QString &id, const QString &mac)
{
    if (id.isEmpty() == mac.isEmpty()) {
        return bad(id.isEmpty() ? u"has neither an id nor a mac"_s : u"has both an id and a mac"_s);
    }
    if (mac.isEmpty()) {
        return id;
    }
    static const QRegularExpression form(u"^([0-9a-f]{2})([:-]?[0-9a-f]{2}){5}$"_s,
                                         QRegularExpression::CaseInsensitiveOption);
    if (!form.match(mac).hasMatch()) {
        return bad(u"has '%1' as mac, which is no address such as b8:27:eb:00:00:01"_s.arg(mac.left(64)));
    }
    QString digits = mac.toLower().remove(u':').remove(u'-');
    for (qsizetype at = digits.size() - 2; at > 0; at -= 2) {
        digits.insert(at, u':');
    }
    return digits;
}

QStringList tagsOf(const QString &field)
{
    static const QRegularExpression separators(u"\\s*[,;|]\\s*"_s);
    QStringList tags = field.split(separators, Qt::SkipEmptyParts);
    tags.removeDuplicates();
    return tags;
}

// What no file is called on any of our systems is written as '_'.
QString fileNameOf(const FleetDevice &device)
{
    if (!device.hostName.isEmpty()) {
        return device.hostName.toLower();
    }
    static const QRegularExpression odd(u"[^a-z0-9._-]|^[.-]"_s);
    return device.jid.section(u'@', 0, 0).left(100).replace(odd, u"_"_s);
}

// What people don't see in a cell, or spreadsheets and word processors made of it.
QString fieldProblem(const QString &field, const QString &column, bool isFree)
{
    const bool isPlain = std::ranges::none_of(field, [isFree](QChar c) {
        return (c.category() == QChar::Other_Control && !(isFree && (c == u'\n' || c == u'\t'))) ||
               (c.category() == QChar::Other_Format && !isFree);
    });
    if (field.size() > maxField || !isPlain) {
        return u"has a control character, an invisible one, or more than %1 characters, in the column %2"_s
            .arg(maxField)
            .arg(column);
    }
    static const QRegularExpression typographic(u"^\\s*[“”„‟«»]|[“”„‟«»]\\s*$"_s);
    if (!isFree && column != u"password"_s && typographic.match(field).hasMatch()) {
        return u"has typographic quotation marks around the column %1; write \" instead"_s.arg(column);
    }
    static const QRegularExpression rounded(u"^\\s*[0-9][.,]?[0-9]*E[+]?[0-9]{2,}\\s*$"_s);
    if ((column == u"id"_s || column == u"mac"_s) && rounded.match(field).hasMatch()) {
        return u"has '%1' in the column %2, which a spreadsheet made of a long number: give the column the format "
               "'text', and enter it again"_s.arg(field.trimmed(), column);
    }
    return {};
}

Result<FleetDevice> deviceOf(const CsvRow &row, const QStringList &columns)
{
    if (!row.problem.isEmpty()) {
        return bad(row.problem);
    }
    QStringList fields = row.fields;
    while (fields.size() > columns.size() && fields.constLast().isEmpty()) {
        fields.removeLast();
    }
    if (fields.size() != columns.size()) {
        return bad(u"has %1 fields, and the first line names %2"_s.arg(fields.size()).arg(columns.size()));
    }
    const auto field = [&](const QString &name) {
        return fields.value(columns.indexOf(name));
    };
    FleetDevice device{.line = row.line,
                       .jid = field(u"jid"_s).trimmed().toLower(),
                       .password = field(u"password"_s),
                       .id = {},
                       .hostName = field(u"hostname"_s).trimmed(),
                       .name = {},
                       .tags = tagsOf(field(u"tags"_s).trimmed()),
                       .columns = {}};
    for (qsizetype i = 0; i < columns.size(); ++i) {
        const bool isFree = !knownColumns().contains(columns[i]);
        if (const QString problem = fieldProblem(fields[i], columns[i], isFree); !problem.isEmpty()) {
            return bad(problem);
        }
        if (isFree && !fields[i].isEmpty()) {
            device.columns.insert(columns[i], fields[i]);
        }
    }
    const auto id = idOf(field(u"id"_s).trimmed(), field(u"mac"_s).trimmed());
    if (!id) {
        return fail(id.error());
    }
    device.id = *id;
    if (!device.hostName.isEmpty()) {
        if (auto good = card::checkHostName(device.hostName.toUtf8()); !good) {
            return fail(std::move(good).error());
        }
    }
    device.name = fileNameOf(device);
    if (device.name == QFileInfo(fleetFileName).baseName()) {
        return bad(u"has a name whose file would be the fleet's own; give it another host name"_s);
    }
    return device;
}

// One spelling for all of an address, which may stand in the column id as well.
QString sameId(const QString &id)
{
    static const QRegularExpression address(u"^[0-9a-f]{12}$"_s);
    QString digits = id.toLower();
    digits.remove(u':').remove(u'-');
    return address.match(digits).hasMatch() ? digits : id.toLower();
}

// Which line was the first with each value.
class FirstLines
{
public:
    // Why this device can't be another one, or empty.
    QString take(const FleetDevice &device)
    {
        const std::initializer_list<std::pair<QString, QString>> unique{
            {u"JID"_s, device.jid},
            {u"id"_s, sameId(device.id)},
            {u"host name"_s, device.hostName.toLower()},
            {u"name of files (give it a host name)"_s, device.name}};
        for (const auto &[what, value] : unique) {
            if (const int line = m_lines.value({what, value}); line > 0 && !value.isEmpty()) {
                return u"has the %1 of line %2"_s.arg(what).arg(line);
            }
        }
        for (const auto &[what, value] : unique) {
            m_lines.insert({what, value}, device.line);
        }
        return {};
    }

private:
    QHash<std::pair<QString, QString>, int> m_lines;
};

} // namespace

Result<QJsonObject> readTemplate(const QByteArray &json)
{
    const auto document = parseJson(json);
    if (!document) {
        return fail(ErrorCode::BadFile, u"the template is "_s + document.error().message);
    }
    if (!document->isObject()) {
        return fail(ErrorCode::BadFile, u"the template is not a JSON object"_s);
    }
    const QJsonObject common = document->object();
    const QJsonObject client = common.value(xmpp).toObject();
    for (const QString &name : {u"client_jid"_s, u"client_password"_s, u"rpi_unique_id"_s, u"serial"_s}) {
        if (client.contains(name) || common.contains(name)) {
            return fail(ErrorCode::BadFile,
                        u"the field %1 is different on each device; remove it from the template"_s.arg(name));
        }
    }
    return common;
}

QByteArray configOf(const QJsonObject &common, const FleetDevice &device)
{
    QJsonObject config = common;
    QJsonObject client = common.value(xmpp).toObject();
    client.insert(u"client_jid"_s, device.jid);
    client.insert(u"client_password"_s, device.password);
    config.insert(xmpp, client);
    config.insert(u"rpi_unique_id"_s, device.id);
    return toJsonText(config, QJsonDocument::Indented);
}

Result<FleetList> judgeFleet(const QList<CsvRow> &rows, const QJsonObject &common)
{
    if (rows.isEmpty()) {
        return fail(ErrorCode::BadFile, u"it is empty; its first line has to name the columns"_s);
    }
    const auto columns = columnsOf(rows.constFirst());
    if (!columns) {
        return fail(columns.error());
    }
    FleetDevice example;
    example.jid = u"x@device.invalid"_s;
    example.password = u"x"_s;
    example.id = u"x"_s;
    const auto usable = parseDeviceConfig(configOf(common, example));
    if (!usable) {
        return fail(usable.error().withContext(u"the template"_s));
    }
    FleetList list{.devices = {}, .problems = {}, .remarks = usable->remarks};
    FirstLines firstLines;
    for (const CsvRow &row : rows.sliced(1)) {
        auto device = deviceOf(row, *columns);
        Outcome good = device ? Outcome() : fail(device.error());
        if (device) {
            FleetDevice known = *device;
            known.password = known.password.isEmpty() ? example.password : known.password;
            if (const auto config = parseDeviceConfig(configOf(common, known)); !config) {
                good = bad(u"isn't right: "_s + config.error().message);
            }
        }
        if (const QString again = good ? firstLines.take(*device) : QString(); !again.isEmpty()) {
            good = bad(again);
        }
        if (good) {
            list.devices += *std::move(device);
        } else {
            list.problems += u"line %1: %2"_s.arg(row.line).arg(good.error().message);
        }
    }
    if (list.devices.isEmpty() && list.problems.isEmpty()) {
        return fail(ErrorCode::BadFile, u"it names no device: there is nothing behind the line with the columns"_s);
    }
    return list;
}

QString newPassword()
{
    constexpr QLatin1StringView letters("23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");
    constexpr int length = 24;
    QString password;
    for (int i = 0; i < length; ++i) {
        password += letters[QRandomGenerator::system()->bounded(static_cast<int>(letters.size()))];
    }
    return password;
}

} // namespace sgn::provision
