// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/PlainText.h"

namespace sgn::provision {

using namespace Qt::StringLiterals;

Result<QByteArray> plainText(const QByteArray &bytes)
{
    const QByteArray mark = "\xef\xbb\xbf"_ba;
    if (bytes.startsWith("\xff\xfe") || bytes.startsWith("\xfe\xff")) {
        return fail(ErrorCode::BadFile, u"it is UTF-16 text, as some editors of Windows save it; save it as UTF-8"_s);
    }
    if (bytes.contains('\0')) {
        return fail(ErrorCode::BadFile, u"it is no text"_s);
    }
    return bytes.startsWith(mark) ? bytes.sliced(mark.size()) : bytes;
}

} // namespace sgn::provision
