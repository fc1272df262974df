// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"

namespace sgn::wording {

// The words of one fact in the user's language, without a final stop, starting in lower case where it can go into a
// longer sentence.
[[nodiscard]] QString phrase(const records::Fact &fact);

// "the file could not be uploaded: the server has no file store": the facts from the outermost to the cause, then the
// text of the library, server or device behind them. Where the user's language isn't that of the text, its kind goes in
// front of it.
[[nodiscard]] QString sentence(const records::Problem &problem);
// The same of what a store keeps; without an error the text stands as it is.
[[nodiscard]] QString sentence(const records::Facts &facts, std::optional<ErrorCode> error, const QString &text);

// With a capital letter, to stand alone.
[[nodiscard]] QString standing(QString sentence);

} // namespace sgn::wording
