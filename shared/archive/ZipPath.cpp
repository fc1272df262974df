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

QString fromCodePage437(QByteArrayView name)
{
    static constexpr QStringView upperHalf =
        u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧"
        u"╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
    static_assert(upperHalf.size() == 128);
    QString text;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        text += byte < 0x80 ? QChar(char16_t{byte}) : upperHalf[byte - 0x80];
    }
    return text;
}

tl::unexpected<Error> refused(QByteArrayView name, const QString &why)
{
    return fail(ErrorCode::BadArchive, u"the zip has an entry '%1' whose name %2"_s.arg(forDisplay(name), why));
}

} // namespace

Result<QString> zipPath(QByteArrayView name, ZipNames names)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    QString path = decoder(name);
    if (decoder.hasError() && names == ZipNames::Utf8) {
        return refused(name, u"is not UTF-8"_s);
    }
    if (decoder.hasError()) {
        path = fromCodePage437(name);
    }
    if (std::ranges::any_of(path, [](QChar c) { return c.category() == QChar::Other_Control; })) {
        return refused(name, u"has control characters"_s);
    }
    if (path.contains(u'\\')) {
        return refused(name, u"has a backslash; folders in a zip are separated by '/', as other tools write them"_s);
    }
    if (path.startsWith(u'/')) {
        return refused(name, u"is absolute"_s);
    }
    while (path.startsWith("./"_L1)) {
        path.remove(0, 2);
        if (path.isEmpty()) {
            return path;
        }
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

bool isFindersOwn(QStringView path)
{
    const QStringView name = path.sliced(path.lastIndexOf(u'/') + 1);
    return path == u"__MACOSX" || path.startsWith(u"__MACOSX/") || name.startsWith(u"._") || name == u".DS_Store";
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
