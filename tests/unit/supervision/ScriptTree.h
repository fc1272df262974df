// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervision/ProcessMachine.h"
#include "supervision/Program.h"
#include "system/ProcFs.h"

#include <csignal>
#include <fcntl.h>
#include <optional>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace sgn::test {

using namespace Qt::StringLiterals;

// A folder of small shell scripts to supervise. As root they belong to another user, as on a device; without root they
// are the test's own.
class ScriptTree
{
public:
    ScriptTree()
    {
        ::chmod(QFile::encodeName(root()).constData(), 0755);
        for (const QString &folder : {u"SmartMeter"_s, u"elsewhere"_s, u"logs"_s, u"wdog"_s}) {
            QDir(root()).mkdir(folder);
            own(path(folder));
        }
        own(root());
    }
    ScriptTree(const ScriptTree &) = delete;
    ScriptTree &operator=(const ScriptTree &) = delete;
    ~ScriptTree()
    {
        for (const pid_t pid : m_started) {
            ::kill(-pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
        for (const system::ProcStat &stat : system::readAllProcesses()) {
            const QByteArrayList arguments = system::readArguments(stat.pid);
            if (std::any_of(arguments.cbegin(), arguments.cend(), [this](const QByteArray &argument) {
                    return argument.startsWith(QFile::encodeName(root()));
                })) {
                ::kill(stat.pid, SIGKILL);
            }
        }
    }

    [[nodiscard]] QString root() const { return m_folder.path(); }
    [[nodiscard]] QString path(const QString &below) const { return root() + u'/' + below; }
    [[nodiscard]] static uid_t owner() { return ::geteuid() == 0 ? 65534 : ::geteuid(); }
    [[nodiscard]] supervision::ProgramRules rules() const
    {
        return {path(u"SmartMeter"_s), owner(), static_cast<gid_t>(owner())};
    }

    // Returns its path. By default it runs until it is ended.
    QString add(const QString &below, const QByteArray &body = "while :; do sleep 1; done") const
    {
        const QString file = path(below);
        QFile script(file);
        if (script.open(QIODevice::WriteOnly)) {
            script.write("#!/bin/sh\n" + body + '\n');
            script.close();
        }
        ::chmod(QFile::encodeName(file).constData(), 0755);
        own(file);
        return file;
    }

    // Starts a script as another program would, in a session of its own; it ends with the tree. Returns once it runs
    // and `shows` is among its arguments, by default the script. `passed` is descriptor 9 of it.
    pid_t startElsewhere(const QString &program, const QByteArray &shows = {}, int passed = -1)
    {
        const QByteArray file = QFile::encodeName(program);
        const QByteArray shown = shows.isEmpty() ? file : shows;
        const pid_t child = ::fork();
        if (child == 0) {
            ::setsid();
            if (passed >= 0) {
                ::dup2(passed, 9);
            }
            if (::geteuid() == 0 && (::setgid(owner()) != 0 || ::setuid(owner()) != 0)) {
                ::_exit(126);
            }
            ::execl(file.constData(), file.constData(), nullptr);
            ::_exit(127);
        }
        m_started.push_back(child);
        QElapsedTimer timer;
        timer.start();
        while (!system::readArguments(child).contains(shown) && timer.elapsed() < 10'000) {
            ::sched_yield();
        }
        return child;
    }
    // Ends one that startElsewhere() has started, with all of its session: a child that it has just forked still shows
    // the script.
    void end(pid_t pid)
    {
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        std::erase(m_started, pid);
    }

private:
    static void own(const QString &file)
    {
        if (::geteuid() == 0) {
            [[maybe_unused]] const int done = ::chown(QFile::encodeName(file).constData(), owner(), owner());
        }
    }

    QTemporaryDir m_folder;
    std::vector<pid_t> m_started;
};

// So short that no test waits for long, so long that a busy machine keeps them.
inline supervision::SupervisionLimits shortLimits()
{
    supervision::SupervisionLimits limits;
    limits.heartbeatTimeout = std::chrono::seconds(60);
    limits.stopGrace = std::chrono::milliseconds(100);
    limits.minStartInterval = std::chrono::milliseconds(1);
    limits.firstBackoff = std::chrono::milliseconds(1);
    limits.maxBackoff = std::chrono::milliseconds(10);
    limits.crashRetry = std::chrono::milliseconds(10);
    return limits;
}

inline constexpr int patience = 30'000; // ms

} // namespace sgn::test
