// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <memory>
#include <QByteArray>
#include <stop_token>

namespace sgn {

// SHA-256 (FIPS 180-4) of a stream, by OpenSSL, which uses the processor's SHA instructions; Debian's
// QCryptographicHash doesn't.
class Sha256
{
public:
    static constexpr qsizetype size = 32;

    Sha256();
    Sha256(Sha256 &&) noexcept;
    Sha256 &operator=(Sha256 &&) noexcept;
    ~Sha256();

    void addData(QByteArrayView data);
    // The 32 bytes; the object starts afresh.
    [[nodiscard]] QByteArray finish();

    [[nodiscard]] static QByteArray hash(QByteArrayView data);

private:
    struct Context;
    std::unique_ptr<Context> m_context;
};

// The 32 bytes for a whole file, read in blocks. Blocks for as long as that takes: meant for Qt Concurrent.
// Errors: NotFound, Io; Cancelled when `stop` was requested.
[[nodiscard]] Result<QByteArray> sha256OfFile(const QString &path, const std::stop_token &stop = {});

} // namespace sgn
