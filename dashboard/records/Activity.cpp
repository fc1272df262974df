// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/Activity.h"

#include <algorithm>
#include <array>
#include <QCoreApplication>
#include <QLocale>
#include <utility>

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array kinds{
    std::pair{ActivityKind::DeviceAdded, "device_added"_L1},
    std::pair{ActivityKind::CameOnline, "came_online"_L1},
    std::pair{ActivityKind::WentOffline, "went_offline"_L1},
    std::pair{ActivityKind::CommandSent, "command_sent"_L1},
    std::pair{ActivityKind::CommandDone, "command_done"_L1},
    std::pair{ActivityKind::CommandFailed, "command_failed"_L1},
    std::pair{ActivityKind::CommandExpired, "command_expired"_L1},
    std::pair{ActivityKind::ProcessDied, "process_died"_L1},
    std::pair{ActivityKind::ProcessBack, "process_back"_L1},
    std::pair{ActivityKind::VersionChanged, "version_changed"_L1},
    std::pair{ActivityKind::LogsReceived, "logs_received"_L1},
    std::pair{ActivityKind::LogsFailed, "logs_failed"_L1},
    std::pair{ActivityKind::IdentityProblem, "identity_problem"_L1},
    std::pair{ActivityKind::PanelNotice, "panel_notice"_L1},
};

class Words
{
    Q_DECLARE_TR_FUNCTIONS(Activity)

public:
    static QString command(const ActivityEntry &entry)
    {
        const QString name = commandTitle(entry.subject);
        return entry.number == 0 ? name : u"%1 #%2"_s.arg(name).arg(entry.number);
    }

    static QString commandTitle(const QString &name)
    {
        if (name.endsWith("_update"_L1) && name != "cancel_update"_L1) {
            return tr("Update");
        }
        if (name == "reboot_system"_L1) {
            return tr("Reboot");
        }
        if (name == "rollback"_L1) {
            return tr("Rollback");
        }
        if (name == "upload_logs"_L1) {
            return tr("Log request");
        }
        if (name == "restart_process"_L1) {
            return tr("Restart");
        }
        if (name == "cancel_update"_L1) {
            return tr("Cancellation");
        }
        return name.isEmpty() ? tr("Command") : name;
    }

    static QString because(const QString &sentence, const QString &detail)
    {
        return detail.isEmpty() ? sentence : u"%1: %2"_s.arg(sentence, detail);
    }

    static QString sentence(const ActivityEntry &entry)
    {
        switch (entry.kind) {
        case ActivityKind::DeviceAdded:
            return tr("Seen for the first time");
        case ActivityKind::CameOnline:
            return tr("Online");
        case ActivityKind::WentOffline:
            return tr("Offline");
        case ActivityKind::CommandSent:
            return because(tr("%1 sent").arg(command(entry)), entry.detail);
        case ActivityKind::CommandDone:
            return because(tr("%1 done").arg(command(entry)), entry.detail);
        case ActivityKind::CommandFailed:
            return because(tr("%1 failed").arg(command(entry)), entry.detail);
        case ActivityKind::CommandExpired:
            return tr("%1 not answered in time").arg(command(entry));
        case ActivityKind::ProcessDied:
            return because(tr("%1 died").arg(entry.subject), entry.detail);
        case ActivityKind::ProcessBack:
            return tr("%1 runs again").arg(entry.subject);
        case ActivityKind::VersionChanged:
            return tr("%1: version %2").arg(entry.subject, entry.detail);
        case ActivityKind::LogsReceived:
            return because(tr("Logs received"), QLocale().formattedDataSize(entry.detail.toLongLong()));
        case ActivityKind::LogsFailed:
            return because(tr("Logs could not be fetched"), entry.detail);
        case ActivityKind::IdentityProblem:
            return because(tr("Identity in doubt"), entry.detail);
        case ActivityKind::PanelNotice:
            return entry.detail;
        }
        return {};
    }
};

} // namespace

QLatin1StringView nameOf(ActivityKind kind)
{
    const auto it = std::ranges::find(kinds, kind, &decltype(kinds)::value_type::first);
    return it == kinds.end() ? "panel_notice"_L1 : it->second;
}

std::optional<ActivityKind> activityKindFromString(QStringView text)
{
    const auto it = std::ranges::find_if(kinds, [text](const auto &kind) { return kind.second == text; });
    return it == kinds.end() ? std::nullopt : std::optional(it->first);
}

QString describe(const ActivityEntry &entry)
{
    return Words::sentence(entry);
}

} // namespace sgn::records
