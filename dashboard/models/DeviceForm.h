// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"

#include <QAbstractListModel>
#include <QObject>
#include <QStringList>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// The fields of a device's notes: those that every fleet has, then the operators' own; editable.
class NoteFieldModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Role { LabelRole = Qt::UserRole, ValueRole };

    using QAbstractListModel::QAbstractListModel;

    void show(const QMap<QString, QString> &fields);
    // Without those that are empty.
    [[nodiscard]] QMap<QString, QString> fields() const;
    // How a field is called on screen.
    [[nodiscard]] static QString labelOf(const QString &field);

    Q_INVOKABLE void setValue(int row, const QString &value);
    // One more field; nothing for an empty name or one that is there.
    Q_INVOKABLE void add(const QString &name);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    struct Field
    {
        QString name;
        QString value;
    };

    QList<Field> m_fields;
};

// The form "edit device": what operators call it, its tags and what they note about it.
class DeviceForm final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(QString account READ account NOTIFY begun FINAL)
    Q_PROPERTY(QString name MEMBER m_name NOTIFY changed FINAL)
    Q_PROPERTY(QString tags MEMBER m_tags NOTIFY changed FINAL)
    Q_PROPERTY(QString text MEMBER m_text NOTIFY changed FINAL)
    Q_PROPERTY(sgn::models::NoteFieldModel *fields READ fields CONSTANT FINAL)
    Q_PROPERTY(QString error READ error NOTIFY changed FINAL)
    Q_PROPERTY(QString reach READ reach NOTIFY reachChanged FINAL)

public:
    // `panel` outlives the form.
    explicit DeviceForm(core::Panel &panel, QObject *parent = nullptr);

    [[nodiscard]] QString account() const { return m_jid; }
    [[nodiscard]] NoteFieldModel *fields() { return &m_fields; }
    // What is wrong with name or tags; empty: nothing.
    [[nodiscard]] QString error() const;
    // Who sees the notes.
    [[nodiscard]] QString reach() const;

    Q_INVOKABLE void begin(const QString &jid);
    Q_INVOKABLE void save();

Q_SIGNALS:
    void begun();
    void changed();
    void reachChanged();
    // What became of save().
    void notified(const QString &text, bool isError);

private:
    [[nodiscard]] QStringList tagList() const;
    void reject(const records::Problem &problem);

    core::Panel &m_panel;
    QString m_jid;
    QString m_name;
    QString m_tags;
    QString m_text;
    NoteFieldModel m_fields;
};

} // namespace sgn::models
