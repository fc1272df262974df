// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/Control.h"
#include "protocol/Heartbeat.h"

#include <csignal>
#include <functional>
#include <memory>
#include <QLocalSocket>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <QUdpSocket>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::test {

using namespace Qt::StringLiterals;

inline constexpr int patience = 30000; // ms; the machine may be busy with other tests

// A device's folder with a real watchdog on it. As root everything in it belongs to another user, as on a device where
// the watchdog is root and the tree isn't.
class WatchdogDevice
{
public:
    WatchdogDevice()
    {
        ::chmod(QFile::encodeName(root()).constData(), 0755);
        for (const auto folder : {"SmartMeter"_L1, "JabberClient"_L1, "downloads"_L1, "logs"_L1, "wdog"_L1}) {
            makeFolder(folder);
        }
        own(root());
    }
    ~WatchdogDevice()
    {
        stop();
        killAll();
    }

    [[nodiscard]] QString root() const { return m_dir.path(); }
    [[nodiscard]] QString path(const QString &below) const { return root() + u'/' + below; }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString socketPath() const { return path(u"wdog/control.sock"_s); }
    [[nodiscard]] qint64 pid() const { return m_process ? m_process->processId() : 0; }
    [[nodiscard]] static uid_t owner() { return ::geteuid() == 0 ? 65534 : ::geteuid(); }

    void makeFolder(const QString &below) const
    {
        QVERIFY(QDir().mkpath(path(below)));
        own(path(below));
    }
    void write(const QString &below, const QByteArray &content, mode_t mode = 0644) const
    {
        QFile file(path(below));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        QVERIFY(::chmod(QFile::encodeName(file.fileName()).constData(), mode) == 0);
        own(file.fileName());
    }
    [[nodiscard]] QByteArray read(const QString &below) const
    {
        QFile file(path(below));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    // A meter process: records its start in `starts-NAME`, then sends the seed's heartbeats until something ends it.
    // `extra` is Python that runs before the first heartbeat.
    void addMeter(const QString &name, const QByteArray &extra = {}, int version = 1) const
    {
        write(u"SmartMeter/"_s + name + u".py"_s, meterScript(extra, version), 0755);
    }
    [[nodiscard]] static QByteArray meterScript(const QByteArray &extra = {}, int version = 1)
    {
        QByteArray script = R"(#!/usr/bin/python3 -S
import json, os, signal, socket, sys, time
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
name = os.path.splitext(os.path.basename(__file__))[0]
def note():
    try:
        with open(root + "/starts-" + name, "a") as f:
            f.write("%d %d %d\n" % (os.getpid(), os.getuid(), time.monotonic_ns()))
    except OSError: pass  # a worn card is no reason to stop
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def beat():
    out.sendto(json.dumps({"command": "heart_beat", "process_name": name, "pid_of_process": os.getpid(),
        "run_command": os.path.abspath(__file__), "version": VERSION}).encode(),
        ("127.0.0.1", int(os.environ["SGN_HEARTBEAT_PORT"])))
note()
EXTRA
while True:
    beat()
    time.sleep(0.2)
)";
        return script.replace("EXTRA", extra).replace("VERSION", QByteArray::number(version));
    }

    struct Start
    {
        qint64 pid;
        uid_t user;
        qint64 at; // ns, CLOCK_MONOTONIC
    };
    [[nodiscard]] QList<Start> starts(const QString &name) const
    {
        QList<Start> all;
        for (const QByteArray &line : read(u"starts-"_s + name).split('\n')) {
            const QByteArrayList fields = line.split(' ');
            if (fields.size() == 3) {
                all += {fields[0].toLongLong(), fields[1].toUInt(), fields[2].toLongLong()};
            }
        }
        return all;
    }
    [[nodiscard]] static qint64 monotonicNs()
    {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
    }

    // Starts the watchdog and waits until it is ready. The port stays the same over restarts.
    [[nodiscard]] bool start(int speed = 1, const QStringList &wrapper = {}, const QStringList &more = {})
    {
        QStringList command = wrapper;
        command += {m_program,     u"--root"_s,  root(),       u"--port"_s,           QString::number(m_port),
                    u"--socket"_s, socketPath(), u"--speed"_s, QString::number(speed)};
        command += more;
        m_process = std::make_unique<QProcess>();
        if (qEnvironmentVariableIsSet("SGN_TEST_VERBOSE")) {
            m_process->setProcessChannelMode(QProcess::ForwardedErrorChannel);
        } else {
            m_process->setStandardErrorFile(QProcess::nullDevice());
        }
        m_process->start(command.takeFirst(), command);
        QByteArray line;
        const bool ended = QTest::qWaitFor(
            [&] {
                line += m_process->readAllStandardOutput();
                return line.contains('\n') || m_process->state() == QProcess::NotRunning;
            },
            patience);
        const auto match = QRegularExpression(u"^ready: port (\\d+), socket "_s).match(QString::fromUtf8(line));
        if (!ended || !match.hasMatch()) {
            return false;
        }
        m_port = match.captured(1).toUShort();
        return true;
    }
    // As systemd or a person would.
    void stop()
    {
        if (m_process && m_process->state() != QProcess::NotRunning) {
            m_process->terminate();
            m_process->waitForFinished(patience);
        }
    }
    void kill()
    {
        m_process->kill();
        m_process->waitForFinished(patience);
    }
    [[nodiscard]] bool isRunning() const { return m_process && m_process->state() != QProcess::NotRunning; }
    [[nodiscard]] int exitCode() const { return m_process->exitCode(); }

    // The pids of all that runs from this device's folder, the watchdog not among them.
    [[nodiscard]] QList<qint64> running(const QString &fileName = {}) const
    {
        QList<qint64> pids;
        const QByteArray mark = QFile::encodeName(root() + u'/');
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
            QFile arguments(u"/proc/"_s + entry + u"/cmdline"_s);
            if (entry.toInt() == 0 || !arguments.open(QIODevice::ReadOnly)) {
                continue;
            }
            const QByteArray text = arguments.readAll();
            if (text.contains(mark + "SmartMeter/") || text.contains(mark + "JabberClient/")) {
                if (!text.contains("sgn-watchdog") && text.contains(fileName.toUtf8())) {
                    pids += entry.toLongLong();
                }
            }
        }
        return pids;
    }
    // Also those that have given themselves another title: their output is in this device's folder.
    void killAll() const
    {
        for (int round = 0; round < 5; ++round) {
            for (const qint64 pid : running() + writing()) {
                ::kill(static_cast<pid_t>(pid), SIGKILL);
            }
        }
    }

    // A port outside the range from which the kernel picks one for other programs, because ours is free for a moment at
    // every restart.
    [[nodiscard]] static quint16 freePort()
    {
        static int next = static_cast<int>(::getpid()) * 16;
        for (;;) {
            const auto port = static_cast<quint16>(10'000 + next++ % 20'000);
            QUdpSocket socket;
            if (socket.bind(QHostAddress::LocalHost, port)) {
                return port;
            }
        }
    }

    void send(const QByteArray &datagram) { m_udp.writeDatagram(datagram, QHostAddress::LocalHost, m_port); }

    static void own(const QString &file)
    {
        if (::geteuid() == 0) {
            QVERIFY(::lchown(QFile::encodeName(file).constData(), owner(), owner()) == 0);
        }
    }

protected:
    QString m_program = QStringLiteral(SGN_BIN_DIR "/sgn-watchdog");

private:
    [[nodiscard]] QList<qint64> writing() const
    {
        QList<qint64> pids;
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
            const QString output = QFileInfo(u"/proc/%1/fd/1"_s.arg(entry)).symLinkTarget();
            if (entry.toInt() != 0 && entry.toInt() != ::getpid() && output.startsWith(path(u"logs/"_s))) {
                pids += entry.toLongLong();
            }
        }
        return pids;
    }

    QTemporaryDir m_dir;
    std::unique_ptr<QProcess> m_process;
    quint16 m_port = freePort();
    QUdpSocket m_udp;
};

// A peer of the control socket.
class ControlClient
{
public:
    explicit ControlClient(const WatchdogDevice &device)
        : ControlClient(device.socketPath())
    {}
    explicit ControlClient(const QString &socketPath) { m_socket.connectToServer(socketPath); }

    [[nodiscard]] bool isConnected()
    {
        return m_socket.state() == QLocalSocket::ConnectedState || m_socket.waitForConnected(patience);
    }
    [[nodiscard]] bool waitForClose()
    {
        return QTest::qWaitFor([this] { return m_socket.state() == QLocalSocket::UnconnectedState; }, patience);
    }
    void sendRaw(const QByteArray &bytes)
    {
        m_socket.write(bytes);
        m_socket.flush();
    }
    control::RequestId send(const control::RequestBody &body)
    {
        sendRaw(control::encode(control::Request{++m_lastId, body}));
        return m_lastId;
    }
    [[nodiscard]] Result<control::ReplyBody> waitForReply(control::RequestId id)
    {
        Result<control::ReplyBody> body = fail(ErrorCode::Timeout, u"no reply"_s);
        [[maybe_unused]] const bool came = QTest::qWaitFor(
            [&] {
                read();
                for (const control::Reply &reply : std::as_const(m_replies)) {
                    if (reply.id == id) {
                        body = reply.body;
                        return true;
                    }
                }
                return m_socket.state() == QLocalSocket::UnconnectedState;
            },
            patience);
        return body;
    }
    [[nodiscard]] Result<control::ReplyBody> ask(const control::RequestBody &body) { return waitForReply(send(body)); }
    [[nodiscard]] bool hello() { return ask(control::Hello{1}).has_value(); }

    [[nodiscard]] QList<ProcessReport> status()
    {
        const auto reply = ask(control::Status{});
        return reply ? std::get<control::StatusReply>(*reply).processes : QList<ProcessReport>();
    }
    [[nodiscard]] ProcessReport process(const QString &name)
    {
        for (const ProcessReport &report : status()) {
            if (report.name == name) {
                return report;
            }
        }
        return {};
    }
    [[nodiscard]] bool waitForState(const QString &name, ProcessState state)
    {
        return QTest::qWaitFor([&] { return process(name).state == state; }, patience);
    }
    // Events so far that are about the process.
    [[nodiscard]] QList<ProcessReport> events(const QString &name)
    {
        read();
        QList<ProcessReport> all;
        for (const control::Event &event : std::as_const(m_events)) {
            if (const auto *const changed = std::get_if<control::ProcessChanged>(&event)) {
                if (changed->process.name == name) {
                    all += changed->process;
                }
            }
        }
        return all;
    }
    [[nodiscard]] QList<control::SwapStatusReply> swapEvents()
    {
        read();
        QList<control::SwapStatusReply> all;
        for (const control::Event &event : std::as_const(m_events)) {
            if (const auto *const changed = std::get_if<control::SwapChanged>(&event)) {
                all += changed->status;
            }
        }
        return all;
    }
    // What is wrong with programs that are in no table.
    [[nodiscard]] QString problem()
    {
        const auto reply = ask(control::Status{});
        return reply ? std::get<control::StatusReply>(*reply).problem : QString();
    }
    [[nodiscard]] QStringList problemEvents()
    {
        read();
        QStringList all;
        for (const control::Event &event : std::as_const(m_events)) {
            if (const auto *const changed = std::get_if<control::ProblemChanged>(&event)) {
                all += changed->problem;
            }
        }
        return all;
    }
    // Makes the watchdog start the named programs, and waits for their heartbeats.
    [[nodiscard]] bool startMeters(const QStringList &names)
    {
        QList<ProcessVersion> expected;
        for (const QString &name : names) {
            expected += ProcessVersion{name, 1};
        }
        if (!ask(control::Resume{Component::SmartMeter, expected})) {
            return false;
        }
        return std::all_of(names.cbegin(), names.cend(),
                           [this](const QString &name) { return waitForState(name, ProcessState::Running); });
    }

private:
    void read()
    {
        if (m_socket.bytesAvailable() > 0) {
            m_in += m_socket.readAll();
        }
        for (qsizetype end = m_in.indexOf('\n'); end >= 0; end = m_in.indexOf('\n')) {
            const auto line = control::parseWatchdogLine(m_in.left(end));
            m_in.remove(0, end + 1);
            QVERIFY2(line.has_value(), line ? "" : qPrintable(line.error().message));
            if (const auto *const reply = std::get_if<control::Reply>(&*line)) {
                m_replies += *reply;
            } else {
                m_events += std::get<control::Event>(*line);
            }
        }
    }

    QLocalSocket m_socket;
    QByteArray m_in;
    control::RequestId m_lastId = 0;
    QList<control::Reply> m_replies;
    QList<control::Event> m_events;
};

// An order for the agent's exchange; each key names another one.
inline control::Swap agentSwap(const QString &folder, int version, int timeoutS, const QString &key = u"9:a"_s)
{
    return {Component::JabberClient, key, version, timeoutS, control::SwapFolder{folder}};
}

} // namespace sgn::test
