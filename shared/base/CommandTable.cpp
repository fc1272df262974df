// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/CommandTable.h"

#include <QJsonDocument>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

void insertText(QJsonObject &object, QLatin1StringView key, const QString &text)
{
    if (!text.isEmpty()) {
        object.insert(key, text);
    }
}

void insertList(QJsonObject &object, QLatin1StringView key, const QJsonArray &list)
{
    if (!list.isEmpty()) {
        object.insert(key, list);
    }
}

} // namespace

CommandTable::CommandTable(const QString &description, const QString &example)
{
    insertText(m_about, "description"_L1, description);
    insertText(m_about, "example"_L1, example);
}

void CommandTable::addCommand(const QString &name, const QString &summary)
{
    m_commands.append(QJsonObject{{u"name"_s, name}, {u"summary"_s, summary}});
}

void CommandTable::addArgument(const QString &name, const QString &description, const QString &syntax,
                               const QStringList &words)
{
    QJsonObject argument{{u"name"_s, name}, {u"syntax"_s, syntax.isEmpty() ? name : syntax}};
    insertText(argument, "description"_L1, description);
    insertList(argument, "words"_L1, QJsonArray::fromStringList(words));
    m_arguments.append(argument);
}

void CommandTable::addOption(const QCommandLineOption &option, const QStringList &words)
{
    if (option.flags().testFlag(QCommandLineOption::HiddenFromHelp)) {
        return;
    }
    QJsonObject described{{u"names"_s, QJsonArray::fromStringList(option.names())}};
    insertText(described, "value"_L1, option.valueName());
    insertText(described, "default"_L1, option.defaultValues().join(u", "_s));
    insertText(described, "description"_L1, option.description());
    insertList(described, "words"_L1, QJsonArray::fromStringList(words));
    m_options.append(described);
}

QByteArray CommandTable::toJson() const
{
    QJsonObject table = m_about;
    insertList(table, "commands"_L1, m_commands);
    insertList(table, "arguments"_L1, m_arguments);
    insertList(table, "options"_L1, m_options);
    return QJsonDocument(table).toJson();
}

} // namespace sgn
