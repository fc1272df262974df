// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Table.h"

#include <QJsonObject>

namespace sgn::cli {

// Results go to stdout, as a table or as JSON; notices to the operator go to stderr. Only the tables know the sheet:
// JSON and CSV are for programs on a terminal, too.
class Console
{
public:
    enum class Format { Table, Json };

    Console(Format format, const Sheet &sheet)
        : m_format(format)
        , m_sheet(sheet)
    {}

    [[nodiscard]] bool isJson() const { return m_format == Format::Json; }

    // One of the two, by the format.
    void result(const Table &rows, const QJsonObject &object) const;
    void table(const Table &table) const;
    // One line.
    void json(const QJsonObject &object) const;
    void bytes(const QByteArray &bytes) const;
    // "sgnctl: <sentence>" on stderr.
    void report(const QString &sentence) const;

private:
    Format m_format;
    Sheet m_sheet;
};

} // namespace sgn::cli
