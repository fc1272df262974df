// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/Response.h"

namespace sgn::web {

std::optional<qint64> Head::contentLength() const
{
    bool ok = false;
    const qint64 length = field("content-length").toLongLong(&ok);
    return ok && length >= 0 ? std::optional(length) : std::nullopt;
}

bool Head::isEncoded() const
{
    const QByteArray encoding = field("content-encoding").toLower();
    return !encoding.isEmpty() && encoding != "identity";
}

HeadReader::State HeadReader::feed(QByteArrayView line)
{
    m_size += line.size();
    if (m_size > maxSize) {
        return State::TooLong;
    }
    if (m_complete) {
        return State::Complete;
    }
    const QByteArrayView text = line.trimmed();
    if (text.startsWith("HTTP/")) {
        m_head = Head();
        const qsizetype space = text.indexOf(' ');
        m_head.status =
            space < 0 ? 0 : text.sliced(space + 1).first(std::min<qsizetype>(3, text.size() - space - 1)).toInt();
    } else if (text.isEmpty()) {
        // An interim response is followed by another one.
        m_complete = m_head.status >= 200;
    } else if (const qsizetype colon = text.indexOf(':'); colon > 0) {
        const QByteArray name = text.first(colon).toByteArray().toLower();
        if (!m_head.fields.contains(name)) {
            m_head.fields.insert(name, text.sliced(colon + 1).trimmed().toByteArray());
        }
    }
    return m_complete ? State::Complete : State::Reading;
}

} // namespace sgn::web
