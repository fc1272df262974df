// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/ProgramCheck.h"
#include "update/ReleasePaths.h"
#include "update/ReleaseTrust.h"
#include "update/Stage.h"

#include <chrono>
#include <memory>
#include <QDateTime>
#include <QFuture>
#include <QObject>
#include <stop_token>

namespace sgn::update {

// Prepares what was fetched for installation, beside what is installed: unpacks a release that isn't staged already,
// checks it against the signed list of its files where there is one, and tries the agent's program; checks a CA file.
// Deleting the object stops the work and waits until it has stopped.
class Stager : public QObject
{
    Q_OBJECT

public:
    struct Request
    {
        Task task;
        ReleasePaths paths;
        Policy policy;
        bool isStaged = false;    // its files are in the staging folder already; there is no zip
        bool isAssembled = false; // by an older agent: the zip was assembled here; only the list of files confirms it
        QString root;             // the device's, for the agent's self-test
        std::chrono::milliseconds selfTestLimit{30'000};
        QDateTime now; // for the validity of certificates
    };

    explicit Stager(Request request, QObject *parent = nullptr);
    ~Stager() override;

    // finished() follows once, never from within this call.
    void start();

Q_SIGNALS:
    // Both in bytes.
    void progress(qint64 done, qint64 total);
    // As trustRelease(), readFileList(), stageRelease() or stageCaFile(); InstallFailed for an agent that doesn't work.
    void finished(const sgn::Result<sgn::update::Staged> &staged);

private:
    using Files = QMap<QString, ReleaseFile>;

    // Nothing else confirms what is about to be installed.
    [[nodiscard]] bool needsList() const;
    void readList();
    void unpack(const Files &files);
    void tryAgent(const Staged &staged);
    void report(const Result<Staged> &staged);

    Request m_request;
    std::stop_source m_stop;
    QFuture<Result<Files>> m_reading;
    QFuture<Result<Staged>> m_unpacking;
    std::unique_ptr<ProgramCheck> m_check;
};

} // namespace sgn::update
