// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"

#include <memory>
#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>

namespace sgn::xmpp {

// Our end of a pair of stream sockets. In place of a QLocalSocket, which keeps some 50 KB of buffers for as long as it
// lives: this one keeps only what the other end hasn't taken yet.
class StreamEnd final : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;
    ~StreamEnd() override;

    // A socket that doesn't block. Once.
    void open(Descriptor socket);
    [[nodiscard]] bool isOpen() const { return m_socket.isValid(); }
    // All that has come so far.
    [[nodiscard]] QByteArray readAll();
    void write(const QByteArray &bytes);
    // Closes it when everything is written; ended() follows, also from within this call.
    void finish();
    // Closes it now, without a signal.
    void abort();

Q_SIGNALS:
    void readyRead();
    // The other end was closed, or finish() is done. What came before can still be read.
    void ended();

private:
    [[nodiscard]] bool receive();
    void onReadable();
    void flush();
    void end();

    Descriptor m_socket;
    std::unique_ptr<QSocketNotifier> m_readable;
    std::unique_ptr<QSocketNotifier> m_writable;
    QByteArray m_unread;
    QByteArray m_unsent;
    bool m_isFinishing = false;
};

} // namespace sgn::xmpp
