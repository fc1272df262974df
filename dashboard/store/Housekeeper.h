// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"
#include "store/Retention.h"

#include <chrono>
#include <QObject>
#include <QThreadPool>
#include <QTimer>
#include <stop_token>

namespace sgn::store {

// Keeps a store small and looks for damage in it, in rounds on a worker thread, see keepHouse(). A short program gets
// as far as it does; the next one goes on.
class Housekeeper : public QObject
{
    Q_OBJECT

public:
    struct Timing
    {
        std::chrono::milliseconds first = std::chrono::seconds(2); // removes only, because it ends sooner
        std::chrono::milliseconds second = std::chrono::seconds(30);
        std::chrono::milliseconds later = std::chrono::hours(1);
    };

    explicit Housekeeper(QString file, QObject *parent = nullptr);
    Housekeeper(QString file, const Timing &timing, QObject *parent = nullptr);
    // Waits for the end of the present step.
    ~Housekeeper() override;

    // From the next round on.
    void setRetention(const Retention &retention) { m_retention = retention; }
    void start();

Q_SIGNALS:
    // The store is damaged; the next opening replaces it. Once.
    void damageFound(const sgn::records::Problem &problem);
    void roundEnded();

private:
    void beginRound();
    void onEnded(const records::Expected<> &outcome);

    QString m_file;
    Timing m_timing;
    Retention m_retention;
    QTimer m_timer;
    QThreadPool m_worker; // one thread
    std::stop_source m_stop;
    int m_rounds = 0;
};

} // namespace sgn::store
