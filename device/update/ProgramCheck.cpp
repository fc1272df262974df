// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/ProgramCheck.h"

#include "system/OwnLoader.h"

#include <QFileInfo>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxLastOutput = 300;
constexpr qint64 maxKept = 64 * 1024;

} // namespace

ProgramCheck::ProgramCheck(std::chrono::milliseconds timeLimit, QObject *parent)
    : QObject(parent)
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_timer.setSingleShot(true);
    m_timer.setInterval(timeLimit);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        report(u"its self-test doesn't end within %1 s"_s.arg(m_timer.intervalAsDuration().count() / 1000));
    });
    connect(&m_process, &QProcess::readyRead, this, [this] {
        // A program that writes without end must not fill the memory; only the end of its output matters.
        if (m_process.bytesAvailable() > maxKept) {
            m_process.skip(m_process.bytesAvailable() - maxLastOutput);
        }
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            report(u"it can't be started: "_s + m_process.errorString());
        }
    });
    connect(&m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        if (status == QProcess::NormalExit && code == 0) {
            report(std::nullopt);
        } else if (status == QProcess::NormalExit) {
            report(u"its self-test failed with exit code %1%2"_s.arg(code).arg(lastOutput()));
        } else {
            report(u"its self-test crashed%1"_s.arg(lastOutput()));
        }
    });
}

ProgramCheck::~ProgramCheck()
{
    m_process.disconnect(this);
    if (m_process.state() != QProcess::NotRunning) {
        m_process.kill();
        m_process.waitForFinished(1000);
    }
}

void ProgramCheck::start(const QString &program, const QStringList &arguments)
{
    QMetaObject::invokeMethod(
        this,
        [this, program, arguments] {
            m_timer.start();
            m_process.setWorkingDirectory(QFileInfo(program).absolutePath());
            const system::ProgramStart start = system::startInPlace(program, arguments);
            m_process.start(start.program, start.arguments);
        },
        Qt::QueuedConnection);
}

void ProgramCheck::report(const std::optional<QString> &trouble)
{
    if (m_reported) {
        return;
    }
    m_reported = true;
    m_timer.stop();
    const auto failure = trouble ? std::optional(Error{ErrorCode::InstallFailed, *trouble}) : std::nullopt;
    QMetaObject::invokeMethod(
        this, [this, failure] { Q_EMIT finished(failure); }, Qt::QueuedConnection);
}

QString ProgramCheck::lastOutput()
{
    const QString text = QString::fromLocal8Bit(m_process.readAll()).simplified().right(maxLastOutput);
    return text.isEmpty() ? QString() : u": "_s + text;
}

} // namespace sgn::update
