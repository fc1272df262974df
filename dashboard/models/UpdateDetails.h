// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/CommandLog.h"
#include "models/TableFilter.h"
#include "models/UpdateTargetsModel.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace sgn::core {
class Panel;
}

namespace sgn::models {

// One update and its devices, with what can be done about it.
class UpdateDetails final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(QString number READ number WRITE setNumber NOTIFY numberChanged FINAL)
    Q_PROPERTY(QString title READ title NOTIFY changed FINAL)
    Q_PROPERTY(QString summary READ summary NOTIFY changed FINAL)
    Q_PROPERTY(bool cancellable READ isCancellable NOTIFY changed FINAL)
    Q_PROPERTY(int failedCount READ failedCount NOTIFY changed FINAL)
    Q_PROPERTY(sgn::models::TableFilter *targets READ targets CONSTANT FINAL)
    Q_PROPERTY(QString log READ log NOTIFY changed FINAL)

public:
    // All outlive this.
    UpdateDetails(core::Panel &panel, const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] QString number() const;
    void setNumber(const QString &number);
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString summary() const;
    [[nodiscard]] bool isCancellable() const;
    [[nodiscard]] int failedCount() const;
    // What led to the failure of the current device; empty where nothing is known.
    [[nodiscard]] QString log() const;
    [[nodiscard]] TableFilter *targets() { return &m_filter; }
    [[nodiscard]] UpdateTargetsModel &model() { return m_targets; }
    void refreshTexts();

    Q_INVOKABLE void cancel();
    Q_INVOKABLE void retryFailed();

Q_SIGNALS:
    void numberChanged();
    void changed();
    // The outcome of cancel() and retryFailed() in a sentence.
    void notified(const QString &text, bool isError);
    void retried(sgn::CommandNo number);

private:
    [[nodiscard]] const records::IssuedCommand *record() const;

    core::Panel &m_panel;
    UpdateTargetsModel m_targets;
    TableFilter m_filter;
};

} // namespace sgn::models
