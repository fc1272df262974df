// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Activity.h"

#include "wording/Commands.h"
#include "wording/Problems.h"

#include <QCoreApplication>
#include <QLocale>

namespace sgn::wording {

using namespace Qt::StringLiterals;
using records::ActivityKind;

namespace {

class ActivityWords
{
    Q_DECLARE_TR_FUNCTIONS(Activity)

public:
    static QString command(const records::ActivityEntry &entry)
    {
        const QString title = commandTitle(entry.subject);
        return entry.number == 0 ? title : u"%1 #%2"_s.arg(title).arg(entry.number);
    }

    static QString sent(const records::ActivityEntry &entry)
    {
        const QString sender = records::senderOf(entry);
        return sender.isEmpty() ? tr("%1 sent").arg(command(entry)) : tr("%1 sent by %2").arg(command(entry), sender);
    }

    static QString because(const QString &sentence, const QString &detail)
    {
        return detail.isEmpty() ? sentence : u"%1: %2"_s.arg(sentence, detail);
    }

    static QString describe(const records::ActivityEntry &entry)
    {
        const QString detail = detailText(entry);
        switch (entry.kind) {
        case ActivityKind::DeviceAdded:
            return tr("Became one of the fleet's devices");
        case ActivityKind::DeviceRetired:
            return tr("Taken out of the fleet");
        case ActivityKind::CameOnline:
            return tr("Online");
        case ActivityKind::WentOffline:
            return tr("Offline");
        case ActivityKind::CommandSent:
            return because(sent(entry), entry.detail);
        case ActivityKind::CommandDone:
            return because(tr("%1 done").arg(command(entry)), detail);
        case ActivityKind::CommandFailed:
            return because(tr("%1 failed").arg(command(entry)), detail);
        case ActivityKind::CommandExpired:
            return tr("%1 not answered in time").arg(command(entry));
        case ActivityKind::ProcessDied:
            return because(tr("%1 died").arg(entry.subject), detail);
        case ActivityKind::ProcessBack:
            return tr("%1 runs again").arg(entry.subject);
        case ActivityKind::VersionChanged:
            return tr("%1: version %2").arg(entry.subject, detail);
        case ActivityKind::LogsReceived:
            return because(tr("Logs received"), QLocale().formattedDataSize(entry.detail.toLongLong()));
        case ActivityKind::LogsFailed:
            return because(tr("Logs could not be fetched"), detail);
        case ActivityKind::IdentityProblem:
            return because(tr("Identity in doubt"), detail);
        case ActivityKind::PanelNotice:
            return detail;
        }
        return {};
    }
};

} // namespace

QString describe(const records::ActivityEntry &entry)
{
    return ActivityWords::describe(entry);
}

QString detailText(const records::ActivityEntry &entry)
{
    // Who has sent it is no detail of what became of it.
    return entry.kind == ActivityKind::CommandSent ? entry.detail : sentence(entry.facts, std::nullopt, entry.detail);
}

} // namespace sgn::wording
