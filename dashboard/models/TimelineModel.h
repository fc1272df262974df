// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "records/Activity.h"

#include <QAbstractListModel>
#include <QFutureWatcher>
#include <QtQml/qqmlregistration.h>

namespace sgn::core {
class Panel;
}

namespace sgn::models {

// What happened to one device, newest first.
class TimelineModel final : public QAbstractListModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Role { TimeRole = Qt::UserRole, TextRole, ToneRole, MomentRole };

    // Both outlive the model.
    TimelineModel(core::Panel &panel, const Clock &clock, QObject *parent = nullptr);

    void setJid(const QString &jid);
    void refreshTexts();

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    static constexpr int maxLines = 100;

    void load();
    void add(const records::ActivityEntry &entry);

    core::Panel &m_panel;
    const Clock &m_clock;
    QString m_jid;
    QList<records::ActivityEntry> m_entries;
    QFutureWatcher<Outcome> m_flush;
};

} // namespace sgn::models
