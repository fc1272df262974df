// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/LabelJobs.h"

#include "cli/Json.h"
#include "wording/Problems.h"

#include <QJsonArray>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

QString fieldsText(const records::DeviceNotes &notes)
{
    QStringList lines;
    for (auto it = notes.fields.cbegin(); it != notes.fields.cend(); ++it) {
        lines += u"%1: %2"_s.arg(it.key(), it.value());
    }
    return lines.join(u"; ");
}

} // namespace

void DescribingJob::conclude(const QStringList &jids, const core::Labels::Failures &failures)
{
    if (isFinished()) {
        return;
    }
    // The program must not end before the other desks have it, too.
    if (panel().notes().reach() != core::SharedNotes::Reach::ThisStore && !panel().notes().isSaved()) {
        const auto again = [this, jids, failures] {
            conclude(jids, failures);
        };
        connect(&panel().notes(), &core::SharedNotes::saved, this, again);
        connect(&panel().notes(), &core::SharedNotes::reachChanged, this, again);
        return;
    }
    print(jids);
    for (const auto &[jid, error] : failures) {
        output().report(u"%1: %2"_s.arg(jid, error.message));
    }
    finish(failures.isEmpty() ? ExitDone : ExitFailed);
}

void DescribingJob::refuse(const records::Problem &problem)
{
    output().report(wording::sentence(problem));
    finish(ExitFailed);
}

void DescribingJob::print(const QStringList &jids)
{
    Table table({u"DEVICE"_s, u"ACCOUNT"_s, u"TAGS"_s, u"FIELDS"_s, u"NOTES"_s});
    QJsonArray devices;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    for (const QString &jid : jids) {
        if (const records::Device *device = panel().fleet().find(jid)) {
            table.add({device->name().toString(), jid, device->tags.join(u", "), fieldsText(device->notes),
                       device->notes.text});
            devices += toJson(*device, now);
        }
    }
    output().result(table, {{u"devices"_s, devices}});
}

RenameJob::RenameJob(const Terms &terms, QString device, QString label)
    : DescribingJob(terms)
    , m_device(std::move(device))
    , m_label(std::move(label))
{}

void RenameJob::start()
{
    whenConnected([this] {
        const QStringList jids = resolve({m_device});
        const auto done = [this, jids](const core::Labels::Failures &failures) {
            conclude(jids, failures);
        };
        if (const records::Expected<> started = panel().labels().rename(jids.front(), m_label, done); !started) {
            refuse(started.error());
        }
    });
}

TagJob::TagJob(const Terms &terms, Wish wish)
    : DescribingJob(terms)
    , m_wish(std::move(wish))
{}

void TagJob::start()
{
    whenConnected([this] {
        const QStringList jids = resolve(m_wish.devices);
        const auto done = [this, jids](const core::Labels::Failures &failures) {
            conclude(jids, failures);
        };
        if (const records::Expected<> started = panel().labels().tag(jids, m_wish.added, m_wish.removed, done);
            !started) {
            refuse(started.error());
        }
    });
}

NoteJob::NoteJob(const Terms &terms, Wish wish)
    : DescribingJob(terms)
    , m_wish(std::move(wish))
{}

void NoteJob::start()
{
    whenConnected([this] {
        m_jid = resolve({m_wish.device}).front();
        // Else an older note of the server's would be replaced unseen.
        whenShared([this] { write(); });
    });
}

void NoteJob::write()
{
    const records::DeviceNotes before = panel().fleet().find(m_jid)->notes;
    records::DeviceNotes notes = before;
    for (auto it = m_wish.fields.cbegin(); it != m_wish.fields.cend(); ++it) {
        if (it.value().isEmpty()) {
            notes.fields.remove(it.key());
        } else {
            notes.fields.insert(it.key(), it.value());
        }
    }
    notes.text = m_wish.text.value_or(notes.text);
    if (notes == before) {
        return conclude({m_jid}, {});
    }
    connect(&panel().notes(), &core::SharedNotes::saved, this, [this] { conclude({m_jid}, {}); });
    connect(&panel().notes(), &core::SharedNotes::notSaved, this, &NoteJob::refuse);
    if (const records::Expected<> written = panel().notes().setNotes(m_jid, notes); !written) {
        refuse(written.error());
    } else if (panel().notes().reach() == core::SharedNotes::Reach::ThisStore) {
        output().report(u"the server keeps no notes; they are in this store alone"_s);
        conclude({m_jid}, {});
    }
}

void NoteJob::onTimeout()
{
    output().report(u"the server hasn't taken the notes within %1 s; they are in this store, and follow later"_s.arg(
        timeout().count()));
    finish(ExitFailed);
}

} // namespace sgn::cli
