// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "records/Problem.h"
#include "records/SavedViews.h"

#include <QObject>
#include <QStringList>
#include <QTimer>

namespace sgn::store {
class Store;
}

namespace sgn::xmpp {
class Session;
struct PrivateItem;
} // namespace sgn::xmpp

namespace sgn::core {

// Views of the fleet that operators have saved: the same at all desks of the account, through an item on its server, as
// SharedNotes. A server that keeps nothing for programs keeps them to this store.
class SharedViews : public QObject
{
    Q_OBJECT

public:
    static constexpr QStringView node = u"urn:sgn:views:1";
    static constexpr qsizetype maxViews = 40;

    struct Parts
    {
        xmpp::Session &session;
        store::Store &store;
        const Clock &clock; // the server's
    };

    // Everything in `parts` outlives this.
    explicit SharedViews(const Parts &parts, QObject *parent = nullptr);

    // What the store knows of an earlier run.
    void restore();

    // In the natural order of their names.
    [[nodiscard]] QStringList names() const;
    // Empty for an unknown name.
    [[nodiscard]] records::ViewContent content(const QString &name) const;

    // Replaces one of that name. BadRequest: the name. TooLarge: no room for more.
    [[nodiscard]] records::Expected<> save(const QString &name, const records::ViewContent &content);
    void remove(const QString &name);

Q_SIGNALS:
    void changed();
    // The other desks don't get something.
    void warned(const sgn::records::Problem &warning);

private:
    void onOnline();
    void take(const QByteArray &json);
    void change(const QString &name, records::SavedView view);
    void publish();

    xmpp::Session &m_session;
    store::Store &m_store;
    const Clock &m_clock;
    records::SavedViews m_views;
    QTimer m_publishing;
    bool m_hasWarned = false;
};

} // namespace sgn::core
