// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"
#include "xmpp/Keeping.h"

#include <functional>
#include <QByteArray>
#include <QString>

namespace sgn::core {

// Takes messages for devices. Implemented by SendQueue.
class CommandOutlet
{
public:
    enum class Fate { Acknowledged, NotSent, Undeliverable };
    using Settled = std::function<void(Fate fate, const Error &reason)>;
    enum class Priority { Urgent, Ordinary };

    virtual ~CommandOutlet() = default;

    // `settled` is called once with Acknowledged or NotSent, and later perhaps with Undeliverable; never from within
    // send().
    virtual void send(const QString &toBareJid, const QByteArray &body, Priority priority, Settled settled,
                      xmpp::Keeping keeping) = 0;
};

} // namespace sgn::core
