// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/DeviceList.h"

#include "base/AtomicFile.h"
#include "core/Labels.h"
#include "protocol/Json.h"
#include "records/ListColumns.h"
#include "table/CsvText.h"
#include "xmpp/Jid.h"

#include <algorithm>
#include <QFileInfo>
#include <QHash>
#include <QJsonArray>
#include <QRegularExpression>
#include <QSet>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;
using records::ListColumn;

namespace {

constexpr qint64 maxSize = 32 * 1024 * 1024;
constexpr qsizetype maxColumns = 200;

// The fields that every fleet has are stored in one way, whatever the table's head looks like.
QString fieldName(const QString &column, const ListTerms &terms)
{
    return terms.fieldNames.value(column.toLower(), records::noteFieldFrom(column));
}

// wording::csvLine() marks text that a spreadsheet would take for a formula.
QString withoutMark(const QString &cell)
{
    return cell.size() > 1 && cell.front() == u'\'' && u"=+-@\t\r\n"_s.contains(cell.at(1)) ? cell.sliced(1) : cell;
}

records::Expected<QStringList> tagsFrom(const QString &cell)
{
    static const QRegularExpression others(u"[;|]"_s);
    const QStringList parts = cell.contains(u',') ? cell.split(u',') : cell.split(others);
    QStringList tags;
    for (const QString &part : parts) {
        if (part.trimmed().isEmpty()) {
            continue;
        }
        const records::Expected<QString> tag = Labels::tagFrom(part);
        if (!tag) {
            return fail(tag.error());
        }
        tags += *tag;
    }
    tags.sort();
    tags.removeDuplicates();
    if (tags.size() > Labels::maxTags) {
        return records::fail(ErrorCode::BadRequest, FactCode::BadTag, {tags.join(u", ")});
    }
    return tags;
}

// One device from its cells.
class Entry
{
public:
    explicit Entry(const ListTerms &terms)
        : m_terms(terms)
    {}

    records::Expected<> take(ListColumn column, const QString &name, const QString &cell)
    {
        const QString text = withoutMark(cell).trimmed();
        switch (column) {
        case ListColumn::Jid:
            m_device.jid = text.contains(u'@') || text.isEmpty() ? text : text + u'@' + m_terms.ownDomain;
            break;
        case ListColumn::Name: {
            const records::Expected<QString> label = Labels::labelFrom(text);
            if (!label) {
                return fail(label.error());
            }
            m_device.name = *label;
            break;
        }
        case ListColumn::Tags: {
            const records::Expected<QStringList> tags = tagsFrom(text);
            if (!tags) {
                return fail(tags.error());
            }
            m_device.tags = *tags;
            break;
        }
        case ListColumn::Notes:
            m_device.text = text;
            break;
        case ListColumn::Field:
            m_device.fields.insert(fieldName(name, m_terms), text);
            break;
        case ListColumn::Ignored:
            break;
        }
        return {};
    }

    [[nodiscard]] records::Expected<ListedDevice> device() const
    {
        if (!xmpp::isBareAccountJid(m_device.jid)) {
            return records::fail(ErrorCode::BadRequest, FactCode::BadDeviceJid, {m_device.jid.left(100)});
        }
        ListedDevice device = m_device;
        device.jid = xmpp::bareJid(m_device.jid);
        return device;
    }

private:
    const ListTerms &m_terms;
    ListedDevice m_device;
};

// Collects entries; the first one of a device counts.
class ListBuilder
{
public:
    // `place` is the line of a table, or which record it is.
    void add(const records::Expected<ListedDevice> &device, const records::Fact &place)
    {
        if (!device) {
            m_list.problems += device.error().withContext(place.code, place.values);
        } else if (const auto first = m_places.constFind(device->jid); first != m_places.cend()) {
            m_list.problems += records::Problem(ErrorCode::BadRequest, FactCode::ListedTwice, {device->jid, *first})
                                   .withContext(place.code, place.values);
        } else {
            m_places.insert(device->jid, place.values.value(0));
            m_list.devices += *device;
        }
    }

    DeviceList &list() { return m_list; }

private:
    DeviceList m_list;
    QHash<QString, QString> m_places;
};

records::Expected<ListedDevice> deviceOf(const QJsonObject &record, const ListTerms &terms)
{
    Entry entry(terms);
    const QJsonObject columns = record.value("columns"_L1).toObject();
    for (auto it = columns.begin(); it != columns.end(); ++it) {
        const QString name = it.key().simplified();
        if (const ListColumn column = records::listColumnFrom(name);
            column != ListColumn::Jid && it.value().isString()) {
            if (const auto taken = entry.take(column, name, it.value().toString()); !taken) {
                return fail(taken.error());
            }
        }
    }
    QStringList tags;
    for (const QJsonValue &tag : record.value("tags"_L1).toArray()) {
        tags += tag.toString();
    }
    if (!tags.isEmpty()) {
        // One of them may have a semicolon.
        if (const auto taken = entry.take(ListColumn::Tags, {}, tags.join(u',') + u','); !taken) {
            return fail(taken.error());
        }
    }
    if (const auto taken = entry.take(ListColumn::Jid, {}, record.value("jid"_L1).toString()); !taken) {
        return fail(taken.error());
    }
    return entry.device();
}

records::Expected<DeviceList> fromRecords(const QByteArray &bytes, const ListTerms &terms)
{
    const auto object = parseJsonObject(bytes, maxSize);
    if (!object || object->value("format"_L1).toInt() != 1) {
        return records::fail(ErrorCode::BadFile, FactCode::BadFleetFile);
    }
    const QJsonArray devices =
        object->contains("devices"_L1) ? object->value("devices"_L1).toArray() : QJsonArray{*object};
    ListBuilder builder;
    for (qsizetype i = 0; i < devices.size(); ++i) {
        const QJsonObject record = devices.at(i).toObject();
        builder.add(deviceOf(record, terms), {FactCode::InRecord, {QString::number(i + 1)}});
    }
    DeviceList &list = builder.list();
    for (const ListedDevice &device : std::as_const(list.devices)) {
        list.fields += device.fields.keys();
    }
    list.fields.sort();
    list.fields.removeDuplicates();
    return std::move(list);
}

// Fields may differ in the case of their letters alone; what means something may not.
records::Expected<QStringList> headOf(const CsvRow &row, const ListTerms &terms)
{
    if (row.fields.size() > maxColumns) {
        return records::fail(ErrorCode::BadFile, FactCode::TooManyColumns,
                             {QString::number(row.fields.size()), QString::number(maxColumns)});
    }
    QStringList names;
    QSet<QString> known;
    for (const QString &field : row.fields) {
        const QString name = withoutMark(field).simplified();
        const bool isField = records::listColumnFrom(name) == ListColumn::Field;
        const QString same = isField ? fieldName(name, terms) : name.toLower();
        if (!name.isEmpty() && known.contains(same)) {
            return records::fail(ErrorCode::BadFile, FactCode::ColumnTwice, {name.left(100)});
        }
        known.insert(same);
        names += name;
    }
    if (!names.contains(u"jid"_s, Qt::CaseInsensitive)) {
        return records::fail(ErrorCode::BadFile, FactCode::BadFleetFile);
    }
    return names;
}

records::Expected<ListedDevice> deviceOf(const CsvRow &row, const QStringList &head, const QList<ListColumn> &columns,
                                         const ListTerms &terms)
{
    if (!row.problem.isEmpty()) {
        return fail(records::Problem(Error{ErrorCode::BadFile, row.problem}));
    }
    QStringList cells = row.fields;
    while (cells.size() > head.size() && cells.constLast().isEmpty()) {
        cells.removeLast();
    }
    if (cells.size() > head.size()) {
        return records::fail(ErrorCode::BadFile, FactCode::ListFields,
                             {QString::number(cells.size()), QString::number(head.size())});
    }
    Entry entry(terms);
    for (qsizetype i = 0; i < cells.size(); ++i) {
        if (const auto taken = entry.take(columns.at(i), head.at(i), cells.at(i)); !taken) {
            return fail(taken.error());
        }
    }
    return entry.device();
}

records::Expected<DeviceList> fromTable(const QByteArray &bytes, const ListTerms &terms)
{
    const auto rows = readCsv(bytes);
    if (!rows || rows->isEmpty()) {
        return records::fail(ErrorCode::BadFile, FactCode::BadFleetFile, {}, rows ? QString() : rows.error().message);
    }
    const auto head = headOf(rows->constFirst(), terms);
    if (!head) {
        return fail(head.error());
    }
    ListBuilder builder;
    DeviceList &list = builder.list();
    QList<ListColumn> columns;
    for (const QString &name : *head) {
        columns += records::listColumnFrom(name);
        if (columns.constLast() == ListColumn::Field) {
            list.fields += fieldName(name, terms);
        } else if (columns.constLast() == ListColumn::Ignored && !name.isEmpty() && !name.startsWith(u'(')) {
            list.ignored += name;
        }
    }
    for (const CsvRow &row : rows->sliced(1)) {
        builder.add(deviceOf(row, *head, columns, terms), {FactCode::InLine, {QString::number(row.line)}});
    }
    return std::move(list);
}

} // namespace

records::Expected<DeviceList> parseDeviceList(const QByteArray &bytes, const ListTerms &terms)
{
    return bytes.trimmed().startsWith('{') || bytes.trimmed().startsWith('[') ? fromRecords(bytes, terms)
                                                                              : fromTable(bytes, terms);
}

records::Expected<DeviceList> readDeviceList(const QString &path, const ListTerms &terms)
{
    // A pipe would be waited for without an end.
    if (const QFileInfo file(path); file.exists() && !file.isFile()) {
        return records::fail(ErrorCode::BadFile, FactCode::NoRegularFile, {path});
    }
    const auto bytes = readFile(path, maxSize);
    if (!bytes) {
        return records::fail(bytes.error());
    }
    const auto list = parseDeviceList(*bytes, terms);
    return list ? list : fail(list.error().withContext(FactCode::InFile, {path}));
}

} // namespace sgn::core
