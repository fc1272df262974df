// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/SimFleet.h"

namespace sgn::sim {

using namespace Qt::StringLiterals;

SimFleet::SimFleet(const Server &server, const QList<DeviceAccount> &accounts, const Behaviour &behaviour,
                   const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_behaviour(behaviour)
    , m_clock(clock)
{
    for (const DeviceAccount &account : accounts) {
        add(server, account, size() + 1);
    }
    connect(&m_switch, &QTimer::timeout, this, &SimFleet::switchOnNext);
}

SimFleet::~SimFleet() = default;

void SimFleet::add(const Server &server, const DeviceAccount &account, int number)
{
    SimDevice::Setting setting;
    setting.account.jid = account.jid;
    setting.account.password = account.password;
    setting.account.servers = server.nodes;
    setting.account.caFile = server.caFile;
    setting.account.resource = u"sgn-agent"_s;
    setting.panelJid = server.panelJid;
    // The block 00:00:5e:00 is reserved for documentation and similar use (RFC 7042).
    setting.from =
        u"00:00:5e:00:%1:%2"_s.arg((number >> 8) & 0xff, 2, 16, QChar(u'0')).arg(number & 0xff, 2, 16, QChar(u'0'));
    setting.seed = static_cast<quint32>(number);
    // Spread evenly, so that also a small fleet has its share.
    setting.isDead = number * m_behaviour.deadPercent / 100 > (number - 1) * m_behaviour.deadPercent / 100;
    auto device = std::make_unique<SimDevice>(setting, m_behaviour, m_clock);
    connect(device.get(), &SimDevice::stateChanged, this,
            [this, jid = device->jid(), isOnline = false](xmpp::Session::State state) mutable {
                const bool now = state == xmpp::Session::State::Online;
                m_online += static_cast<int>(now) - static_cast<int>(isOnline);
                isOnline = now;
                Q_EMIT stateChanged(jid, state);
            });
    connect(device.get(), &SimDevice::installed, this,
            [this, jid = device->jid()](Component component, CommandNo commandNo) {
                Q_EMIT installed(jid, component, commandNo);
            });
    connect(device.get(), &SimDevice::offline, this, [this](const Error &reason) {
        if (m_reported != reason) {
            m_reported = reason;
            Q_EMIT offline(reason);
        }
    });
    connect(device.get(), &SimDevice::switchedOff, this, [this] {
        if (++m_off == m_devices.size()) {
            Q_EMIT stopped();
        }
    });
    m_devices.push_back(std::move(device));
}

void SimFleet::start()
{
    m_switch.start(m_behaviour.switchOn / std::max(1, size()));
}

void SimFleet::switchOnNext()
{
    // More than one where the pause between two is shorter than a timer's.
    const auto pause = m_behaviour.switchOn / std::max(1, size());
    const size_t atOnce = pause.count() > 0 ? 1 : 20;
    for (size_t i = 0; i < atOnce && m_switchedOn < m_devices.size(); ++i) {
        m_devices.at(m_switchedOn++)->switchOn();
    }
    if (m_switchedOn == m_devices.size()) {
        m_switch.stop();
    }
}

void SimFleet::stop()
{
    m_switch.stop();
    m_off = 0;
    for (const auto &device : m_devices) {
        device->switchOff();
    }
}

} // namespace sgn::sim
