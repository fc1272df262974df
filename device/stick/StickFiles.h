// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/Result.h"
#include "crypto/Sha256.h"

#include <QByteArray>
#include <QString>

namespace sgn::stick {

// The folder "sgn" of a stick, and files in it by their plain names. Whoever has written the stick may have put
// anything there: no link is followed, no pipe waited for, no folder listed, and nothing is read beyond a limit. By the
// opened folders, whatever becomes of the names meanwhile.
class StickFiles
{
public:
    // `mount`: where the stick is mounted. NotFound: it has no folder "sgn", or that is none of its own; Io.
    [[nodiscard]] static Result<StickFiles> open(const QString &mount);

    // NotFound, Refused (no regular file), TooLarge, Io.
    [[nodiscard]] Result<QByteArray> read(QLatin1StringView name, qint64 maxSize) const;
    // For reading, with its size. NotFound, Refused, Io.
    struct Opened
    {
        Descriptor file;
        qint64 size = 0;
    };
    [[nodiscard]] Result<Opened> openFile(const QString &name) const;

    // A new file in the folder "results", which is made if it is missing; never another one's content. Durable when it
    // returns, but for the folder (sync()). If it can't be written whole it is removed again. Busy (the name exists),
    // Refused ("results" is no folder), NoSpace, Io.
    [[nodiscard]] Outcome addResult(const QString &name, const QByteArray &content) const;
    // The same from a file, at most `size` bytes of it.
    [[nodiscard]] Outcome addResult(const QString &name, const Descriptor &from, qint64 size) const;
    // Makes all of it survive when the stick is pulled out.
    [[nodiscard]] Outcome sync() const;

private:
    explicit StickFiles(Descriptor folder)
        : m_folder(std::move(folder))
    {}

    [[nodiscard]] Result<Descriptor> openResults() const;

    Descriptor m_folder;
};

// Copies `from` to `to` and returns its SHA-256. TooLarge when there are more than `size` bytes, BadFile when there are
// fewer; NoSpace, Io.
[[nodiscard]] Result<QByteArray> copyBytes(const Descriptor &from, const Descriptor &to, qint64 size);

} // namespace sgn::stick
