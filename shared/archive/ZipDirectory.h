// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/Zip.h"

namespace sgn {

// Looks at the raw directory of a zip before libarchive does, because libarchive
//  * reads the whole directory into memory, however long it is,
//  * cuts names at a NUL and turns some backslashes into '/',
//  * takes name and method from the local headers, other programs from the directory: a zip may show two faces,
//  * prefers the name of an entry's Unicode path field, which other programs pass over: two faces again,
//  * unpacks with methods that releases never use and that cost memory.
// Returns the number of entries. Refuses (BadArchive) everything that isn't one plain zip: bytes in front of it,
// several disks, zip64's second directory, encryption, methods other than stored and deflate, names against ZipPath.h
// or unlike their local header's or their Unicode path field's. TooLarge over `limits.maxEntries`. Source: PKWARE's
// APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
[[nodiscard]] Result<int> checkZipDirectory(const QString &zip, const ZipLimits &limits);

} // namespace sgn
