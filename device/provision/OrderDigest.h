// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/CommandLine.h"
#include "base/Result.h"
#include "card/Step.h"

#include <QStringList>

namespace sgn::provision {

// The key of the keyed hashes in a folder's birth records, kept in the folder (mode 0600): without it no password can
// be guessed from a record. Made when there is none. Io, NoSpace.
[[nodiscard]] Result<QByteArray> digestKey(const QString &folder);

// What the options order that is the same for all devices, of files their content. `ignored` are options without
// influence on an image; the secrets are in `order`. Blocks. Errors as sha256OfFile().
[[nodiscard]] Result<QByteArray> describedOrder(const CommandLine &line, const QStringList &ignored,
                                                const card::CardOrder &order);

// The keyed hash of what one image is made of. Pure.
[[nodiscard]] QByteArray orderDigest(const QByteArray &key, const QByteArrayList &parts);

} // namespace sgn::provision
