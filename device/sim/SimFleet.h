// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sim/Accounts.h"
#include "sim/SimDevice.h"

#include <memory>
#include <QObject>
#include <vector>

namespace sgn::sim {

// Simulated devices on one server, switched on one after another.
class SimFleet : public QObject
{
    Q_OBJECT

public:
    struct Server
    {
        // Nodes of one cluster; each device takes one of them by chance, and another one when that fails.
        QList<xmpp::Account::Server> nodes;
        QString caFile;
        QString panelJid;
    };

    // `clock` outlives the object.
    SimFleet(const Server &server, const QList<DeviceAccount> &accounts, const Behaviour &behaviour, const Clock &clock,
             QObject *parent = nullptr);
    ~SimFleet() override;

    [[nodiscard]] int size() const { return static_cast<int>(m_devices.size()); }
    [[nodiscard]] int online() const { return m_online; }

    void start();
    // stopped() follows when all have closed their sessions.
    void stop();

Q_SIGNALS:
    void stateChanged(const QString &jid, sgn::xmpp::Session::State state);
    // A device has carried out a command to install a release; once for each time that it does.
    void installed(const QString &jid, sgn::Component component, sgn::CommandNo number);
    // Why a device can't log in; once while the reason stays the same.
    void offline(const sgn::Error &reason);
    void stopped();

private:
    void add(const Server &server, const DeviceAccount &account, int number);
    void switchOnNext();

    Behaviour m_behaviour;
    const Clock &m_clock;
    std::vector<std::unique_ptr<SimDevice>> m_devices;
    QTimer m_switch;
    size_t m_switchedOn = 0;
    int m_online = 0;
    size_t m_off = 0;
    std::optional<Error> m_reported;
};

} // namespace sgn::sim
