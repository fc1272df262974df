// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "card/CardFacts.h"

#include <QStringList>

namespace sgn::card {

// What a wheel's file name states of it (binary distribution format, formerly PEP 427):
// "numpy-1.26.4-cp311-cp311-linux_armv7l.whl". Each tag is a list, because one wheel may be for several.
struct WheelName
{
    QString distribution;
    QString version;
    QStringList pythons;   // "py3", "cp311"
    QStringList abis;      // "none", "abi3", "cp311"
    QStringList platforms; // "any", "linux_armv7l", "manylinux_2_17_aarch64"

    friend bool operator==(const WheelName &, const WheelName &) = default;
};

// All functions here are pure. Problems are one half of a sentence, and empty if there is none.

// BadRequest: not named as a wheel is.
[[nodiscard]] Result<WheelName> parseWheelName(const QString &fileName);

// Why the card's Python can't use the wheel (platform compatibility tags, formerly PEP 425, 600 and 656).
[[nodiscard]] QString wheelProblem(const WheelName &wheel, const CardFacts &facts);

// The same by the name of one compiled module: "_core.cpython-311-aarch64-linux-gnu.so". Other names have no problem.
[[nodiscard]] QString moduleProblem(const QString &fileName, const CardFacts &facts);

// Why a package whose METADATA this is can't be used with Python "3.11": its Requires-Python (version specifiers,
// formerly PEP 440). The third number of the card's Python isn't known, so one that fits is enough.
[[nodiscard]] QString requiresProblem(const QByteArray &metadata, const QByteArray &python);

} // namespace sgn::card
