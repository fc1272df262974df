// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "xmpp/Account.h"
#include "xmpp/TlsConfig.h"

#include <chrono>
#include <optional>
#include <QObject>
#include <QTimer>

namespace sgn::xmpp {

class Wire;

// Finds out whether a server can be trusted: connects as a session would, checks the certificate against the account's
// CA file and domain, and disconnects before anything is sent. Used once.
class TlsProbe : public QObject
{
    Q_OBJECT

public:
    TlsProbe(Account account, std::chrono::milliseconds limit, QObject *parent = nullptr);

    void start();
    // What was wrong with the certificate, where that is why it finished; in a slot of finished().
    [[nodiscard]] std::optional<CertificateFault> certificateFault() const;

Q_SIGNALS:
    // Once, never from within start(): nullopt when the server can be trusted. Refused: its certificate isn't trusted,
    // or it does no TLS; NotFound, BadFile: of the CA file; Network, Timeout: it can't be reached, so nothing is known.
    void finished(const std::optional<sgn::Error> &failure);

private:
    void end(const std::optional<Error> &failure);

    Account m_account;
    QTimer m_limit;
    Wire *m_wire = nullptr;
    bool m_ended = false;
};

} // namespace sgn::xmpp
