// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Attention.h"

#include "wording/Commands.h"
#include "wording/Durations.h"
#include "wording/Problems.h"
#include "wording/Processes.h"

#include <cmath>
#include <QCoreApplication>

namespace sgn::wording {

using namespace Qt::StringLiterals;
using Matter = records::Attention::Matter;

namespace {

constexpr qsizetype maxQuoted = 120;

class AttentionWords
{
    Q_DECLARE_TR_FUNCTIONS(Attention)

public:
    // Why it died: what the device knows, else the last line of its output if there is one.
    static QString cause(const ProcessReport &report)
    {
        if (const QString words = report.problem.simplified(); !words.isEmpty()) {
            return words.left(2 * maxQuoted);
        }
        if (!report.lastExit) {
            return {};
        }
        for (auto line = report.lastExit->lastLines.crbegin(); line != report.lastExit->lastLines.crend(); ++line) {
            if (const QString words = line->simplified(); !words.isEmpty()) {
                return words.left(maxQuoted);
            }
        }
        return deathText(*report.lastExit);
    }

    static QString process(const records::DeviceProcess &process, const QDateTime &now)
    {
        const ProcessReport &report = process.report;
        QString text;
        if (report.state == ProcessState::CrashLoop) {
            text = tr("%1 keeps crashing").arg(report.name);
        } else if (process.deadSince.isValid() && process.deadSince.secsTo(now) >= 1) {
            text = tr("%1 dead for %2").arg(report.name, durationText(process.deadSince.secsTo(now)));
        } else {
            text = tr("%1 is dead").arg(report.name);
        }
        if (const QString why = cause(report); !why.isEmpty()) {
            text += u": "_s + why;
        }
        if (report.restarts24h.value_or(0) > 0) {
            text += u", "_s + tr("%n restart(s)", nullptr, *report.restarts24h);
        }
        return text;
    }

    static QString runningUpdate(const records::DeviceUpdate &update)
    {
        if (update.state != records::TargetState::Running || update.deviceState.isEmpty()) {
            return tr("update on its way");
        }
        const QString step = stepText(update.deviceState.simplified().left(maxQuoted));
        return update.percent < 0 ? step : tr("%1, %2 %").arg(step).arg(update.percent);
    }

    static QString failedUpdate(const records::DeviceUpdate &update)
    {
        const QString text = tr("update failed");
        const QString why = sentence(update.facts, std::nullopt, update.remarks).simplified().left(2 * maxQuoted);
        return why.isEmpty() ? text : u"%1: %2"_s.arg(text, why);
    }

    static QString facts(const DeviceFacts &facts, Matter matter)
    {
        if (matter == Matter::DiskFull) {
            return tr("disk almost full: %1 MB free").arg(facts.diskFreeMb.value_or(0));
        }
        if (matter == Matter::TooHot) {
            return tr("too hot: %1 °C").arg(std::llround(std::min(facts.temperatureC.value_or(0), 1e9)));
        }
        return tr("its clock is wrong by %1")
            .arg(durationText(std::llround(std::min(std::abs(facts.clockOffsetS.value_or(0)), 1e15))));
    }

    static QString waitingUpdate(const records::Device &device, const QDateTime &now)
    {
        return device.lastSeen.isValid()
                   ? tr("offline for %1, an update waits for it").arg(durationText(device.lastSeen.secsTo(now)))
                   : tr("never seen, an update waits for it");
    }

    static QString reason(const records::Device &device, const records::Attention &attention, const QDateTime &now)
    {
        switch (attention.matter) {
        case Matter::Nothing:
            return {};
        case Matter::Conflict:
            return phrase({records::FactCode::ClaimsIdOf, {device.rpiUniqueId, device.conflictWith}});
        case Matter::ForeignFrom:
            return phrase({records::FactCode::SpokeAs, {device.foreignFrom, device.rpiUniqueId}});
        case Matter::CrashLoop:
        case Matter::Dead: {
            const records::DeviceProcess *dead = device.process(attention.processName);
            return dead ? process(*dead, now) : QString();
        }
        case Matter::UpdateFailed:
            return failedUpdate(*device.update);
        case Matter::UpdateExpired:
            return tr("the update was not answered in time");
        case Matter::Unreadable:
            return tr("sends what can't be read: %1").arg(device.unreadable.simplified().left(2 * maxQuoted));
        case Matter::NotAnswering:
            return tr("doesn't answer, though the server shows it online");
        case Matter::ReadOnly:
            return tr("its card is read-only and has to be replaced");
        case Matter::ProcessProblem: {
            const records::DeviceProcess *known = device.process(attention.processName);
            return known ? u"%1: %2"_s.arg(known->report.name, cause(known->report)) : QString();
        }
        case Matter::DeviceProblem:
            return device.facts.problem.simplified().left(2 * maxQuoted);
        case Matter::DiskFull:
        case Matter::TooHot:
        case Matter::ClockWrong:
            return facts(device.facts, attention.matter);
        case Matter::UpdateRuns:
            return runningUpdate(*device.update);
        case Matter::UpdateWaits:
            return waitingUpdate(device, now);
        }
        return {};
    }
};

} // namespace

QString reasonText(const records::Device &device, const records::Attention &attention, const QDateTime &now)
{
    return AttentionWords::reason(device, attention, now);
}

} // namespace sgn::wording
