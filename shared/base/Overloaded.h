// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace sgn {

// One lambda per alternative of a std::variant, for std::visit.
template <typename... Cases>
struct Overloaded : Cases...
{
    using Cases::operator()...;
};

// Not needed by the standard any more, but by clang before 17.
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

} // namespace sgn
