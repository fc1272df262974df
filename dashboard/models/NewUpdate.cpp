// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/NewUpdate.h"

#include "core/Panel.h"
#include "core/SuggestedVersions.h"
#include "wording/Problems.h"

#include <algorithm>
#include <QFileInfo>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace sgn::models {

void NewVersionModel::show(const QList<ProcessVersion> &versions, const QList<int> &highest)
{
    beginResetModel();
    m_versions = versions;
    m_highest = highest;
    endResetModel();
}

void NewVersionModel::setVersion(int row, int version)
{
    if (row < 0 || row >= m_versions.size() || version < 0 || version == m_versions.at(row).version) {
        return;
    }
    m_versions[row].version = version;
    Q_EMIT dataChanged(index(row), index(row), {VersionRole});
}

int NewVersionModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_versions.size());
}

QVariant NewVersionModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
    case NameRole:
        return m_versions.at(index.row()).name;
    case VersionRole:
        return m_versions.at(index.row()).version;
    case HighestRole:
        return m_highest.value(index.row(), 0);
    default:
        return {};
    }
}

QHash<int, QByteArray> NewVersionModel::roleNames() const
{
    return {{NameRole, "name"}, {VersionRole, "version"}, {HighestRole, "highest"}};
}

NewUpdate::NewUpdate(core::Panel &panel, const KeyChoice &releaseKey, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
    , m_releaseKey(releaseKey)
{
    m_staging.reset();
    connect(&m_staging, &StagingForm::changed, this, [this] {
        // Waves reach whoever comes online as well.
        m_audience = m_staging.isStaged() && m_audience == Online ? All : m_audience;
        Q_EMIT changed();
    });
    connect(&m_reader, &QFutureWatcherBase::finished, this, &NewUpdate::onRead);
    connect(&panel.fleet(), &core::Fleet::summaryChanged, this, &NewUpdate::changed);
    connect(&releaseKey, &KeyChoice::changed, this, &NewUpdate::changed);
}

QString NewUpdate::fileName() const
{
    return QFileInfo(m_path).fileName();
}

QString NewUpdate::summary() const
{
    const QLocale locale;
    const auto size = [&locale](qint64 bytes) {
        return locale.formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
    };
    if (m_stage == Fetching) {
        return m_fetchTotal > 0 ? tr("Fetching… %1 of %2").arg(size(m_fetched), size(m_fetchTotal))
                                : tr("Fetching… %1").arg(size(m_fetched));
    }
    if (m_caFile) {
        return tr("CA file · %1").arg(size(m_caFile->size));
    }
    if (!m_zip) {
        return {};
    }
    return tr("%1 · %n file(s) · %2", nullptr, m_zip->files).arg(componentText(m_zip->component), size(m_zip->size));
}

bool NewUpdate::isKeyMissing() const
{
    return m_releaseKey.keyId().isEmpty() && !m_releaseKey.error().isEmpty();
}

QString NewUpdate::signing() const
{
    if (m_releaseKey.isAwaited()) {
        return tr("The key that signs it is in the keyring, which hasn't answered yet.");
    }
    if (isKeyMissing()) {
        return tr("It goes unsigned. %1").arg(m_releaseKey.error());
    }
    return m_releaseKey.keyId().isEmpty() ? QString() : tr("Is signed with %1.").arg(m_releaseKey.keyId());
}

QString NewUpdate::componentText(Component component)
{
    switch (component) {
    case Component::SmartMeter:
        return tr("Meter programs");
    case Component::JabberClient:
        return tr("Agent");
    case Component::WatchDog:
        return tr("Watchdog");
    case Component::SitePackages:
        return tr("Python packages");
    }
    Q_UNREACHABLE();
}

bool NewUpdate::isPerProcess() const
{
    return m_zip && m_zip->component == Component::SmartMeter;
}

bool NewUpdate::isVersioned() const
{
    return m_zip && m_zip->component != Component::SmartMeter;
}

void NewUpdate::setVersion(int version)
{
    if (version == m_version || version < 0) {
        return;
    }
    m_version = version;
    Q_EMIT changed();
}

void NewUpdate::setForced(bool force)
{
    if (force == m_force) {
        return;
    }
    m_force = force;
    Q_EMIT changed();
}

void NewUpdate::setAudience(Audience audience)
{
    if (audience == m_audience) {
        return;
    }
    m_audience = audience;
    Q_EMIT changed();
}

int NewUpdate::onlineCount() const
{
    return m_panel.fleet().summary().online;
}

int NewUpdate::allCount() const
{
    return m_panel.fleet().count();
}

int NewUpdate::targetCount() const
{
    return m_audience == Chosen ? chosenCount() : m_audience == Online ? onlineCount() : allCount();
}

bool NewUpdate::isReady() const
{
    // Devices get the address that was fetched, and no other may stand beside the button.
    const bool isOtherAddress = m_fetch && m_address.trimmed() != m_fetch->url().toString();
    return m_stage == Editing && targetCount() > 0 && m_staging.isSound() && !m_releaseKey.isAwaited() &&
           !isOtherAddress;
}

void NewUpdate::begin(const QStringList &jids)
{
    if (m_stage == Uploading) {
        return;
    }
    m_reader.cancel();
    m_fetch.reset();
    m_stage = Empty;
    m_failure = Failure::None;
    m_path.clear();
    m_address.clear();
    m_zip.reset();
    m_caFile.reset();
    m_force = false;
    m_chosen = jids;
    m_audience = jids.isEmpty() ? Online : Chosen;
    m_versions.show({}, {});
    m_staging.reset();
    Q_EMIT changed();
}

void NewUpdate::choose(const QUrl &file)
{
    if (m_stage == Uploading) {
        return;
    }
    m_failure = Failure::None;
    m_zip.reset();
    m_caFile.reset();
    m_fetch.reset();
    if (file.isLocalFile()) {
        m_address.clear();
        readFile(file.toLocalFile());
    } else {
        m_address = file.toString();
        fetchFrom(file);
    }
}

void NewUpdate::fetch()
{
    const QUrl url(m_address.trimmed());
    if (m_stage == Uploading || m_address.trimmed().isEmpty()) {
        return;
    }
    if (!url.isValid()) {
        setFailure(Failure::Release,
                   {ErrorCode::BadRequest, records::FactCode::ReleaseAddressNotHttps, {m_address.trimmed()}});
        return;
    }
    choose(url);
}

void NewUpdate::dismiss()
{
    if (m_stage == Fetching) {
        begin(m_chosen);
    }
}

void NewUpdate::fetchFrom(const QUrl &url)
{
    m_reader.cancel();
    m_path = url.fileName();
    m_stage = Fetching;
    m_fetched = 0;
    m_fetchTotal = -1;
    m_fetch = m_panel.updates().fetch(url);
    connect(m_fetch.get(), &core::ReleaseDownload::progress, this, [this](qint64 received, qint64 total) {
        m_fetched = received;
        m_fetchTotal = total;
        Q_EMIT changed();
    });
    connect(m_fetch.get(), &core::ReleaseDownload::finished, this, [this](const records::Expected<QString> &path) {
        if (path) {
            readFile(*path);
            return;
        }
        m_stage = Empty;
        setFailure(Failure::Release, path.error());
    });
    Q_EMIT changed();
}

void NewUpdate::readFile(const QString &path)
{
    m_path = path;
    if (looksLikeCaFile(m_path)) {
        readCaFile();
        return;
    }
    m_stage = Reading;
    m_reader.setFuture(core::UpdateService::inspect(m_path));
    Q_EMIT changed();
}

void NewUpdate::readCaFile()
{
    // An earlier file that is still being read is of no interest any more.
    m_reader.cancel();
    m_stage = Empty;
    const Result<CaFile> caFile = sgn::readCaFile(m_path, QDateTime::currentDateTimeUtc());
    if (!caFile) {
        setFailure(Failure::CaFile, caFile.error());
        return;
    }
    m_caFile = *caFile;
    m_stage = Editing;
    Q_EMIT changed();
}

void NewUpdate::onRead()
{
    if (m_reader.isCanceled() || m_stage != Reading) {
        return;
    }
    const Result<ReleaseZip> zip = m_reader.result();
    if (!zip) {
        m_stage = Empty;
        setFailure(Failure::Release, zip.error());
        return;
    }
    m_zip = *zip;
    m_stage = Editing;
    const QList<ProcessVersion> versions = core::suggestedVersions(*m_zip, m_panel.fleet());
    QList<int> highest;
    for (const ProcessVersion &process : versions) {
        highest.append(m_panel.fleet().highestVersion(process.name));
    }
    m_versions.show(versions, highest);
    m_version = core::suggestedVersion(*m_zip, m_panel.fleet());
    Q_EMIT changed();
}

QStringList NewUpdate::targets() const
{
    if (m_audience == Chosen) {
        return m_chosen;
    }
    QStringList jids;
    const core::Fleet &fleet = m_panel.fleet();
    for (int i = 0; i < fleet.count(); ++i) {
        if (m_audience == All || fleet.at(i).online) {
            jids.append(fleet.at(i).jid);
        }
    }
    return jids;
}

core::UpdateRequest NewUpdate::request() const
{
    core::UpdateRequest request;
    if (m_caFile) {
        request.what = core::UpdateRequest::What::CaFile;
        request.caFile = m_caFile;
    } else {
        request.component = m_zip->component;
        request.zip = m_zip;
    }
    if (isPerProcess()) {
        request.processes = m_versions.versions();
    } else {
        request.version = m_version;
    }
    if (m_fetch) {
        request.url = m_fetch->url();
    }
    request.force = m_force;
    request.targets = targets();
    request.requestedBy = m_panel.operatorName();
    return request;
}

void NewUpdate::start()
{
    if (!isReady()) {
        return;
    }
    const core::UpdateRequest wanted = request();
    if (const records::Expected<> sound = wanted.check(); !sound) {
        setFailure(Failure::Request, sound.error());
        return;
    }
    if (!m_staging.isStaged() || m_caFile) {
        follow(m_panel.updates().start(wanted));
        return;
    }
    const Result<rollouts::RolloutPlan> plan = m_staging.plan(m_audience == Chosen ? m_chosen : QStringList());
    if (!plan) {
        setFailure(Failure::Request, plan.error());
        return;
    }
    follow(m_panel.rolloutService().start(wanted, *plan));
}

void NewUpdate::follow(core::UpdateJob *job)
{
    m_failure = Failure::None;
    m_progress = 0;
    m_stage = Uploading;
    m_job = job;
    connect(m_job, &core::UpdateJob::progress, this, [this](qint64 sent, qint64 total) {
        m_progress = total > 0 ? static_cast<double>(sent) / static_cast<double>(total) : 0;
        Q_EMIT changed();
    });
    connect(m_job, &core::UpdateJob::finished, this, [this](const records::Expected<CommandNo> &number) {
        m_stage = m_zip || m_caFile ? Editing : Empty;
        if (!number) {
            setFailure(Failure::Request, number.error());
            Q_EMIT failed(number.error());
        } else {
            begin({});
            if (*number == 0) {
                Q_EMIT rolloutStarted();
            } else {
                Q_EMIT started(*number);
            }
        }
        Q_EMIT changed();
    });
    Q_EMIT changed();
}

void NewUpdate::cancelUpload()
{
    if (m_job) {
        m_job->cancel();
    }
}

QString NewUpdate::error() const
{
    switch (m_failure) {
    case Failure::None:
        return {};
    case Failure::CaFile:
        return tr("This can't be used as a CA file: %1.").arg(wording::sentence(m_why));
    case Failure::Release:
        return tr("This can't be used as a release: %1.").arg(wording::sentence(m_why));
    case Failure::Request:
        break;
    }
    return wording::sentence(m_why);
}

void NewUpdate::setFailure(Failure failure, const records::Problem &why)
{
    m_failure = failure;
    m_why = why;
    Q_EMIT changed();
}

} // namespace sgn::models
