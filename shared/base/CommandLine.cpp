// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/CommandLine.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <QCoreApplication>
#include <QFileInfo>

namespace sgn {

using namespace Qt::StringLiterals;

CommandLine::CommandLine(const QString &description, const QString &example, VersionOption version)
    : m_description(description)
    , m_example(example)
    , m_version(version)
    , m_table(description, example)
{
    m_table.addOption(m_parser.addHelpOption(), {});
    if (version == VersionOption::PrintsVersion) {
        m_table.addOption(m_parser.addVersionOption(), {});
    }
    QCommandLineOption describe(u"describe"_s, u"Print all of this as JSON."_s);
    describe.setFlags(QCommandLineOption::HiddenFromHelp);
    m_parser.addOption(describe);
}

void CommandLine::addCommand(const QString &name, const QString &summary)
{
    m_table.addCommand(name, summary);
    m_commands.append({name, summary});
}

void CommandLine::addOption(const QCommandLineOption &option, const QStringList &words)
{
    m_table.addOption(option, words);
    m_parser.addOption(option);
    if (option.valueName().isEmpty()) {
        m_flags.unite(QSet<QString>(option.names().cbegin(), option.names().cend()));
    }
}

void CommandLine::addOptions(const QList<QCommandLineOption> &options)
{
    for (const QCommandLineOption &option : options) {
        addOption(option);
    }
}

void CommandLine::addPositionalArgument(const QString &name, const QString &description, const QString &syntax,
                                        const QStringList &words)
{
    m_table.addArgument(name, description, syntax, words);
    m_parser.addPositionalArgument(name, description, syntax);
}

QString CommandLine::introduction() const
{
    if (m_commands.isEmpty()) {
        return m_description;
    }
    const auto longest = std::ranges::max(m_commands, {}, [](const Command &command) { return command.name.size(); });
    QString text = m_description + u"\n\nCommands:\n"_s;
    for (const Command &command : m_commands) {
        text += u"  %1  %2\n"_s.arg(command.name.leftJustified(longest.name.size()), command.summary);
    }
    return text + u"\n\"%1 COMMAND --help\" describes each."_s.arg(QCoreApplication::applicationName());
}

void CommandLine::process(const QStringList &arguments)
{
    if (!m_parser.parse(arguments)) {
        QString message = m_parser.errorText();
        if (message.endsWith(u'.')) {
            message.chop(1);
        }
        usageError(message);
    }
    if (m_parser.isSet(u"help"_s) || m_parser.isSet(u"help-all"_s)) {
        m_parser.setApplicationDescription(introduction());
        std::fputs(qUtf8Printable(m_parser.helpText() + u"\nExample:\n  "_s + m_example + u"\n"_s), stdout);
        std::exit(ExitDone);
    }
    if (m_version == VersionOption::PrintsVersion && m_parser.isSet(u"version"_s)) {
        std::fputs(
            qUtf8Printable(QCoreApplication::applicationName() + u' ' + QCoreApplication::applicationVersion() + u'\n'),
            stdout);
        std::exit(ExitDone);
    }
    if (m_parser.isSet(u"describe"_s)) {
        std::fputs(m_table.toJson().constData(), stdout);
        std::exit(ExitDone);
    }
}

QStringList CommandLine::valuesOf(const QString &option) const
{
    return m_flags.contains(option) ? QStringList() : m_parser.values(option);
}

QStringList CommandLine::wordsIn(const QStringList &arguments)
{
    m_parser.parse(arguments);
    return m_parser.positionalArguments();
}

int CommandLine::number(const QString &option, int low, int high) const
{
    const QString text = m_parser.value(option);
    bool ok = false;
    const int value = text.toInt(&ok);
    if (!ok || value < low || value > high) {
        usageError(u"--%1 takes a whole number from %2 to %3, not '%4'"_s.arg(option).arg(low).arg(high).arg(text));
    }
    return value;
}

void CommandLine::usageError(const QString &message)
{
    const QString program = QFileInfo(QCoreApplication::applicationFilePath()).fileName();
    std::fputs(qUtf8Printable(u"%1: %2 (see %1 --help)\n"_s.arg(program, message)), stderr);
    std::exit(ExitUsage);
}

} // namespace sgn
