// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/TableRules.h"

#include <algorithm>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

Result<Admission> admissionOf(const Heartbeat &heartbeat, const Program &program, const QList<KnownProcess> &known)
{
    const KnownProcess *own = nullptr;
    bool isRenamed = false;
    for (const KnownProcess &process : known) {
        if (process.name == heartbeat.processName) {
            own = &process;
        } else if (process.pid == heartbeat.pid && process.program == program.path && !process.announced) {
            isRenamed = true;
        } else if (process.pid == heartbeat.pid) {
            return fail(ErrorCode::Refused,
                        u"process %1 is already known as \"%2\""_s.arg(heartbeat.pid).arg(process.name));
        } else if (process.pid && process.program == program.path) {
            return fail(ErrorCode::Refused, u"%1 is already known as \"%2\""_s.arg(program.path, process.name));
        }
    }
    if (isRenamed && (own == nullptr || (!own->pid && (own->file.isEmpty() || own->program == program.path)))) {
        return Admission::Rename;
    }
    if (isRenamed) {
        return fail(ErrorCode::Refused, u"another program is known by that name"_s);
    }
    if (own == nullptr) {
        return known.size() < maxTableSize
                   ? Result<Admission>(Admission::NewRow)
                   : fail(ErrorCode::Refused, u"there are %1 processes already"_s.arg(maxTableSize));
    }
    if (own->program != program.path && own->file != program.file) {
        if (own->pid || !own->file.isEmpty()) {
            return fail(ErrorCode::Refused, u"its run_command is %1 and not %2"_s.arg(own->program, program.path));
        }
        return Admission::NewRow;
    }
    return own->pid ? Admission::Proof : Admission::Adopt;
}

std::optional<MonotonicTime> savedHold(const std::optional<MonotonicTime> &until, MonotonicTime now)
{
    constexpr MonotonicTime longestHold = std::chrono::hours(1);
    const bool lasts = until && *until > now && *until <= now + longestHold;
    return lasts ? until : std::nullopt;
}

QStringList programCandidates(const QString &name, const QString &folder, const QString &retired)
{
    QStringList candidates{folder + u'/' + name, folder + u'/' + name + u".py"_s};
    if (!retired.isEmpty()) {
        candidates.prepend(retired);
    }
    return candidates;
}

bool isRetired(const QString &name, const QList<ProcessVersion> &expected, bool isAlive, bool programExists)
{
    const bool isExpected =
        std::ranges::any_of(expected, [&name](const ProcessVersion &process) { return process.name == name; });
    return !expected.isEmpty() && !isExpected && !isAlive && !programExists;
}

} // namespace sgn::supervision
