// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/Result.h"
#include "xmpp/Account.h"
#include "xmpp/Endpoints.h"

#include <optional>
#include <QObject>
#include <QTimer>

namespace sgn::web {
class Dialer;
struct DialFailure;
} // namespace sgn::web

namespace sgn::xmpp {

// Finds the server of an account and connects to it by TCP: one endpoint after the other, the next one when the one
// before it fails or is silent, and all that are silent together, so that none that leads nowhere costs more than a
// moment. Used once.
class Connector final : public QObject
{
    Q_OBJECT

public:
    // `failed`: endpoints that are tried last, see endpointsOf().
    Connector(Account account, QList<Endpoint> failed, QObject *parent);
    ~Connector() override;

    void start();
    // After connected(); the socket once.
    [[nodiscard]] Descriptor takeSocket() { return std::exchange(m_socket, {}); }
    [[nodiscard]] const std::optional<Endpoint> &endpoint() const { return m_endpoint; }

Q_SIGNALS:
    // One of both, once, never from within start().
    void connected();
    void failed(const sgn::Error &reason);

private:
    void search();
    void begin(const ServiceRecords &records);
    void tryNext();
    void onConnected(web::Dialer *dialer, const Endpoint &endpoint);
    void onFailed(web::Dialer *dialer, const Endpoint &endpoint, const web::DialFailure &failure);

    Account m_account;
    QList<Endpoint> m_avoided;
    QList<Endpoint> m_endpoints; // that are still to be tried
    QList<web::Dialer *> m_dialers;
    QTimer m_next;
    QStringList m_failures;
    bool m_isTimeout = true; // and nothing else went wrong
    Descriptor m_socket;
    std::optional<Endpoint> m_endpoint;
};

} // namespace sgn::xmpp
