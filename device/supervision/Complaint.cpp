// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Complaint.h"

namespace sgn::supervision {

bool Complaint::raise(const QString &text, MonotonicTime now)
{
    if (m_text != text) {
        m_text = text;
        m_since = now;
        m_isLasting = false;
        return true;
    }
    if (!m_isLasting && now - m_since >= patience) {
        m_isLasting = true;
        return true;
    }
    return false;
}

void Complaint::clear()
{
    m_text.clear();
    m_isLasting = false;
}

} // namespace sgn::supervision
