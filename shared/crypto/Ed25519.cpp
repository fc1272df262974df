// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Ed25519.h"

#include "crypto/PublicKey.h"

#include <memory>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

struct Free
{
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX *context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

const unsigned char *bytes(QByteArrayView view)
{
    return reinterpret_cast<const unsigned char *>(view.data());
}

Key privateKey(const SecureBytes &seed)
{
    return seed.size() == ed25519SeedSize
               ? Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), ed25519SeedSize))
               : Key();
}

tl::unexpected<Error> failed()
{
    return fail(ErrorCode::Internal, u"OpenSSL could not use the private key"_s);
}

} // namespace

Result<SecureBytes> newEd25519Seed()
{
    SecureBytes seed(ed25519SeedSize);
    if (RAND_priv_bytes(seed.data(), static_cast<int>(ed25519SeedSize)) != 1) {
        return fail(ErrorCode::Internal, u"no random numbers for a private key"_s);
    }
    return seed;
}

Result<QByteArray> ed25519PublicKey(const SecureBytes &seed)
{
    const Key key = privateKey(seed);
    QByteArray publicKey(PublicKey::size, '\0');
    auto size = static_cast<size_t>(publicKey.size());
    if (!key ||
        EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char *>(publicKey.data()), &size) != 1) {
        return failed();
    }
    return publicKey;
}

Result<QByteArray> ed25519Sign(QByteArrayView message, const SecureBytes &seed)
{
    const Key key = privateKey(seed);
    const Context context(EVP_MD_CTX_new());
    QByteArray signature(ed25519SignatureSize, '\0');
    auto size = static_cast<size_t>(signature.size());
    if (!key || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &size, bytes(message),
                       static_cast<size_t>(message.size())) != 1) {
        return failed();
    }
    return signature;
}

bool ed25519Verify(QByteArrayView message, QByteArrayView signature, QByteArrayView publicKey)
{
    if (signature.size() != ed25519SignatureSize || publicKey.size() != PublicKey::size) {
        return false;
    }
    const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(publicKey), PublicKey::size));
    const Context context(EVP_MD_CTX_new());
    return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes(signature), static_cast<size_t>(signature.size()), bytes(message),
                            static_cast<size_t>(message.size())) == 1;
}

} // namespace sgn
