// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ImportForm.h"

#include "core/Panel.h"
#include "models/DeviceForm.h"
#include "wording/Problems.h"

#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace sgn::models {

namespace {

constexpr qsizetype maxShownProblems = 100;

// Fields may be called as the window calls them.
core::ListTerms termsOf(const core::Panel &panel)
{
    core::ListTerms terms = core::DeviceImport::termsOf(panel);
    for (const QLatin1StringView field : records::commonNoteFields) {
        terms.fieldNames.insert(NoteFieldModel::labelOf(field).toLower(), field);
    }
    return terms;
}

} // namespace

ImportForm::ImportForm(core::Panel &panel, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
    , m_import(panel)
{
    connect(&m_import, &core::DeviceImport::changed, this, &ImportForm::changed);
    connect(&m_import, &core::DeviceImport::finished, this, &ImportForm::conclude);
}

void ImportForm::begin(const QUrl &file)
{
    if (isRunning()) {
        return;
    }
    clear();
    m_file = QFileInfo(file.toLocalFile()).fileName();
    auto list = core::readDeviceList(file.toLocalFile(), termsOf(m_panel));
    if (list) {
        m_list = *std::move(list);
    } else {
        m_fileProblem = list.error();
    }
    planAgain();
}

void ImportForm::clear()
{
    if (isRunning()) {
        return;
    }
    m_file.clear();
    m_list = {};
    m_fileProblem.reset();
    m_emptyCells = core::EmptyCells::Keep;
    m_hasEnded = false;
    planAgain();
}

void ImportForm::setClears(bool clears)
{
    m_emptyCells = clears ? core::EmptyCells::Remove : core::EmptyCells::Keep;
    planAgain();
}

void ImportForm::planAgain()
{
    m_plan = m_import.plan(m_list, m_emptyCells);
    Q_EMIT changed();
}

QString ImportForm::summary() const
{
    if (m_file.isEmpty()) {
        return {};
    }
    if (m_fileProblem) {
        return tr("That can't be imported: %1.").arg(wording::sentence(*m_fileProblem));
    }
    const auto count = [](qsizetype size) {
        return static_cast<int>(size);
    };
    const QString devices = tr("%n device(s) in the list:", nullptr, count(m_list.devices.size()));
    QStringList parts;
    if (!m_plan.accepted.isEmpty()) {
        parts += tr("%n become(s) a device of the fleet", nullptr, count(m_plan.accepted.size()));
    }
    if (!m_plan.labels.isEmpty()) {
        parts += tr("%n get(s) another name or other tags", nullptr, count(m_plan.labels.size()));
    }
    if (!m_plan.notes.isEmpty()) {
        parts += tr("%n get(s) other fields or notes", nullptr, count(m_plan.notes.size()));
    }
    if (m_plan.unchanged > 0) {
        parts += tr("%n stay(s) as they are", nullptr, m_plan.unchanged);
    }
    return parts.isEmpty() ? tr("The list has no device that can be taken.")
                           : u"%1 %2."_s.arg(devices, parts.join(u", "));
}

QString ImportForm::hindrance() const
{
    return m_file.isEmpty() || m_fileProblem || m_import.isReady()
               ? QString()
               : tr("It can be imported when the server is connected.");
}

QString ImportForm::columns() const
{
    QStringList parts;
    if (!m_list.fields.isEmpty()) {
        QStringList labels;
        for (const QString &field : m_list.fields) {
            labels += NoteFieldModel::labelOf(field);
        }
        parts += tr("Fields: %1.").arg(labels.join(u", "));
    }
    if (!m_list.ignored.isEmpty()) {
        parts += tr("Left out: %1.").arg(m_list.ignored.join(u", "));
    }
    return parts.join(u' ');
}

QString ImportForm::problems() const
{
    QStringList lines;
    for (const records::Problem &problem : m_list.problems.first(std::min(m_list.problems.size(), maxShownProblems))) {
        lines += wording::standing(wording::sentence(problem));
    }
    if (m_hasEnded) {
        for (const auto &[jid, problem] : m_import.failures()) {
            if (lines.size() >= maxShownProblems) {
                break;
            }
            const QString sentence = wording::sentence(problem);
            lines += jid.isEmpty() ? wording::standing(sentence) : u"%1: %2"_s.arg(jid, sentence);
        }
    }
    if (problemCount() > lines.size()) {
        lines += u"…"_s;
    }
    return lines.join(u'\n');
}

int ImportForm::problemCount() const
{
    return static_cast<int>(m_list.problems.size() + (m_hasEnded ? m_import.failures().size() : 0));
}

bool ImportForm::isAcceptable() const
{
    const bool doesSomething = !m_plan.accepted.isEmpty() || !m_plan.labels.isEmpty() || !m_plan.notes.isEmpty();
    return doesSomething && !isRunning() && m_import.isReady();
}

qreal ImportForm::progress() const
{
    return m_import.stepsTotal() == 0
               ? 0
               : static_cast<qreal>(m_import.stepsDone()) / static_cast<qreal>(m_import.stepsTotal());
}

void ImportForm::start()
{
    m_hasEnded = false;
    if (const auto started = m_import.start(m_list, m_emptyCells); !started) {
        Q_EMIT notified(tr("That didn't work: %1.").arg(wording::sentence(started.error())), true);
    }
}

void ImportForm::conclude()
{
    m_hasEnded = true;
    const auto failed = static_cast<int>(m_import.failures().size());
    const auto count = static_cast<int>(m_list.devices.size());
    if (failed == 0) {
        Q_EMIT notified(tr("Imported %n device(s).", nullptr, count), false);
    } else {
        Q_EMIT notified(tr("Not all was imported: %1.").arg(wording::sentence(m_import.failures().constFirst().second)),
                        true);
    }
    planAgain();
}

} // namespace sgn::models
