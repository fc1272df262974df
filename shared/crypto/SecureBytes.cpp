// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/SecureBytes.h"

#include <openssl/crypto.h>
#include <utility>

namespace sgn {

SecureBytes::SecureBytes(qsizetype size)
    : m_bytes(static_cast<std::size_t>(size))
{}

SecureBytes::SecureBytes(QByteArrayView content)
    : m_bytes(content.begin(), content.end())
{}

SecureBytes::SecureBytes(SecureBytes &&other) noexcept
    : m_bytes(std::exchange(other.m_bytes, {}))
{}

SecureBytes &SecureBytes::operator=(SecureBytes &&other) noexcept
{
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

SecureBytes::~SecureBytes()
{
    OPENSSL_cleanse(m_bytes.data(), m_bytes.size());
}

void SecureBytes::truncate(qsizetype size)
{
    if (size < this->size()) {
        OPENSSL_cleanse(m_bytes.data() + size, static_cast<std::size_t>(this->size() - size));
        m_bytes.resize(static_cast<std::size_t>(size));
    }
}

bool SecureBytes::equal(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size())) == 0;
}

void SecureBytes::wipe(QByteArray &bytes)
{
    // data() would copy a shared array first and wipe the copy; then there is nothing of ours to wipe.
    if (bytes.isDetached()) {
        OPENSSL_cleanse(bytes.data(), static_cast<std::size_t>(bytes.size()));
    }
    bytes.clear();
}

} // namespace sgn
