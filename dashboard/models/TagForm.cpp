// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TagForm.h"

#include "wording/Problems.h"

#include <QPointer>

namespace sgn::models {

TagForm::TagForm(core::Panel &panel, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
{}

void TagForm::begin(const QStringList &jids)
{
    m_jids = jids;
    m_added.clear();
    m_present.clear();
    m_removed.clear();
    for (const QString &jid : jids) {
        if (const records::Device *device = m_panel.fleet().find(jid)) {
            m_present += device->tags;
        }
    }
    m_present.sort();
    m_present.removeDuplicates();
    Q_EMIT begun();
    Q_EMIT changed();
}

QString TagForm::error() const
{
    for (const QString &text : addedTags()) {
        if (const records::Expected<QString> tag = core::Labels::tagFrom(text); !tag) {
            return wording::sentence(tag.error());
        }
    }
    return {};
}

bool TagForm::isAcceptable() const
{
    return error().isEmpty() && (!m_removed.isEmpty() || !addedTags().isEmpty());
}

void TagForm::toggleRemoved(const QString &tag)
{
    if (!m_removed.removeOne(tag)) {
        m_removed += tag;
    }
    Q_EMIT changed();
}

void TagForm::save()
{
    const auto fail = [this](const records::Problem &problem) {
        Q_EMIT notified(tr("That didn't work: %1.").arg(wording::sentence(problem)), true);
    };
    const auto done = [self = QPointer<TagForm>(this), fail,
                       count = deviceCount()](const core::Labels::Failures &failures) {
        if (!self) {
            return;
        }
        if (failures.isEmpty()) {
            Q_EMIT self->notified(tr("Tags of %n device(s) changed.", nullptr, count), false);
        } else {
            fail(failures.constFirst().second);
        }
    };
    if (const records::Expected<> started = m_panel.labels().tag(m_jids, addedTags(), m_removed, done); !started) {
        fail(started.error());
    }
}

QStringList TagForm::addedTags() const
{
    QStringList tags;
    for (const QString &text : m_added.split(u',')) {
        if (const QString tag = text.simplified(); !tag.isEmpty()) {
            tags += tag;
        }
    }
    return tags;
}

} // namespace sgn::models
