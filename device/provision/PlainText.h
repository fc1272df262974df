// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>

namespace sgn::provision {

// A small text as editors of any system save it, without the byte order mark that some put before UTF-8: there it would
// be a part of a password or of a key. BadFile: UTF-16, or no text. Pure.
[[nodiscard]] Result<QByteArray> plainText(const QByteArray &bytes);

} // namespace sgn::provision
