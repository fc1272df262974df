// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "xmpp/SessionOptions.h"

#include <QPointer>
#include <QTimer>
#include <QXmppClient.h>

class QDomElement;

namespace sgn::xmpp {

// Reads the account's archive (XEP-0313) page by page (XEP-0059). The messages themselves pass by in the stream;
// readers check them against queryId().
class ArchiveReader final : public QObject
{
    Q_OBJECT

public:
    explicit ArchiveReader(QObject *parent);

    [[nodiscard]] bool isRunning() const { return !m_queryId.isEmpty(); }
    [[nodiscard]] QString queryId() const { return m_queryId; }

    void start(QXmppClient *client, const ArchiveStart &start);
    // The link is lost: finished() with this reason if a query runs.
    void lost(const Error &reason);

Q_SIGNALS:
    // As Session::archivePageRead() and archiveFinished().
    void pageRead(const sgn::xmpp::ArchivePage &page);
    void finished(const sgn::Result<sgn::xmpp::ArchivePage> &page);

private:
    void requestPage();
    void readPage(const QDomElement &answer);
    void end(const Result<ArchivePage> &result);

    QPointer<QXmppClient> m_client;
    ArchiveStart m_start;
    QString m_queryId;
    QString m_lastId;
    QTimer m_timeout;
};

} // namespace sgn::xmpp
