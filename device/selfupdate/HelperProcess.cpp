// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/HelperProcess.h"

#include "base/SystemError.h"
#include "selfupdate/SelfTestRun.h"
#include "system/Launcher.h"
#include "system/OwnLoader.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

Result<system::ProcessHandle> launchOwn(const QString &program, const QStringList &arguments, int output)
{
    auto account = system::accountOf(::geteuid());
    if (!account) {
        return fail(std::move(account).error());
    }
    const system::ProgramStart start = system::startInPlace(program, arguments);
    QByteArrayList words;
    for (const QString &argument : start.arguments) {
        words += argument.toLocal8Bit();
    }
    return system::launch({start.program, words, {}, *std::move(account), output});
}

HelperProcess::HelperProcess(std::chrono::milliseconds limit, QObject *parent)
    : QObject(parent)
{
    m_limit.setSingleShot(true);
    m_limit.setInterval(limit);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        Q_EMIT tookTooLong();
        m_process->signal(SIGKILL);
    });
}

HelperProcess::~HelperProcess() = default;

Outcome HelperProcess::start(const QString &program, const QStringList &arguments)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return fail(systemError(u"cannot start "_s + program, errno));
    }
    m_output = Descriptor(pipe[0]);
    const Descriptor writing(pipe[1]);
    ::fcntl(m_output.get(), F_SETFL, O_NONBLOCK);
    auto process = launchOwn(program, arguments, writing.get());
    if (!process) {
        return fail(std::move(process).error());
    }
    m_process = *std::move(process);
    m_exit = std::make_unique<system::ExitNotifier>(*m_process);
    connect(m_exit.get(), &system::ExitNotifier::ended, this, &HelperProcess::onExit);
    m_limit.start();
    return {};
}

void HelperProcess::onExit()
{
    m_exit.release()->deleteLater(); // it is what calls
    m_limit.stop();
    const QByteArray output = readPipe(m_output.get());
    m_process->killGroup();
    const system::ExitStatus status = m_process->reap();
    m_process.reset();
    m_output = Descriptor();
    Q_EMIT ended(status, output);
}

} // namespace sgn::selfupdate
