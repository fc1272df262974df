// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/CaSwap.h"

#include "system/FolderExchange.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

CaSwap::CaSwap(ServerTrial trial, ReleasePaths paths, const Record &record, SwapTimes times, QObject *parent)
    : ComponentSwap(parent)
    , m_trial(std::move(trial))
    , m_paths(std::move(paths))
    , m_record(record)
{
    m_limit.setSingleShot(true);
    m_limit.setInterval(times.confirm);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        const QString why = m_lastError ? m_lastError->message : u"it doesn't reply"_s;
        end(Event::Failed,
            Error{ErrorCode::InstallFailed, u"the new CA file couldn't be tried on the XMPP server: "_s + why});
    });
    m_retry.setSingleShot(true);
    m_retry.setInterval(times.poll);
    connect(&m_retry, &QTimer::timeout, this, &CaSwap::tryOnce);
}

void CaSwap::prepare()
{
    tryWith(m_paths.staged(), Event::Held);
}

void CaSwap::confirm()
{
    tryWith(m_paths.installed(), Event::Healthy);
}

void CaSwap::tryWith(const QString &caFile, Event good)
{
    m_caFile = caFile;
    m_good = good;
    m_trying = true;
    m_limit.start();
    tryOnce();
}

void CaSwap::tryOnce()
{
    if (!m_trial) {
        end(Event::Failed, Error{ErrorCode::InstallFailed, u"this agent can't try the XMPP server"_s});
        return;
    }
    m_trial(m_caFile, this, [this](const Outcome &outcome) { tried(outcome); });
}

void CaSwap::tried(const Outcome &outcome)
{
    if (!m_trying) {
        return;
    }
    if (outcome) {
        end(m_good);
        return;
    }
    m_lastError = outcome.error();
    if (m_lastError->code == ErrorCode::Network || m_lastError->code == ErrorCode::Timeout) {
        m_retry.start();
        return;
    }
    end(Event::Failed, Error{ErrorCode::InstallFailed,
                             u"the XMPP server doesn't pass with the new CA file: "_s + m_lastError->message});
}

void CaSwap::swap()
{
    if (const auto swapped = system::exchangeIn(m_paths.installed(), m_paths.staged(), m_record.stagedId); !swapped) {
        end(Event::Failed, Error{ErrorCode::InstallFailed, swapped.error().message});
        return;
    }
    end(Event::Swapped);
}

void CaSwap::rollBack()
{
    const auto back = system::rollBackExchange(m_paths.installed(), m_paths.staged(), m_record.stagedId);
    if (!back && ++m_failedExchanges < maxRollBackTries) {
        QTimer::singleShot(m_retry.interval(), this, &CaSwap::rollBack);
    } else if (!back) {
        end(Event::Failed, back.error());
    } else {
        // The power may have been cut between the exchange and its record.
        end(*back == system::RollBack::Done || m_record.swapped ? Event::Reverted : Event::Untouched);
    }
}

void CaSwap::stopWaiting()
{
    m_trying = false;
    m_limit.stop();
    m_retry.stop();
}

} // namespace sgn::update
