// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Console.h"

#include "base/JsonText.h"

#include <cstdio>

namespace sgn::cli {

using namespace Qt::StringLiterals;

void Console::result(const Table &rows, const QJsonObject &object) const
{
    if (isJson()) {
        json(object);
    } else {
        table(rows);
    }
}

void Console::table(const Table &table) const
{
    bytes(table.toText(m_sheet));
}

void Console::json(const QJsonObject &object) const
{
    bytes(toJsonText(object) + '\n');
}

void Console::bytes(const QByteArray &bytes) const
{
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stdout);
    std::fflush(stdout);
}

void Console::report(const QString &sentence) const
{
    std::fputs(qUtf8Printable(u"sgnctl: "_s + plain(sentence) + u'\n'), stderr);
}

} // namespace sgn::cli
