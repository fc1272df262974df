// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/Screen.h"

#include "base/Printable.h"

#include <algorithm>
#include <cstdio>

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

// A window that is narrower gets lines of this width.
constexpr int leastWidth = 40;
constexpr int leastTextWidth = 20;

// By words; a word that is longer than a line stays whole, so that a path or command can be copied.
QStringList broken(const QString &text, qsizetype width)
{
    QStringList lines;
    QString line;
    for (const QString &word : text.split(u' ')) {
        if (!line.isEmpty() && line.size() + 1 + word.size() > width) {
            lines += line;
            line.clear();
        }
        line += (line.isEmpty() ? QString() : u" "_s) + word;
    }
    return lines += line;
}

} // namespace

Screen Screen::ofStdout()
{
    const Surroundings surroundings = Surroundings::ofStdout();
    Screen screen;
    screen.hasColours = surroundings.haveColours();
    if (surroundings.output == Surroundings::Output::Terminal && surroundings.terminalWidth > 0) {
        screen.width = std::max(surroundings.terminalWidth, leastWidth);
    }
    return screen;
}

QString Screen::painted(const QString &text, Tone tone) const
{
    return hasColours ? sgn::painted(text, tone) : text;
}

QStringList Screen::entry(const QString &head, int column, const QString &text) const
{
    const int room = std::max(width - column, leastTextWidth);
    QStringList lines = width > 0 ? broken(text, room) : QStringList{text};
    for (QString &line : lines) {
        line.prepend(QString(column, u' '));
    }
    lines.first() = head.leftJustified(std::max<qsizetype>(column, head.size() + 1)) + lines.first().sliced(column);
    return lines;
}

QStringList Screen::entry(const QString &head, int column, const QString &text, Tone tone) const
{
    QStringList lines = entry(head, column, text);
    const qsizetype first = std::max<qsizetype>(column, head.size() + 1);
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const qsizetype start = i == 0 ? first : column;
        lines[i] = lines[i].first(start) + painted(lines[i].sliced(start), tone);
    }
    return lines;
}

void print(const QStringList &lines)
{
    for (const QString &line : lines) {
        print(line.toUtf8() + '\n');
    }
}

void print(const QByteArray &text)
{
    std::fwrite(text.constData(), 1, static_cast<std::size_t>(text.size()), stdout);
}

void complain(const QString &sentence)
{
    std::fputs(qUtf8Printable(u"sgn-device: "_s + printable(sentence) + u'\n'), stderr);
}

} // namespace sgn::technician
