// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/WatchJobs.h"

#include "cli/CommandJobs.h"
#include "cli/Json.h"
#include "cli/Tones.h"
#include "wording/Activity.h"
#include "wording/Csv.h"
#include "wording/Problems.h"
#include "xmpp/Jid.h"

#include <QJsonArray>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

QString localTime(const QDateTime &time)
{
    return time.toLocalTime().toString(u"yyyy-MM-dd HH:mm:ss"_s);
}

QString deviceText(const QString &jid)
{
    return jid.isEmpty() ? u"-"_s : xmpp::localPartOf(jid);
}

} // namespace

void WatchJob::start()
{
    connect(&panel(), &core::Panel::activityAdded, this, &WatchJob::printEntry);
    connect(&panel().commands(), &core::CommandLog::targetChanged, this, &WatchJob::printProgress);
    connect(&panel().session(), &core::PanelSession::offline, this,
            [this](const Error &reason) { output().report(wording::sentence(reason) + u"; trying again"_s); });
    connect(&panel().session(), &core::PanelSession::online, this, [this] { output().report(u"connected"_s); });
    whenConnected([this] {
        const core::FleetSummary &summary = panel().fleet().summary();
        output().report(u"%1 of %2 devices online, %3 dead processes"_s.arg(summary.online)
                            .arg(summary.total)
                            .arg(summary.deadProcesses));
    });
}

void WatchJob::onNoConnection(const Error &)
{
    // Reported by start() already; the session goes on trying.
}

void WatchJob::onTimeout()
{
    finish(ExitDone);
}

void WatchJob::printEntry(const records::ActivityEntry &entry)
{
    if (output().isJson()) {
        output().json(toJson(entry));
    } else {
        const QString line =
            u"%1  %2  %3\n"_s.arg(localTime(entry.at), plain(deviceText(entry.jid)), plain(wording::describe(entry)));
        output().bytes(line.toUtf8());
    }
}

void WatchJob::printProgress(CommandNo number, const QString &jid)
{
    const records::CommandTarget *target = panel().commands().target(number, jid);
    if (!target || target->state != records::TargetState::Running || target->deviceState.isEmpty()) {
        return;
    }
    if (output().isJson()) {
        QJsonObject object = toJson(*target);
        object[u"time"_s] = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
        object[u"kind"_s] = u"progress"_s;
        object[u"command_no"_s] = static_cast<qint64>(number);
        output().json(object);
    } else {
        const QString line = u"%1  %2  %3: %4\n"_s.arg(localTime(QDateTime::currentDateTimeUtc()), deviceText(jid))
                                 .arg(number)
                                 .arg(plain(progressText(*target)));
        output().bytes(line.toUtf8());
    }
}

ActivityJob::ActivityJob(const Terms &terms, QStringList names, int limit, Format format)
    : Job(terms)
    , m_names(std::move(names))
    , m_limit(limit)
    , m_format(format)
{}

void ActivityJob::start()
{
    records::ActivityFilter filter;
    filter.limit = m_limit;
    if (!m_names.isEmpty()) {
        filter.jid = resolve(m_names).front();
    }
    const QList<records::ActivityEntry> entries = panel().store().activity(filter);
    if (m_format == Format::Csv) {
        output().bytes(wording::activityCsv(entries));
    } else {
        Table table({u"TIME"_s, u"DEVICE"_s, u"WHAT"_s});
        QJsonArray list;
        for (const records::ActivityEntry &entry : entries) {
            table.add({localTime(entry.at), deviceText(entry.jid), {wording::describe(entry), toneOf(entry.kind)}});
            list += toJson(entry);
        }
        output().result(table, {{u"activity"_s, list}});
    }
    finish(ExitDone);
}

} // namespace sgn::cli
