// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/SharedViews.h"

#include "protocol/Version.h"
#include "store/Store.h"
#include "xmpp/PrivateNodes.h"
#include "xmpp/Session.h"

#include <algorithm>
#include <QRandomGenerator>

namespace sgn::core {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QString itemId = u"views"_s;
// That a view was removed is kept so long: until then it reaches desks that were closed.
constexpr qint64 forgetAfterDays = 90;

} // namespace

SharedViews::SharedViews(const Parts &parts, QObject *parent)
    : QObject(parent)
    , m_session(parts.session)
    , m_store(parts.store)
    , m_clock(parts.clock)
{
    m_publishing.setSingleShot(true);
    connect(&m_publishing, &QTimer::timeout, this, &SharedViews::publish);
    connect(&m_session, &xmpp::Session::online, this, &SharedViews::onOnline);
    connect(&m_session.privateNodes(), &xmpp::PrivateNodes::itemPublished, this,
            [this](const QString &published, const xmpp::PrivateItem &item) {
                if (published == node && item.id == itemId) {
                    take(item.json);
                }
            });
}

void SharedViews::restore()
{
    m_views = records::savedViewsFrom(m_store.savedViews());
}

QStringList SharedViews::names() const
{
    QStringList names;
    for (auto it = m_views.cbegin(); it != m_views.cend(); ++it) {
        if (!it->isRemoved) {
            names += it.key();
        }
    }
    std::ranges::sort(names, [](const QString &one, const QString &other) {
        const int order = compareVersions(one, other); // 2 before 10
        return order < 0 || (order == 0 && one < other);
    });
    return names;
}

records::ViewContent SharedViews::content(const QString &name) const
{
    return m_views.value(name).content;
}

records::Expected<> SharedViews::save(const QString &name, const records::ViewContent &content)
{
    const QString wanted = name.simplified();
    if (wanted.isEmpty() || wanted.size() > records::maxViewName || content.isEmpty()) {
        return records::fail(ErrorCode::BadRequest, records::FactCode::BadViewName, {wanted});
    }
    const QStringList known = names();
    if (!known.contains(wanted) && known.size() >= maxViews) {
        return records::fail(ErrorCode::TooLarge, records::FactCode::TooManyViews, {QString::number(maxViews)});
    }
    records::SavedView view = m_views.value(wanted);
    view.content = content;
    view.isRemoved = false;
    change(wanted, std::move(view));
    return {};
}

void SharedViews::remove(const QString &name)
{
    if (m_views.contains(name)) {
        records::SavedView view = m_views.value(name);
        view.content = {};
        view.isRemoved = true;
        change(name, std::move(view));
    }
}

void SharedViews::change(const QString &name, records::SavedView view)
{
    view.changedAt = records::timeOfChange(m_clock.wallUtc(), view.changedAt);
    m_views.insert(name, view);
    m_store.keepSavedViews(records::toJson(m_views));
    m_publishing.start(0ms);
    Q_EMIT changed();
}

void SharedViews::onOnline()
{
    const QDateTime limit = m_clock.wallUtc().addDays(-forgetAfterDays);
    m_views.removeIf([&limit](auto view) { return view->isRemoved && view->changedAt < limit; });
    m_session.privateNodes().fetch(node.toString(), {itemId}, [this](const Result<QList<xmpp::PrivateItem>> &items) {
        if (items) { // else: at the next login, or the server keeps nothing for programs
            take(items->isEmpty() ? QByteArray() : items->constFirst().json);
        }
    });
}

void SharedViews::take(const QByteArray &json)
{
    const records::SharedMerge merged = records::mergeNewer(m_views, records::savedViewsFrom(json));
    if (merged.areOursNewer) {
        // Later, and each desk at another time: one of them is enough.
        m_publishing.start(500ms + std::chrono::milliseconds(QRandomGenerator::global()->bounded(1'000)));
    }
    if (!merged.changed.isEmpty()) {
        m_store.keepSavedViews(records::toJson(m_views));
        Q_EMIT changed();
    }
}

void SharedViews::publish()
{
    if (!m_session.isOnline()) {
        return; // the next login finds what the server lacks
    }
    m_session.privateNodes().publish(
        node.toString(), {itemId, records::toJson(m_views)}, 1, [this](const Outcome &outcome) {
            const bool isExpected =
                outcome || outcome.error().code == ErrorCode::Network || outcome.error().code == ErrorCode::NotFound;
            if (!isExpected && !std::exchange(m_hasWarned, true)) {
                Q_EMIT warned(records::Problem(outcome.error()).withContext(records::FactCode::NotShared));
            }
        });
}

} // namespace sgn::core
