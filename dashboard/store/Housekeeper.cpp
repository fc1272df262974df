// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/Housekeeper.h"

#include "store/Housekeeping.h"

#include <QFutureWatcher>
#include <QLoggingCategory>
#include <QtConcurrent>

Q_LOGGING_CATEGORY(lcHousekeeper, "sgn.store")

namespace sgn::store {

Housekeeper::Housekeeper(QString file, QObject *parent)
    : Housekeeper(std::move(file), Timing{}, parent)
{}

Housekeeper::Housekeeper(QString file, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_file(std::move(file))
    , m_timing(timing)
{
    m_worker.setMaxThreadCount(1);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Housekeeper::beginRound);
}

Housekeeper::~Housekeeper()
{
    m_stop.request_stop();
    m_worker.waitForDone();
}

void Housekeeper::start()
{
    m_timer.start(m_timing.first);
}

void Housekeeper::beginRound()
{
    const Thoroughness thoroughness = m_rounds++ == 0 ? Thoroughness::Prune : Thoroughness::PruneAndCheck;
    auto *watcher = new QFutureWatcher<records::Expected<>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher] {
        watcher->deleteLater();
        onEnded(watcher->result());
    });
    watcher->setFuture(QtConcurrent::run(&m_worker, keepHouse, m_file, m_retention, thoroughness,
                                         QDateTime::currentDateTimeUtc(), m_stop.get_token()));
}

void Housekeeper::onEnded(const records::Expected<> &outcome)
{
    if (!outcome && outcome.error().error == ErrorCode::BadFile) {
        // Nothing more is removed from it: its rows can't be trusted.
        qCWarning(lcHousekeeper).noquote() << "damaged store:" << m_file << outcome.error();
        Q_EMIT damageFound(outcome.error());
    } else {
        if (!outcome) {
            qCWarning(lcHousekeeper).noquote() << "housekeeping in" << m_file << "ended:" << outcome.error();
        }
        m_timer.start(m_rounds == 1 ? m_timing.second : m_timing.later);
    }
    Q_EMIT roundEnded();
}

} // namespace sgn::store
