// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace sgn::xmpp {

// An item of the account's contacts on the server (its roster, RFC 6121 section 2), which every XMPP client shows.
struct Contact
{
    QString jid;        // bare
    QString name;       // empty: none
    QStringList groups; // sorted, each once; without one of the contact's own name

    friend bool operator==(const Contact &, const Contact &) = default;
};

} // namespace sgn::xmpp
