// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Printable.h"

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

bool isHarmful(QChar c)
{
    const auto category = c.category();
    return category == QChar::Other_Control || category == QChar::Other_Format || category == QChar::Separator_Line ||
           category == QChar::Separator_Paragraph;
}

} // namespace

QString printable(const QString &text)
{
    QString clean = text;
    for (QChar &c : clean) {
        if (isHarmful(c)) {
            c = u' ';
        }
    }
    return clean;
}

QByteArray printableJson(const QByteArray &json)
{
    QString clean;
    for (const QChar c : QString::fromUtf8(json)) {
        // JSON's own line breaks and indents; others below U+0020 are escaped already.
        clean +=
            c.unicode() >= 0x7f && isHarmful(c) ? u"\\u%1"_s.arg(uint{c.unicode()}, 4, 16, QChar(u'0')) : QString(c);
    }
    return clean.toUtf8();
}

} // namespace sgn
