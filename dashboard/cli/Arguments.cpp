// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Arguments.h"

#include <algorithm>
#include <array>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

struct ComponentWord
{
    QLatin1StringView word;
    Component component = Component::SmartMeter;
};
constexpr std::array componentsByWord{
    ComponentWord{"smart-meter"_L1, Component::SmartMeter},
    ComponentWord{"agent"_L1, Component::JabberClient},
    ComponentWord{"watchdog"_L1, Component::WatchDog},
    ComponentWord{"python"_L1, Component::SitePackages},
};

} // namespace

QStringList operands(CommandLine &line)
{
    return line.parser().positionalArguments().mid(1);
}

QString componentWords()
{
    QStringList words;
    for (const ComponentWord &known : componentsByWord) {
        words += known.word;
    }
    return words.join(u", "_s);
}

std::optional<Component> componentFrom(const QString &word)
{
    const auto *const it = std::ranges::find(componentsByWord, word, &ComponentWord::word);
    return it == componentsByWord.end() ? std::nullopt : std::optional(it->component);
}

void addWait(QCommandLineParser &parser)
{
    parser.addOption({u"wait"_s, u"Wait until every device has answered."_s});
}

CommandJob::Until readWait(CommandLine &line)
{
    return line.parser().isSet(u"wait"_s) ? CommandJob::Until::Answered : CommandJob::Until::Sent;
}

} // namespace sgn::cli
