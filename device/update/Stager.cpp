// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Stager.h"

#include "update/Background.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

Stager::Stager(StageRequest request, QString root, std::chrono::milliseconds selfTestLimit, QObject *parent)
    : QObject(parent)
    , m_request(std::move(request))
    , m_root(std::move(root))
    , m_selfTestLimit(selfTestLimit)
{
    m_request.stop = m_stop.get_token();
    // Comes from the thread that unpacks, so it is queued to the one this object lives in.
    m_request.progress = [this](qint64 done, qint64 total) {
        QMetaObject::invokeMethod(
            this, [this, done, total] { Q_EMIT progress(done, total); }, Qt::QueuedConnection);
    };
}

Stager::~Stager()
{
    m_stop.request_stop();
    m_work.waitForFinished();
}

void Stager::start()
{
    m_work = inBackground(
        this, [request = m_request] { return stageRelease(request); },
        [this](const Result<Staged> &staged) {
            if (staged && m_request.component == Component::JabberClient) {
                selfTest(*staged);
            } else {
                Q_EMIT finished(staged);
            }
        });
}

void Stager::selfTest(const Staged &staged)
{
    m_check = std::make_unique<ProgramCheck>(m_selfTestLimit);
    connect(m_check.get(), &ProgramCheck::finished, this, [this, staged](const std::optional<Error> &failure) {
        if (failure) {
            Q_EMIT finished(fail(failure->withContext(u"the new agent doesn't work here"_s)));
        } else {
            Q_EMIT finished(staged);
        }
    });
    const QString release = m_request.stage + u'/' + folderName(m_request.component);
    m_check->start(release + u'/' + agentProgramName, {u"--root"_s, m_root, u"--self-test"_s});
}

} // namespace sgn::update
