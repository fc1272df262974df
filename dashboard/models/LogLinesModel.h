// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QString>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

enum class LogLevel { None, Debug, Info, Warning, Error };

// The level a line is marked with: "ERROR", "[warn]", "level=info"... None when there is no such word near its
// beginning.
[[nodiscard]] LogLevel logLevelOf(QStringView line);

// One text by lines, searchable. A line costs four bytes beside the text, so that a log of millions of lines can be
// shown.
class LogLinesModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the log document")
    Q_PROPERTY(QString searchText READ searchText WRITE setSearchText NOTIFY searchChanged FINAL)
    Q_PROPERTY(int matchCount READ matchCount NOTIFY searchChanged FINAL)
    // Which match is looked at, from 1; 0: none.
    Q_PROPERTY(int currentMatch READ currentMatch NOTIFY currentMatchChanged FINAL)
    // Its row; -1: none.
    Q_PROPERTY(int currentRow READ currentRow NOTIFY currentMatchChanged FINAL)
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    enum Role { NumberRole = Qt::UserRole, TextRole, ToneRole, MatchRole };

    using QAbstractListModel::QAbstractListModel;

    void setText(const QString &text);

    [[nodiscard]] QString searchText() const { return m_needle; }
    void setSearchText(const QString &text);
    [[nodiscard]] int matchCount() const { return static_cast<int>(m_matches.size()); }
    [[nodiscard]] int currentMatch() const { return m_match + 1; }
    [[nodiscard]] int currentRow() const { return m_match < 0 ? -1 : m_matches.at(m_match); }
    [[nodiscard]] int count() const { return static_cast<int>(m_starts.size()); }

    Q_INVOKABLE void nextMatch();
    Q_INVOKABLE void previousMatch();

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void searchChanged();
    void currentMatchChanged();
    void countChanged();

private:
    [[nodiscard]] QStringView line(int row) const;
    void search();

    QString m_text;
    QList<qint32> m_starts;
    QString m_needle;
    QList<int> m_matches; // rows
    int m_match = -1;
};

} // namespace sgn::models
