// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/ImportJob.h"

#include "wording/Problems.h"

#include <QJsonArray>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

// What changes of each device, by JID.
QMap<QString, QStringList> changesOf(const core::ImportPlan &plan)
{
    QMap<QString, QStringList> changes;
    for (const QString &jid : plan.accepted) {
        changes[jid] += u"accepted"_s;
    }
    for (const records::LabelChange &change : plan.labels) {
        changes[change.jid] += u"name and tags"_s;
    }
    for (const records::NotesChange &change : plan.notes) {
        changes[change.jid] += u"notes"_s;
    }
    return changes;
}

} // namespace

ImportJob::ImportJob(const Terms &terms, Wish wish)
    : Job(terms)
    , m_wish(std::move(wish))
    , m_import(terms.panel)
{
    connect(&m_import, &core::DeviceImport::finished, this, &ImportJob::conclude);
}

void ImportJob::start()
{
    auto list = core::readDeviceList(m_wish.file, core::DeviceImport::termsOf(panel()));
    if (!list) {
        output().report(wording::sentence(list.error()));
        finish(ExitFailed);
        return;
    }
    m_list = *std::move(list);
    for (const records::Problem &problem : std::as_const(m_list.problems)) {
        output().report(wording::sentence(problem));
    }
    if (!m_list.ignored.isEmpty()) {
        output().report(u"columns that aren't taken over: %1"_s.arg(m_list.ignored.join(u", ")));
    }
    // Else what other desks wrote would be replaced unseen.
    whenConnected([this] { whenShared([this] { run(); }); });
}

void ImportJob::run()
{
    if (m_wish.isDryRun) {
        print(m_import.plan(m_list, m_wish.emptyCells));
        finish(m_list.problems.isEmpty() ? ExitDone : ExitFailed);
    } else if (const auto started = m_import.start(m_list, m_wish.emptyCells); !started) {
        output().report(wording::sentence(started.error()));
        finish(ExitFailed);
    }
}

void ImportJob::conclude()
{
    if (isFinished()) {
        return;
    }
    print(m_import.done());
    for (const auto &[jid, problem] : m_import.failures()) {
        output().report(jid.isEmpty() ? wording::sentence(problem) : u"%1: %2"_s.arg(jid, wording::sentence(problem)));
    }
    finish(m_list.problems.isEmpty() && m_import.failures().isEmpty() ? ExitDone : ExitFailed);
}

void ImportJob::onTimeout()
{
    output().report(
        u"%1 of %2 steps are done within %3 s; import the list again, or with --timeout"_s.arg(m_import.stepsDone())
            .arg(m_import.stepsTotal())
            .arg(timeout().count()));
    finish(ExitFailed);
}

void ImportJob::print(const core::ImportPlan &plan)
{
    Table table({u"DEVICE"_s, m_wish.isDryRun ? u"WOULD CHANGE"_s : u"CHANGED"_s});
    QJsonArray changed;
    const QMap<QString, QStringList> changes = changesOf(plan);
    for (auto it = changes.cbegin(); it != changes.cend(); ++it) {
        table.add({it.key(), it.value().join(u", ")});
        changed += it.key();
    }
    const bool isAllThere = changes.isEmpty() && m_import.failures().isEmpty();
    if (isAllThere && (plan.unchanged > 0 || m_list.problems.isEmpty())) {
        output().report(u"all %1 devices are as the list has them"_s.arg(plan.unchanged));
    }
    output().result(table, {{u"changed"_s, changed},
                            {u"accepted"_s, QJsonArray::fromStringList(plan.accepted)},
                            {u"unchanged"_s, plan.unchanged},
                            {u"dry_run"_s, m_wish.isDryRun}});
}

} // namespace sgn::cli
