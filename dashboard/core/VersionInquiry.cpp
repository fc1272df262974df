// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/VersionInquiry.h"

namespace sgn::core {

VersionInquiry::VersionInquiry(const Times &times)
    : m_times(times)
{}

void VersionInquiry::asked(const QString &jid, MonotonicTime now)
{
    if (!m_open.contains(jid)) {
        m_open.insert(jid, now);
    }
    m_last.insert(jid, now);
}

void VersionInquiry::answered(const QString &jid)
{
    m_open.remove(jid);
}

void VersionInquiry::forget(const QString &jid)
{
    m_open.remove(jid);
    m_last.remove(jid);
}

void VersionInquiry::forgetAll()
{
    m_open.clear();
    m_last.clear();
}

QStringList VersionInquiry::takeOverdue(MonotonicTime now)
{
    QStringList overdue;
    for (auto it = m_open.begin(); it != m_open.end();) {
        if (now - it.value() >= m_times.answerWithin) {
            overdue += it.key();
            it = m_open.erase(it);
        } else {
            ++it;
        }
    }
    return overdue;
}

bool VersionInquiry::isDue(const QString &jid, bool isModern, bool notAnswering, MonotonicTime now) const
{
    const auto last = m_last.constFind(jid);
    if (last == m_last.cend()) {
        return true;
    }
    if (m_open.contains(jid)) {
        return false;
    }
    const auto every = notAnswering ? m_times.silent : isModern ? m_times.modern : m_times.old;
    return now - *last >= every;
}

} // namespace sgn::core
