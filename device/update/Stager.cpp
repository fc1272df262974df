// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Stager.h"

#include "download/Background.h"
#include "system/FolderExchange.h"
#include "update/CaFile.h"
#include "update/OwnFiles.h"
#include "update/ReleaseFetch.h"
#include "update/StagedPrograms.h"

#include <QDir>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

// The list of what the release has brought along has to be there before anything of the meter's is added.
Result<Staged> stageWithList(const StageRequest &request, const ReleasePaths &paths,
                             const QList<ProcessVersion> &processes)
{
    auto staged = stageRelease(request);
    if (!staged || (request.component != Component::SmartMeter && request.component != Component::SitePackages)) {
        return staged;
    }
    Outcome checked = checkPrograms(paths, processes);
    if (checked) {
        const auto files = everythingIn(paths.staged());
        checked = files ? noteOwnFiles(paths, paths.staged(), *files) : fail(files.error());
    }
    if (!checked) {
        (void)system::removeFolder(request.stage);
        return fail(checked.error());
    }
    return staged;
}

} // namespace

Stager::Stager(Request request, QObject *parent)
    : QObject(parent)
    , m_request(std::move(request))
{}

Stager::~Stager()
{
    m_stop.request_stop();
    m_reading.waitForFinished();
    m_unpacking.waitForFinished();
}

void Stager::start()
{
    const auto trusted = trustRelease(m_request.task, m_request.policy);
    if (!trusted) {
        report(fail(trusted.error()));
    } else if (!std::holds_alternative<UpdateCommand>(m_request.task)) {
        report(stageCaFile(m_request.paths, m_request.now));
    } else if (trusted->files.isEmpty() && (needsList() || QFile::exists(m_request.paths.fileList()))) {
        readList();
    } else {
        unpack(trusted->files);
    }
}

bool Stager::needsList() const
{
    return m_request.isStaged || m_request.isAssembled;
}

void Stager::readList()
{
    m_reading = download::inBackground(
        this,
        [paths = m_request.paths, task = m_request.task, policy = m_request.policy] {
            return readFileList(paths, task, policy);
        },
        [this](const Result<Files> &files) {
            if (files || !needsList()) {
                unpack(files.value_or(Files()));
            } else {
                Q_EMIT finished(fail(files.error()));
            }
        });
}

void Stager::unpack(const Files &files)
{
    const ReleasePaths &paths = m_request.paths;
    // The folder of the Python packages may not exist yet.
    for (const QString &folder : {paths.work(), QFileInfo(paths.installed()).absolutePath()}) {
        QDir().mkpath(folder);
    }
    const auto &update = std::get<UpdateCommand>(m_request.task);
    StageRequest request{update.component,
                         update.version,
                         m_request.isStaged ? QString() : paths.zip(),
                         paths.stage(),
                         files,
                         m_stop.get_token(),
                         {}};
    // Called on the thread that unpacks, so it is queued to this object's thread.
    request.progress = [this](qint64 done, qint64 total) {
        QMetaObject::invokeMethod(
            this, [this, done, total] { Q_EMIT progress(done, total); }, Qt::QueuedConnection);
    };
    m_unpacking = download::inBackground(
        this, [request, paths, processes = update.processes] { return stageWithList(request, paths, processes); },
        [this, component = update.component](const Result<Staged> &staged) {
            if (staged && component == Component::JabberClient) {
                tryAgent(*staged);
            } else {
                Q_EMIT finished(staged);
            }
        });
}

void Stager::tryAgent(const Staged &staged)
{
    m_check = std::make_unique<ProgramCheck>(m_request.selfTestLimit);
    connect(m_check.get(), &ProgramCheck::finished, this, [this, staged](const std::optional<Error> &failure) {
        if (failure) {
            Q_EMIT finished(fail(failure->withContext(u"the new agent doesn't work here"_s)));
        } else {
            Q_EMIT finished(staged);
        }
    });
    const QString release = m_request.paths.stage() + u'/' + folderName(Component::JabberClient);
    m_check->start(release + u'/' + agentProgramName, {u"--root"_s, m_request.root, u"--self-test"_s});
}

void Stager::report(const Result<Staged> &staged)
{
    QMetaObject::invokeMethod(
        this, [this, staged] { Q_EMIT finished(staged); }, Qt::QueuedConnection);
}

} // namespace sgn::update
