// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Commands.h"

#include "wording/Problems.h"

#include <algorithm>
#include <array>
#include <QCoreApplication>

namespace sgn::wording {

using namespace Qt::StringLiterals;

namespace {

struct Word
{
    QLatin1StringView name;
    const char *source;
};

constexpr auto commands = std::to_array<Word>({
    {"reboot_system"_L1, QT_TRANSLATE_NOOP("Activity", "Reboot")},
    {"config_update"_L1, QT_TRANSLATE_NOOP("Activity", "Configuration")},
    {"rollback"_L1, QT_TRANSLATE_NOOP("Activity", "Rollback")},
    {"upload_logs"_L1, QT_TRANSLATE_NOOP("Activity", "Log request")},
    {"restart_process"_L1, QT_TRANSLATE_NOOP("Activity", "Restart")},
    {"cancel_update"_L1, QT_TRANSLATE_NOOP("Activity", "Cancellation")},
    {""_L1, QT_TRANSLATE_NOOP("Activity", "Command")},
});

constexpr auto steps = std::to_array<Word>({
    {"downloading"_L1, QT_TRANSLATE_NOOP("Step", "downloading")},
    {"verifying"_L1, QT_TRANSLATE_NOOP("Step", "checking")},
    {"staging"_L1, QT_TRANSLATE_NOOP("Step", "unpacking")},
    {"waiting"_L1, QT_TRANSLATE_NOOP("Step", "waiting")},
    {"swapping"_L1, QT_TRANSLATE_NOOP("Step", "exchanging")},
    {"confirming"_L1, QT_TRANSLATE_NOOP("Step", "confirming heartbeats")},
});

} // namespace

QString commandTitle(const QString &name)
{
    const auto *const known = std::ranges::find(commands, name, &Word::name);
    if (known != commands.end()) {
        return QCoreApplication::translate("Activity", known->source);
    }
    return name.endsWith("_update"_L1) ? QCoreApplication::translate("Activity", "Update") : name;
}

QString stepText(const QString &deviceState)
{
    const auto *const known = std::ranges::find(steps, deviceState, &Word::name);
    return known == steps.end() ? deviceState : QCoreApplication::translate("Step", known->source);
}

QString remarksText(const records::CommandTarget &target)
{
    return sentence(target.facts, target.error, target.remarks);
}

QString remarksText(const records::LogDelivery &delivery)
{
    return sentence(delivery.facts, std::nullopt, delivery.remarks);
}

} // namespace sgn::wording
