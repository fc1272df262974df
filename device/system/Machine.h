// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArrayList>
#include <QString>

namespace sgn::system {

// The machine that we run on, as far as something can be done to all of it. A port, so that tests restart nothing.
class Machine
{
public:
    virtual ~Machine() = default;

    // Begins an orderly restart, which ends us like everything else. Refused, NotFound, Io: nothing has begun.
    [[nodiscard]] virtual Outcome restart() = 0;
};

// Restarts it with the program of its init system: systemd, else sysvinit.
class SystemMachine final : public Machine
{
public:
    // `program`: another program to be started for it, without arguments; empty: the system's.
    explicit SystemMachine(QString program = {});

    [[nodiscard]] Outcome restart() override;

private:
    QString m_program;
};

} // namespace sgn::system
