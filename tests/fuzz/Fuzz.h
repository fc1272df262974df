// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <QByteArray>

namespace sgn::fuzz {

inline QByteArray bytesOf(const uint8_t *data, size_t size)
{
    return {reinterpret_cast<const char *>(data), static_cast<qsizetype>(size)};
}

// What must hold whatever comes in; libFuzzer keeps the input for which it doesn't.
inline void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

} // namespace sgn::fuzz

// The entry point that libFuzzer calls with each input.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
