// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>
#include <fcntl.h>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStorageInfo>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::test {

// What starts everything else.
enum class Init {
    Systemd,
    Cron,
};

// A machine with a real systemd or cron, in namespaces of its own (boot-machine lists what it has). It can be booted,
// loses its power at any moment, and keeps its files.
class Machine
{
public:
    explicit Machine(Init init)
        // Overlayfs wants a plain file system above the other one.
        : m_init(init)
        , m_folder(QStringLiteral("/dev/shm/sgn-machine-XXXXXX"))
        , m_group(controlGroups() + QStringLiteral("/sgn-machine-%1").arg(::getpid()))
    {
        ::chmod(QFile::encodeName(m_folder.path()).constData(), 0755);
        if (::geteuid() != 0) {
            m_trouble = QStringLiteral("only root may");
        } else if (!QFile::exists(m_init == Init::Systemd ? QStringLiteral("/lib/systemd/systemd")
                                                          : QStringLiteral("/usr/sbin/cron"))) {
            m_trouble = QStringLiteral("there is none here");
        } else if (QStorageInfo(m_folder.path()).bytesAvailable() < 512 * 1024 * 1024) {
            m_trouble = QStringLiteral("/dev/shm is too small");
        } else if (!QDir().mkdir(m_group)) {
            m_trouble = QStringLiteral("it can't have a control group of its own");
        }
    }
    Machine(const Machine &) = delete;
    Machine &operator=(const Machine &) = delete;
    ~Machine()
    {
        cutPower();
        removeGroup(m_group);
    }

    // Why there can be none; empty: there can.
    [[nodiscard]] QString trouble() const { return m_trouble; }

    // Between boots.
    void write(const QString &path, const QByteArray &content, mode_t mode = 0644, uid_t owner = 0) const
    {
        const QString real = m_folder.filePath(QStringLiteral("upper")) + path;
        makeFolder(QFileInfo(path).path());
        QFile file(real);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), content.size());
        file.close();
        QVERIFY(::chmod(QFile::encodeName(real).constData(), mode) == 0);
        QVERIFY(::chown(QFile::encodeName(real).constData(), owner, owner) == 0);
    }
    // With those above it; the owner is only the last one's.
    void makeFolder(const QString &path, uid_t owner = 0) const
    {
        const QString real = m_folder.filePath(QStringLiteral("upper")) + path;
        QVERIFY(QDir().mkpath(real));
        if (owner != 0) {
            QVERIFY(::chown(QFile::encodeName(real).constData(), owner, owner) == 0);
        }
    }

    // Returns when init has begun; what it starts comes later.
    [[nodiscard]] bool boot()
    {
        m_process = std::make_unique<QProcess>();
        m_process->setChildProcessModifier([group = QFile::encodeName(m_group + QStringLiteral("/cgroup.procs"))] {
            // It ends with the test, however that ends.
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            const int joined = ::open(group.constData(), O_WRONLY | O_CLOEXEC);
            [[maybe_unused]] const ssize_t written = ::write(joined, "0", 1);
        });
        m_process->start(QStringLiteral("unshare"),
                         {QStringLiteral("--mount"), QStringLiteral("--pid"), QStringLiteral("--cgroup"),
                          QStringLiteral("--net"), QStringLiteral("--uts"), QStringLiteral("--ipc"),
                          QStringLiteral("--fork"), QStringLiteral("--kill-child"),
                          QStringLiteral(SGN_SOURCE_DIR "/tests/support/boot-machine"), m_folder.path(),
                          m_init == Init::Systemd ? QStringLiteral("systemd") : QStringLiteral("cron")});
        (void)QTest::qWaitFor([this] { return isBooted() || m_process->state() == QProcess::NotRunning; }, 30'000);
        if (!isBooted()) {
            qWarning().noquote() << "the machine doesn't boot:" << m_process->readAllStandardError();
        }
        return isBooted();
    }
    // Everything in it is gone at once.
    void cutPower()
    {
        if (m_process) {
            if (const qint64 pid = initPid(); pid > 1) {
                ::kill(static_cast<pid_t>(pid), SIGKILL);
            }
            m_process->waitForFinished();
            m_process.reset();
        }
    }

    // A file of the running machine, for this one.
    [[nodiscard]] QString path(const QString &path) const
    {
        return QStringLiteral("/proc/%1/root").arg(initPid()) + path;
    }
    [[nodiscard]] QByteArray read(const QString &file) const
    {
        QFile opened(path(file));
        return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
    }
    // The pids, as the machine has them, of the processes whose arguments are wanted.
    [[nodiscard]] QList<qint64> pidsWhere(const std::function<bool(const QByteArray &arguments)> &wanted) const
    {
        QList<qint64> pids;
        for (const QString &entry : QDir(path(QStringLiteral("/proc"))).entryList(QDir::Dirs)) {
            if (entry.toInt() > 1 && wanted(read(QStringLiteral("/proc/%1/cmdline").arg(entry))) &&
                !read(QStringLiteral("/proc/%1/stat").arg(entry)).contains(") Z ")) {
                pids += entry.toLongLong();
            }
        }
        return pids;
    }
    // A command on the machine; its output.
    QByteArray run(const QStringList &command) const
    {
        QProcess process;
        process.start(QStringLiteral("nsenter"),
                      QStringList{QStringLiteral("--target"), QString::number(initPid()), QStringLiteral("--mount"),
                                  QStringLiteral("--pid"), QStringLiteral("--net"), QStringLiteral("--cgroup"),
                                  QStringLiteral("--root")} +
                          command);
        (void)QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 30'000);
        return process.readAllStandardOutput() + process.readAllStandardError();
    }
    void kill(qint64 pid, int signal) const
    {
        run({QStringLiteral("/bin/kill"), QStringLiteral("-%1").arg(signal), QString::number(pid)});
    }

private:
    static QString controlGroups()
    {
        QFile mounts(QStringLiteral("/proc/self/mounts"));
        (void)mounts.open(QIODevice::ReadOnly);
        for (const QByteArray &line : mounts.readAll().split('\n')) {
            const QByteArrayList fields = line.split(' ');
            if (fields.value(2) == "cgroup2") {
                return QFile::decodeName(fields.value(1));
            }
        }
        return QStringLiteral("/nowhere");
    }
    // From below; a group is gone a moment after its last process.
    static void removeGroup(const QString &group)
    {
        for (const QString &below : QDir(group).entryList(QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot)) {
            removeGroup(group + u'/' + below);
        }
        (void)QTest::qWaitFor([&group] { return QDir().rmdir(group) || !QFile::exists(group); }, 5'000);
    }
    // The only child of `unshare`.
    [[nodiscard]] qint64 initPid() const
    {
        const qint64 parent = m_process ? m_process->processId() : 0;
        QFile children(QStringLiteral("/proc/%1/task/%1/children").arg(parent));
        return children.open(QIODevice::ReadOnly) ? children.readAll().trimmed().toLongLong() : 0;
    }
    [[nodiscard]] bool isBooted() const
    {
        if (m_init == Init::Cron) {
            return !read(QStringLiteral("/run/crond.pid")).isEmpty();
        }
        QFile name(QStringLiteral("/proc/%1/comm").arg(initPid()));
        return name.open(QIODevice::ReadOnly) && name.readAll() == "systemd\n";
    }

    Init m_init;
    QTemporaryDir m_folder;
    QString m_group;
    QString m_trouble;
    std::unique_ptr<QProcess> m_process;
};

} // namespace sgn::test
