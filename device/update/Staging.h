// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/ReleasePaths.h"
#include "update/ReleaseTrust.h"
#include "update/Stager.h"

namespace sgn::update {

// Makes of what was fetched what will be installed, beside what is: a release is unpacked, checked against the signed
// list of its files where there is one, and tried; a CA file is checked. Deleting the object stops the work and waits
// the moment until it has stopped.
class Staging : public QObject
{
    Q_OBJECT

public:
    struct Request
    {
        Task task;
        ReleasePaths paths;
        Policy policy;
        bool isAssembled = false; // the zip was put together here: only the list of files vouches for it
        QString root;             // the device's, for the agent's self-test
        std::chrono::milliseconds selfTestLimit{30'000};
        QDateTime now; // for certificates
    };

    explicit Staging(Request request, QObject *parent = nullptr);
    ~Staging() override;

    // finished() follows once, never from within this call.
    void start();

Q_SIGNALS:
    // Bytes.
    void progress(qint64 done, qint64 total);
    // As trustRelease(), readFileList(), stageCaFile() or Stager.
    void finished(const sgn::Result<sgn::update::Staged> &staged);

private:
    using Files = QMap<QString, ReleaseFile>;

    void readList();
    void stageRelease(const Files &files);
    void tell(const Result<Staged> &staged);

    Request m_request;
    QFuture<Result<Files>> m_reading;
    std::unique_ptr<Stager> m_stager;
};

} // namespace sgn::update
