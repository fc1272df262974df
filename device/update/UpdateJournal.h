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

// Everything that is needed to continue an update after a power cut.
struct Record
{
    Order order;
    State state = State::Accepted;
    int starts = 0; // how often it was picked up again in this state
    // Of those, how many in a row found no more of the download than the one before, and what the last one found.
    int fruitlessStarts = 0;
    qint64 bytesAtStart = 0;
    qint64 elapsedMs = 0;   // time spent so far, over all runs
    qint64 bytes = 0;       // downloaded
    QByteArray sha256;      // of what was downloaded, from Verifying on
    bool staged = false;    // the release was fetched to its staging folder (StagingDownload.h); there is no zip
    bool assembled = false; // by an older agent: the zip was assembled here, so that its hash confirms nothing
    // Inode of the staged release, from Waiting on. It stays with the folder when folders are exchanged, and so shows
    // after a power cut whether the exchange has happened.
    quint64 stagedId = 0;
    bool swapped = false;             // the new release has been in place, so that ending without it is a roll-back
    QList<ProcessVersion> before;     // what ran before the swap, to be confirmed again after a roll-back
    QStringList known;                // all processes that the device had then
    std::optional<int> version;       // of a release that has one; for a rollback known only when it begins
    std::optional<int> versionBefore; // of the release that is replaced
    std::optional<QDateTime> created; // when the release was signed, where it is
    QString sitePackages;             // the folder of the Python packages, if they are replaced
    // Why it failed or was rolled back.
    std::optional<Error> error;
    // A note on success; empty if the update failed.
    QString remarks;
    // What happened meanwhile, for the panel's user: at most maxLogLines, oldest first.
    QStringList log;

    friend bool operator==(const Record &, const Record &) = default;
};

inline constexpr qsizetype maxLogLines = 20;
// Adds a line, cut to 300 characters; removes the oldest when there are too many.
void addLogLine(Record &record, const QString &line);

// The update in progress as a file, downloads/update.json; there is at most one.
class Journal
{
public:
    explicit Journal(QString path);

    [[nodiscard]] QString path() const { return m_path; }
    // NotFound when no update is in progress. A file that can't be read as a journal is quarantined: BadFile.
    [[nodiscard]] Result<Record> load() const;
    // Durable when it returns. Io, NoSpace; the older entry is then still there.
    [[nodiscard]] Outcome save(const Record &record) const;
    // For an update that is over and whose result is durable elsewhere.
    [[nodiscard]] Outcome remove() const;

private:
    QString m_path;
};

[[nodiscard]] QByteArray encode(const Record &record);
// BadFile with the reason.
[[nodiscard]] Result<Record> parseRecord(const QByteArray &json);

} // namespace sgn::update
