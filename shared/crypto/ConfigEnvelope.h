// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/SecureBytes.h"

#include <QByteArray>

namespace sgn {

// The two ways in which config_file.bin is encrypted (protocol section 6). README.md in this folder gives the layouts
// byte by byte.
//
// V1, seed step (13): AES-256-CBC, PKCS#7, key and IV are constants that the customer published; the file is the bare
// ciphertext.
//     It only hides the password from a glance, and it doesn't detect a damaged file: who decrypts V1 has to check that
//     JSON came out (parseDeviceConfig does).
// V2: "SGN2", then AES-256-GCM; the key comes by HKDF-SHA256 from a secret of the device (DeviceSecret.h). Every byte
// is authenticated.
enum class EnvelopeVersion { V1, V2 };

// Anything larger isn't a config file: refused before it is decrypted.
inline constexpr qsizetype maxConfigSize = 256 * 1024;
// The same with what either version adds to it.
inline constexpr qsizetype maxConfigFileSize = maxConfigSize + 64;

// By the magic alone.
[[nodiscard]] EnvelopeVersion envelopeVersion(QByteArrayView file);

// The same bytes as `openssl enc -aes-256-cbc -K 3031…3031 -iv 3031…35`. Errors: TooLarge; Internal when OpenSSL fails.
[[nodiscard]] Result<QByteArray> encryptV1(QByteArrayView plain);

// Other bytes at every call (random salt and nonce). `deviceSecret` is 32 bytes. Errors: TooLarge, Refused for a secret
// of another size, Internal when OpenSSL fails.
[[nodiscard]] Result<QByteArray> encryptV2(QByteArrayView plain, const SecureBytes &deviceSecret);

// Opens either version; `deviceSecret` is only used for V2 and may be empty otherwise. Errors: BadFile for a file that
// is cut, changed or was written with another key; NotFound for V2 without a secret; TooLarge. Pure: files are read and
// written elsewhere.
[[nodiscard]] Result<SecureBytes> decryptEnvelope(QByteArrayView file, const SecureBytes &deviceSecret);

} // namespace sgn
