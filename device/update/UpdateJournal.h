// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Process.h"
#include "update/Task.h"
#include "update/UpdateState.h"

#include <optional>
#include <QByteArray>
#include <QDateTime>
#include <QString>
#include <QStringList>

namespace sgn::update {

// Everything that has to be known to continue an update after a power cut.
struct Record
{
    Order order;
    State state = State::Accepted;
    int starts = 0;         // how often it was picked up again in this state
    qint64 elapsedMs = 0;   // worked on it so far, over all runs
    qint64 bytes = 0;       // downloaded
    QByteArray sha256;      // of what was downloaded, from Verifying on
    bool assembled = false; // the zip was put together here (DeltaDownload.h), so that its hash says nothing
    // Inode of the staged release, from Waiting on. It stays with the folder when folders are exchanged, and so tells
    // after a power cut whether the exchange has happened.
    quint64 stagedId = 0;
    bool swapped = false;             // the new release has been in place, so that ending without it is a roll-back
    QList<ProcessVersion> before;     // what ran before the swap, to be confirmed again after a roll-back
    std::optional<int> version;       // of a release that has one; on the way back known only when it begins
    std::optional<int> versionBefore; // of the release that is replaced
    std::optional<QDateTime> created; // when the release was signed, where it is
    QString sitePackages;             // where the Python packages are, while they are what is replaced
    // Why it failed or was rolled back.
    std::optional<Error> error;
    // Of a success.
    QString remarks;
    // What happened on the way, for people: at most maxLogLines, oldest first.
    QStringList log;

    friend bool operator==(const Record &, const Record &) = default;
};

inline constexpr qsizetype maxLogLines = 20;
// One more line of at most 300 characters; the oldest goes when there are too many.
void addLogLine(Record &record, const QString &line);

// The update in progress as a file, downloads/update.json; there is at most one.
class Journal
{
public:
    explicit Journal(QString path);

    [[nodiscard]] QString path() const { return m_path; }
    // NotFound when no update is in progress; BadFile, TooLarge, Io.
    [[nodiscard]] Result<Record> load() const;
    // Durable when it returns. Io, NoSpace; the older entry is then still there.
    [[nodiscard]] Outcome save(const Record &record) const;
    // The update is over and its result is safe elsewhere.
    [[nodiscard]] Outcome remove() const;
    // Moves a file that can't be read out of the way, to <path>.bad, so that the next update has a place.
    [[nodiscard]] Outcome setAside() const;

private:
    QString m_path;
};

[[nodiscard]] QByteArray encode(const Record &record);
// BadFile with the reason.
[[nodiscard]] Result<Record> parseRecord(const QByteArray &json);

} // namespace sgn::update
