// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sgn::test {

/// Where clients find a server of a test.
class XmppServer
{
public:
    virtual ~XmppServer() = default;

    /// What to connect to.
    virtual QString address() const = 0;
    /// Direct TLS (XEP-0368).
    virtual quint16 port() const = 0;
    /// PEM file with what to trust.
    virtual QString caFile() const = 0;
};

} // namespace sgn::test
