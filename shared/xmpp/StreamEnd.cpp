// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/StreamEnd.h"

#include <array>
#include <cerrno>
#include <QPointer>
#include <sys/socket.h>
#include <unistd.h>

namespace sgn::xmpp {

namespace {

constexpr size_t chunk = 16 * 1024;

// This may run inside its signal.
void dispose(std::unique_ptr<QSocketNotifier> &notifier)
{
    if (notifier) {
        notifier->setEnabled(false);
        notifier->disconnect();
        notifier.release()->deleteLater();
    }
}

} // namespace

StreamEnd::~StreamEnd()
{
    abort();
}

void StreamEnd::open(Descriptor socket)
{
    m_socket = std::move(socket);
    m_readable = std::make_unique<QSocketNotifier>(m_socket.get(), QSocketNotifier::Read);
    m_writable = std::make_unique<QSocketNotifier>(m_socket.get(), QSocketNotifier::Write);
    m_writable->setEnabled(false);
    connect(m_readable.get(), &QSocketNotifier::activated, this, &StreamEnd::onReadable);
    connect(m_writable.get(), &QSocketNotifier::activated, this, &StreamEnd::flush);
}

// Returns whether nothing more will come.
bool StreamEnd::receive()
{
    std::array<char, chunk> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
    while (true) {
        const ssize_t got = ::read(m_socket.get(), buffer.data(), buffer.size());
        if (got > 0) {
            m_unread.append(buffer.data(), got);
        } else if (got == 0 || errno != EINTR) {
            return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
        }
    }
}

void StreamEnd::onReadable()
{
    const bool isOver = receive();
    const QPointer<StreamEnd> self = this;
    if (!m_unread.isEmpty()) {
        Q_EMIT readyRead();
    }
    if (self && isOver && isOpen()) {
        end();
    }
}

QByteArray StreamEnd::readAll()
{
    if (isOpen()) {
        // The notifier reports an end.
        [[maybe_unused]] const bool isOver = receive();
    }
    return std::exchange(m_unread, {});
}

void StreamEnd::write(const QByteArray &bytes)
{
    if (isOpen() && !m_isFinishing) {
        m_unsent += bytes;
        flush();
    }
}

void StreamEnd::flush()
{
    qsizetype sent = 0;
    while (sent < m_unsent.size()) {
        const ssize_t taken = ::send(m_socket.get(), m_unsent.constData() + sent,
                                     static_cast<size_t>(m_unsent.size() - sent), MSG_NOSIGNAL);
        if (taken >= 0) {
            sent += taken;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno != EINTR) {
            sent = m_unsent.size(); // closed, which the reading side reports
        }
    }
    m_unsent = m_unsent.sliced(sent);
    m_writable->setEnabled(!m_unsent.isEmpty());
    if (m_isFinishing && m_unsent.isEmpty()) {
        end();
    }
}

void StreamEnd::finish()
{
    if (isOpen() && !m_isFinishing) {
        m_isFinishing = true;
        flush();
    }
}

void StreamEnd::end()
{
    [[maybe_unused]] const bool isOver = receive();
    abort();
    Q_EMIT ended();
}

void StreamEnd::abort()
{
    dispose(m_readable);
    dispose(m_writable);
    m_socket = {};
}

} // namespace sgn::xmpp
