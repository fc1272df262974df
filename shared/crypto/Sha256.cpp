// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Sha256.h"

#include "base/Descriptor.h"
#include "base/SystemError.h"

#include <cerrno>
#include <fcntl.h>
#include <openssl/evp.h>
#include <QFile>
#include <unistd.h>
#include <vector>

namespace sgn {

using namespace Qt::StringLiterals;

struct Sha256::Context
{
    Context()
        : evp(EVP_MD_CTX_new())
    {
        restart();
    }
    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;
    ~Context() { EVP_MD_CTX_free(evp); }

    void restart()
    {
        // SHA-256 is in every provider that OpenSSL loads by itself; without memory for it nothing else would work
        // either.
        if (evp == nullptr || EVP_DigestInit_ex(evp, EVP_sha256(), nullptr) != 1) {
            qFatal("OpenSSL has no SHA-256");
        }
    }

    EVP_MD_CTX *evp;
};

Sha256::Sha256()
    : m_context(std::make_unique<Context>())
{}

Sha256::Sha256(Sha256 &&) noexcept = default;
Sha256 &Sha256::operator=(Sha256 &&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::addData(QByteArrayView data)
{
    EVP_DigestUpdate(m_context->evp, data.data(), static_cast<std::size_t>(data.size()));
}

QByteArray Sha256::finish()
{
    QByteArray digest(size, Qt::Uninitialized);
    EVP_DigestFinal_ex(m_context->evp, reinterpret_cast<unsigned char *>(digest.data()), nullptr);
    m_context->restart();
    return digest;
}

QByteArray Sha256::hash(QByteArrayView data)
{
    Sha256 sha;
    sha.addData(data);
    return sha.finish();
}

Result<QByteArray> sha256OfFile(const QString &path, const std::stop_token &stop)
{
    const Descriptor file(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    if (!file.isValid()) {
        return fail(systemError(u"cannot read "_s + path, errno));
    }
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    Sha256 sha;
    std::vector<char> block(std::size_t{256} * 1024);
    for (;;) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::Cancelled, u"cancelled while reading %1"_s.arg(path));
        }
        const ssize_t n = ::read(file.get(), block.data(), block.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail(systemError(u"cannot read "_s + path, errno));
        }
        if (n == 0) {
            return sha.finish();
        }
        sha.addData(QByteArrayView(block.data(), n));
    }
}

} // namespace sgn
