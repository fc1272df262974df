// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/TlsProbe.h"

#include "xmpp/Wire.h"

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

// Nothing is read after TLS stands.
constexpr StanzaFramer::Size small{.bytes = 64 * 1024, .parts = 100};

} // namespace

TlsProbe::TlsProbe(Account account, std::chrono::milliseconds limit, QObject *parent)
    : QObject(parent)
    , m_account(std::move(account))
{
    m_limit.setSingleShot(true);
    m_limit.setInterval(limit);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        end(Error{ErrorCode::Timeout, u"the server %1 doesn't answer"_s.arg(m_account.connectHost())});
    });
}

void TlsProbe::start()
{
    const Result<QList<QSslCertificate>> authorities = loadCa(m_account.caFile);
    if (!authorities) {
        end(authorities.error());
        return;
    }
    m_wire = new Wire(
        {.account = m_account, .failed = {}, .authorities = *authorities, .limits = {.iq = small, .other = small}},
        this);
    connect(m_wire, &Wire::secured, this, [this] { end(std::nullopt); });
    connect(m_wire, &Wire::broken, this, [this](const Error &reason) { end(reason); });
    m_limit.start();
    m_wire->open();
}

std::optional<CertificateFault> TlsProbe::certificateFault() const
{
    return m_wire != nullptr ? m_wire->certificateFault() : std::nullopt;
}

void TlsProbe::end(const std::optional<Error> &failure)
{
    if (std::exchange(m_ended, true)) {
        return;
    }
    m_limit.stop();
    // Queued also because this may be a signal of the wire, which is then closed.
    QMetaObject::invokeMethod(
        this,
        [this, failure] {
            if (m_wire != nullptr) {
                m_wire->abort();
            }
            Q_EMIT finished(failure);
        },
        Qt::QueuedConnection);
}

} // namespace sgn::xmpp
