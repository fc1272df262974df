// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Staging.h"

#include "update/Background.h"
#include "update/CaFile.h"
#include "update/ReleaseFetch.h"

#include <QDir>

namespace sgn::update {

Staging::Staging(Request request, QObject *parent)
    : QObject(parent)
    , m_request(std::move(request))
{}

Staging::~Staging()
{
    m_reading.waitForFinished();
}

void Staging::start()
{
    const auto trusted = trustRelease(m_request.task, m_request.policy);
    if (!trusted) {
        tell(fail(trusted.error()));
    } else if (!std::holds_alternative<UpdateCommand>(m_request.task)) {
        tell(stageCaFile(m_request.paths, m_request.now));
    } else if (trusted->files.isEmpty() && (m_request.isAssembled || QFile::exists(m_request.paths.fileList()))) {
        readList();
    } else {
        stageRelease(trusted->files);
    }
}

void Staging::readList()
{
    m_reading = inBackground(
        this,
        [paths = m_request.paths, task = m_request.task, policy = m_request.policy] {
            return readFileList(paths, task, policy);
        },
        [this](const Result<Files> &files) {
            if (files || !m_request.isAssembled) {
                stageRelease(files.value_or(Files()));
            } else {
                Q_EMIT finished(fail(files.error()));
            }
        });
}

void Staging::stageRelease(const Files &files)
{
    const ReleasePaths &paths = m_request.paths;
    // Where Python packages go there may be no folder at all yet.
    for (const QString &folder : {paths.work(), QFileInfo(paths.installed()).absolutePath()}) {
        QDir().mkpath(folder);
    }
    const auto &update = std::get<UpdateCommand>(m_request.task);
    m_stager = std::make_unique<Stager>(
        StageRequest{update.component, update.version, paths.zip(), paths.stage(), files, {}, {}}, m_request.root,
        m_request.selfTestLimit);
    connect(m_stager.get(), &Stager::progress, this, &Staging::progress);
    connect(m_stager.get(), &Stager::finished, this, &Staging::finished);
    m_stager->start();
}

void Staging::tell(const Result<Staged> &staged)
{
    QMetaObject::invokeMethod(
        this, [this, staged] { Q_EMIT finished(staged); }, Qt::QueuedConnection);
}

} // namespace sgn::update
