// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Volume.h"

#include <algorithm>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

// With two of them, a command of debugfs still is one line of its buffer.
constexpr qsizetype maxPath = 2000;

bool isPlain(const QByteArray &text)
{
    return text.size() < maxPath && std::ranges::none_of(text, [](char c) {
               return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\' || c == '\x7f';
           });
}

} // namespace

Outcome checkCardPath(const QByteArray &path)
{
    const QByteArrayList parts = path.split('/');
    const bool hasBadPart = std::any_of(parts.begin() + 1, parts.end(), [](const QByteArray &part) {
        return part.isEmpty() || part == "." || part == "..";
    });
    if (path == "/" || (path.startsWith('/') && !hasBadPart && isPlain(path))) {
        return {};
    }
    return fail(ErrorCode::BadRequest, u"%1 is no path that a card may have"_s.arg(QString::fromUtf8(path).left(200)));
}

Outcome checkPutPath(const QByteArray &path)
{
    return path != "/" ? checkCardPath(path) : fail(ErrorCode::BadRequest, u"the root of a card stays as it is"_s);
}

Outcome checkWish(const Wish &wish)
{
    if (wish.type == Node::Type::Symlink && (wish.content.isEmpty() || !isPlain(wish.content))) {
        return fail(ErrorCode::BadRequest,
                    u"%1 is a link to what no card may have: %2"_s.arg(QString::fromUtf8(wish.path).left(200),
                                                                       QString::fromUtf8(wish.content).left(200)));
    }
    return checkPutPath(wish.path);
}

Error interruptedChange(const QString &image)
{
    return {ErrorCode::Refused,
            u"a change of %1 was interrupted; 'sgn-provision card' undoes it and can be run again"_s.arg(image)};
}

Error linkToNothing()
{
    return {ErrorCode::Refused, u"has to be a folder, and is a link to nothing on the card; remove the link"_s};
}

Error foreignFolder(uid_t owner, uid_t wanted)
{
    return {ErrorCode::Refused,
            u"is a link to a folder of user %1, which user %2 must not get; remove the link"_s.arg(owner).arg(wanted)};
}

} // namespace sgn::card
