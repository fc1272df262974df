// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/Machine.h"

#include "system/Launcher.h"

#include <QFileInfo>
#include <unistd.h>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

struct InitCommand
{
    QString program;
    QByteArrayList arguments;
};

Result<InitCommand> systemCommand()
{
    if (::geteuid() != 0) {
        return fail(ErrorCode::Refused, u"the watchdog doesn't run as root"_s);
    }
    const bool hasSystemd = QFileInfo(u"/run/systemd/system"_s).isDir();
    const InitCommand systemd{u"/bin/systemctl"_s, {"reboot"}};
    const InitCommand sysvinit{u"/sbin/shutdown"_s, {"-r", "now"}};
    InitCommand command = hasSystemd ? systemd : sysvinit;
    command.program = QFileInfo(command.program).canonicalFilePath();
    if (command.program.isEmpty()) {
        return fail(ErrorCode::NotFound, u"this system has no program to restart it with"_s);
    }
    return command;
}

} // namespace

SystemMachine::SystemMachine(QString program)
    : m_program(std::move(program))
{}

Outcome SystemMachine::restart()
{
    const auto command = m_program.isEmpty() ? systemCommand() : Result<InitCommand>(InitCommand{m_program, {}});
    if (!command) {
        return fail(command.error());
    }
    auto account = accountOf(::geteuid());
    if (!account) {
        return fail(std::move(account).error());
    }
    const auto started = launch({command->program, command->arguments, {}, *std::move(account), -1});
    return started ? Outcome() : fail(started.error());
}

} // namespace sgn::system
