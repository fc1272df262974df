// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QXmppClient.h>

class QDomElement;

namespace sgn::xmpp {

// Finds the server's file store (XEP-0363 section 4): queries the server for its components, then each of those for its
// features.
class UploadService final : public QObject
{
    Q_OBJECT

public:
    explicit UploadService(QObject *parent)
        : QObject(parent)
    {}

    void search(QXmppClient *client, const QString &domain);
    void forget();

    // Nothing more will be found in this session.
    [[nodiscard]] bool isSettled() const { return m_client && m_toAsk == 0; }
    [[nodiscard]] bool isFound() const { return !m_jid.isEmpty(); }
    [[nodiscard]] QString jid() const { return m_jid; }
    // Bytes; none when the service names no limit.
    [[nodiscard]] std::optional<qint64> maxFileSize() const { return m_maxFileSize; }
    [[nodiscard]] QXmppClient *client() const { return m_client; }

Q_SIGNALS:
    void settled();

private:
    void ask(const QString &jid);
    void readInfo(const QString &jid, const QDomElement &info);
    void answered();

    QPointer<QXmppClient> m_client;
    // Distinguishes replies to an earlier search.
    int m_search = 0;
    int m_toAsk = 0;
    QString m_jid;
    std::optional<qint64> m_maxFileSize;
};

} // namespace sgn::xmpp
