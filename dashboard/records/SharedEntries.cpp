// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/SharedEntries.h"

#include <algorithm>
#include <QJsonDocument>
#include <QJsonObject>

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

// Text of others, for a panel's memory.
constexpr qsizetype maxFields = 64;
constexpr qsizetype maxName = 100;
constexpr qsizetype maxText = 8'000;

QDateTime timeFrom(const QJsonValue &value)
{
    const double ms = value.toDouble(-1);
    return ms > 0 && ms < 1e14 ? QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms), Qt::UTC) : QDateTime();
}

QJsonObject objectOf(const SharedEntry &entry)
{
    QJsonObject object = entry.other;
    object.insert(u"at"_s, entry.changedAt.toMSecsSinceEpoch());
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

SharedEntry entryFrom(const QJsonObject &object)
{
    SharedEntry entry{timeFrom(object.value(u"at"_s)), {}, timeFrom(object.value(u"retired"_s)), object};
    for (const QString &known : {u"at"_s, u"fields"_s, u"text"_s, u"retired"_s}) {
        entry.other.remove(known);
    }
    entry.notes.text = object.value(u"text"_s).toString().left(maxText);
    const QJsonObject fields = object.value(u"fields"_s).toObject();
    for (auto it = fields.begin(); it != fields.end() && entry.notes.fields.size() < maxFields; ++it) {
        const QString name = it.key().simplified().left(maxName);
        const QString value = it.value().toString().left(maxText);
        if (!name.isEmpty() && !value.isEmpty()) {
            entry.notes.fields.insert(name, value);
        }
    }
    return entry;
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
    return QJsonDocument(all).toJson(QJsonDocument::Compact);
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

SharedMerge merge(SharedEntries &ours, const SharedEntries &theirs)
{
    SharedMerge result;
    for (auto it = ours.cbegin(); it != ours.cend(); ++it) {
        const auto other = theirs.constFind(it.key());
        result.areOursNewer = result.areOursNewer || other == theirs.cend() || isNewer(it.value(), other.value());
    }
    for (auto it = theirs.cbegin(); it != theirs.cend(); ++it) {
        const auto own = ours.constFind(it.key());
        if (own == ours.cend() || isNewer(it.value(), own.value())) {
            ours.insert(it.key(), it.value());
            result.changed += it.key();
        }
    }
    std::ranges::sort(result.changed);
    return result;
}

} // namespace sgn::records
