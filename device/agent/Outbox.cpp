// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Outbox.h"

#include "agent/Logging.h"
#include "base/AtomicFile.h"
#include "protocol/Json.h"

#include <algorithm>
#include <QDir>
#include <QRegularExpression>

namespace sgn::agent {

using namespace Qt::StringLiterals;

Outbox::Outbox(QString folder, qsizetype capacity)
    : m_folder(std::move(folder))
    , m_capacity(capacity)
{}

Outcome Outbox::load()
{
    m_letters.clear();
    if (!QDir().mkpath(m_folder)) {
        return fail(ErrorCode::Io, u"cannot make folder "_s + m_folder);
    }
    static const QRegularExpression namePattern(u"^([0-9]{12})-([A-Za-z0-9-]{1,100})\\.json$"_s);
    const QDir folder(m_folder);
    // The sequence has leading zeros, so the order of names is the order of letters.
    for (const QString &name : folder.entryList(QDir::Files | QDir::Hidden, QDir::Name)) {
        const auto match = namePattern.match(name);
        const auto body = readFile(folder.filePath(name), maxBodySize);
        if (!body && body.error().code == ErrorCode::Io) {
            // The disk's fault is not the message's; it may be there again at the next start.
            qCWarning(lcAgent) << body.error();
            m_lastSequence = std::max(m_lastSequence, match.captured(1).toULongLong());
            continue;
        }
        if (!match.hasMatch() || !body || !parseJsonObject(*body)) {
            qCWarning(lcAgent).noquote() << folder.filePath(name) << "is no message and is removed";
            QFile::remove(folder.filePath(name));
            continue;
        }
        m_letters.append({match.captured(1).toULongLong(), match.captured(2), *body});
        m_lastSequence = std::max(m_lastSequence, m_letters.last().sequence);
    }
    return {};
}

Outcome Outbox::put(const QString &key, const QByteArray &body)
{
    const auto known = std::ranges::find(m_letters, key, &Letter::key);
    if (known != m_letters.end() && known->body == body) {
        return QFile::exists(pathOf(*known)) ? Outcome() : writeFileAtomically(pathOf(*known), body);
    }
    if (m_letters.size() >= m_capacity) {
        qCWarning(lcAgent).noquote() << "the outbox is full, its oldest message is dropped:" << m_letters.first().key;
        remove(m_letters.first().sequence);
    }
    m_letters.append({++m_lastSequence, key, body});
    return writeFileAtomically(pathOf(m_letters.last()), body);
}

void Outbox::remove(quint64 sequence)
{
    const auto it = std::ranges::find(m_letters, sequence, &Letter::sequence);
    if (it == m_letters.end()) {
        return;
    }
    // Not durable on purpose: a message that comes back after a power cut is sent once more, and the panel drops
    // repeats.
    QFile::remove(pathOf(*it));
    m_letters.erase(it);
}

QString Outbox::pathOf(const Letter &letter) const
{
    return u"%1/%2-%3.json"_s.arg(m_folder).arg(letter.sequence, 12, 10, QChar(u'0')).arg(letter.key);
}

} // namespace sgn::agent
