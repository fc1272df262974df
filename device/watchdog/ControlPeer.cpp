// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/ControlPeer.h"

#include "watchdog/Logging.h"

#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

ControlPeer::ControlPeer(Descriptor socket, pid_t pid, uid_t user, QObject *parent)
    : QObject(parent)
    , m_socket(std::move(socket))
    , m_pid(pid)
    , m_user(user)
    , m_readable(m_socket.get(), QSocketNotifier::Read)
    , m_writable(m_socket.get(), QSocketNotifier::Write)
{
    m_writable.setEnabled(false);
    connect(&m_readable, &QSocketNotifier::activated, this, &ControlPeer::read);
    connect(&m_writable, &QSocketNotifier::activated, this, &ControlPeer::flush);
}

void ControlPeer::read()
{
    std::array<char, 16 * 1024> chunk; // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
    const ssize_t n = ::recv(m_socket.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (n > 0) {
        m_in.append(chunk.data(), n);
        takeLines();
    } else if (n == 0) {
        close();
    } else if (errno != EAGAIN && errno != EINTR) {
        close(u"its connection broke"_s);
    }
}

void ControlPeer::takeLines()
{
    qsizetype start = 0;
    for (qsizetype end = m_in.indexOf('\n'); end >= 0 && !m_closed; end = m_in.indexOf('\n', start)) {
        handleLine(m_in.mid(start, end - start));
        start = end + 1;
    }
    m_in.remove(0, start);
    if (m_in.size() > maxLine) {
        close(u"it sent a line of more than %1 bytes"_s.arg(maxLine));
    }
}

void ControlPeer::handleLine(const QByteArray &line)
{
    const auto request = control::parseRequest(line);
    if (request) {
        Q_EMIT requestReceived(*request);
        return;
    }
    qCWarning(lcWatchdog).noquote() << "refused a request of process" << m_pid << ':' << request.error().message;
    if (const auto id = control::requestIdOf(line)) {
        reply(*id, fail(request.error()));
    }
}

void ControlPeer::reply(control::RequestId id, const Result<control::ReplyBody> &body)
{
    write(control::encode(control::Reply{id, body}));
}

void ControlPeer::send(const control::Event &event)
{
    write(control::encode(event));
}

void ControlPeer::write(const QByteArray &bytes)
{
    if (m_closed) {
        return;
    }
    m_out += bytes;
    flush();
}

void ControlPeer::flush()
{
    while (!m_out.isEmpty() && !m_closed) {
        const ssize_t n = ::send(m_socket.get(), m_out.constData(), static_cast<std::size_t>(m_out.size()),
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno != EAGAIN) {
            close();
            return;
        }
        if (n < 0) {
            break;
        }
        m_out.remove(0, n);
    }
    m_writable.setEnabled(!m_out.isEmpty() && !m_closed);
    if (m_out.size() > maxBacklog) {
        close(u"it doesn't read what it asked for"_s);
    }
}

void ControlPeer::close(const QString &why)
{
    if (m_closed) {
        return;
    }
    m_closed = true;
    m_readable.setEnabled(false);
    m_writable.setEnabled(false);
    m_in.clear();
    m_out.clear();
    if (!why.isEmpty()) {
        qCWarning(lcWatchdog).noquote() << "closed the connection of process" << m_pid << ':' << why;
    }
    Q_EMIT closed();
}

} // namespace sgn::watchdog
