// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/PreparationResult.h"

#include <algorithm>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

QByteArray preparationLine(const Error &error)
{
    constexpr qsizetype maxLength = 2000;
    return (nameOf(error.code) + u": "_s + error.message.simplified()).left(maxLength).toUtf8() + '\n';
}

Error preparationError(const QByteArray &output)
{
    const QString line = QString::fromUtf8(output.trimmed().split('\n').constLast());
    const qsizetype colon = line.indexOf(u": "_s);
    if (colon <= 0 || colon + 2 >= line.size()) {
        return {ErrorCode::Internal, u"the check of the release ended without a reason"_s};
    }
    return {errorCodeFromString(line.first(colon)), line.sliced(colon + 2)};
}

} // namespace sgn::selfupdate
