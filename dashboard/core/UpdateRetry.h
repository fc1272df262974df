// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/CommandLog.h"
#include "web/Client.h"

#include <QObject>
#include <QPointer>

namespace sgn::core {

// Sends an update again under a new number, unless the server of its file has no such file any more: file stores forget
// what was uploaded days ago, and every device would find that out for itself. A server that can't be reached from here
// proves nothing. Deletes itself after finished().
class UpdateRetry : public QObject
{
    Q_OBJECT

public:
    struct Order
    {
        CommandBody body;
        QStringList jids;
        SubmitOptions options;
        web::Access access;
    };

    static constexpr std::chrono::seconds patience{10};

    // `commands` outlives it.
    UpdateRetry(CommandLog &commands, Order order, QObject *parent);
    // Begins with an error.
    UpdateRetry(CommandLog &commands, const records::Problem &problem, QObject *parent);
    ~UpdateRetry() override;

Q_SIGNALS:
    // Once, never from within the constructor. NotFound (ReleaseGone), the errors of CommandLog::submit().
    void finished(const sgn::records::Expected<sgn::CommandNo> &number);

private:
    void start();
    void submit();
    void finish(const records::Expected<CommandNo> &number);

    CommandLog &m_commands;
    Order m_order;
    web::Client m_client;
    QPointer<web::Transfer> m_transfer;
};

} // namespace sgn::core
