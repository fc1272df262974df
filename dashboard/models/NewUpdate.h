// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/UpdateService.h"
#include "models/KeyChoice.h"
#include "models/StagingForm.h"

#include <QAbstractListModel>
#include <QFutureWatcher>
#include <QObject>
#include <QtQml/qqmlregistration.h>
#include <QUrl>

namespace sgn::core {
class Panel;
}

namespace sgn::models {

// The processes of the release and the versions they are going to have; editable.
class NewVersionModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Role { NameRole = Qt::UserRole, VersionRole, HighestRole };

    using QAbstractListModel::QAbstractListModel;

    void show(const QList<ProcessVersion> &versions, const QList<int> &highest);
    [[nodiscard]] const QList<ProcessVersion> &versions() const { return m_versions; }

    Q_INVOKABLE void setVersion(int row, int version);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    QList<ProcessVersion> m_versions;
    QList<int> m_highest; // in the fleet now
};

// The form "new update": a release zip or a CA file is chosen and read, or fetched from an address and read, versions
// and targets are set, then it is uploaded if need be, and sent.
class NewUpdate final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(Stage stage READ stage NOTIFY changed FINAL)
    Q_PROPERTY(QString fileName READ fileName NOTIFY changed FINAL)
    // Where devices fetch it, as it is typed.
    Q_PROPERTY(QString address MEMBER m_address NOTIFY changed FINAL)
    Q_PROPERTY(QString summary READ summary NOTIFY changed FINAL)
    Q_PROPERTY(QString error READ error NOTIFY changed FINAL)
    // With which key it is going to be signed, or why with none although one was chosen; empty: with none. While the
    // keyring hasn't given it, the update isn't ready.
    Q_PROPERTY(QString signing READ signing NOTIFY changed FINAL)
    Q_PROPERTY(bool keyMissing READ isKeyMissing NOTIFY changed FINAL)
    Q_PROPERTY(bool perProcess READ isPerProcess NOTIFY changed FINAL)
    Q_PROPERTY(bool versioned READ isVersioned NOTIFY changed FINAL)
    Q_PROPERTY(int version READ version WRITE setVersion NOTIFY changed FINAL)
    Q_PROPERTY(bool force READ isForced WRITE setForced NOTIFY changed FINAL)
    Q_PROPERTY(Audience audience READ audience WRITE setAudience NOTIFY changed FINAL)
    Q_PROPERTY(int chosenCount READ chosenCount NOTIFY changed FINAL)
    Q_PROPERTY(int onlineCount READ onlineCount NOTIFY changed FINAL)
    Q_PROPERTY(int allCount READ allCount NOTIFY changed FINAL)
    Q_PROPERTY(int targetCount READ targetCount NOTIFY changed FINAL)
    Q_PROPERTY(bool ready READ isReady NOTIFY changed FINAL)
    Q_PROPERTY(double progress READ progress NOTIFY changed FINAL)
    Q_PROPERTY(sgn::models::NewVersionModel *versions READ versions CONSTANT FINAL)
    Q_PROPERTY(sgn::models::StagingForm *staging READ staging CONSTANT FINAL)

public:
    enum Stage { Empty, Fetching, Reading, Editing, Uploading };
    Q_ENUM(Stage)
    enum Audience { Chosen, Online, All };
    Q_ENUM(Audience)

    // Both outlive this.
    NewUpdate(core::Panel &panel, const KeyChoice &releaseKey, QObject *parent = nullptr);

    [[nodiscard]] Stage stage() const { return m_stage; }
    [[nodiscard]] QString fileName() const;
    [[nodiscard]] QString summary() const;
    [[nodiscard]] QString error() const;
    [[nodiscard]] QString signing() const;
    [[nodiscard]] bool isKeyMissing() const;
    [[nodiscard]] bool isPerProcess() const;
    // The release has one version.
    [[nodiscard]] bool isVersioned() const;
    [[nodiscard]] int version() const { return m_version; }
    void setVersion(int version);
    [[nodiscard]] bool isForced() const { return m_force; }
    void setForced(bool force);
    [[nodiscard]] Audience audience() const { return m_audience; }
    void setAudience(Audience audience);
    [[nodiscard]] int chosenCount() const { return static_cast<int>(m_chosen.size()); }
    [[nodiscard]] int onlineCount() const;
    [[nodiscard]] int allCount() const;
    [[nodiscard]] int targetCount() const;
    [[nodiscard]] bool isReady() const;
    [[nodiscard]] double progress() const { return m_progress; }
    [[nodiscard]] NewVersionModel *versions() { return &m_versions; }
    [[nodiscard]] StagingForm *staging() { return &m_staging; }

    // An empty form for these devices; none: for all that are online. An upload that runs goes on.
    void begin(const QStringList &jids);
    // A file, or a release at an address of the web, which is fetched and read, and not uploaded: devices fetch it from
    // there, too.
    Q_INVOKABLE void choose(const QUrl &file);
    Q_INVOKABLE void fetch();
    // Ends what is fetched for the form.
    Q_INVOKABLE void dismiss();
    Q_INVOKABLE void start();
    Q_INVOKABLE void cancelUpload();

Q_SIGNALS:
    void changed();
    // It is a rollout now.
    void rolloutStarted();
    // It is a command now.
    void started(sgn::CommandNo number);
    void failed(const sgn::records::Problem &why);

private:
    void fetchFrom(const QUrl &url);
    void readFile(const QString &path);
    void onRead();
    void readCaFile();
    // What the last failure was about.
    enum class Failure { None, CaFile, Release, Request };
    [[nodiscard]] core::UpdateRequest request() const;
    void follow(core::UpdateJob *job);
    void setFailure(Failure failure, const records::Problem &why);
    [[nodiscard]] static QString componentText(Component component);
    [[nodiscard]] QStringList targets() const;

    core::Panel &m_panel;
    const KeyChoice &m_releaseKey;
    Stage m_stage = Empty;
    Failure m_failure = Failure::None;
    records::Problem m_why;
    QString m_path;
    QString m_address;
    std::unique_ptr<core::ReleaseDownload> m_fetch; // has the file that is at an address
    qint64 m_fetched = 0;
    qint64 m_fetchTotal = -1;
    std::optional<ReleaseZip> m_zip;
    std::optional<CaFile> m_caFile;
    NewVersionModel m_versions;
    StagingForm m_staging;
    int m_version = 1;
    bool m_force = false;
    Audience m_audience = Online;
    QStringList m_chosen;
    double m_progress = 0;
    QFutureWatcher<Result<ReleaseZip>> m_reader;
    QPointer<core::UpdateJob> m_job;
};

} // namespace sgn::models
