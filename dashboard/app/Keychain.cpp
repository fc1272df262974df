// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Keychain.h"

#include <qt6keychain/keychain.h>

using namespace Qt::StringLiterals;

namespace sgn::app {

namespace {

constexpr auto service = "sgn-dashboard";

Error errorOf(const QKeychain::Job &job)
{
    const bool isMissing = job.error() == QKeychain::EntryNotFound;
    return {isMissing ? ErrorCode::NotFound : ErrorCode::Refused, job.errorString()};
}

} // namespace

void Keychain::read(const QString &entry, Read answer)
{
    auto *job = new QKeychain::ReadPasswordJob(QLatin1StringView(service), &m_owner);
    job->setKey(entry);
    QObject::connect(job, &QKeychain::Job::finished, &m_owner, [job, answer = std::move(answer)] {
        if (job->error() == QKeychain::NoError) {
            answer(job->textData());
        } else {
            answer(tl::unexpected(errorOf(*job)));
        }
    });
    job->start();
}

void Keychain::write(const QString &entry, const QString &secret, Done answer)
{
    auto *job = new QKeychain::WritePasswordJob(QLatin1StringView(service), &m_owner);
    job->setKey(entry);
    job->setTextData(secret);
    QObject::connect(job, &QKeychain::Job::finished, &m_owner, [job, answer = std::move(answer)] {
        answer(job->error() == QKeychain::NoError ? Outcome() : tl::unexpected(errorOf(*job)));
    });
    job->start();
}

void Keychain::forget(const QString &entry)
{
    if (entry.isEmpty()) {
        return;
    }
    auto *job = new QKeychain::DeletePasswordJob(QLatin1StringView(service), &m_owner);
    job->setKey(entry);
    job->start();
}

} // namespace sgn::app
