// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/Zip.h"

#include <memory>
#include <QByteArrayView>

struct archive;
struct archive_entry;

namespace sgn {

// libarchive's reader for one zip, entry after entry in the order of the file. Only the reader that goes by the
// directory at the end is used: the streaming one would take a zip that was cut in its directory for a whole one.
class ZipReader
{
public:
    // After checkZipDirectory().
    [[nodiscard]] static Result<ZipReader> open(const QString &zip, const ZipLimits &limits);

    // Goes to the next entry; false behind the last one. What the Finder has added for itself is passed over, and
    // patches (FilePatch.h) are.
    [[nodiscard]] Result<bool> next();
    [[nodiscard]] const ZipEntry &entry() const { return m_entry; }

    // The next bytes of the file, empty at its end. Fails when there are more or fewer than entry().size or when the
    // CRC is wrong. Valid until the next call of either function.
    [[nodiscard]] Result<QByteArrayView> nextBlock();

private:
    struct Free
    {
        void operator()(archive *handle) const;
    };
    using Handle = std::unique_ptr<archive, Free>;

    explicit ZipReader(Handle handle);
    [[nodiscard]] Error failure() const;
    [[nodiscard]] Outcome take(archive_entry *entry);

    Handle m_archive;
    ZipEntry m_entry;
    qint64 m_done = 0;
};

} // namespace sgn
