// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipPath.h"

#include <algorithm>
#include <QStringDecoder>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxPath = 1024;
constexpr qsizetype maxPart = 255; // NAME_MAX
constexpr qsizetype maxDisplayed = 80;

tl::unexpected<Error> refused(QByteArrayView name, const QString &why)
{
    return fail(ErrorCode::BadArchive, u"the zip has an entry '%1' whose name %2"_s.arg(forDisplay(name), why));
}

} // namespace

Result<QString> zipPath(QByteArrayView name)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    QString path = decoder(name);
    if (decoder.hasError()) {
        return refused(name, u"is not UTF-8"_s);
    }
    if (std::ranges::any_of(path, [](QChar c) { return c.category() == QChar::Other_Control; })) {
        return refused(name, u"has control characters"_s);
    }
    if (path.contains(u'\\')) {
        return refused(name, u"has a backslash"_s);
    }
    if (path.startsWith(u'/')) {
        return refused(name, u"is absolute"_s);
    }
    if (path.endsWith(u'/')) {
        path.chop(1);
    }
    if (name.size() > maxPath) {
        return refused(name, u"is too long"_s);
    }
    for (const QStringView part : QStringView(path).split(u'/')) {
        if (part.isEmpty() || part == u"." || part == u"..") {
            return refused(name, u"is not a plain path"_s);
        }
        if (part.toUtf8().size() > maxPart) {
            return refused(name, u"is too long"_s);
        }
    }
    return path;
}

bool staysInside(const QString &path, const QString &linkTarget, const QString &topFolder)
{
    if (linkTarget.isEmpty() || linkTarget.startsWith(u'/') || linkTarget.contains(QChar(0))) {
        return false;
    }
    // The folder of the link is a real folder, so leading ".." can be counted.
    QStringList position = path.split(u'/');
    position.removeLast();
    bool descending = false;
    for (const QString &part : linkTarget.split(u'/')) {
        if (part == ".."_L1) {
            if (descending || position.isEmpty()) {
                return false;
            }
            position.removeLast();
        } else if (!part.isEmpty() && part != "."_L1) {
            descending = true;
            position.append(part);
        }
    }
    return !position.isEmpty() && position.first() == topFolder;
}

QString forDisplay(QByteArrayView name)
{
    QString text;
    const QString decoded = QString::fromUtf8(name.first(std::min(name.size(), maxDisplayed)));
    for (const QChar c : decoded) {
        text += c.isPrint() ? QString(c) : u"\\x%1"_s.arg(int{c.unicode()}, 2, 16, QChar(u'0'));
    }
    return name.size() > maxDisplayed ? text + u"…"_s : text;
}

} // namespace sgn
