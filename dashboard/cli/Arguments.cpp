// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Arguments.h"

#include "base/EnumNames.h"

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

constexpr auto componentNames = enumNames<Component>({
    {Component::SmartMeter, "smart-meter"_L1},
    {Component::JabberClient, "agent"_L1},
    {Component::WatchDog, "watchdog"_L1},
    {Component::SitePackages, "python"_L1},
});

} // namespace

QStringList operands(CommandLine &line)
{
    return line.parser().positionalArguments().mid(1);
}

QStringList componentNameList()
{
    QStringList words;
    for (const EnumName<Component> &known : componentNames.entries()) {
        words += known.name;
    }
    return words;
}

QString componentWords()
{
    return componentNameList().join(u", "_s);
}

void expectNoOperands(CommandLine &line)
{
    if (const QStringList extra = operands(line); !extra.isEmpty()) {
        CommandLine::usageError(u"unexpected argument '%1'"_s.arg(extra.front()));
    }
}

std::optional<Component> componentFrom(const QString &word)
{
    return componentNames.valueOf(word);
}

void addWait(CommandLine &line)
{
    line.addOption({u"wait"_s, u"Wait until every device has answered."_s});
}

CommandJob::Until readWait(CommandLine &line)
{
    return line.parser().isSet(u"wait"_s) ? CommandJob::Until::Answered : CommandJob::Until::Sent;
}

} // namespace sgn::cli
