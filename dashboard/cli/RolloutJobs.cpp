// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/RolloutJobs.h"

#include "cli/Json.h"
#include "cli/Tones.h"
#include "rollouts/Policies.h"
#include "wording/Commands.h"
#include "wording/Problems.h"
#include "wording/Rollouts.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace sgn::cli {

using namespace Qt::StringLiterals;
using rollouts::Rollout;
using rollouts::RolloutState;

namespace {

QJsonObject rolloutJson(const Rollout &rollout, const QString &driver)
{
    return {{u"id"_s, rollout.id},
            {u"name"_s, rollout.name()},
            {u"state"_s, QString(nameOf(rollout.state()))},
            {u"why"_s, wording::whyText(rollout.progress.why)},
            {u"by"_s, rollout.by},
            {u"created"_s, rollout.createdAt.toString(Qt::ISODateWithMs)},
            {u"waves"_s, rollout.progress.waves},
            {u"devices"_s, rollout.progress.total},
            {u"done"_s, rollout.progress.done},
            {u"failed"_s, rollout.progress.failed},
            {u"driver"_s, driver},
            {u"plan"_s, toJson(rollout.plan)}};
}

QString progressText(const Rollout &rollout)
{
    return u"%1: %2, wave %3, %4 of %5 done, %6 failed"_s.arg(rollout.name(), wording::stateText(rollout.state()))
        .arg(rollout.progress.waves)
        .arg(rollout.progress.done)
        .arg(rollout.progress.total)
        .arg(rollout.progress.failed);
}

TextCell stateCell(const Rollout &rollout)
{
    return {wording::stateText(rollout.state()), toneOf(rollout.state())};
}

int exitCodeOf(const Rollout &rollout)
{
    return rollout.state() == RolloutState::Done && rollout.progress.failed == 0 && rollout.progress.why.isEmpty()
               ? ExitDone
               : ExitFailed;
}

bool isAtRest(RolloutState state)
{
    return isEnded(state) || state == RolloutState::Stopped;
}

} // namespace

void RolloutJob::start()
{
    whenConnected([this] {
        connect(&panel().rollouts(), &core::SharedRollouts::reachChanged, this, &RolloutJob::runOnce);
        runOnce();
    });
}

void RolloutJob::runOnce()
{
    if (panel().rollouts().isComplete() && !std::exchange(m_isRunning, true)) {
        run();
    }
}

QString RolloutJob::idOf(const QString &text)
{
    QStringList found;
    for (const QString &id : panel().rollouts().ids()) {
        if (id == text) {
            return id;
        }
        if (id.startsWith(text) || panel().rollouts().find(id)->name().compare(text, Qt::CaseInsensitive) == 0) {
            found += id;
        }
    }
    if (found.size() != 1) {
        CommandLine::usageError(found.isEmpty() ? u"there is no rollout '%1'"_s.arg(text)
                                                : u"'%1' may be each of these: %2"_s.arg(text, found.join(u", ")));
    }
    return found.front();
}

void RolloutJob::print(const QStringList &ids)
{
    Table table({u"ID"_s, u"NAME"_s, u"STATE"_s, u"WAVE"_s, u"DEVICES"_s, u"DONE"_s, u"FAILED"_s, u"BY"_s, u"WHY"_s});
    QJsonArray all;
    for (const QString &id : ids) {
        const Rollout &rollout = *panel().rollouts().find(id);
        table.add({id,
                   rollout.name(),
                   stateCell(rollout),
                   QString::number(rollout.progress.waves),
                   QString::number(rollout.progress.total),
                   QString::number(rollout.progress.done),
                   {QString::number(rollout.progress.failed), rollout.progress.failed > 0 ? Tone::Bad : Tone::Plain},
                   rollout.by,
                   {wording::whyText(rollout.progress.why), Tone::Doubtful}});
        all += rolloutJson(rollout, panel().rollouts().driver(id));
    }
    output().result(table, {{u"rollouts"_s, all}});
}

void RolloutJob::fail(const records::Problem &problem)
{
    output().report(wording::sentence(problem));
    finish(ExitFailed);
}

void RolloutJob::finishWhenSaved(int exitCode)
{
    const auto check = [this, exitCode] {
        if (!isFinished() && panel().rollouts().isSaved() && !isAnythingQueued()) {
            finish(exitCode);
        }
    };
    connect(&panel().rollouts(), &core::SharedRollouts::saved, this, check);
    connect(&panel().commands(), &core::CommandLog::targetChanged, this, check, Qt::QueuedConnection);
    check();
}

// What a cancellation or a rollback sends has to be on its way before the program ends.
bool RolloutJob::isAnythingQueued()
{
    for (const CommandNo number : panel().commands().openNumbers()) {
        const records::IssuedCommand *command = panel().commands().find(number);
        if (command && command->isOwn && command->counts.in(records::TargetState::Queued) > 0) {
            return true;
        }
    }
    return false;
}

RolloutPlanJob::RolloutPlanJob(const Terms &terms, rollouts::RolloutPlan plan)
    : RolloutJob(terms)
    , m_plan(std::move(plan))
{}

void RolloutPlanJob::run()
{
    QJsonArray devices;
    const core::TargetRule rule(m_plan.targets);
    for (int index = 0; index < panel().fleet().count(); ++index) {
        const records::Device &device = panel().fleet().at(index);
        if (rule.isMetBy(device)) {
            devices += device.jid;
        }
    }
    output().report(u"the plan reaches %1 of %2 devices now"_s.arg(devices.size()).arg(panel().fleet().count()));
    if (output().isJson()) {
        output().json({{u"plan"_s, toJson(m_plan)}, {u"devices"_s, devices}});
    } else {
        output().bytes(QJsonDocument(toJson(m_plan)).toJson()); // as a file for --plan
    }
    finish(devices.isEmpty() ? ExitFailed : ExitDone);
}

RolloutStartJob::RolloutStartJob(const Terms &terms, Wish wish, rollouts::RolloutPlan plan, Until until)
    : ReleaseJob(terms, std::move(wish), until)
    , m_plan(std::move(plan))
    , m_until(until)
{}

void RolloutStartJob::submit(core::UpdateRequest request)
{
    connect(&panel().rolloutService(), &core::RolloutService::started, this, &RolloutStartJob::onStarted);
    core::UpdateJob *job = panel().rolloutService().start(request, m_plan);
    connect(job, &core::UpdateJob::finished, this, [this](const records::Expected<CommandNo> &outcome) {
        if (!outcome) {
            report(outcome.error());
        }
    });
}

void RolloutStartJob::onStarted(const QString &id)
{
    m_id = id;
    output().report(u"rollout %1"_s.arg(id));
    if (m_until == Until::Sent) {
        connect(&panel().rollouts(), &core::SharedRollouts::saved, this, &RolloutStartJob::conclude);
        return;
    }
    panel().driveRollouts();
    connect(&panel().rollouts(), &core::SharedRollouts::changed, this, &RolloutStartJob::onChanged);
}

void RolloutStartJob::onChanged(const QString &id)
{
    if (id != m_id || isFinished()) {
        return;
    }
    const Rollout &rollout = *panel().rollouts().find(id);
    if (const QString text = progressText(rollout); text != std::exchange(m_lastText, text)) {
        output().report(text);
    }
    if (isAtRest(rollout.state())) {
        conclude();
    }
}

void RolloutStartJob::conclude()
{
    if (isFinished()) {
        return;
    }
    const Rollout &rollout = *panel().rollouts().find(m_id);
    Table table({u"ROLLOUT"_s, u"STATE"_s});
    table.add({m_id, stateCell(rollout)});
    output().result(table, {{u"rollout"_s, rolloutJson(rollout, panel().rollouts().driver(m_id))}});
    if (m_until == Until::Sent) {
        output().report(u"an open dashboard carries it out, or 'sgnctl rollout drive'"_s);
        return finish(ExitDone);
    }
    if (!rollout.progress.why.isEmpty()) {
        output().report(wording::whyText(rollout.progress.why));
    }
    finish(exitCodeOf(rollout));
}

void RolloutStartJob::onTimeout()
{
    if (m_id.isEmpty()) {
        return ReleaseJob::onTimeout();
    }
    output().report(
        u"the rollout %1 hasn't ended within %2 s; any desk goes on with it"_s.arg(m_id).arg(timeout().count()));
    finish(ExitFailed);
}

void RolloutListJob::run()
{
    print(panel().rollouts().ids());
    finish(ExitDone);
}

RolloutShowJob::RolloutShowJob(const Terms &terms, QString id)
    : RolloutJob(terms)
    , m_id(std::move(id))
{}

// What it reported last is no longer so where it can't be reached.
QString RolloutShowJob::whyInFlight(const core::RolloutViews::Standing &standing, const rollouts::RolloutView &view,
                                    const rollouts::DeviceView &device)
{
    if (const records::Facts absence = rollouts::absenceOf(view, device); !absence.isEmpty()) {
        return wording::whyText(absence);
    }
    const records::CommandTarget *target = panel().rolloutDriver().views().newestTarget(standing, device.jid);
    return target ? wording::remarksText(*target) : QString();
}

void RolloutShowJob::run()
{
    const QString id = idOf(m_id);
    const Rollout rollout = *panel().rollouts().find(id);
    const auto standing = panel().rolloutDriver().views().standingOf(rollout);
    Table table({u"DEVICE"_s, u"WAVE"_s, u"STATE"_s, u"WHY"_s});
    QJsonArray devices;
    for (const auto &device : standing.devices) {
        const records::Device *known = panel().fleet().find(device.view.jid);
        const QString step = wording::stepText(device.view);
        const rollouts::RolloutView view = standing.view(rollout);
        const rollouts::Verdict verdict = rollouts::evaluate(view, device.view);
        const bool isWaiting = device.view.step == rollouts::DeviceStep::Waiting;
        const QString why = isWaiting ? wording::whyText(verdict.why) : whyInFlight(standing, view, device.view);
        table.add({known ? known->name().toString() : device.view.jid,
                   QString::number(device.wave + 1),
                   {step, toneOf(device.view.step)},
                   {why, Tone::Doubtful}});
        devices += QJsonObject{{u"jid"_s, device.view.jid},
                               {u"wave"_s, device.wave + 1},
                               {u"state"_s, wording::stepName(device.view.step)},
                               {u"policy"_s, isWaiting ? QString(verdict.policy) : QString()},
                               {u"why"_s, why}};
    }
    const QString driver = panel().rollouts().driver(id);
    output().report(progressText(rollout));
    if (!rollout.progress.why.isEmpty()) {
        output().report(wording::whyText(rollout.progress.why));
    }
    if (!isEnded(rollout.state())) {
        output().report(driver.isEmpty() ? u"driven by no desk now"_s : u"driven by "_s + driver);
    }
    output().result(table, {{u"rollout"_s, rolloutJson(rollout, driver)}, {u"devices"_s, devices}});
    finish(ExitDone);
}

RolloutChangeJob::RolloutChangeJob(const Terms &terms, QString id, Change change)
    : RolloutJob(terms)
    , m_id(std::move(id))
    , m_change(change)
{}

void RolloutChangeJob::run()
{
    const QString id = idOf(m_id);
    if (const records::Expected<> changed = (panel().rolloutService().*m_change)(id, panel().operatorName());
        !changed) {
        return fail(changed.error());
    }
    print({id});
    finishWhenSaved(ExitDone);
}

RolloutDriveJob::RolloutDriveJob(const Terms &terms, QString id)
    : RolloutJob(terms)
    , m_id(std::move(id))
{}

void RolloutDriveJob::run()
{
    m_id = m_id.isEmpty() ? QString() : idOf(m_id);
    connect(&panel().rollouts(), &core::SharedRollouts::changed, this, &RolloutDriveJob::onChanged);
    panel().driveRollouts();
    for (const QString &id : panel().rollouts().ids()) {
        onChanged(id);
    }
}

void RolloutDriveJob::onChanged(const QString &id)
{
    if (isFinished() || (!m_id.isEmpty() && id != m_id)) {
        return;
    }
    const Rollout &rollout = *panel().rollouts().find(id);
    if (isEnded(rollout.state()) && m_id.isEmpty() && !m_lastTexts.contains(id)) {
        return; // it had ended before
    }
    if (const QString text = progressText(rollout); text != m_lastTexts.value(id)) {
        m_lastTexts.insert(id, text);
        output().report(text);
    }
    if (id == m_id && isAtRest(rollout.state())) {
        print({id});
        finish(exitCodeOf(rollout));
    }
}

} // namespace sgn::cli
