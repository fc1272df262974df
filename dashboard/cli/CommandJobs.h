// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

#include <QFutureWatcher>

namespace sgn::cli {

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

    void follow(const Result<CommandNo> &number);
    void onTimeout() override;
    // Printed with the result.
    [[nodiscard]] CommandNo number() const { return m_number; }

private:
    void onTargetChanged(CommandNo number, const QString &jid);
    void check();
    void print();
    [[nodiscard]] bool isEnough(const CommandTarget &target) const;

    Until m_until;
    CommandNo m_number = 0;
    QHash<QString, QString> m_said;
};

// `update`
class UpdateJobRun : public CommandJob
{
    Q_OBJECT

public:
    struct Wish
    {
        Component component = Component::SmartMeter;
        QString zipFile; // or
        QUrl url;
        QList<ProcessVersion> processes;
        std::optional<int> version;
        QDateTime notAfter;
        bool force = false;
        QString keyFile;     // signs the zip, or
        QString releaseFile; // the zip's signed manifest
        QStringList targets; // names; empty: all
        Until until = Until::Sent;
    };

    UpdateJobRun(const Terms &terms, Wish wish);
    void start() override;

private:
    [[nodiscard]] Outcome takeKeys();
    void inspect();
    void send(UpdateRequest request);
    [[nodiscard]] bool chooseVersions(UpdateRequest &request);

    Wish m_wish;
    QByteArray m_release;
    QFutureWatcher<Result<ReleaseZip>> m_inspection;
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
