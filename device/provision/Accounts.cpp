// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/Accounts.h"

#include "base/AtomicFile.h"
#include "table/CsvText.h"

#include <QFile>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxSize = 64 * 1024 * 1024;
const QStringList columns{u"jid"_s, u"password"_s};

} // namespace

Result<Accounts> readAccounts(const QString &path)
{
    const auto bytes = readFile(path, maxSize);
    if (!bytes) {
        return fail(bytes.error());
    }
    constexpr auto others =
        QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther | QFileDevice::WriteOther;
    if (QFile::permissions(path) & others) {
        return fail(ErrorCode::Refused, u"%1 has passwords, and others may open it: chmod 600 %1"_s.arg(path));
    }
    const auto rows = readCsv(*bytes);
    if (!rows) {
        return fail(rows.error().withContext(path));
    }
    Accounts accounts;
    for (const CsvRow &row : *rows) {
        if (row.fields.size() != columns.size() || (&row == &rows->constFirst()) != (row.fields == columns)) {
            return fail(ErrorCode::BadFile, u"%1: line %2 isn't one of a table of accounts, with the columns "
                                            "jid,password"_s.arg(path)
                                                .arg(row.line));
        }
        if (row.fields != columns) {
            accounts.insert(row.fields[0], row.fields[1]);
        }
    }
    return accounts;
}

Outcome writeAccounts(const QString &path, const Accounts &accounts)
{
    QByteArray text = columns.join(u',').toUtf8() + '\n';
    for (auto it = accounts.cbegin(); it != accounts.cend(); ++it) {
        text += csvLine({it.key(), it.value()});
    }
    return writeFileAtomically(path, text, 0600);
}

} // namespace sgn::provision
