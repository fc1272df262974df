// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QObject>
#include <QUrl>

namespace sgn::xmpp {

// One file on its way to the server's file store (XEP-0363). Belongs to its Session; deletes itself after finished().
// The file is read in pieces, never as a whole; the HTTPS server must show a certificate of the account's CA.
class Upload : public QObject
{
    Q_OBJECT

public:
    // Ends the upload; finished(Cancelled) follows. Without effect after finished().
    virtual void cancel() = 0;

Q_SIGNALS:
    // Bytes.
    void progress(qint64 sent, qint64 total);
    // Exactly once, never from within uploadFile(): the URL to fetch the file from, or why not: Network (offline,
    // server unreachable, no upload service), TooLarge (for the service), NotFound or Io (the file), Refused (by the
    // service), Timeout, Cancelled.
    void finished(const sgn::Result<QUrl> &url);

protected:
    using QObject::QObject;
};

} // namespace sgn::xmpp
