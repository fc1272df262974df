// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/SigningKey.h"
#include "package/ReleaseZip.h"
#include "release/ReleaseSignature.h"

#include <memory>
#include <QDateTime>
#include <QFuture>

namespace sgn::core {

// Signs releases with a release key that this machine has. Where the key is kept elsewhere, `sgn-provision sign` does
// it there.
class ReleaseSigner
{
public:
    explicit ReleaseSigner(SigningKey key);

    [[nodiscard]] QString kid() const { return m_key->kid; }

    // The manifest of a zip under the versions that it is sent with, signed. On another thread, because every file is
    // read. Errors: those of readReleaseFiles() and signForCommand().
    [[nodiscard]] QFuture<Result<SignedRelease>> sign(const ReleaseZip &zip, const QList<ProcessVersion> &processes,
                                                      int version, const QDateTime &created) const;

    // The same for a CA file, which has no version and needs no look inside.
    [[nodiscard]] Result<SignedRelease> sign(const CaFile &file, const QDateTime &created) const;

private:
    std::shared_ptr<const SigningKey> m_key; // a signature that is being made may outlive the signer
};

} // namespace sgn::core
