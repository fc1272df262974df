// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace sgn::agent {

// Messages that must reach the panel, each a file in downloads/outbox until the server has it. In order; the oldest go
// first when there are more than `capacity`, because a panel that was away for so long asks again anyway.
class Outbox
{
public:
    struct Letter
    {
        quint64 sequence = 0;
        QString key;
        QByteArray body;

        friend bool operator==(const Letter &, const Letter &) = default;
    };

    explicit Outbox(QString folder, qsizetype capacity = 500);

    // Reads what is on disk. Files that aren't letters are removed and reported by a log line.
    [[nodiscard]] Outcome load();

    // Durable when it returns; with NoSpace or Io it is kept in memory at least. `key` (letters, digits, dashes) names
    // what it answers: the same key with the same body is in the box only once, and the second time tries the disk
    // again.
    [[nodiscard]] Outcome put(const QString &key, const QByteArray &body);
    // The server has it.
    void remove(quint64 sequence);

    // Oldest first.
    [[nodiscard]] const QList<Letter> &letters() const { return m_letters; }

private:
    [[nodiscard]] QString pathOf(const Letter &letter) const;

    QString m_folder;
    qsizetype m_capacity;
    QList<Letter> m_letters;
    quint64 m_lastSequence = 0;
};

} // namespace sgn::agent
