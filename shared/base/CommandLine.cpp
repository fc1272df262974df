// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/CommandLine.h"

#include <cstdio>
#include <cstdlib>
#include <QCoreApplication>
#include <QFileInfo>

namespace sgn {

using namespace Qt::StringLiterals;

CommandLine::CommandLine(const QString &description, const QString &example, VersionOption version)
    : m_example(example)
    , m_version(version)
{
    m_parser.setApplicationDescription(description);
    m_parser.addHelpOption();
    if (version == VersionOption::PrintsVersion) {
        m_parser.addVersionOption();
    }
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
        std::fputs(qUtf8Printable(m_parser.helpText() + u"\nExample:\n  "_s + m_example + u"\n"_s), stdout);
        std::exit(ExitDone);
    }
    if (m_version == VersionOption::PrintsVersion && m_parser.isSet(u"version"_s)) {
        std::fputs(
            qUtf8Printable(QCoreApplication::applicationName() + u' ' + QCoreApplication::applicationVersion() + u'\n'),
            stdout);
        std::exit(ExitDone);
    }
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
