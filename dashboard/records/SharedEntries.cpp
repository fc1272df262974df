// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/SharedEntries.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

// Text of others, for a panel's memory.
constexpr qsizetype maxText = 8'000;
constexpr qsizetype maxTags = 64;

QDateTime timeFrom(const QJsonValue &value)
{
    const double ms = value.toDouble(-1);
    return ms > 0 && ms < 1e14 ? QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms), Qt::UTC) : QDateTime();
}

QJsonObject objectOf(const SharedEntry &entry)
{
    QJsonObject object = entry.other;
    object.insert(u"at"_s, entry.changedAt.toMSecsSinceEpoch());
    if (entry.label) {
        object.insert(u"name"_s, entry.label->name);
        object.insert(u"tags"_s, QJsonArray::fromStringList(entry.label->tags));
    }
    if (!entry.notes.fields.isEmpty()) {
        QJsonObject fields;
        for (auto it = entry.notes.fields.cbegin(); it != entry.notes.fields.cend(); ++it) {
            fields.insert(it.key(), it.value());
        }
        object.insert(u"fields"_s, fields);
    }
    if (!entry.notes.text.isEmpty()) {
        object.insert(u"text"_s, entry.notes.text);
    }
    if (entry.retiredAt.isValid()) {
        object.insert(u"retired"_s, entry.retiredAt.toMSecsSinceEpoch());
    }
    return object;
}

std::optional<DeviceLabel> labelFrom(const QJsonObject &object)
{
    if (!object.contains(u"name"_s) && !object.contains(u"tags"_s)) {
        return std::nullopt;
    }
    DeviceLabel label{object.value(u"name"_s).toString().simplified().left(maxLabel), {}};
    for (const QJsonValue &value : object.value(u"tags"_s).toArray()) {
        const QString tag = value.toString().simplified().left(maxTag);
        if (!tag.isEmpty() && label.tags.size() < maxTags) {
            label.tags += tag;
        }
    }
    return label;
}

SharedEntry entryFrom(const QJsonObject &object)
{
    SharedEntry entry{.changedAt = timeFrom(object.value(u"at"_s)),
                      .notes = {},
                      .label = labelFrom(object),
                      .retiredAt = timeFrom(object.value(u"retired"_s)),
                      .other = object};
    for (const QString &known : {u"at"_s, u"name"_s, u"tags"_s, u"fields"_s, u"text"_s, u"retired"_s}) {
        entry.other.remove(known);
    }
    entry.notes.text = object.value(u"text"_s).toString().left(maxText);
    const QJsonObject fields = object.value(u"fields"_s).toObject();
    for (auto it = fields.begin(); it != fields.end() && entry.notes.fields.size() < maxNoteFields; ++it) {
        const QString name = it.key().simplified().left(maxFieldName);
        const QString value = it.value().toString().left(maxText);
        if (!name.isEmpty() && !value.isEmpty()) {
            entry.notes.fields.insert(name, value);
        }
    }
    return entry;
}

} // namespace

int sharedChunkOf(const QString &jid)
{
    return qChecksum(jid.toUtf8(), Qt::ChecksumItuV41) % sharedChunks;
}

QByteArray toJson(const SharedEntries &entries)
{
    QJsonObject all;
    for (auto it = entries.cbegin(); it != entries.cend(); ++it) {
        all.insert(it.key(), objectOf(it.value()));
    }
    // XML has no place for these two characters, U+FFFE and U+FFFF.
    return QJsonDocument(all)
        .toJson(QJsonDocument::Compact)
        .replace("\xef\xbf\xbe", "\xef\xbf\xbd")
        .replace("\xef\xbf\xbf", "\xef\xbf\xbd");
}

SharedEntries sharedEntriesFrom(const QByteArray &json)
{
    SharedEntries entries;
    const QJsonObject all = QJsonDocument::fromJson(json).object();
    for (auto it = all.begin(); it != all.end(); ++it) {
        const SharedEntry entry = entryFrom(it.value().toObject());
        if (entry.changedAt.isValid()) {
            entries.insert(it.key(), entry);
        }
    }
    return entries;
}

SharedEntry asRead(const QString &jid, const SharedEntry &entry)
{
    return sharedEntriesFrom(toJson({{jid, entry}})).value(jid, entry);
}

// Where two desks changed it in the same millisecond, any rule is good that all of them follow.
bool isNewer(const SharedEntry &one, const SharedEntry &other)
{
    if (one.changedAt != other.changedAt) {
        return one.changedAt > other.changedAt;
    }
    const auto textOf = [](const SharedEntry &entry) {
        return QJsonDocument(objectOf(entry)).toJson();
    };
    return one != other && textOf(one) > textOf(other);
}

} // namespace sgn::records
