// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringView>

namespace sgn::records {

// What the columns of a list of devices mean, whether it is read or written.
enum class ListColumn {
    Jid,
    Name,
    Tags,
    Notes,
    Field,   // one of the notes' own
    Ignored, // without a name, in parentheses, or for sgn-provision alone
};

// By the column's name, in any case of letters.
[[nodiscard]] ListColumn listColumnFrom(QStringView name);

} // namespace sgn::records
