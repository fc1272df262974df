// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QString>
#include <QStringList>

namespace sgn {

// Parses a JSON text of another program: an object or an array, by RFC 8259 and nothing else. QJsonDocument alone also
// accepts what no other parser does ("2.e3", "\x", raw line breaks in strings), so that two programs could read
// different things in one signed text. Blocks and needs memory in proportion to the text: its size is the caller's to
// limit. BadRequest with the byte and the reason.
[[nodiscard]] Result<QJsonDocument> parseJson(QByteArrayView text);

// The names that an object of a valid text has more than once, each one time: only the last of their values counts.
[[nodiscard]] QStringList repeatedNames(QByteArrayView text);

// The counterpart: what every parser accepts. Half of a surrogate pair, which a text has that was cut in its middle, is
// written as U+FFFD; QJsonDocument writes it as an escape that stands for no character.
[[nodiscard]] QByteArray toJsonText(const QJsonObject &object,
                                    QJsonDocument::JsonFormat format = QJsonDocument::Compact);

// The object that is the content of the file `path`. BadFile, with the path, when it isn't one.
[[nodiscard]] Result<QJsonObject> parseJsonFile(QByteArrayView content, const QString &path);

} // namespace sgn
