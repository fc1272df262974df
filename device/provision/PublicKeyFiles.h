// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/PublicKey.h"

#include <QList>
#include <QStringList>

namespace sgn::provision {

// The public keys in these files, as `sgn-provision keys new` writes them. NotFound, TooLarge, Io, BadFile, with the
// path.
[[nodiscard]] Result<QList<PublicKey>> readPublicKeys(const QStringList &files);

} // namespace sgn::provision
