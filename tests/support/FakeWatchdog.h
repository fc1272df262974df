// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/WatchdogPort.h"

#include <QDir>
#include <QFile>
#include <QStringList>

namespace sgn::test {

// A watchdog whose processes are files in <root>/SmartMeter: `ocr.version` with the content "2" is a process `ocr` that
// runs in version 2, "-2" one of version 2 that doesn't run. So it reports what is really installed.
class FakeWatchdog final : public control::WatchdogPort
{
public:
    explicit FakeWatchdog(QString root)
        : m_root(std::move(root))
    {}

    [[nodiscard]] bool isConnected() const override { return m_connected; }

    void setConnected(bool isConnected)
    {
        m_connected = isConnected;
        if (isConnected) {
            Q_EMIT connected();
        } else {
            Q_EMIT disconnected();
        }
    }

    void ask(const control::RequestBody &request, QObject *context, Answer answer) override
    {
        Result<control::ReplyBody> reply = fail(ErrorCode::Network, QStringLiteral("the watchdog isn't connected"));
        if (m_connected) {
            requests += request;
            reply = replyTo(request);
        }
        QMetaObject::invokeMethod(
            context, [answer = std::move(answer), reply] { answer(reply); }, Qt::QueuedConnection);
    }

    [[nodiscard]] QList<ProcessReport> processes() const
    {
        QList<ProcessReport> all;
        const QDir folder(m_root + QStringLiteral("/SmartMeter"));
        for (const QString &name : folder.entryList({QStringLiteral("*.version")}, QDir::Files, QDir::Name)) {
            QFile file(folder.filePath(name));
            (void)file.open(QIODevice::ReadOnly);
            const int version = file.readAll().trimmed().toInt();
            ProcessReport process;
            process.name = name.chopped(8);
            process.version = std::abs(version);
            process.state = isHeld ? ProcessState::Held : version < 0 ? ProcessState::CrashLoop : ProcessState::Running;
            process.isDead = version < 0;
            if (lastLines.contains(process.name)) {
                process.lastExit = LastExit{1, std::nullopt, QDateTime::currentDateTimeUtc(), std::nullopt,
                                            lastLines.value(process.name)};
            }
            all += process;
        }
        return all + more;
    }

    template <typename Body>
    [[nodiscard]] QList<Body> requestsOf() const
    {
        QList<Body> found;
        for (const control::RequestBody &request : requests) {
            if (const Body *body = std::get_if<Body>(&request)) {
                found += *body;
            }
        }
        return found;
    }

    QList<control::RequestBody> requests;
    QList<ProcessReport> more; // reported in addition
    QString problem;           // of the whole device
    bool isHeld = false;
    control::SwapStatusReply agentSwap;
    control::SwapStatusReply watchdogSwap;
    // Does what a watchdog would do with the request; its result is the reply.
    std::function<Result<control::ReplyBody>(const control::Swap &)> onSwap;
    std::optional<Error> refusal; // of everything but Status
    // The output of the processes' last run, by name.
    QMap<QString, QStringList> lastLines;
    // Does what the start of the processes does to what is reported.
    std::function<void()> onResume;

private:
    Result<control::ReplyBody> replyTo(const control::RequestBody &request)
    {
        if (std::holds_alternative<control::Status>(request)) {
            return control::StatusReply{processes(), problem};
        }
        if (refusal) {
            return fail(*refusal);
        }
        if (std::holds_alternative<control::Hold>(request)) {
            isHeld = true;
        } else if (std::holds_alternative<control::Resume>(request)) {
            isHeld = false;
            if (onResume) {
                onResume();
            }
        } else if (const auto *const query = std::get_if<control::SwapStatus>(&request)) {
            return query->component == Component::WatchDog ? watchdogSwap : agentSwap;
        } else if (const auto *const swap = std::get_if<control::Swap>(&request); swap && onSwap) {
            return onSwap(*swap);
        }
        return control::Done{};
    }

    QString m_root;
    bool m_connected = true;
};

} // namespace sgn::test
