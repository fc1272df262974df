// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/ProgramCheck.h"
#include "update/Stage.h"

#include <chrono>
#include <memory>
#include <QFuture>
#include <QObject>
#include <stop_token>

namespace sgn::update {

// Unpacks one release in the background and, where it brings a new agent along, tries whether that works on this
// machine. Deleting the object stops the work and waits the moment until it has stopped: nothing writes into the stage
// afterwards.
class Stager : public QObject
{
    Q_OBJECT

public:
    // `root` is the device's, for the agent's self-test.
    Stager(StageRequest request, QString root, std::chrono::milliseconds selfTestLimit, QObject *parent = nullptr);
    ~Stager() override;

    // finished() follows once, never from within this call.
    void start();

Q_SIGNALS:
    // Bytes.
    void progress(qint64 done, qint64 total);
    // As stageRelease(), or InstallFailed for an agent that doesn't work.
    void finished(const sgn::Result<sgn::update::Staged> &staged);

private:
    void selfTest(const Staged &staged);

    StageRequest m_request;
    QString m_root;
    std::chrono::milliseconds m_selfTestLimit;
    std::stop_source m_stop;
    QFuture<Result<Staged>> m_work;
    std::unique_ptr<ProgramCheck> m_check;
};

} // namespace sgn::update
