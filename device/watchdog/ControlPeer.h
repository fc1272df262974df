// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "control/Control.h"

#include <QObject>
#include <QSocketNotifier>
#include <sys/types.h>

namespace sgn::watchdog {

// One connection to the control socket. Reads requests, writes replies and events. Closes itself on an overlong line,
// on more than maxBacklog bytes that the other side doesn't read, and at the end of the stream.
class ControlPeer : public QObject
{
    Q_OBJECT

public:
    // The pid and user come from SO_PEERCRED.
    ControlPeer(Descriptor socket, pid_t pid, uid_t user, QObject *parent);

    [[nodiscard]] pid_t pid() const { return m_pid; }
    [[nodiscard]] uid_t user() const { return m_user; }
    [[nodiscard]] bool hasSentHello() const { return m_hasSentHello; }
    void setHasSentHello() { m_hasSentHello = true; }

    void reply(control::RequestId id, const Result<control::ReplyBody> &body);
    void send(const control::Event &event);

    static constexpr qsizetype maxLine = 64 * 1024;
    static constexpr qsizetype maxBacklog = 1024 * 1024;

Q_SIGNALS:
    void requestReceived(const sgn::control::Request &request);
    // Last signal; delete the peer later.
    void closed();

private:
    void read();
    void takeLines();
    void handleLine(const QByteArray &line);
    void write(const QByteArray &bytes);
    void flush();
    void close(const QString &why = {});

    Descriptor m_socket;
    pid_t m_pid;
    uid_t m_user;
    QSocketNotifier m_readable;
    QSocketNotifier m_writable;
    QByteArray m_in;
    QByteArray m_out;
    bool m_hasSentHello = false;
    bool m_closed = false;
};

} // namespace sgn::watchdog
