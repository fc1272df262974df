// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/DeviceImport.h"

#include "core/Panel.h"
#include "xmpp/Jid.h"

#include <QPointer>

namespace sgn::core {

using namespace std::chrono_literals;

DeviceImport::DeviceImport(Panel &panel, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(30s);
    connect(&m_patience, &QTimer::timeout, this, &DeviceImport::stopWaiting);
    connect(&panel.fleet(), &Fleet::devicesChanged, this, &DeviceImport::confirm);
    connect(&panel.notes(), &SharedNotes::saved, this, &DeviceImport::conclude);
    connect(&panel.notes(), &SharedNotes::notSaved, this, [this](const records::Problem &reason) {
        if (isRunning()) {
            m_failures += {QString(), reason};
            conclude();
        }
    });
    connect(&panel.notes(), &SharedNotes::reachChanged, this, [this] {
        conclude();
        Q_EMIT changed();
    });
    connect(&panel.connection(), &xmpp::Session::stateChanged, this, [this](xmpp::Session::State state) {
        if (isRunning() && state != xmpp::Session::State::Online) {
            giveUp({ErrorCode::Network, records::FactCode::NotConnected});
        }
        Q_EMIT changed();
    });
}

ListTerms DeviceImport::termsOf(const Panel &panel)
{
    return {.ownDomain = xmpp::domainOf(panel.config().jid)};
}

ImportPlan DeviceImport::plan(const DeviceList &list, EmptyCells emptyCells) const
{
    DeviceList others = list;
    others.devices.removeIf([own = xmpp::bareJid(m_panel.config().jid)](const ListedDevice &device) {
        return device.jid == own; // the panel is no device of its own
    });
    return planImport(others, emptyCells, [this](const QString &jid) {
        const records::Device *device = m_panel.fleet().find(jid);
        const records::DeviceLabel shown =
            device ? records::DeviceLabel{device->label, device->tags} : records::DeviceLabel();
        const records::DeviceLabel label = m_panel.notes().labelOf(jid).value_or(shown);
        // One that was accepted without the server's confirmation isn't seen by other desks: it is accepted once more.
        return KnownDevice{device && device->isContact, label, device ? shown.tags : label.tags,
                           m_panel.notes().notesOf(jid)};
    });
}

bool DeviceImport::isReady() const
{
    return m_panel.connection().isOnline() && m_panel.notes().reach() != SharedNotes::Reach::Unknown;
}

records::Expected<> DeviceImport::start(const DeviceList &list, EmptyCells emptyCells)
{
    if (!isReady()) {
        return records::fail(ErrorCode::Network, records::FactCode::NotConnected);
    }
    if (isRunning()) {
        return {};
    }
    m_plan = plan(list, emptyCells);
    m_failures.clear();
    m_unconfirmed = QSet<QString>(m_plan.accepted.begin(), m_plan.accepted.end());
    m_stepsTotal = m_plan.accepted.size() + m_plan.labels.size();
    m_stepsDone = 0;
    m_step = Step::Accepting;
    m_patience.start();
    ++m_run;
    m_panel.membership().accept(m_plan.accepted);
    m_failures += m_panel.notes().setNotes(m_plan.notes);
    QMetaObject::invokeMethod(this, &DeviceImport::confirm, Qt::QueuedConnection);
    return {};
}

void DeviceImport::confirm()
{
    if (m_step != Step::Accepting) {
        return;
    }
    const qsizetype confirmed = m_unconfirmed.removeIf([this](const QString &jid) {
        const records::Device *device = m_panel.fleet().find(jid);
        return device && device->isContact;
    });
    if (confirmed > 0) {
        m_patience.start();
    }
    count(m_unconfirmed.size() + m_plan.labels.size());
    if (m_unconfirmed.isEmpty()) {
        describe();
    }
}

// A server spells some accounts in its own way, refuses others, and another desk may have retired them meanwhile.
void DeviceImport::stopWaiting()
{
    if (m_step == Step::Saving) {
        m_failures += {QString(), {ErrorCode::Timeout, records::FactCode::NotShared}};
        return end();
    }
    if (m_step != Step::Accepting) {
        return;
    }
    QStringList left(m_unconfirmed.cbegin(), m_unconfirmed.cend());
    left.sort();
    for (const QString &jid : std::as_const(left)) {
        m_failures += {jid, {ErrorCode::Timeout, records::FactCode::NotAccepted}};
        m_plan.accepted.removeAll(jid);
    }
    m_plan.labels.removeIf([this](const records::LabelChange &change) { return m_unconfirmed.contains(change.jid); });
    m_unconfirmed.clear();
    confirm();
}

void DeviceImport::describe()
{
    m_patience.stop();
    m_step = Step::Describing;
    const QPointer<DeviceImport> self = this;
    const auto isCurrent = [self, run = m_run] {
        return self && self->m_run == run && self->m_step == Step::Describing;
    };
    const auto progress = [self, isCurrent](qsizetype left) {
        if (isCurrent()) {
            self->count(left);
        }
    };
    const auto done = [self, isCurrent](const Labels::Failures &failures) {
        if (!isCurrent()) {
            return;
        }
        for (const auto &[jid, error] : failures) {
            self->m_failures += {jid, records::Problem(error)};
        }
        self->m_step = Step::Saving;
        self->m_patience.start();
        self->conclude();
    };
    if (const auto started = m_panel.labels().describeAll(m_plan.labels, progress, done); !started) {
        giveUp(started.error());
    }
}

void DeviceImport::count(qsizetype left)
{
    m_stepsDone = m_stepsTotal - left;
    Q_EMIT changed();
}

void DeviceImport::conclude()
{
    const SharedNotes &notes = m_panel.notes();
    if (m_step == Step::Saving && (notes.isSaved() || notes.reach() == SharedNotes::Reach::ThisStore)) {
        end();
    }
}

void DeviceImport::giveUp(const records::Problem &reason)
{
    m_failures += {QString(), reason.withContext(records::FactCode::ImportCutShort,
                                                 {QString::number(m_stepsDone), QString::number(m_stepsTotal)})};
    end();
}

void DeviceImport::end()
{
    m_patience.stop();
    m_step = Step::None;
    Q_EMIT changed();
    Q_EMIT finished();
}

} // namespace sgn::core
