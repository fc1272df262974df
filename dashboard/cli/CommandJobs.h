// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

#include <QFutureWatcher>

namespace sgn::cli {

// How far a command is on one device, and what it waits for.
[[nodiscard]] QString progressText(const records::CommandTarget &target);

// Follows one numbered command and prints how it went on each device.
class CommandJob : public Job
{
    Q_OBJECT

public:
    enum class Until {
        Sent,     // the server has it for every device
        Answered, // every device has answered
    };

protected:
    CommandJob(const Terms &terms, Until until);

    void follow(const records::Expected<CommandNo> &number);
    void onTimeout() override;
    // Printed with the result.
    [[nodiscard]] CommandNo number() const { return m_number; }

private:
    void onTargetChanged(CommandNo number, const QString &jid);
    void check();
    void printLogs();
    void print();
    [[nodiscard]] bool isEnough(const records::CommandTarget &target) const;

    Until m_until;
    CommandNo m_number = 0;
    QHash<QString, QString> m_lastTexts;
};

// Reads, signs and chooses the versions of a release that is sent to devices.
class ReleaseJob : public CommandJob
{
    Q_OBJECT

public:
    struct Wish
    {
        core::UpdateRequest::What what = core::UpdateRequest::What::Release;
        Component component = Component::SmartMeter; // of a release
        QString file;                                // a zip or a CA file, or
        QUrl url;
        QList<ProcessVersion> processes;
        std::optional<int> version;
        QDateTime notAfter;
        bool force = false;
        QString keyFile;     // signs the zip, or
        QString releaseFile; // the zip's signed manifest
        QString listFile;    // and the list of its files, or
        QString releaseUrl;  // where devices can fetch that
    };

    ReleaseJob(const Terms &terms, Wish wish, Until until);
    void start() override;

protected:
    // The request has everything but its targets.
    virtual void submit(core::UpdateRequest request) = 0;
    void report(const records::Problem &problem);

private:
    [[nodiscard]] records::Expected<> takeKeys();
    void inspect();
    void inspectCaFile();
    void refuse(const records::Problem &error);
    void send(core::UpdateRequest request);
    [[nodiscard]] bool chooseVersions(core::UpdateRequest &request);

    Wish m_wish;
    SignedRelease m_signature;
    QFutureWatcher<Result<ReleaseZip>> m_inspection;
};

// `update`
class UpdateJobRun : public ReleaseJob
{
    Q_OBJECT

public:
    // No targets: all devices.
    UpdateJobRun(const Terms &terms, Wish wish, QStringList targets, Until until);

protected:
    void submit(core::UpdateRequest request) override;

private:
    QStringList m_targets;
};

// `reboot`
class RebootJob : public CommandJob
{
    Q_OBJECT

public:
    RebootJob(const Terms &terms, QStringList devices, Until until);
    void start() override;

private:
    QStringList m_devices;
};

// `config`
class ConfigJob : public CommandJob
{
    Q_OBJECT

public:
    ConfigJob(const Terms &terms, QString device, QString file, Until until);
    void start() override;

private:
    QString m_device;
    QString m_file;
};

// `rollback`
class RollbackJob : public CommandJob
{
    Q_OBJECT

public:
    RollbackJob(const Terms &terms, Component component, QStringList devices, Until until);
    void start() override;

private:
    Component m_component;
    QStringList m_devices;
};

// `restart`
class RestartJob : public CommandJob
{
    Q_OBJECT

public:
    RestartJob(const Terms &terms, QString device, QString process);
    void start() override;

private:
    QString m_device;
    QString m_process;
};

} // namespace sgn::cli
