// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/PasswordHash.h"

#include <algorithm>
#include <array>
#include <crypt.h>
#include <memory>
#include <QByteArrayList>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxPassword = 512;
constexpr qsizetype hashField = 1;
constexpr qsizetype dayField = 2;

const char *prefixOf(HashMethod method)
{
    switch (method) {
    case HashMethod::Yescrypt:
        return "$y$";
    case HashMethod::Sha512:
        return "$6$";
    case HashMethod::Md5:
        return "$1$";
    }
    return "$y$";
}

QByteArray hashed(const QByteArray &password, const QByteArray &setting)
{
    const auto data = std::make_unique<crypt_data>();
    const char *const result = ::crypt_rn(password.constData(), setting.constData(), data.get(), sizeof(crypt_data));
    return result == nullptr || *result == '*' ? QByteArray() : QByteArray(result);
}

// Equal in a time that doesn't depend on how much of it is.
bool isSame(const QByteArray &a, const QByteArray &b)
{
    if (a.size() != b.size()) {
        return false;
    }
    int difference = 0;
    for (qsizetype i = 0; i < a.size(); ++i) {
        difference |= a[i] ^ b[i];
    }
    return difference == 0;
}

} // namespace

Result<QByteArray> hashPassword(const QByteArray &password, HashMethod method)
{
    const bool hasControl =
        std::ranges::any_of(password, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
    if (password.isEmpty() || password.size() > maxPassword || hasControl) {
        return fail(ErrorCode::BadRequest,
                    u"a password has 1 to %1 bytes and no control characters"_s.arg(maxPassword));
    }
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (::crypt_gensalt_rn(prefixOf(method), 0, nullptr, 0, setting.data(), static_cast<int>(setting.size())) ==
        nullptr) {
        return fail(ErrorCode::Internal,
                    u"this machine cannot hash passwords as \"%1\""_s.arg(QLatin1StringView(prefixOf(method))));
    }
    const QByteArray hash = hashed(password, setting.data());
    return hash.isEmpty() ? fail(ErrorCode::Internal, u"the password cannot be hashed"_s) : Result<QByteArray>(hash);
}

bool matchesPassword(const QByteArray &password, const QByteArray &hash)
{
    const QByteArray again = hash.startsWith('$') ? hashed(password, hash) : QByteArray();
    return !again.isEmpty() && isSame(again, hash);
}

Result<QByteArray> withPasswordHash(const QByteArray &shadow, const QByteArray &user, const QByteArray &hash,
                                    qint64 day)
{
    QByteArrayList lines = shadow.split('\n');
    for (QByteArray &line : lines) {
        QByteArrayList fields = line.split(':');
        if (fields.size() > dayField && fields.constFirst() == user) {
            fields[hashField] = hash;
            fields[dayField] = QByteArray::number(day);
            line = fields.join(':');
            return lines.join('\n');
        }
    }
    return fail(ErrorCode::NotFound, u"there is no line for %1 in /etc/shadow"_s.arg(QString::fromUtf8(user)));
}

QByteArray passwordHashIn(const QByteArray &shadow, const QByteArray &user)
{
    for (const QByteArray &line : shadow.split('\n')) {
        const QByteArrayList fields = line.split(':');
        if (fields.size() > dayField && fields.constFirst() == user) {
            return fields[hashField];
        }
    }
    return {};
}

} // namespace sgn::card
