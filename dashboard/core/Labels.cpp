// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Labels.h"

#include "core/Fleet.h"
#include "core/SharedNotes.h"
#include "xmpp/Session.h"

#include <algorithm>
#include <QPointer>

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

// Changes on their way. A server may write all contacts to its disk for each.
constexpr qsizetype window = 16;

bool hasControls(const QString &text)
{
    return std::ranges::any_of(text, [](QChar c) {
        // XML has no place for the last two.
        return c.category() == QChar::Other_Control || c == QChar(0xfffe) || c == QChar(0xffff);
    });
}

} // namespace

Labels::Labels(xmpp::Session &session, const Fleet &fleet, SharedNotes &shared, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_fleet(fleet)
    , m_shared(shared)
{}

records::Expected<QString> Labels::labelFrom(const QString &text)
{
    const QString label = text.simplified();
    if (label.size() > records::maxLabel || hasControls(label)) {
        return records::fail(ErrorCode::BadRequest, records::FactCode::BadLabel, {label.left(records::maxLabel)});
    }
    return label;
}

records::Expected<QString> Labels::tagFrom(const QString &text)
{
    const QString tag = text.simplified();
    if (tag.isEmpty() || tag.size() > records::maxTag || tag.contains(u',') || hasControls(tag)) {
        return records::fail(ErrorCode::BadRequest, records::FactCode::BadTag, {tag.left(records::maxTag)});
    }
    return tag;
}

records::Expected<QStringList> Labels::tagsFrom(const QStringList &texts)
{
    QStringList tags;
    for (const QString &text : texts) {
        const records::Expected<QString> tag = tagFrom(text);
        if (!tag) {
            return fail(tag.error());
        }
        tags += *tag;
    }
    tags.sort();
    tags.removeDuplicates();
    return tags;
}

records::Expected<> Labels::rename(const QString &jid, const QString &label, Done done)
{
    const records::Device *device = m_fleet.find(jid);
    return describe(jid, label, device ? device->tags : QStringList(), std::move(done));
}

records::Expected<> Labels::describe(const QString &jid, const QString &label, const QStringList &tags, Done done)
{
    const records::Expected<QString> wantedLabel = labelFrom(label);
    if (!wantedLabel) {
        return fail(wantedLabel.error());
    }
    const records::Device *device = m_fleet.find(jid);
    std::deque<records::LabelChange> changes;
    if (device && tags == device->tags) { // as the server has them, whoever wrote them
        if (*wantedLabel != device->label) {
            changes.push_back({jid, *wantedLabel, device->tags});
        }
        return start(std::move(changes), std::move(done));
    }
    const records::Expected<QStringList> wantedTags = tagsFrom(tags);
    if (!wantedTags) {
        return fail(wantedTags.error());
    }
    if (wantedTags->size() > maxTags) {
        return records::fail(ErrorCode::BadRequest, records::FactCode::BadTag, {wantedTags->join(u", ")});
    }
    if (device && (*wantedLabel != device->label || *wantedTags != device->tags)) {
        changes.push_back({jid, *wantedLabel, *wantedTags});
    }
    return start(std::move(changes), std::move(done));
}

records::Expected<> Labels::describeAll(const QList<records::LabelChange> &changes, Progress progress, Done done)
{
    return start({changes.begin(), changes.end()}, std::move(done), std::move(progress));
}

records::Expected<> Labels::tag(const QStringList &jids, const QStringList &added, const QStringList &removed,
                                Done done)
{
    const records::Expected<QStringList> wanted = tagsFrom(added);
    if (!wanted) {
        return fail(wanted.error());
    }
    std::deque<records::LabelChange> changes;
    for (const QString &jid : jids) {
        const records::Device *device = m_fleet.find(jid);
        if (!device) {
            continue;
        }
        QStringList tags = device->tags;
        for (const QString &tag : removed) {
            tags.removeAll(tag.simplified());
        }
        tags += *wanted;
        tags.sort();
        tags.removeDuplicates();
        if (tags.size() > maxTags && tags.size() > device->tags.size()) {
            return records::fail(ErrorCode::BadRequest, records::FactCode::BadTag, {wanted->join(u", ")});
        }
        if (tags != device->tags) {
            changes.push_back({jid, device->label, tags});
        }
    }
    return start(std::move(changes), std::move(done));
}

records::Expected<> Labels::start(std::deque<records::LabelChange> changes, Done done, Progress progress)
{
    if (!m_session.isOnline()) {
        return records::fail(ErrorCode::Network, records::FactCode::NotConnected);
    }
    auto job = std::make_shared<Job>(Job{std::move(changes), 0, {}, std::move(done), std::move(progress)});
    QMetaObject::invokeMethod(
        this, [this, job] { proceed(job); }, Qt::QueuedConnection);
    return {};
}

xmpp::Contact Labels::contactOf(const records::LabelChange &change) const
{
    const records::Device *device = m_fleet.find(change.jid);
    const records::DeviceLabel shown =
        device ? records::DeviceLabel{device->label, device->tags} : records::DeviceLabel();
    const records::DeviceLabel present = m_shared.labelOf(change.jid).value_or(shown);
    return {change.jid, change.name.value_or(present.name), change.tags.value_or(present.tags)};
}

void Labels::proceed(const std::shared_ptr<Job> &job)
{
    while (!job->changes.empty() && job->inFlight < window) {
        const xmpp::Contact contact = contactOf(job->changes.front());
        job->changes.pop_front();
        ++job->inFlight;
        const QPointer<Labels> self = this;
        m_session.setContact(contact, [self, job, contact](const Outcome &outcome) {
            --job->inFlight;
            if (!outcome) {
                job->failures += {contact.jid, outcome.error()};
            } else if (self) {
                self->m_shared.setLabel(contact.jid, {contact.name, contact.groups});
            }
            if (job->progress) {
                job->progress(static_cast<qsizetype>(job->changes.size()) + job->inFlight);
            }
            if (self) {
                self->proceed(job);
            }
        });
    }
    if (job->changes.empty() && job->inFlight == 0 && job->done) {
        std::exchange(job->done, {})(job->failures);
    }
}

} // namespace sgn::core
