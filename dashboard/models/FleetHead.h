// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Fleet.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// The head figures.
class FleetHead final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(int total READ total NOTIFY changed FINAL)
    Q_PROPERTY(int online READ online NOTIFY changed FINAL)
    Q_PROPERTY(int offline READ offline NOTIFY changed FINAL)
    Q_PROPERTY(int dead READ dead NOTIFY changed FINAL)
    Q_PROPERTY(int updating READ updating NOTIFY changed FINAL)
    Q_PROPERTY(int attention READ attention NOTIFY changed FINAL)

public:
    explicit FleetHead(core::Fleet &fleet, QObject *parent = nullptr);

    [[nodiscard]] int total() const { return m_fleet.summary().total; }
    [[nodiscard]] int online() const { return m_fleet.summary().online; }
    [[nodiscard]] int offline() const { return m_fleet.summary().offline; }
    [[nodiscard]] int dead() const { return m_fleet.summary().deadProcesses; }
    [[nodiscard]] int updating() const { return m_fleet.summary().updating; }
    [[nodiscard]] int attention() const { return m_fleet.summary().needAttention; }

Q_SIGNALS:
    void changed();

private:
    core::Fleet &m_fleet;
};

} // namespace sgn::models
