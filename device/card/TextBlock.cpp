// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/TextBlock.h"

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

const QByteArray blockBegin = "# sgn: begin"_ba;
const QByteArray blockEnd = "# sgn: end"_ba;

// Editors of Windows give every line an end of theirs.
bool isMark(const QByteArray &line, const QByteArray &mark)
{
    return line == mark || line == mark + '\r';
}

} // namespace

QByteArray withoutBlock(const QByteArray &text, const QByteArrayList &lines)
{
    QByteArrayList kept;
    bool isOurs = false;
    bool isChanged = false;
    for (const QByteArray &line : text.split('\n')) {
        isOurs = isOurs || isMark(line, blockBegin);
        if (isOurs || (!line.isEmpty() && lines.contains(line))) {
            isChanged = true;
        } else {
            kept += line;
        }
        isOurs = isOurs && !isMark(line, blockEnd);
    }
    if (!isChanged) {
        return text;
    }
    while (!kept.isEmpty() && kept.constLast().isEmpty()) {
        kept.removeLast();
    }
    return kept.isEmpty() ? QByteArray() : kept.join('\n') + '\n';
}

QByteArray withBlock(const QByteArray &text, const QByteArray &lines)
{
    QByteArray whole = withoutBlock(text);
    whole += whole.isEmpty() || whole.endsWith('\n') ? "" : "\n";
    return whole + blockBegin + '\n' + lines + (lines.endsWith('\n') ? "" : "\n") + blockEnd + '\n';
}

} // namespace sgn::card
