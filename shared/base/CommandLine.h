// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCommandLineParser>
#include <QStringList>

namespace sgn {

// What every program exits with.
enum ExitCode { ExitDone = 0, ExitFailed = 1, ExitUsage = 2 };

// QCommandLineParser with the manners all our programs share: --help ends with an example, --version prints name and
// version, and wrong usage is one plain sentence on stderr and exit 2.
class CommandLine
{
public:
    // What --version means: print the program's, or an option of a subcommand, which the caller adds.
    enum class VersionOption { PrintsVersion, LeftToCaller };

    CommandLine(const QString &description, const QString &example,
                VersionOption version = VersionOption::PrintsVersion);

    [[nodiscard]] QCommandLineParser &parser() { return m_parser; }

    // Handles --help and --version (exit 0) and unknown options (exit 2); returns otherwise.
    void process(const QStringList &arguments);

    // The value as a number in [low, high]; else ends the program with one sentence that names the option.
    [[nodiscard]] int number(const QString &option, int low, int high) const;

    // "<program>: <message>" and a hint at --help on stderr, exit 2.
    [[noreturn]] static void usageError(const QString &message);

private:
    QString m_example;
    VersionOption m_version;
    QCommandLineParser m_parser;
};

} // namespace sgn
