// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/ComponentSwap.h"
#include "update/ReleasePaths.h"

#include <functional>
#include <QTimer>

namespace sgn::update {

// Verifies the XMPP server's certificate with a CA file: TLS and the check of certificate and name, nothing more.
// `done` is called once, never from within the call, unless `context` no longer exists. Refused: the certificate is
// invalid; Network, Timeout: nothing is known, because the server can't be reached.
using ServerTrial =
    std::function<void(const QString &caFile, QObject *context, std::function<void(const Outcome &)> done)>;

// The swap of the CA file. A device that refuses its server's certificate is lost, so the running server has to pass
// with the new file before it is put in place and once more with the file in place then. The present connection isn't
// touched; the next one reads the new file.
class CaSwap final : public ComponentSwap
{
    Q_OBJECT

public:
    // `record` outlives the object.
    CaSwap(ServerTrial trial, ReleasePaths paths, const Record &record, SwapTimes times, QObject *parent = nullptr);

    void prepare() override;
    void swap() override;
    void confirm() override;
    void rollBack() override;

private:
    void tryWith(const QString &caFile, Event good);
    void tryOnce();
    void tried(const Outcome &outcome);
    void stopWaiting() override;

    ServerTrial m_trial;
    ReleasePaths m_paths;
    const Record &m_record;
    QString m_caFile;
    Event m_good = Event::Held;
    std::optional<Error> m_lastError;
    QTimer m_limit;
    QTimer m_retry;
    bool m_trying = false;
    int m_failedExchanges = 0;
};

} // namespace sgn::update
