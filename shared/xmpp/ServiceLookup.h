// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "xmpp/Endpoints.h"

#include <QObject>
#include <QTimer>

namespace sgn::xmpp {

// Looks up a domain's XMPP servers in the name server. Used once.
class ServiceLookup final : public QObject
{
    Q_OBJECT

public:
    explicit ServiceLookup(const QString &domain, QObject *parent = nullptr);

    void start();

Q_SIGNALS:
    // Once, never from within start(). Without an answer in time, and for a domain without records, they are empty.
    void finished(const sgn::xmpp::ServiceRecords &records);

private:
    void look(const QByteArray &service, QList<ServiceRecord> &into);
    void end();

    QByteArray m_domain;
    ServiceRecords m_records;
    int m_open = 0; // look-ups
    QTimer m_limit;
    bool m_ended = false;
};

} // namespace sgn::xmpp
