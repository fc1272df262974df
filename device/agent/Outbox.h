// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace sgn::agent {

// Messages that must reach the panel, in order, each a file in a folder until the server has it. Beyond `capacity` the
// oldest are dropped, because a panel that was offline for so long sends its requests again anyway.
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

    // Durable when it returns; after NoSpace or Io it is in memory only. `key` (letters, digits, dashes) names what it
    // replies to: the same key with the same body is in the box only once, and the second call tries the disk again.
    [[nodiscard]] Outcome put(const QString &key, const QByteArray &body);
    // As put(), in the place of whatever the box holds under that key.
    [[nodiscard]] Outcome replace(const QString &key, const QByteArray &body);
    // The server has it.
    void remove(quint64 sequence);
    void clear();

    // Oldest first.
    [[nodiscard]] const QList<Letter> &letters() const { return m_letters; }

private:
    void dropOldest(qsizetype left);
    [[nodiscard]] QString pathOf(const Letter &letter) const;

    QString m_folder;
    qsizetype m_capacity;
    QList<Letter> m_letters;
    quint64 m_lastSequence = 0;
};

} // namespace sgn::agent
