// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/UpdateDetails.h"

#include "core/Panel.h"
#include "models/UpdateListModel.h"
#include "wording/Problems.h"

using namespace Qt::StringLiterals;

namespace sgn::models {

UpdateDetails::UpdateDetails(core::Panel &panel, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
    , m_targets(panel.commands(), panel.fleet(), clock)
    , m_filter(m_targets)
{
    connect(&m_filter, &TableFilter::currentChanged, this, &UpdateDetails::changed);
    connect(&panel.commands(), &core::CommandLog::commandChanged, this, [this](CommandNo number) {
        if (number == m_targets.number()) {
            Q_EMIT changed();
        }
    });
}

QString UpdateDetails::number() const
{
    return m_targets.number() == 0 ? QString() : QString::number(m_targets.number());
}

void UpdateDetails::setNumber(const QString &number)
{
    if (number == this->number()) {
        return;
    }
    m_targets.setNumber(number.toUInt());
    Q_EMIT numberChanged();
    Q_EMIT changed();
}

const records::IssuedCommand *UpdateDetails::record() const
{
    return m_targets.number() == 0 ? nullptr : m_panel.commands().find(m_targets.number());
}

QString UpdateDetails::title() const
{
    const records::IssuedCommand *shown = record();
    return shown ? u"%1 · #%2"_s.arg(updateTitle(*shown)).arg(shown->number) : QString();
}

QString UpdateDetails::summary() const
{
    const records::IssuedCommand *shown = record();
    if (!shown) {
        return {};
    }
    QStringList parts;
    const records::CommandCounts &counts = shown->counts;
    const int waiting = counts.in(records::TargetState::Queued) + counts.in(records::TargetState::Sent);
    const int running = counts.in(records::TargetState::Delivered) + counts.in(records::TargetState::Running);
    if (counts.in(records::TargetState::Done) > 0) {
        parts.append(tr("%n done", nullptr, counts.in(records::TargetState::Done)));
    }
    if (running > 0) {
        parts.append(tr("%n running", nullptr, running));
    }
    if (waiting > 0) {
        parts.append(tr("%n waiting", nullptr, waiting));
    }
    if (failedCount() > 0) {
        parts.append(tr("%n failed", nullptr, failedCount()));
    }
    return parts.join(u" · "_s);
}

bool UpdateDetails::isCancellable() const
{
    const records::IssuedCommand *shown = record();
    return shown && shown->counts.open() > 0;
}

int UpdateDetails::failedCount() const
{
    const records::IssuedCommand *shown = record();
    return shown ? shown->counts.in(records::TargetState::Failed) + shown->counts.in(records::TargetState::Expired) : 0;
}

QString UpdateDetails::log() const
{
    return m_targets.logOf(m_filter.currentKey()).join(u'\n');
}

void UpdateDetails::refreshTexts()
{
    m_targets.refreshTexts();
    Q_EMIT changed();
}

void UpdateDetails::cancel()
{
    const records::Expected<> outcome = m_panel.updates().cancel(m_targets.number(), m_panel.operatorName());
    if (outcome) {
        Q_EMIT notified(tr("The update stops where it hasn't replaced anything yet."), false);
    } else {
        Q_EMIT notified(tr("It can't be stopped: %1.").arg(wording::sentence(outcome.error())), true);
    }
}

void UpdateDetails::retryFailed()
{
    core::UpdateRetry *retry =
        m_panel.updates().retry(m_targets.number(), m_targets.failedJids(), m_panel.operatorName());
    connect(retry, &core::UpdateRetry::finished, this, [this](const records::Expected<CommandNo> &number) {
        if (!number) {
            Q_EMIT notified(tr("It can't be tried again: %1.").arg(wording::sentence(number.error())), true);
            return;
        }
        Q_EMIT notified(tr("Tried again as a new update."), false);
        Q_EMIT retried(*number);
    });
}

} // namespace sgn::models
