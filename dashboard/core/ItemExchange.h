// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "xmpp/PrivateNodes.h"

#include <QObject>
#include <QString>
#include <QStringList>

namespace sgn::xmpp {
class Session;
}

namespace sgn::core {

// The items that the account's programs share through its server, as xmpp::PrivateNodes; an interface, so that a test
// can be the server.
class ItemExchange : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    [[nodiscard]] virtual bool isOnline() const = 0;
    // This session among those of the account; another one after each login.
    [[nodiscard]] virtual QString self() const = 0;
    // As of xmpp::PrivateNodes.
    virtual void fetch(const QString &node, const QStringList &ids, xmpp::PrivateNodes::Fetched fetched) = 0;
    virtual void publish(const QString &node, const xmpp::PrivateItem &item, int maxItems,
                         xmpp::PrivateNodes::Done done) = 0;
    virtual void retract(const QString &node, const QString &id) = 0;

Q_SIGNALS:
    void cameOnline();
    // A program of the account has published it, perhaps this one.
    void published(const QString &node, const sgn::xmpp::PrivateItem &item);
};

// Those of the server.
class SessionItems final : public ItemExchange
{
    Q_OBJECT

public:
    // `session` outlives this.
    explicit SessionItems(xmpp::Session &session, QObject *parent = nullptr);

    [[nodiscard]] bool isOnline() const override;
    [[nodiscard]] QString self() const override;
    void fetch(const QString &node, const QStringList &ids, xmpp::PrivateNodes::Fetched fetched) override;
    void publish(const QString &node, const xmpp::PrivateItem &item, int maxItems,
                 xmpp::PrivateNodes::Done done) override;
    void retract(const QString &node, const QString &id) override;

private:
    xmpp::Session &m_session;
};

} // namespace sgn::core
