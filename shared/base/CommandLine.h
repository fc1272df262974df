// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/CommandTable.h"

#include <QCommandLineParser>
#include <QSet>
#include <QStringList>

namespace sgn {

// What every program exits with.
enum ExitCode { ExitDone = 0, ExitFailed = 1, ExitUsage = 2 };

// QCommandLineParser with the manners all our programs share: --help ends with an example, --version prints name and
// version, and wrong usage is one plain sentence on stderr and exit 2. What is added to it is one table for parser and
// --help, and for the manual page and the completions of shells, which are made from the hidden --describe.
class CommandLine
{
public:
    // What --version means: print the program's, or an option of a subcommand, which the caller adds.
    enum class VersionOption { PrintsVersion, LeftToCaller };

    CommandLine(const QString &description, const QString &example,
                VersionOption version = VersionOption::PrintsVersion);

    // A command that --help lists, in the order of the calls; the first positional argument names one.
    void addCommand(const QString &name, const QString &summary);
    // `words`: all values that the option or argument may have, if they are a few.
    void addOption(const QCommandLineOption &option, const QStringList &words = {});
    void addOptions(const QList<QCommandLineOption> &options);
    // `syntax`: how the usage line shows the argument; its name where that is empty.
    void addPositionalArgument(const QString &name, const QString &description, const QString &syntax = {},
                               const QStringList &words = {});

    // What was read. Options are added above only.
    [[nodiscard]] const QCommandLineParser &parser() const { return m_parser; }

    // What was given for an option; nothing for one that takes no value, of which the parser must not be requested any.
    [[nodiscard]] QStringList valuesOf(const QString &option) const;

    // Handles --help, --version and --describe (exit 0) and unknown options (exit 2); returns otherwise.
    void process(const QStringList &arguments);

    // The arguments that are neither options nor the values of those added so far, whatever is wrong with the others.
    [[nodiscard]] QStringList wordsIn(const QStringList &arguments);

    // The value as a number in [low, high]; else ends the program with one sentence that names the option.
    [[nodiscard]] int number(const QString &option, int low, int high) const;

    // "<program>: <message>" and a hint at --help on stderr, exit 2.
    [[noreturn]] static void usageError(const QString &message);

private:
    struct Command
    {
        QString name;
        QString summary;
    };

    // Description, then the commands.
    [[nodiscard]] QString introduction() const;

    QString m_description;
    QString m_example;
    VersionOption m_version;
    QCommandLineParser m_parser;
    CommandTable m_table;
    QList<Command> m_commands;
    QSet<QString> m_flags; // options without a value
};

} // namespace sgn
