// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/CatchUp.h"

#include "store/Store.h"

#include <algorithm>
#include <QLoggingCategory>
#include <utility>

Q_LOGGING_CATEGORY(lcArchive, "sgn.archive")

namespace sgn::core {

namespace {

// How far back a panel reads that has read nothing yet.
constexpr int firstReadingDays = 30;

} // namespace

CatchUp::CatchUp(xmpp::Session &session, store::Store &store, const Clock &clock, const Times &times, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_store(store)
    , m_clock(clock)
    , m_times(times)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &CatchUp::readRest);
    connect(&m_session, &xmpp::Session::archivePageRead, this, &CatchUp::onPage);
    connect(&m_session, &xmpp::Session::archiveFinished, this, &CatchUp::onFinished);
}

void CatchUp::start()
{
    stop();
    m_isCurrent = false;
    m_isPlaceLost = false;
    m_hasMetNewest = false;
    m_hasBegunAnew = false;
    m_upTo = {};
    m_pause = m_times.retry;
    m_place = m_store.archiveId();
    readNewest();
}

void CatchUp::stop()
{
    m_retry.stop();
    m_newest.clear();
    m_shown.clear();
    goTo(Step::Idle);
}

void CatchUp::goTo(Step step)
{
    m_step = step;
    Q_EMIT stepChanged();
}

void CatchUp::take(const xmpp::IncomingMessage &message)
{
    if (m_step == Step::Newest) {
        // Held until it is known which of them are new.
        m_newest += message;
    } else if (m_step == Step::Rest) {
        m_upTo = message.stamp;
        m_hasMetNewest = m_hasMetNewest || m_shown.contains(message.archiveId);
        Q_EMIT messageRead(message, passOf(message));
    }
}

CatchUp::Pass CatchUp::passOf(const xmpp::IncomingMessage &message) const
{
    if (m_shown.isEmpty()) {
        return Pass::InOrder;
    }
    return m_shown.contains(message.archiveId) ? Pass::Again : Pass::Behind;
}

void CatchUp::readNewest()
{
    goTo(Step::Newest);
    // Whatever its age: what lies between it and the last reading may be older than any time named here, or this
    // machine's clock wrong.
    m_session.queryArchive({.afterId = {}, .since = {}, .what = xmpp::ArchiveStart::What::NewestPage});
}

void CatchUp::readRest()
{
    goTo(Step::Rest);
    const QString place = m_isPlaceLost ? QString() : m_place;
    const QDateTime since = place.isEmpty() ? m_clock.wallUtc().addDays(-firstReadingDays) : QDateTime();
    m_session.queryArchive({.afterId = place, .since = since});
}

void CatchUp::onPage(const xmpp::ArchivePage &page)
{
    if (m_step == Step::Rest) {
        m_pause = m_times.retry;
        m_isPlaceLost = false;
        m_place = page.lastId;
        m_store.keepArchiveId(m_place);
        Q_EMIT stepChanged();
    }
}

void CatchUp::onFinished(const Result<xmpp::ArchivePage> &page)
{
    switch (m_step) {
    case Step::Newest:
        if (page) {
            onNewest(*page);
        } else {
            onFailure(page.error());
        }
        return;
    case Step::Rest:
        if (page) {
            onRest(*page);
        } else {
            onFailure(page.error());
        }
        return;
    case Step::Idle:
    case Step::Failed:
    case Step::Complete:
        return;
    }
}

// The rest leads to the newest page. Where it doesn't, the archive is another one than that of the place to go on from,
// and the server took an id that it doesn't know for one behind all of its own (ejabberd: XEP-0313 demands an error).
void CatchUp::onRest(const xmpp::ArchivePage &page)
{
    const bool isGap = !m_shown.isEmpty() && !m_hasMetNewest && !m_place.isEmpty();
    if (isGap && !std::exchange(m_hasBegunAnew, true)) {
        m_isPlaceLost = true;
        readRest();
        return;
    }
    onPage(page);
    complete();
}

void CatchUp::onNewest(const xmpp::ArchivePage &page)
{
    const auto last = std::ranges::find(m_newest, m_place, &xmpp::IncomingMessage::archiveId);
    const bool isPlaceOnIt = !m_place.isEmpty() && last != m_newest.end();
    if (isPlaceOnIt) {
        m_newest.erase(m_newest.begin(), last + 1);
    }
    const bool isAll = isPlaceOnIt || page.isComplete;
    if (!isAll) {
        for (const xmpp::IncomingMessage &message : std::as_const(m_newest)) {
            m_shown.insert(message.archiveId);
        }
    }
    releaseNewest();
    if (isAll && !page.lastId.isEmpty()) {
        m_store.keepArchiveId(page.lastId);
    }
    becomeCurrent();
    if (isAll) {
        complete();
    } else if (m_step == Step::Newest) {
        readRest();
    }
}

void CatchUp::releaseNewest()
{
    const auto messages = std::exchange(m_newest, {});
    for (const xmpp::IncomingMessage &message : messages) {
        Q_EMIT messageRead(message, Pass::InOrder);
    }
}

void CatchUp::onFailure(const Error &reason)
{
    if (!m_session.isOnline()) {
        return; // the next login begins anew
    }
    m_newest.clear();
    if (m_step == Step::Rest && reason.code == ErrorCode::NotFound && !m_isPlaceLost && !m_place.isEmpty()) {
        m_isPlaceLost = true;
        readRest();
        return;
    }
    goTo(Step::Failed);
    qCWarning(lcArchive).noquote() << "the server's archive can't be read:" << reason.message << "- again in"
                                   << std::chrono::duration_cast<std::chrono::seconds>(m_pause).count() << "s";
    m_retry.start(m_pause);
    m_pause = std::min(2 * m_pause, m_times.retryCeiling);
    becomeCurrent();
}

void CatchUp::becomeCurrent()
{
    if (!std::exchange(m_isCurrent, true)) {
        Q_EMIT current();
    }
}

void CatchUp::complete()
{
    m_shown.clear();
    goTo(Step::Complete);
    Q_EMIT completed();
}

} // namespace sgn::core
