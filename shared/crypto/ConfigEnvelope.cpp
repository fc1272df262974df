// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/ConfigEnvelope.h"

#include "crypto/DeviceSecret.h"

#include <array>
#include <memory>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string>
#include <string_view>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

// Seed step (13): the "Symmetric Key" and the "Salt", which is the IV. Published, so no secret.
constexpr std::string_view v1Key = "01234567890123456789012345678901";
constexpr std::string_view v1Iv = "0123456789012345";
constexpr qsizetype aesBlock = 16;

constexpr std::string_view v2Magic = "SGN2";
constexpr unsigned char v2Format = 1;
constexpr qsizetype v2ReservedAt = 5; // three zero bytes
constexpr qsizetype v2SaltAt = 8;
constexpr qsizetype v2SaltSize = 16;
constexpr qsizetype v2NonceAt = v2SaltAt + v2SaltSize;
constexpr qsizetype v2NonceSize = 12;
constexpr qsizetype v2HeaderSize = v2NonceAt + v2NonceSize;
constexpr qsizetype v2TagSize = 16;
constexpr qsizetype keySize = 32;
constexpr std::string_view v2Info = "sgn config_file.bin v2";

struct CipherFree
{
    void operator()(EVP_CIPHER_CTX *context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherFree>;

const unsigned char *bytes(std::string_view text)
{
    return reinterpret_cast<const unsigned char *>(text.data());
}

const unsigned char *bytes(QByteArrayView view)
{
    return reinterpret_cast<const unsigned char *>(view.data());
}

unsigned char *bytes(QByteArray &array)
{
    return reinterpret_cast<unsigned char *>(array.data());
}

tl::unexpected<Error> openSslFailed()
{
    return fail(ErrorCode::Internal, u"OpenSSL could not encrypt the config file"_s);
}

tl::unexpected<Error> damaged()
{
    return fail(ErrorCode::BadFile, u"the config file is damaged or was encrypted with another key"_s);
}

Outcome checkSize(qsizetype size, qsizetype most)
{
    if (size > most) {
        return fail(ErrorCode::TooLarge, u"the config file is larger than %1 bytes"_s.arg(most));
    }
    return {};
}

// HKDF-SHA256 (RFC 5869). Empty when OpenSSL fails.
SecureBytes deriveKey(const SecureBytes &secret, QByteArrayView salt)
{
    const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr), EVP_KDF_free);
    const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(EVP_KDF_CTX_new(kdf.get()),
                                                                            EVP_KDF_CTX_free);
    // OpenSSL's parameters aren't const, but a KDF only reads them.
    const auto octets = [](const char *name, const void *data, qsizetype size) {
        return OSSL_PARAM_construct_octet_string(name, const_cast<void *>(data), static_cast<size_t>(size));
    };
    std::string digest = "SHA256";
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        octets(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
        octets(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
        octets(OSSL_KDF_PARAM_INFO, v2Info.data(), static_cast<qsizetype>(v2Info.size())),
        OSSL_PARAM_construct_end(),
    };
    SecureBytes key(keySize);
    if (!context || EVP_KDF_derive(context.get(), key.data(), static_cast<size_t>(keySize), parameters.data()) != 1) {
        return {};
    }
    return key;
}

Result<SecureBytes> decryptV1(QByteArrayView file)
{
    if (file.isEmpty() || file.size() % aesBlock != 0) {
        return fail(ErrorCode::BadFile, u"the config file is cut off or not a config file: its %1 bytes are not whole "
                                        u"blocks of AES"_s.arg(file.size()));
    }
    const Cipher cipher(EVP_CIPHER_CTX_new());
    SecureBytes plain(file.size() + aesBlock);
    int length = 0;
    int tail = 0;
    if (!cipher || EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_cbc(), bytes(v1Key), bytes(v1Iv), nullptr) != 1 ||
        EVP_DecryptUpdate(cipher.get(), plain.data(), &length, bytes(file), static_cast<int>(file.size())) != 1 ||
        EVP_DecryptFinal_ex(cipher.get(), plain.data() + length, &tail) != 1) {
        return damaged();
    }
    plain.truncate(length + tail);
    return plain;
}

Result<SecureBytes> decryptV2(QByteArrayView file, const SecureBytes &deviceSecret)
{
    if (file.size() < v2HeaderSize + v2TagSize) {
        return fail(ErrorCode::BadFile, u"the config file is cut off"_s);
    }
    const QByteArrayView header = file.first(v2HeaderSize);
    if (static_cast<unsigned char>(header[static_cast<qsizetype>(v2Magic.size())]) != v2Format ||
        header.sliced(v2ReservedAt, v2SaltAt - v2ReservedAt) != QByteArrayView("\0\0\0", 3)) {
        return fail(ErrorCode::BadFile, u"the config file is damaged or of a format newer than this program"_s);
    }
    if (deviceSecret.isEmpty()) {
        return fail(ErrorCode::NotFound, u"the config file needs a device key and there is none"_s);
    }
    const SecureBytes key = deriveKey(deviceSecret, header.sliced(v2SaltAt, v2SaltSize));
    const QByteArrayView sealed = file.sliced(v2HeaderSize, file.size() - v2HeaderSize - v2TagSize);
    const QByteArrayView tag = file.last(v2TagSize);

    const Cipher cipher(EVP_CIPHER_CTX_new());
    SecureBytes plain(sealed.size());
    int length = 0;
    int tail = 0;
    if (key.isEmpty() || !cipher ||
        EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), bytes(header.sliced(v2NonceAt)), nullptr) !=
            1 ||
        EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes(header), static_cast<int>(header.size())) != 1 ||
        EVP_DecryptUpdate(cipher.get(), plain.data(), &length, bytes(sealed), static_cast<int>(sealed.size())) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(v2TagSize),
                            const_cast<char *>(tag.data())) != 1 ||
        EVP_DecryptFinal_ex(cipher.get(), plain.data() + length, &tail) != 1) {
        return damaged();
    }
    return plain;
}

} // namespace

EnvelopeVersion envelopeVersion(QByteArrayView file)
{
    return file.startsWith(QByteArrayView(v2Magic)) ? EnvelopeVersion::V2 : EnvelopeVersion::V1;
}

Result<QByteArray> encryptV1(QByteArrayView plain)
{
    if (auto size = checkSize(plain.size(), maxConfigSize); !size) {
        return fail(std::move(size).error());
    }
    const Cipher cipher(EVP_CIPHER_CTX_new());
    QByteArray file(plain.size() + aesBlock, Qt::Uninitialized);
    int length = 0;
    int tail = 0;
    if (!cipher || EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_cbc(), bytes(v1Key), bytes(v1Iv), nullptr) != 1 ||
        EVP_EncryptUpdate(cipher.get(), bytes(file), &length, bytes(plain), static_cast<int>(plain.size())) != 1 ||
        EVP_EncryptFinal_ex(cipher.get(), bytes(file) + length, &tail) != 1) {
        return openSslFailed();
    }
    file.truncate(length + tail);
    return file;
}

Result<QByteArray> encryptV2(QByteArrayView plain, const SecureBytes &deviceSecret)
{
    if (auto size = checkSize(plain.size(), maxConfigSize); !size) {
        return fail(std::move(size).error());
    }
    if (deviceSecret.size() != deviceSecretSize) {
        return fail(ErrorCode::Refused,
                    u"a device key has %1 bytes, not %2"_s.arg(deviceSecretSize).arg(deviceSecret.size()));
    }
    QByteArray file(v2HeaderSize + plain.size() + v2TagSize, '\0');
    file.replace(0, static_cast<qsizetype>(v2Magic.size()), QByteArrayView(v2Magic));
    file[static_cast<qsizetype>(v2Magic.size())] = static_cast<char>(v2Format);
    unsigned char *const out = bytes(file);
    // Salt and nonce stand side by side.
    if (RAND_bytes(out + v2SaltAt, static_cast<int>(v2SaltSize + v2NonceSize)) != 1) {
        return openSslFailed();
    }
    const SecureBytes key = deriveKey(deviceSecret, QByteArrayView(out + v2SaltAt, v2SaltSize));
    const Cipher cipher(EVP_CIPHER_CTX_new());
    int length = 0;
    int tail = 0;
    if (key.isEmpty() || !cipher ||
        EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), out + v2NonceAt, nullptr) != 1 ||
        EVP_EncryptUpdate(cipher.get(), nullptr, &length, out, static_cast<int>(v2HeaderSize)) != 1 ||
        EVP_EncryptUpdate(cipher.get(), out + v2HeaderSize, &length, bytes(plain), static_cast<int>(plain.size())) !=
            1 ||
        EVP_EncryptFinal_ex(cipher.get(), out + v2HeaderSize + length, &tail) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(v2TagSize),
                            out + v2HeaderSize + plain.size()) != 1) {
        return openSslFailed();
    }
    return file;
}

Result<SecureBytes> decryptEnvelope(QByteArrayView file, const SecureBytes &deviceSecret)
{
    if (auto size = checkSize(file.size(), maxConfigFileSize); !size) {
        return fail(std::move(size).error());
    }
    return envelopeVersion(file) == EnvelopeVersion::V2 ? decryptV2(file, deviceSecret) : decryptV1(file);
}

} // namespace sgn
