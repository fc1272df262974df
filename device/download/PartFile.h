// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/Sha256.h"

#include <memory>
#include <QFile>
#include <QString>
#include <QUrl>

namespace sgn::download {

// A download that grows on disk, hashed as it grows, and beside it (<path>.from) what is needed to continue it: the
// address, and the validator of RFC 9110 section 13.1.5 by which the server recognises an unchanged file.
class PartFile
{
public:
    // The bytes on disk from an earlier try, hashed again.
    struct Kept
    {
        qint64 bytes = 0;
        std::shared_ptr<Sha256> hash;
    };

    explicit PartFile(const QString &path);

    // The validator for continuing `url`; empty when there is nothing that can be continued.
    [[nodiscard]] QString validatorFor(const QUrl &url) const;
    // Reads the whole file: meant for Qt Concurrent.
    [[nodiscard]] static Result<Kept> readKept(const QString &path);

    // Starts at the first byte. An empty validator means that it can't be continued. Io, NoSpace.
    [[nodiscard]] Outcome begin(const QUrl &url, const QString &validator);
    [[nodiscard]] Outcome resume(Kept kept);
    [[nodiscard]] Outcome append(QByteArrayView data);
    // Closes the file as it is, to be continued another time.
    void close();

    [[nodiscard]] bool isOpen() const { return m_file.isOpen(); }
    [[nodiscard]] qint64 bytes() const { return m_bytes; }
    // Ends the hash and returns it.
    [[nodiscard]] QByteArray finishHash();

    // Where a StagingDownload keeps the patches that it has fetched.
    [[nodiscard]] static QString patchesPath(const QString &path);

    // Removes all of it, also what a StagingDownload, or the delta of an older agent, has left that could not remove
    // it.
    [[nodiscard]] static Outcome remove(const QString &path);
    // Makes the bytes survive a power cut. Blocks: meant for Qt Concurrent.
    [[nodiscard]] static Outcome sync(const QString &path);

private:
    [[nodiscard]] static QString originPath(const QString &path);

    QFile m_file;
    qint64 m_bytes = 0;
    std::shared_ptr<Sha256> m_hash;
};

} // namespace sgn::download
