// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/Result.h"
#include "card/Volume.h"

#include <QString>

namespace sgn::card {

// Keeps two runs from working on one card at the same time, while it lives: who changes it is alone, readers share it.
// The kernel releases it when the program ends in whatever way. File systems without locks do without. Movable.
class CardLock
{
public:
    // An image, or the folder where a root is mounted. Refused: another run has it, or the image may not be written;
    // NotFound, Io.
    [[nodiscard]] static Result<CardLock> take(const QString &path, Access access);

private:
    explicit CardLock(Descriptor file);

    Descriptor m_file;
};

} // namespace sgn::card
