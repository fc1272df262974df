// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/LogLinesModel.h"

#include "models/Cell.h"

#include <algorithm>
#include <array>
#include <QStringMatcher>
#include <utility>

using namespace Qt::StringLiterals;

namespace sgn::models {

namespace {

bool isWordCharacter(QChar character)
{
    return character.isLetterOrNumber() || character == u'_';
}

} // namespace

LogLevel logLevelOf(QStringView line)
{
    // Python's logging, systemd's and our own words, all within what a time stamp and a name leave of the first part.
    static constexpr std::array<std::pair<QLatin1StringView, LogLevel>, 13> words{{
        {"critical"_L1, LogLevel::Error},
        {"fatal"_L1, LogLevel::Error},
        {"error"_L1, LogLevel::Error},
        {"err"_L1, LogLevel::Error},
        {"traceback"_L1, LogLevel::Error},
        {"exception"_L1, LogLevel::Error},
        {"warning"_L1, LogLevel::Warning},
        {"warn"_L1, LogLevel::Warning},
        {"info"_L1, LogLevel::Info},
        {"notice"_L1, LogLevel::Info},
        {"debug"_L1, LogLevel::Debug},
        {"trace"_L1, LogLevel::Debug},
        {"verbose"_L1, LogLevel::Debug},
    }};
    constexpr qsizetype markLength = 96;
    const QStringView head = line.left(markLength);
    LogLevel level = LogLevel::None;
    qsizetype first = head.size();
    for (const auto &[word, meaning] : words) {
        const qsizetype at = head.indexOf(word, 0, Qt::CaseInsensitive);
        if (at < 0 || at >= first) {
            continue;
        }
        const qsizetype end = at + word.size();
        const bool whole =
            (at == 0 || !isWordCharacter(head.at(at - 1))) && (end >= head.size() || !isWordCharacter(head.at(end)));
        if (whole) {
            first = at;
            level = meaning;
        }
    }
    return level;
}

void LogLinesModel::setText(const QString &text)
{
    beginResetModel();
    m_text = text;
    m_starts.clear();
    m_starts.reserve(m_text.count(u'\n') + 1);
    for (qsizetype start = 0; start < m_text.size();) {
        m_starts.append(static_cast<qint32>(start));
        const qsizetype end = m_text.indexOf(u'\n', start);
        start = end < 0 ? m_text.size() : end + 1;
    }
    endResetModel();
    Q_EMIT countChanged();
    search();
}

void LogLinesModel::setSearchText(const QString &text)
{
    if (text == m_needle) {
        return;
    }
    m_needle = text;
    search();
}

void LogLinesModel::search()
{
    m_matches.clear();
    if (!m_needle.isEmpty()) {
        const QStringMatcher matcher(m_needle, Qt::CaseInsensitive);
        for (qsizetype at = matcher.indexIn(m_text); at >= 0;) {
            const auto next = std::upper_bound(m_starts.cbegin(), m_starts.cend(), static_cast<qint32>(at));
            m_matches.append(static_cast<int>(next - m_starts.cbegin()) - 1);
            at = next == m_starts.cend() ? -1 : matcher.indexIn(m_text, *next);
        }
    }
    m_match = m_matches.isEmpty() ? -1 : 0;
    if (!m_starts.isEmpty()) {
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {MatchRole});
    }
    Q_EMIT searchChanged();
    Q_EMIT currentMatchChanged();
}

void LogLinesModel::nextMatch()
{
    if (m_matches.isEmpty()) {
        return;
    }
    m_match = (m_match + 1) % static_cast<int>(m_matches.size());
    Q_EMIT currentMatchChanged();
}

void LogLinesModel::previousMatch()
{
    if (m_matches.isEmpty()) {
        return;
    }
    m_match = (m_match + static_cast<int>(m_matches.size()) - 1) % static_cast<int>(m_matches.size());
    Q_EMIT currentMatchChanged();
}

int LogLinesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QStringView LogLinesModel::line(int row) const
{
    const qsizetype start = m_starts.at(row);
    const qsizetype end = row + 1 < m_starts.size() ? m_starts.at(row + 1) : m_text.size();
    QStringView text = QStringView(m_text).mid(start, end - start);
    while (text.endsWith(u'\n') || text.endsWith(u'\r')) {
        text.chop(1);
    }
    return text;
}

QVariant LogLinesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    switch (role) {
    case NumberRole:
        return index.row() + 1;
    case Qt::DisplayRole:
    case TextRole: {
        // A line without an end would stall the text layout.
        constexpr qsizetype shownLength = 4000;
        return line(index.row()).left(shownLength).toString();
    }
    case ToneRole:
        switch (logLevelOf(line(index.row()))) {
        case LogLevel::Error:
            return static_cast<int>(Cell::Bad);
        case LogLevel::Warning:
            return static_cast<int>(Cell::Warning);
        case LogLevel::Debug:
            return static_cast<int>(Cell::Muted);
        default:
            return static_cast<int>(Cell::Plain);
        }
    case MatchRole:
        return std::binary_search(m_matches.cbegin(), m_matches.cend(), index.row());
    default:
        return {};
    }
}

QHash<int, QByteArray> LogLinesModel::roleNames() const
{
    return {{NumberRole, "number"}, {TextRole, "text"}, {ToneRole, "tone"}, {MatchRole, "match"}};
}

} // namespace sgn::models
