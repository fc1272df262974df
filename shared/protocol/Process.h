// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Boxed.h"
#include "base/Result.h"

#include <optional>
#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QStringList>

namespace sgn {

class JsonReader;
class LenientReader;

inline constexpr qsizetype maxProcessNameLength = 128;
inline constexpr qsizetype maxProcesses = 256;
inline constexpr int maxVersion = 2147483647;
inline constexpr qsizetype maxVersionText = 32; // of one that is no whole number
inline constexpr qsizetype maxProblemLength = 300;

// A process name becomes a column title and a log file's name: 1 to 128 characters, no control characters, no slash, no
// leading dot.
[[nodiscard]] bool isValidProcessName(QStringView name);
// As a device of other hands may report one for display, "SmartMeter/process1.py": valid names with slashes between.
// No command names such a process.
[[nodiscard]] bool isShownProcessName(QStringView name);

// Seed step 14: {"process_name": "ocr", "version": 1}.
struct ProcessVersion
{
    QString name;
    int version = 0;

    friend bool operator==(const ProcessVersion &, const ProcessVersion &) = default;
};

// The state of a process as the watchdog sees it; only `running` is confirmed by a heartbeat of the current pid.
enum class ProcessState : quint8 { Unknown, Running, Starting, Hung, Backoff, CrashLoop, Held, Dead };

QLatin1StringView nameOf(ProcessState state);
// Unknown for a word that this version doesn't know.
ProcessState processStateFromString(QStringView text);

// How a process last ended (protocol section 3).
struct LastExit
{
    std::optional<int> code;
    std::optional<int> signal;
    QDateTime at;                        // UTC
    std::optional<double> heartbeatAgeS; // seconds since its last heartbeat when it ended
    QStringList lastLines;               // of its output, at most 20

    friend bool operator==(const LastExit &, const LastExit &) = default;
};

// One process in a version report (seed step 15). Everything after isDead is ours and absent on an old device. A panel
// keeps hundreds of thousands of them: the order of the fields leaves no gaps.
struct ProcessReport
{
    QString name;
    int version = 0;
    bool isDead = false; // not running for more than a minute
    ProcessState state = ProcessState::Unknown;
    bool isHopeless = false; // it won't run by itself, however long one waits
    std::optional<int> restarts24h = {};
    std::optional<qint64> pid = {};
    std::optional<QDateTime> since = {}; // UTC, when it entered `state`
    Boxed<LastExit> lastExit = {};
    // Why it doesn't run or isn't seen to run, in one plain sentence; empty when nothing is known.
    QString problem = {};
    // As an old device spells a version that is no whole number, "1.3.2"; `version` is 0 then. Else empty.
    QString versionText = {};

    friend bool operator==(const ProcessReport &, const ProcessReport &) = default;
};

// The version as a text, whichever way the device spells it.
[[nodiscard]] QString versionOf(const ProcessReport &process);
// Whether it is this one, spelled either way.
[[nodiscard]] bool isVersion(const ProcessReport &process, int version);
[[nodiscard]] bool haveSameVersion(const ProcessReport &one, const ProcessReport &other);
// As compareVersions() of Version.h.
[[nodiscard]] int compareVersions(const ProcessReport &one, const ProcessReport &other);

[[nodiscard]] QJsonObject toJson(const ProcessVersion &process);
[[nodiscard]] QJsonObject toJson(const ProcessReport &process);
[[nodiscard]] Result<ProcessVersion> processVersionFromJson(const QJsonObject &object);
[[nodiscard]] Result<ProcessReport> processReportFromJson(const QJsonObject &object);

// The list under `key`; a bad entry or a name that comes twice is recorded in the reader.
[[nodiscard]] QList<ProcessVersion> readProcessVersions(JsonReader &reader, QLatin1StringView key);
[[nodiscard]] QList<ProcessReport> readProcessReports(JsonReader &reader, QLatin1StringView key);

// The same of a device that may write it its own way. Nothing, with a note, for an entry without a usable name.
[[nodiscard]] std::optional<ProcessReport> readLenient(const QJsonObject &object, LenientReader &notes);
// The good entries; of two with the same name the dead one, else the first one.
[[nodiscard]] QList<ProcessReport> readProcessReports(LenientReader &reader, QLatin1StringView key);

} // namespace sgn
