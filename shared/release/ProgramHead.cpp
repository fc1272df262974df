// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/ProgramHead.h"

#include <algorithm>
#include <array>
#include <QByteArrayList>

namespace sgn {

using namespace Qt::StringLiterals;

QString headProblem(const QByteArray &head, const std::function<bool(const QByteArray &path)> &exists)
{
    if (head.startsWith("\xef\xbb\xbf")) {
        return u"it begins with a byte order mark (BOM), but \"#!\" has to come first; save it as UTF-8 without one"_s;
    }
    if (head.startsWith("\xff\xfe") || head.startsWith("\xfe\xff")) {
        return u"it is UTF-16 text, save it as UTF-8"_s;
    }
    if (head.startsWith("\x7f"
                        "ELF")) {
        return {};
    }
    if (!head.startsWith("#!")) {
        return u"it has no \"#!\" line that names its interpreter, and so isn't executable"_s;
    }
    const qsizetype end = head.indexOf('\n');
    const QByteArray line = head.sliced(2, (end < 0 ? head.size() : end) - 2);
    if (line.contains('\r')) {
        return u"its first line ends as on Windows (CRLF), so that its interpreter isn't found; save it with line ends "
               "as on Unix (LF)"_s;
    }
    const QByteArrayList words = line.simplified().split(' ');
    const QByteArray &interpreter = words.first();
    if (!interpreter.startsWith('/')) {
        return u"its \"#!\" line names no interpreter by its whole path"_s;
    }
    if (!exists(interpreter)) {
        return u"its interpreter %1 is not on this device"_s.arg(QString::fromUtf8(interpreter));
    }
    // env looks for the program in the PATH that the watchdog gives to its processes.
    if (interpreter.endsWith("/env") && words.size() == 2 && !words[1].contains('=') && !words[1].startsWith('-')) {
        const auto isIn = [&](const char *folder) {
            return exists(words[1].contains('/') ? words[1] : folder + words[1]);
        };
        if (std::ranges::any_of(std::array{"/usr/local/bin/", "/usr/bin/", "/bin/"}, isIn)) {
            return {};
        }
        return u"its interpreter %1 is not on this device"_s.arg(QString::fromUtf8(words[1]));
    }
    return {};
}

} // namespace sgn
