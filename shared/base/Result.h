// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"

#include <tl/expected.hpp>

namespace sgn {

// What a function returns that can fail for reasons outside the program. Functions that return one are [[nodiscard]].
template <typename T>
using Result = tl::expected<T, Error>;

// A Result with nothing but success or the reason for failure.
using Outcome = Result<void>;

// `return fail(ErrorCode::Io, u"..."_s);` from any function that returns a Result.
inline tl::unexpected<Error> fail(ErrorCode code, QString message)
{
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

inline tl::unexpected<Error> fail(Error error)
{
    return tl::unexpected<Error>(std::move(error));
}

} // namespace sgn
