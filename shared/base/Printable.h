// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace sgn {

// What comes from elsewhere (a card, a zip, a table, another program) and goes to a terminal: control characters, line
// breaks and characters that turn the direction are spaces, and so can't do anything there.
[[nodiscard]] QString printable(const QString &text);

// The same of a JSON text, in whose strings they are escaped instead, where they may stand unescaped.
[[nodiscard]] QByteArray printableJson(const QByteArray &json);

} // namespace sgn
