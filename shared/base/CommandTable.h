// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QCommandLineOption>
#include <QJsonArray>
#include <QJsonObject>

namespace sgn {

// What a program, or one of its commands, takes on its line, for other programs to read: deploy/desktop makes manual
// pages and the completions of shells from it. Filled in by CommandLine, so it has what the parser has.
//
//     {"description": TEXT, "example": LINE,
//      "commands": [{"name": WORD, "summary": TEXT}, ...],
//      "arguments": [{"name": WORD, "syntax": TEXT, "description": TEXT, "words": [VALUE, ...]}, ...],
//      "options": [{"names": [WORD, ...], "value": WORD, "default": TEXT, "description": TEXT, "words": [VALUE, ...]},
//      ...]}
//
// "syntax" is how a usage line shows the argument. "words" are all the values there are, if those are a few; options
// without "value" take none. What is empty isn't listed, and neither are hidden options.
class CommandTable
{
public:
    CommandTable(const QString &description, const QString &example);

    void addCommand(const QString &name, const QString &summary);
    void addArgument(const QString &name, const QString &description, const QString &syntax, const QStringList &words);
    void addOption(const QCommandLineOption &option, const QStringList &words);

    [[nodiscard]] QByteArray toJson() const;

private:
    QJsonObject m_about;
    QJsonArray m_commands;
    QJsonArray m_arguments;
    QJsonArray m_options;
};

} // namespace sgn
