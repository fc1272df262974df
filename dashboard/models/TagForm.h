// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"

#include <QObject>
#include <QStringList>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// The form "tags of the selected devices": tags that all of them get, and those that all of them lose.
class TagForm final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(int deviceCount READ deviceCount NOTIFY begun FINAL)
    // Separated by commas.
    Q_PROPERTY(QString added MEMBER m_added NOTIFY changed FINAL)
    // What any of the devices has.
    Q_PROPERTY(QStringList present READ present NOTIFY begun FINAL)
    Q_PROPERTY(QStringList removed READ removed NOTIFY changed FINAL)
    Q_PROPERTY(QString error READ error NOTIFY changed FINAL)
    Q_PROPERTY(bool acceptable READ isAcceptable NOTIFY changed FINAL)

public:
    // `panel` outlives the form.
    explicit TagForm(core::Panel &panel, QObject *parent = nullptr);

    [[nodiscard]] int deviceCount() const { return static_cast<int>(m_jids.size()); }
    [[nodiscard]] QStringList present() const { return m_present; }
    [[nodiscard]] QStringList removed() const { return m_removed; }
    [[nodiscard]] QString error() const;
    [[nodiscard]] bool isAcceptable() const;

    void begin(const QStringList &jids);
    // Marks it as one to lose, or no longer.
    Q_INVOKABLE void toggleRemoved(const QString &tag);
    Q_INVOKABLE void save();

Q_SIGNALS:
    void begun();
    void changed();
    // What became of save().
    void notified(const QString &text, bool isError);

private:
    [[nodiscard]] QStringList addedTags() const;

    core::Panel &m_panel;
    QStringList m_jids;
    QString m_added;
    QStringList m_present;
    QStringList m_removed;
};

} // namespace sgn::models
