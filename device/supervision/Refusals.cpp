// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Refusals.h"

#include <algorithm>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

namespace {

QString sentence(const Refusal &refusal)
{
    if (!refusal.name.isEmpty()) {
        const QString from = refusal.sender.isEmpty() ? QString() : u" (%1)"_s.arg(refusal.sender);
        return u"the heartbeats of \"%1\"%2 are refused: %3"_s.arg(refusal.name, from, refusal.why);
    }
    const QString sender = refusal.sender.isEmpty() ? u"a local program"_s : refusal.sender;
    return u"what %1 sends as heartbeats can't be read: %2"_s.arg(sender, refusal.why);
}

} // namespace

std::vector<Refusals::Sender>::iterator Refusals::find(const Refusal &refusal)
{
    return std::ranges::find_if(m_senders, [&refusal](const Sender &sender) {
        return sender.refusal.name == refusal.name && sender.refusal.isOwners == refusal.isOwners &&
               (!refusal.name.isEmpty() || sender.refusal.sender == refusal.sender);
    });
}

const Refusals::Sender *Refusals::foremost(MonotonicTime now) const
{
    const Sender *best = nullptr;
    for (const Sender &sender : m_senders) {
        if (!sender.isProblem || now - sender.last > memory) {
            continue;
        }
        const bool isBefore =
            best == nullptr ||
            (sender.refusal.isOwners != best->refusal.isOwners ? sender.refusal.isOwners : sender.first < best->first);
        if (isBefore) {
            best = &sender;
        }
    }
    return best;
}

void Refusals::forgetOld(MonotonicTime now)
{
    std::erase_if(m_senders, [now](const Sender &sender) { return now - sender.last > memory; });
}

void Refusals::makeRoom(bool forOwner)
{
    if (m_senders.size() < maxSenders) {
        return;
    }
    // The newest of the others', so that a flood of names displaces only itself.
    const auto isLess = [](const Sender &a, const Sender &b) {
        return a.refusal.isOwners != b.refusal.isOwners ? b.refusal.isOwners : a.first > b.first;
    };
    const auto least = std::ranges::min_element(m_senders, isLess);
    if (forOwner || !least->refusal.isOwners) {
        m_senders.erase(least);
    }
}

bool Refusals::add(const Refusal &refusal, MonotonicTime now)
{
    forgetOld(now);
    const QString before = problem(now);
    auto sender = find(refusal);
    if (sender == m_senders.end()) {
        makeRoom(refusal.isOwners);
        if (m_senders.size() < maxSenders) {
            m_senders.push_back({refusal, now, now, now, false});
        }
        return false;
    }
    sender->last = now;
    if (!sender->isProblem || now - sender->described >= sentencePause) {
        sender->refusal = refusal;
        sender->described = now;
    }
    sender->isProblem = now - sender->first >= patience;
    return problem(now) != before;
}

bool Refusals::accepted(const QString &name, MonotonicTime now)
{
    if (m_senders.empty()) {
        return false;
    }
    const QString before = problem(now);
    std::erase_if(m_senders, [&name](const Sender &sender) { return sender.refusal.name == name; });
    return problem(now) != before;
}

QString Refusals::problem(MonotonicTime now) const
{
    const Sender *const sender = foremost(now);
    return sender == nullptr ? QString() : sentence(sender->refusal);
}

} // namespace sgn::supervision
