// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Job.h"

#include "wording/Problems.h"
#include "xmpp/Jid.h"

#include <memory>

namespace sgn::cli {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto reportsWithin = 3s;

} // namespace

Job::Job(const Terms &terms)
    : m_panel(terms.panel)
    , m_output(terms.output)
    , m_timeout(terms.timeout)
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        if (m_isConnected) {
            onTimeout();
        } else {
            onNoConnection({ErrorCode::Timeout, u"%1 within %2 s"_s.arg(missing()).arg(m_timeout.count())});
        }
    });
    connect(&m_panel.session(), &core::PanelSession::reportReceived, this,
            [this](const QString &jid) { m_reported += jid; });
}

void Job::whenConnected(const std::function<void()> &then)
{
    if (m_timeout > 0s) {
        m_deadline.start(m_timeout);
    }
    connect(
        &m_panel.session(), &core::PanelSession::settled, this,
        [this, then] {
            if (!std::exchange(m_isConnected, true)) {
                then();
            }
        },
        Qt::QueuedConnection);
    connect(&m_panel.session(), &core::PanelSession::offline, this, [this](const Error &reason) {
        if (!m_isConnected) {
            onNoConnection(reason);
        }
    });
    m_panel.start();
}

QString Job::missing() const
{
    switch (m_panel.session().awaited()) {
    case core::LoginProgress::Awaited::Contacts:
        return u"the server didn't send its list of contacts"_s;
    case core::LoginProgress::Awaited::Presences:
        return u"the server didn't show all devices"_s;
    case core::LoginProgress::Awaited::Archive:
        return u"the server didn't send the newest of its archive"_s;
    case core::LoginProgress::Awaited::Login:
    case core::LoginProgress::Awaited::Nothing:
        break;
    }
    return u"the server didn't let us in"_s;
}

bool Job::haveAllReported()
{
    for (int index = 0; index < m_panel.fleet().count(); ++index) {
        const records::Device &device = m_panel.fleet().at(index);
        if (device.online && !m_reported.contains(device.jid)) {
            return false;
        }
    }
    return true;
}

void Job::whenReported(const std::function<void()> &then)
{
    const auto once = std::make_shared<bool>(false);
    const auto goOn = [once, then] {
        if (!std::exchange(*once, true)) {
            then();
        }
    };
    if (haveAllReported()) {
        goOn();
        return;
    }
    connect(&m_panel.session(), &core::PanelSession::reportReceived, this, [this, goOn] {
        if (haveAllReported()) {
            goOn();
        }
    });
    QTimer::singleShot(reportsWithin, this, goOn);
}

void Job::whenShared(const std::function<void()> &then)
{
    const core::SharedNotes &notes = m_panel.notes();
    if (notes.reach() != core::SharedNotes::Reach::Unknown) {
        then();
        return;
    }
    connect(&notes, &core::SharedNotes::reachChanged, this, [this, then] {
        if (!m_isFinished) {
            then();
        }
    });
}

void Job::onNoConnection(const Error &reason)
{
    m_output.report(wording::sentence(reason));
    finish(ExitFailed);
}

void Job::onTimeout()
{
    m_output.report(u"not done within %1 s; --timeout gives it longer"_s.arg(m_timeout.count()));
    finish(ExitFailed);
}

QStringList Job::resolve(const QStringList &names)
{
    QStringList jids;
    for (const QString &name : names) {
        jids += resolveOne(name);
    }
    jids.removeDuplicates();
    return jids;
}

QStringList Job::resolveOne(const QString &name) const
{
    if (name.startsWith("tag:"_L1) || name.startsWith("where:"_L1)) {
        const QString text = name.section(u':', 1);
        const auto query = core::DeviceQuery::parse(name.startsWith("tag:"_L1) ? u"tag=\"%1\""_s.arg(text) : text);
        if (!query) {
            CommandLine::usageError(wording::sentence(query.error()));
        }
        const QStringList found = devicesWhere(*query);
        if (found.isEmpty()) {
            CommandLine::usageError(u"no device matches '%1'"_s.arg(plain(name)));
        }
        return found;
    }
    if (name.contains(u'@')) {
        if (!xmpp::isBareAccountJid(name)) {
            CommandLine::usageError(u"'%1' is no device's JID; write it as name@server"_s.arg(plain(name)));
        }
        const QString jid = xmpp::bareJid(name);
        if (m_panel.fleet().indexOf(jid) < 0) {
            CommandLine::usageError(u"%1 is no device of the fleet; 'sgnctl accept' makes it one"_s.arg(plain(jid)));
        }
        return {jid};
    }
    const QStringList found = devicesNamed(name);
    if (found.isEmpty()) {
        CommandLine::usageError(u"no device '%1' is known; 'sgnctl devices' lists them"_s.arg(plain(name)));
    }
    if (found.size() > 1) {
        CommandLine::usageError(u"'%1' may be any of %2; write the whole JID"_s.arg(plain(name), someOf(found)));
    }
    return found;
}

QStringList Job::devicesWhere(const core::DeviceQuery &query) const
{
    QStringList jids;
    for (int index = 0; index < m_panel.fleet().count(); ++index) {
        if (const records::Device &device = m_panel.fleet().at(index); query.matches(device)) {
            jids += device.jid;
        }
    }
    return jids;
}

QStringList Job::devicesNamed(const QString &name) const
{
    QStringList jids;
    for (int index = 0; index < m_panel.fleet().count(); ++index) {
        const records::Device &device = m_panel.fleet().at(index);
        if (device.name().compare(name, Qt::CaseInsensitive) == 0 ||
            xmpp::localPartOf(device.jid).compare(name, Qt::CaseInsensitive) == 0) {
            jids += device.jid;
        }
    }
    return jids;
}

QStringList Job::allDevices()
{
    QStringList jids;
    for (int index = 0; index < m_panel.fleet().count(); ++index) {
        jids += m_panel.fleet().at(index).jid;
    }
    return jids;
}

void Job::finish(int exitCode)
{
    m_deadline.stop();
    if (!std::exchange(m_isFinished, true)) {
        Q_EMIT finished(exitCode);
    }
}

} // namespace sgn::cli
