// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/ListColumns.h"

namespace sgn::records {

namespace {

struct KnownColumn
{
    QStringView name;
    ListColumn column = ListColumn::Ignored;
};

constexpr KnownColumn knownColumns[] = {
    {u"jid", ListColumn::Jid},
    {u"name", ListColumn::Name},
    {u"tags", ListColumn::Tags},
    {u"notes", ListColumn::Notes},
    // They are in the list from which sgn-provision makes the devices.
    {u"password", ListColumn::Ignored},
    {u"id", ListColumn::Ignored},
    {u"mac", ListColumn::Ignored},
    {u"hostname", ListColumn::Ignored},
};

} // namespace

ListColumn listColumnFrom(QStringView name)
{
    if (name.isEmpty() || (name.startsWith(u'(') && name.endsWith(u')'))) {
        return ListColumn::Ignored;
    }
    for (const KnownColumn &known : knownColumns) {
        if (name.compare(known.name, Qt::CaseInsensitive) == 0) {
            return known.column;
        }
    }
    return ListColumn::Field;
}

} // namespace sgn::records
