// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <QByteArray>
#include <QByteArrayView>
#include <vector>

namespace sgn {

// Bytes that must not stay in memory: keys, passwords, decrypted files. Overwritten when they go; moved, never copied
// by accident.
class SecureBytes
{
public:
    SecureBytes() = default;
    explicit SecureBytes(qsizetype size);
    explicit SecureBytes(QByteArrayView content);
    SecureBytes(SecureBytes &&other) noexcept;
    SecureBytes &operator=(SecureBytes &&other) noexcept;
    SecureBytes(const SecureBytes &) = delete;
    SecureBytes &operator=(const SecureBytes &) = delete;
    ~SecureBytes();

    [[nodiscard]] unsigned char *data() { return m_bytes.data(); }
    [[nodiscard]] const unsigned char *data() const { return m_bytes.data(); }
    [[nodiscard]] qsizetype size() const { return static_cast<qsizetype>(m_bytes.size()); }
    [[nodiscard]] bool isEmpty() const { return m_bytes.empty(); }
    [[nodiscard]] QByteArrayView view() const { return {m_bytes.data(), size()}; }
    // Shortens; the bytes cut off are overwritten.
    void truncate(qsizetype size);

    // Takes the same time wherever the two differ.
    [[nodiscard]] static bool equal(QByteArrayView a, QByteArrayView b);
    // Overwrites the content of an ordinary byte array that had to hold a secret, then empties it.
    static void wipe(QByteArray &bytes);

private:
    std::vector<unsigned char> m_bytes;
};

} // namespace sgn
