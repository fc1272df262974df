// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QString>

namespace sgn::xmpp {

// One <message> with a body, as facts. Whether it may be obeyed is decided above: a device, for one, obeys only its
// panel and never a carbon. Carbons and archive results reach this point only when they came from the own account.
struct IncomingMessage
{
    // Sender: full JID, and the bare JID in its canonical (lower-case) form for comparisons. Verified by the server.
    QString from;
    QString fromBare;
    // Addressee's bare JID; needed for carbons and archived messages, which may be our own account's messages to a
    // device.
    QString toBare;
    // UTF-8, at most maxBodySize bytes.
    QByteArray body;
    // The sender's stanza id; may be empty or repeated.
    QString id;
    // Kept by the server for a while (XEP-0203: offline store, archive, cut link); `stamp` is then the time of sending
    // (UTC). Else the time of arrival by the local clock.
    bool delayed = false;
    QDateTime stamp;
    // A copy of what another resource of the own account got or sent (XEP-0280).
    bool carbon = false;
    // Read from the archive (XEP-0313).
    bool fromArchive = false;
    // The archive's id of this message, to continue from later; empty when the server gave none (XEP-0359).
    QString archiveId;
};

// Protocol section 1: longer bodies are dropped unread.
inline constexpr qsizetype maxBodySize = 64 * 1024;

} // namespace sgn::xmpp
