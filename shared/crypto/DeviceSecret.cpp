// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/DeviceSecret.h"

#include "base/AtomicFile.h"
#include "base/Descriptor.h"
#include "base/SystemError.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <openssl/rand.h>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn {

using namespace Qt::StringLiterals;

Result<SecureBytes> loadDeviceSecret(const QString &path)
{
    auto content = readFile(path, deviceSecretSize);
    if (!content && content.error().code != ErrorCode::TooLarge) {
        return fail(std::move(content).error());
    }
    struct stat info
    {
    };
    if (::stat(QFile::encodeName(path).constData(), &info) != 0) {
        return fail(systemError(u"cannot read "_s + path, errno));
    }
    if (!content || content->size() != deviceSecretSize || !S_ISREG(info.st_mode)) {
        return fail(ErrorCode::BadFile, u"%1 is not a device key of %2 bytes"_s.arg(path).arg(deviceSecretSize));
    }
    SecureBytes secret{QByteArrayView(*content)};
    SecureBytes::wipe(*content);
    if ((info.st_mode & S_IRWXO) != 0) {
        return fail(ErrorCode::Refused,
                    u"%1 is open to every user of this machine; \"chmod o= %1\" closes it"_s.arg(path));
    }
    return secret;
}

Result<SecureBytes> createDeviceSecret(const QString &path)
{
    SecureBytes secret(deviceSecretSize);
    if (RAND_priv_bytes(secret.data(), static_cast<int>(secret.size())) != 1) {
        return fail(ErrorCode::Internal, u"no random numbers for a device key"_s);
    }
    const QByteArray name = QFile::encodeName(path);
    QByteArray temporary = name + ".XXXXXX";
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC)); // mode 0600
    if (!file.isValid()) {
        return fail(systemError(u"cannot write "_s + path, errno));
    }
    // A fresh file takes 32 bytes in one piece or not at all, and then errno need not be set.
    errno = ENOSPC;
    const bool written =
        ::write(file.get(), secret.data(), static_cast<size_t>(deviceSecretSize)) == deviceSecretSize &&
        ::fsync(file.get()) == 0 &&
        ::renameat2(AT_FDCWD, temporary.constData(), AT_FDCWD, name.constData(), RENAME_NOREPLACE) == 0;
    const int error = errno;
    if (!written) {
        ::unlink(temporary.constData());
        if (error == EEXIST) {
            return fail(ErrorCode::Refused, u"%1 exists already and a device key is never overwritten"_s.arg(path));
        }
        return fail(systemError(u"cannot write "_s + path, error));
    }
    if (auto synced = syncFolder(QFileInfo(path).absolutePath()); !synced) {
        return fail(std::move(synced).error());
    }
    return secret;
}

} // namespace sgn
