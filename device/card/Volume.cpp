// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Volume.h"

#include <algorithm>

namespace sgn::card {

using namespace Qt::StringLiterals;

Outcome checkCardPath(const QByteArray &path)
{
    const QByteArrayList parts = path.split('/');
    const bool hasBadPart = std::any_of(parts.begin() + 1, parts.end(), [](const QByteArray &part) {
        return part.isEmpty() || part == "." || part == "..";
    });
    const bool hasBadCharacter = std::ranges::any_of(
        path, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\' || c == '\x7f'; });
    if (path == "/" || (path.startsWith('/') && !hasBadPart && !hasBadCharacter)) {
        return {};
    }
    return fail(ErrorCode::BadRequest, u"%1 is no path that a card may have"_s.arg(QString::fromUtf8(path).left(200)));
}

Error interruptedChange(const QString &image)
{
    return {ErrorCode::Refused,
            u"a change of %1 was interrupted; 'sgn-provision card' undoes it and can be run again"_s.arg(image)};
}

Outcome checkPutPath(const QByteArray &path)
{
    return path != "/" ? checkCardPath(path) : fail(ErrorCode::BadRequest, u"the root of a card stays as it is"_s);
}

} // namespace sgn::card
