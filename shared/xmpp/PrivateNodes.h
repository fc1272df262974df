// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <functional>
#include <QByteArray>
#include <QHash>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>

class QDomElement;
class QXmppClient;

namespace sgn::xmpp {

// An item of a node: JSON text in a JSON container (XEP-0335).
struct PrivateItem
{
    QString id;
    QByteArray json;

    friend bool operator==(const PrivateItem &, const PrivateItem &) = default;
};

// What the clients of one account share through their server, and no other account can read: nodes of the account's own
// (XEP-0060, XEP-0163) with an access model "whitelist" (XEP-0223). The server stores the items, orders what is
// published, and delivers each change to all of the account's clients.
class PrivateNodes final : public QObject
{
    Q_OBJECT

public:
    // A server refuses stanzas over some size, and some do so from 64 KiB on.
    static constexpr qsizetype maxItemSize = 32 * 1024;

    using Done = std::function<void(const Outcome &)>;
    using Fetched = std::function<void(const Result<QList<PrivateItem>> &)>;

    explicit PrivateNodes(QObject *parent);
    ~PrivateNodes() override;

    void online(QXmppClient *client, const QString &ownBareJid);
    void offline();

    // Those of the named items that exist, or all of the node's where none is named; an account without such a node has
    // none. `fetched` and `done` are called
    // exactly once, later. Errors: NotFound (the server has no such nodes at all), Network, Refused.
    void fetch(const QString &node, const QStringList &ids, Fetched fetched);
    // Creates the node if need be, or configures it: private, for at most `maxItems` items. TooLarge: over maxItemSize.
    void publish(const QString &node, const PrivateItem &item, int maxItems, Done done);

    // Removes it, where it is. What becomes of it isn't reported.
    void retract(const QString &node, const QString &id);

    // Whether the message was about nodes; those of other accounts are dropped.
    bool readMessage(const QDomElement &stanza);

Q_SIGNALS:
    // A client of the account has published it, perhaps this one. Some servers report it twice.
    void itemPublished(const QString &node, const sgn::xmpp::PrivateItem &item);

private:
    void publishPrepared(const QString &node, const PrivateItem &item, Done done);
    void prepare(const QString &node, int maxItems, Done done);
    void configure(const QString &node, int maxItems, Done done);

    QPointer<QXmppClient> m_client;
    QString m_ownBareJid;
    QHash<QString, int> m_prepared; // nodes and their most items, in this session
};

} // namespace sgn::xmpp
