// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/LogsJob.h"

#include "cli/Json.h"
#include "cli/Tones.h"
#include "wording/Commands.h"
#include "wording/Problems.h"
#include "xmpp/Jid.h"

#include <algorithm>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QUrl>

namespace sgn::cli {

using namespace Qt::StringLiterals;

LogsJob::LogsJob(const Terms &terms, QStringList names, QString out)
    : Job(terms)
    , m_names(std::move(names))
    , m_out(std::move(out))
{}

void LogsJob::start()
{
    whenConnected([this] { request(); });
}

void LogsJob::request()
{
    const records::Expected<CommandNo> number = panel().requestLogs(resolve(m_names));
    if (!number) {
        output().report(wording::sentence(number.error()));
        finish(ExitFailed);
        return;
    }
    m_number = *number;
    connect(&panel().logs(), &core::LogService::deliveryChanged, this, &LogsJob::check, Qt::QueuedConnection);
    check();
}

QList<records::LogDelivery> LogsJob::deliveries()
{
    QList<records::LogDelivery> mine = panel().logs().deliveries();
    mine.removeIf([this](const records::LogDelivery &delivery) { return delivery.number != m_number; });
    std::ranges::sort(mine, {}, &records::LogDelivery::jid);
    return mine;
}

void LogsJob::check()
{
    if (isFinished()) {
        return;
    }
    if (std::ranges::all_of(deliveries(),
                            [](const records::LogDelivery &delivery) { return isFinal(delivery.state); })) {
        print();
    }
}

void LogsJob::onTimeout()
{
    if (m_number == 0) {
        Job::onTimeout();
    } else {
        output().report(u"not all logs came within %1 s; --timeout gives it longer"_s.arg(timeout().count()));
        print();
    }
}

QString LogsJob::copyOut(const records::LogDelivery &delivery)
{
    if (m_out.isEmpty()) {
        return delivery.folder;
    }
    // The JID names the folder, so two devices never share one.
    const QString name = QString::fromLatin1(QUrl::toPercentEncoding(delivery.jid, "@"));
    const QDir target(QDir(m_out).filePath(name));
    for (const core::LogFile &file : panel().logs().files(delivery.id)) {
        const QString to = target.filePath(file.name);
        QDir().mkpath(QFileInfo(to).absolutePath());
        QFile::remove(to);
        if (!QFile::copy(file.path, to)) {
            output().report(u"cannot write %1"_s.arg(to));
            return {};
        }
    }
    return target.absolutePath();
}

void LogsJob::print()
{
    Table table({u"DEVICE"_s, u"STATE"_s, u"FILES"_s, u"WHERE"_s});
    QJsonArray list;
    bool isAllRight = true;
    for (const records::LogDelivery &delivery : deliveries()) {
        const QList<core::LogFile> files = panel().logs().files(delivery.id);
        const bool isReady = delivery.state == records::LogDelivery::State::Ready;
        const QString where = isReady ? copyOut(delivery) : QString();
        isAllRight = isAllRight && (delivery.state == records::LogDelivery::State::Elsewhere || !where.isEmpty());
        // Logs that have come may lack something.
        const QString remarks = wording::remarksText(delivery);
        table.add({xmpp::localPartOf(delivery.jid),
                   {nameOf(delivery.state), toneOf(delivery.state)},
                   QString::number(files.size()),
                   {!isReady            ? remarks
                    : remarks.isEmpty() ? where
                                        : where + u" ("_s + remarks + u')',
                    isReady ? Tone::Plain : Tone::Doubtful}});
        QJsonObject object = toJson(delivery, files);
        object[u"where"_s] = where;
        list += object;
    }
    output().result(table, {{u"command_no"_s, static_cast<qint64>(m_number)}, {u"logs"_s, list}});
    finish(isAllRight ? ExitDone : ExitFailed);
}

} // namespace sgn::cli
