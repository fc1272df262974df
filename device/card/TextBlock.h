// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>

namespace sgn::card {

// Lines of ours at the end of a file whose other lines belong to others, between two comments.

// `text` without the block and, wherever they stand, without those lines; unchanged if it has none of them.
[[nodiscard]] QByteArray withoutBlock(const QByteArray &text, const QByteArrayList &lines = {});

// `text` with these lines as its block.
[[nodiscard]] QByteArray withBlock(const QByteArray &text, const QByteArray &lines);

} // namespace sgn::card
