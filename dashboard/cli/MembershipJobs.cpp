// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/MembershipJobs.h"

#include "cli/Json.h"
#include "core/DeviceImport.h"
#include "wording/Durations.h"
#include "wording/Problems.h"
#include "xmpp/Jid.h"

#include <QJsonArray>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

// Those whose JID or name this is.
QStringList named(const QList<records::Newcomer> &newcomers, const QString &name)
{
    QStringList found;
    for (const records::Newcomer &newcomer : newcomers) {
        if (newcomer.jid == xmpp::bareJid(name) ||
            xmpp::localPartOf(newcomer.jid).compare(name, Qt::CaseInsensitive) == 0) {
            found += newcomer.jid;
        }
    }
    if (found.size() > 1) {
        CommandLine::usageError(u"'%1' may be any of %2; write the whole JID"_s.arg(plain(name), someOf(found)));
    }
    return found;
}

} // namespace

NewcomersJob::NewcomersJob(const Terms &terms)
    : StateJob(terms, After::Connected)
{}

void NewcomersJob::print()
{
    const core::Newcomers &newcomers = panel().membership().newcomers();
    const QDateTime now = QDateTime::currentDateTimeUtc();
    Table table({u"ACCOUNT"_s, u"SERVER"_s, u"ID"_s, u"FIRST SEEN"_s, u"LAST SEEN"_s, u"FIRST MESSAGE"_s});
    QJsonArray array;
    for (const records::Newcomer &newcomer : newcomers.all()) {
        const QString id = newcomer.claimedId.isEmpty() ? u"-"_s : newcomer.claimedId;
        table.add({xmpp::localPartOf(newcomer.jid), xmpp::domainOf(newcomer.jid), id,
                   wording::agoText(newcomer.firstSeen.secsTo(now)), wording::agoText(newcomer.lastSeen.secsTo(now)),
                   newcomer.message});
        array += toJson(newcomer);
    }
    output().result(table, {{u"connected"_s, panel().session().isOnline()}, {u"new"_s, array}});
    if (newcomers.isFull()) {
        output().report(u"more have shown up than are listed; accept or remove some"_s);
    }
}

AcceptJob::AcceptJob(const Terms &terms, Whom whom)
    : Job(terms)
    , m_whom(std::move(whom))
{}

void AcceptJob::start()
{
    if (!m_whom.listFile.isEmpty()) {
        const auto list = core::readDeviceList(m_whom.listFile, core::DeviceImport::termsOf(panel()));
        if (!list) {
            output().report(wording::sentence(list.error()));
            finish(ExitFailed);
            return;
        }
        for (const core::ListedDevice &device : list->devices) {
            m_fromFile += device.jid;
        }
        for (const records::Problem &problem : list->problems) {
            output().report(wording::sentence(problem));
            m_isListWhole = false;
        }
    }
    whenConnected([this] { accept(); });
}

QStringList AcceptJob::resolveNewcomers() const
{
    const QList<records::Newcomer> newcomers = panel().membership().newcomers().all();
    const QString ownDomain = xmpp::domainOf(panel().config().jid);
    QStringList jids;
    for (const QString &name : m_whom.names) {
        QStringList found = named(newcomers, name);
        if (name.contains(u'*') || name.contains(u'?')) {
            const auto rules = core::AcceptRules::parse({name}, ownDomain);
            if (!rules) {
                CommandLine::usageError(wording::sentence(rules.error()));
            }
            for (const records::Newcomer &newcomer : newcomers) {
                if (rules->accepts(newcomer.jid)) {
                    found += newcomer.jid;
                }
            }
        } else if (found.isEmpty() && xmpp::isBareAccountJid(name)) {
            found += xmpp::bareJid(name);
        }
        if (found.contains(xmpp::bareJid(panel().config().jid))) {
            CommandLine::usageError(u"'%1' is the panel's own account"_s.arg(plain(name)));
        }
        if (found.isEmpty()) {
            CommandLine::usageError(
                u"no new device matches '%1'; 'sgnctl devices --new' lists them"_s.arg(plain(name)));
        }
        jids += found;
    }
    for (const records::Newcomer &newcomer : newcomers) {
        if (m_whom.all && xmpp::domainOf(newcomer.jid) == ownDomain) {
            jids += newcomer.jid;
        }
    }
    return jids;
}

void AcceptJob::accept()
{
    m_jids = resolveNewcomers() + m_fromFile;
    m_jids.removeDuplicates();
    m_jids.removeAll(xmpp::bareJid(panel().config().jid));
    connect(&panel().fleet(), &core::Fleet::devicesChanged, this, &AcceptJob::check);
    panel().membership().accept(m_jids);
    check();
}

QStringList AcceptJob::unconfirmed() const
{
    QStringList open = m_jids;
    open.removeIf([this](const QString &jid) {
        const records::Device *device = panel().fleet().find(jid);
        return device && device->isContact;
    });
    return open;
}

void AcceptJob::check()
{
    if (!isFinished() && unconfirmed().isEmpty()) {
        print();
        finish(m_isListWhole ? ExitDone : ExitFailed);
    }
}

void AcceptJob::onTimeout()
{
    print();
    output().report(u"the server hasn't confirmed within %1 s that these are contacts: %2"_s.arg(timeout().count())
                        .arg(someOf(unconfirmed())));
    finish(ExitFailed);
}

void AcceptJob::print()
{
    Table table({u"ACCEPTED"_s});
    for (const QString &jid : std::as_const(m_jids)) {
        table.add({jid});
    }
    output().result(table, {{u"accepted"_s, QJsonArray::fromStringList(m_jids)}});
}

RemoveJob::RemoveJob(const Terms &terms, QStringList names)
    : Job(terms)
    , m_names(std::move(names))
{}

void RemoveJob::start()
{
    whenConnected([this] { remove(); });
}

void RemoveJob::remove()
{
    const QList<records::Newcomer> newcomers = panel().membership().newcomers().all();
    QStringList devices;
    QStringList strangers;
    for (const QString &name : std::as_const(m_names)) {
        const QStringList found = named(newcomers, name);
        if (found.isEmpty()) {
            devices += resolve({name});
        } else if (!name.contains(u'@') && !devicesNamed(name).isEmpty()) {
            CommandLine::usageError(
                u"'%1' is a device and %2 isn't accepted yet; write the whole JID"_s.arg(plain(name), found.front()));
        } else {
            strangers += found;
        }
    }
    devices.removeDuplicates();
    for (const QString &jid : std::as_const(devices)) {
        if (panel().fleet().find(jid)->isContact) {
            m_awaited.insert(jid);
        }
    }
    m_jids = devices + strangers;
    connect(&panel().connection(), &xmpp::Session::contactRemoved, this, [this](const QString &jid) {
        m_awaited.remove(jid);
        check();
    });
    panel().membership().refuse(strangers);
    if (const records::Expected<> retired = panel().membership().retire(devices); !retired) {
        output().report(wording::sentence(retired.error()));
        finish(ExitFailed);
        return;
    }
    check();
}

void RemoveJob::check()
{
    if (m_awaited.isEmpty() && !isFinished()) {
        print();
        finish(ExitDone);
    }
}

void RemoveJob::onTimeout()
{
    print();
    output().report(
        u"the server hasn't confirmed within %1 s that these are no contacts any more: %2"_s.arg(timeout().count())
            .arg(someOf({m_awaited.begin(), m_awaited.end()})));
    finish(ExitFailed);
}

void RemoveJob::print()
{
    Table table({u"REMOVED"_s});
    for (const QString &jid : std::as_const(m_jids)) {
        table.add({jid});
    }
    output().result(table, {{u"removed"_s, QJsonArray::fromStringList(m_jids)}});
}

} // namespace sgn::cli
