// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/XmppPanelLink.h"

#include "agent/Logging.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// While offline.
constexpr auto clockCheck = 20s;

} // namespace

xmpp::Account accountOf(const DeviceConfig &config, const QString &caFile)
{
    xmpp::Account account;
    account.jid = config.clientJid;
    account.password = config.clientPassword;
    account.host = config.host;
    account.tls = config.startTls ? xmpp::Account::Tls::StartTls : xmpp::Account::Tls::Direct;
    account.port = config.port;
    account.proxy = config.proxy;
    account.caFile = caFile;
    account.resource = u"sgn-agent"_s;
    return account;
}

XmppPanelLink::XmppPanelLink(const xmpp::Account &account, QString panelJid, const xmpp::SessionOptions &options,
                             const Clock &clock, QObject *parent)
    : PanelLink(parent)
    , m_panelJid(std::move(panelJid))
    , m_session(account, options, clock)
    , m_clockWatch(clock)
{
    m_clockCheck.setInterval(clockCheck);
    using xmpp::Session;
    m_session.setTrustedPeers({m_panelJid});
    connect(&m_session, &Session::online, this, &PanelLink::online);
    connect(&m_session, &Session::stateChanged, this, [this](Session::State state) {
        // The session emits offline() once for a reason that stays the same, but each loss has to be reported here.
        if (state == Session::State::Waiting || state == Session::State::Stopped) {
            Q_EMIT offline();
        }
        if (state == Session::State::Online || state == Session::State::Stopped) {
            m_clockCheck.stop();
        } else if (!m_clockCheck.isActive()) {
            m_clockCheck.start();
        }
    });
    connect(&m_network, &xmpp::NetworkWatch::came, &m_session, &Session::tryNow);
    connect(&m_clockWatch, &xmpp::ClockWatch::wasSet, &m_session, &Session::tryNow);
    connect(&m_clockCheck, &QTimer::timeout, &m_clockWatch, &xmpp::ClockWatch::check);
    connect(&m_session, &Session::offline, this, [this](const Error &reason) { Q_EMIT unreachable(reason.message); });
    connect(&m_session, &Session::replaced, this, &PanelLink::replaced);
    connect(&m_session, &Session::stopped, this, &XmppPanelLink::stopped);
    connect(&m_session, &Session::messageReceived, this, &PanelLink::messageReceived);
    connect(&m_session, &Session::acknowledged, this, &PanelLink::acknowledged);
    connect(&m_session, &Session::notSent, this, &PanelLink::notSent);
    connect(&m_session, &Session::uploadAvailable, this, &PanelLink::uploadAvailable);
    connect(&m_session, &Session::serverTimeKnown, this, &PanelLink::serverTimeKnown);
    connect(&m_session, &Session::undeliverable, this, [this](quint64 id, const QString &jid, const Error &reason) {
        qCWarning(lcAgent).noquote() << "the server couldn't deliver a message to" << jid << "-" << reason.message;
        Q_EMIT returned(id);
    });
}

void XmppPanelLink::upload(const QString &path, QObject *context, UploadAnswer answer)
{
    connect(m_session.uploadFile(path), &xmpp::Upload::finished, context, std::move(answer));
}

} // namespace sgn::agent
