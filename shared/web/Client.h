// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "web/Request.h"
#include "web/Transfer.h"

#include <memory>
#include <QObject>

namespace sgn::web {

// Sends requests to web servers, and keeps a connection for the next one to the same server. It may be destroyed at any
// time, also in a slot of a signal of its transfers, which end with it.
class Client : public QObject
{
    Q_OBJECT

public:
    explicit Client(QObject *parent = nullptr);
    ~Client() override;

    // Never null. It belongs to the client, which deletes it after finished().
    [[nodiscard]] Transfer *start(const WebRequest &request);

private:
    class Private;
    friend class Transfer;
    std::unique_ptr<Private> d;
};

} // namespace sgn::web
