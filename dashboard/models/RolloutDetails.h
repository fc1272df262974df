// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/RolloutDevicesModel.h"
#include "models/TableFilter.h"

#include <QObject>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// One rollout, its devices, and what can be done about it.
class RolloutDetails final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(QString name READ name NOTIFY changed FINAL)
    Q_PROPERTY(QString summary READ summary NOTIFY changed FINAL)
    Q_PROPERTY(QString plan READ plan NOTIFY changed FINAL)
    // Why it has stopped, or what the next wave waits for; empty: nothing.
    Q_PROPERTY(QString why READ why NOTIFY changed FINAL)
    Q_PROPERTY(bool stopped READ isStopped NOTIFY changed FINAL)
    Q_PROPERTY(bool pausable READ isPausable NOTIFY changed FINAL)
    Q_PROPERTY(bool resumable READ isResumable NOTIFY changed FINAL)
    Q_PROPERTY(bool cancellable READ isCancellable NOTIFY changed FINAL)
    // The next wave waits for the gate.
    Q_PROPERTY(bool openable READ isOpenable NOTIFY changed FINAL)
    Q_PROPERTY(int failedCount READ failedCount NOTIFY changed FINAL)
    Q_PROPERTY(int doneCount READ doneCount NOTIFY changed FINAL)
    Q_PROPERTY(sgn::models::TableFilter *devices READ devices CONSTANT FINAL)

public:
    // `panel` outlives this.
    explicit RolloutDetails(core::Panel &panel, QObject *parent = nullptr);

    void setId(const QString &id);
    [[nodiscard]] QString name() const;
    [[nodiscard]] QString summary() const;
    [[nodiscard]] QString plan() const;
    [[nodiscard]] QString why() const;
    [[nodiscard]] bool isStopped() const;
    [[nodiscard]] bool isPausable() const;
    [[nodiscard]] bool isResumable() const;
    [[nodiscard]] bool isCancellable() const;
    [[nodiscard]] bool isOpenable() const;
    [[nodiscard]] int failedCount() const;
    [[nodiscard]] int doneCount() const;
    [[nodiscard]] TableFilter *devices() { return &m_filter; }
    void refreshTexts();
    void retranslate();

    Q_INVOKABLE void pause();
    Q_INVOKABLE void resume();
    Q_INVOKABLE void cancel();
    Q_INVOKABLE void openGate();
    Q_INVOKABLE void retryFailed();
    Q_INVOKABLE void rollBack();

Q_SIGNALS:
    void changed();
    // What can't be done.
    void notified(const QString &text, bool isError);

private:
    [[nodiscard]] const rollouts::Rollout *rollout() const { return m_panel.rollouts().find(m_id); }
    [[nodiscard]] bool isState(rollouts::RolloutState state) const;
    using Action = records::Expected<> (core::RolloutService::*)(const QString &, const QString &);
    void act(Action action);

    core::Panel &m_panel;
    QString m_id;
    records::Facts m_next; // what the next wave waits for
    int m_goingOn = 0;     // devices that go on although it is paused or has stopped
    RolloutDevicesModel m_model;
    TableFilter m_filter;
    QTimer m_soon;
};

} // namespace sgn::models
