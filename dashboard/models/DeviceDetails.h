// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Fleet.h"
#include "models/TimelineModel.h"

#include <QAbstractListModel>
#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// A device's processes for the side panel, dead ones first.
class DeviceProcessModel final : public QAbstractListModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Role {
        NameRole = Qt::UserRole,
        VersionRole,
        StateRole,
        ToneRole,
        NoteRole,
        DeadRole,
        DeathRole,
        LinesRole,
        JidRole
    };

    explicit DeviceProcessModel(const Clock &clock, QObject *parent = nullptr);

    void show(const records::Device *device);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    [[nodiscard]] static QString stateText(const records::DeviceProcess &process);
    [[nodiscard]] static int stateTone(const records::DeviceProcess &process);
    [[nodiscard]] QString causeText(const records::DeviceProcess &process) const;
    [[nodiscard]] QString noteText(const records::DeviceProcess &process) const;

    const Clock &m_clock;
    QString m_jid;
    QList<records::DeviceProcess> m_processes;
};

// One named fact.
class FactModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    struct Fact
    {
        QString label;
        QString value;
        QUrl map = {}; // where a map shows it; empty: nowhere

        friend bool operator==(const Fact &, const Fact &) = default;
    };
    enum Role { LabelRole = Qt::UserRole, ValueRole, MapRole };

    using QAbstractListModel::QAbstractListModel;

    void show(const QList<Fact> &facts);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    QList<Fact> m_facts;
};

// Everything about one device: what the side panel shows.
class DeviceDetails final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(QString jid READ jid WRITE setJid NOTIFY jidChanged FINAL)
    Q_PROPERTY(bool known READ isKnown NOTIFY changed FINAL)
    Q_PROPERTY(QString name READ name NOTIFY changed FINAL)
    // The account, where the name is another one.
    Q_PROPERTY(QString account READ account NOTIFY changed FINAL)
    Q_PROPERTY(QString notes READ notes NOTIFY changed FINAL)
    Q_PROPERTY(QString uniqueId READ uniqueId NOTIFY changed FINAL)
    Q_PROPERTY(int dot READ dot NOTIFY changed FINAL)
    Q_PROPERTY(QString status READ status NOTIFY changed FINAL)
    Q_PROPERTY(QString warning READ warning NOTIFY changed FINAL)
    Q_PROPERTY(QAbstractItemModel *facts READ facts CONSTANT FINAL)
    Q_PROPERTY(QAbstractItemModel *processes READ processes CONSTANT FINAL)
    Q_PROPERTY(QAbstractItemModel *timeline READ timeline CONSTANT FINAL)

public:
    // All outlive this.
    DeviceDetails(core::Panel &panel, const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] QString jid() const { return m_jid; }
    void setJid(const QString &jid);
    [[nodiscard]] bool isKnown() const { return device() != nullptr; }
    [[nodiscard]] QString name() const;
    [[nodiscard]] QString account() const;
    [[nodiscard]] QString notes() const;
    [[nodiscard]] QString uniqueId() const;
    [[nodiscard]] int dot() const;
    [[nodiscard]] QString status() const;
    // An identity that can't be right; empty: none.
    [[nodiscard]] QString warning() const;
    [[nodiscard]] QAbstractItemModel *facts() { return &m_facts; }
    [[nodiscard]] QAbstractItemModel *processes() { return &m_processes; }
    [[nodiscard]] QAbstractItemModel *timeline() { return &m_timeline; }

    void refreshTexts();

Q_SIGNALS:
    void jidChanged();
    void changed();

private:
    [[nodiscard]] const records::Device *device() const;
    [[nodiscard]] QList<FactModel::Fact> factsOf(const records::Device &device) const;
    void update();

    core::Fleet &m_fleet;
    const Clock &m_clock;
    QString m_jid;
    FactModel m_facts;
    DeviceProcessModel m_processes;
    TimelineModel m_timeline;
};

} // namespace sgn::models
