// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/DeviceForm.h"

#include "wording/Problems.h"

#include <algorithm>
#include <QCoreApplication>
#include <QPointer>

using namespace Qt::StringLiterals;

namespace sgn::models {

namespace {

// What records::commonNoteFields are called, in the same order; the names of other fields are the operators' own.
constexpr std::array<const char *, records::commonNoteFields.size()> labels{
    QT_TRANSLATE_NOOP("NoteField", "Address"),
    QT_TRANSLATE_NOOP("NoteField", "Meter number"),
    QT_TRANSLATE_NOOP("NoteField", "Cupboard"),
    QT_TRANSLATE_NOOP("NoteField", "SIM card"),
};

} // namespace

QString NoteFieldModel::labelOf(const QString &field)
{
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (field == records::commonNoteFields.at(i)) {
            return QCoreApplication::translate("NoteField", labels.at(i));
        }
    }
    return field;
}

void NoteFieldModel::show(const QMap<QString, QString> &fields)
{
    beginResetModel();
    m_fields.clear();
    QMap<QString, QString> others = fields;
    for (const QLatin1StringView known : records::commonNoteFields) {
        m_fields += {known, others.take(known)};
    }
    for (auto it = others.cbegin(); it != others.cend(); ++it) {
        m_fields += {it.key(), it.value()};
    }
    endResetModel();
}

QMap<QString, QString> NoteFieldModel::fields() const
{
    QMap<QString, QString> fields;
    for (const Field &field : m_fields) {
        if (const QString value = field.value.trimmed(); !value.isEmpty()) {
            fields.insert(field.name, value);
        }
    }
    return fields;
}

void NoteFieldModel::setValue(int row, const QString &value)
{
    if (row >= 0 && row < m_fields.size() && m_fields.at(row).value != value) {
        m_fields[row].value = value;
        Q_EMIT dataChanged(index(row), index(row), {ValueRole});
    }
}

void NoteFieldModel::add(const QString &name)
{
    const QString wanted = name.simplified();
    const bool isThere = std::ranges::any_of(m_fields, [&wanted](const Field &field) {
        return field.name.compare(wanted, Qt::CaseInsensitive) == 0 ||
               labelOf(field.name).compare(wanted, Qt::CaseInsensitive) == 0;
    });
    if (wanted.isEmpty() || isThere) {
        return;
    }
    const auto row = static_cast<int>(m_fields.size());
    beginInsertRows({}, row, row);
    m_fields += {wanted, {}};
    endInsertRows();
}

int NoteFieldModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_fields.size());
}

QVariant NoteFieldModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Field &field = m_fields.at(index.row());
    return role == LabelRole ? labelOf(field.name) : role == ValueRole ? QVariant(field.value) : QVariant();
}

QHash<int, QByteArray> NoteFieldModel::roleNames() const
{
    return {{LabelRole, "label"}, {ValueRole, "value"}};
}

DeviceForm::DeviceForm(core::Panel &panel, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
{
    connect(&panel.notes(), &core::SharedNotes::reachChanged, this, &DeviceForm::reachChanged);
}

void DeviceForm::begin(const QString &jid)
{
    const records::Device *device = m_panel.fleet().find(jid);
    if (!device) {
        return;
    }
    m_jid = jid;
    m_name = device->label;
    m_tags = device->tags.join(u", ");
    m_text = device->notes.text;
    m_fields.show(device->notes.fields);
    Q_EMIT begun();
    Q_EMIT changed();
}

QStringList DeviceForm::tagList() const
{
    QStringList tags;
    for (const QString &text : m_tags.split(u',')) {
        if (const QString tag = text.simplified(); !tag.isEmpty()) {
            tags += tag;
        }
    }
    tags.sort();
    tags.removeDuplicates();
    return tags;
}

QString DeviceForm::error() const
{
    if (const records::Expected<QString> label = core::Labels::labelFrom(m_name); !label) {
        return wording::sentence(label.error());
    }
    for (const QString &text : tagList()) {
        if (const records::Expected<QString> tag = core::Labels::tagFrom(text); !tag) {
            return wording::sentence(tag.error());
        }
    }
    return {};
}

QString DeviceForm::reach() const
{
    return m_panel.notes().reach() == core::SharedNotes::Reach::ThisStore
               ? tr("The server keeps no notes: fields and notes stay on this machine.")
               : tr("All desks of this account see it.");
}

void DeviceForm::save()
{
    const auto done = [self = QPointer<DeviceForm>(this)](const core::Labels::Failures &failures) {
        if (self && !failures.isEmpty()) {
            self->reject(failures.constFirst().second);
        }
    };
    const records::Device *device = m_panel.fleet().find(m_jid);
    if (!device) {
        return;
    }
    if (const records::Expected<> noted = m_panel.notes().setNotes(m_jid, {m_fields.fields(), m_text.trimmed()});
        !noted) {
        return reject(noted.error());
    }
    const QString label = m_name.simplified();
    if (label == device->label && tagList() == device->tags) {
        return; // the notes alone need no connection
    }
    if (const records::Expected<> written = m_panel.labels().describe(m_jid, label, tagList(), done); !written) {
        reject(written.error());
    }
}

void DeviceForm::reject(const records::Problem &problem)
{
    Q_EMIT notified(tr("That didn't work: %1.").arg(wording::sentence(problem)), true);
}

} // namespace sgn::models
