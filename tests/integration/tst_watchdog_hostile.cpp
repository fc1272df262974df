// SPDX-License-Identifier: GPL-3.0-or-later
// What local users may try against the watchdog's two sockets.
#include "integration/WatchdogDevice.h"
#include "support/Sanitizer.h"

#include <arpa/inet.h>
#include <csignal>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

using namespace sgn;
using namespace sgn::test;

namespace {

// Runs `what` in a child process as another user, and returns its exit code.
int asOtherUser(uid_t user, const std::function<int()> &what)
{
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setgid(user) != 0 || ::setuid(user) != 0) {
            ::_exit(99);
        }
        ::_exit(what());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

} // namespace

class WatchdogHostile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesSpoofedHeartbeats()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        device.addMeter(u"other"_s);
        device.write(u"evil.py"_s, "#!/bin/sh\n", 0755);
        QVERIFY(QFile::link(u"/bin/sleep"_s, device.path(u"SmartMeter/out"_s)));
        QProcess bystander; // a process of the test's own user
        bystander.start(u"/bin/sleep"_s, {u"1000"_s});
        QVERIFY(bystander.waitForStarted(patience));
        QVERIFY(device.start());
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s, u"other"_s}));
        const qint64 ocr = *client.process(u"ocr"_s).pid;
        const qint64 other = *client.process(u"other"_s).pid;

        const QString meter = device.path(u"SmartMeter/ocr.py"_s);
        const QList<std::pair<Heartbeat, QByteArray>> attacks{
            {{u"x"_s, 1, meter, 1}, "pid_of_process"},
            {{u"x"_s, 2, meter, 1}, "already known as \"ocr\""},
            {{u"x"_s, ocr, meter, 1}, "already known as \"ocr\""},
            {{u"ocr"_s, other, meter, 9}, "already known as \"other\""},
            {{u"ocr"_s, bystander.processId(), meter, 9}, "doesn't run"},
            {{u"ocr"_s, ::getpid(), meter, 9}, "doesn't run"},
            {{u"ocr"_s, 4194303, meter, 9}, "there is no process"},
            {{u"ocr"_s, ocr, device.path(u"SmartMeter/other.py"_s), 9}, "already known as \"other\""},
            {{u"x"_s, bystander.processId(), u"/bin/sleep"_s, 1}, "is outside"},
            {{u"x"_s, bystander.processId(), device.path(u"SmartMeter/out"_s), 1}, "is outside"},
            {{u"x"_s, bystander.processId(), device.path(u"evil.py"_s), 1}, "is outside"},
            {{u"x"_s, bystander.processId(), device.path(u"SmartMeter/../evil.py"_s), 1}, "is outside"},
            {{u"x"_s, bystander.processId(), device.path(u"SmartMeter/none"_s), 1}, "cannot find"},
        };
        for (const auto &[heartbeat, reason] : attacks) {
            // One by one, and each after a fresh start, because the log takes only a few a minute.
            device.stop();
            QFile::remove(device.path(u"logs/watchdog.log"_s));
            QVERIFY(device.start());
            ControlClient observer(device);
            for (const QString &name : {u"ocr"_s, u"other"_s}) {
                QVERIFY(observer.waitForState(name, ProcessState::Running)); // by its own heartbeat
            }
            device.send(encode(heartbeat));
            QTRY_VERIFY2_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).contains(reason),
                                      device.read(u"logs/watchdog.log"_s).constData(), patience);
            QCOMPARE(observer.status().size(), 2);
            QVERIFY(observer.process(u"ocr"_s).version != 9);
            QCOMPARE(observer.process(u"ocr"_s).pid, ocr);
            QCOMPARE(bystander.state(), QProcess::Running);
        }
        bystander.kill();
        bystander.waitForFinished(patience);
        QCOMPARE(device.running().size(), 2);
    }

    void aForeignProcessCannotBecomeAMeter()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can run a process as another user");
        }
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start());
        // The right arguments, but the wrong user.
        const QByteArray script = QFile::encodeName(device.path(u"SmartMeter/ocr.py"_s));
        const pid_t impostor = ::fork();
        if (impostor == 0) {
            // One process and no child of its own, which would outlive it with the test's output in its hands.
            if (::setgid(1) == 0 && ::setuid(1) == 0) {
                ::execl("/usr/bin/tail", "tail", "-n", "0", "-f", script.constData(), nullptr);
            }
            ::_exit(1);
        }
        device.send(encode(Heartbeat{u"ocr"_s, impostor, device.path(u"SmartMeter/ocr.py"_s), 1}));
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).contains("refused a heartbeat"), patience);
        ControlClient client(device);
        QVERIFY(client.status().isEmpty());
        ::kill(impostor, SIGKILL);
        ::waitpid(impostor, nullptr, 0);
    }

    void aFloodDoesNotStarveHeartbeats_data()
    {
        QTest::addColumn<QByteArray>("datagram");
        QTest::newRow("garbage") << QByteArray("x");
        QTest::newRow("4 KiB of JSON") << QByteArray("{\"command\": \"" + QByteArray(4000, 'a') + "\"}");
        QTest::newRow("plausible heartbeats") << encode(Heartbeat{u"ocr2"_s, 4000000, u"/SmartMeter/ocr.py"_s, 1});
    }

    void aFloodDoesNotStarveHeartbeats()
    {
        QFETCH(QByteArray, datagram);
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        datagram.replace("/SmartMeter", QFile::encodeName(device.path(u"SmartMeter"_s)));
        constexpr int speed = isSanitized ? 5 : 20; // taken for hung after 12 s, else 3 s
        constexpr qint64 longerThanThat = isSanitized ? 15'000 : 7'000;
        QVERIFY(device.start(speed));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        const qint64 pid = *client.process(u"ocr"_s).pid;

        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(device.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int flood = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        QElapsedTimer timer;
        timer.start();
        // 100,000, and for longer than a silence may last.
        qint64 sent = 0;
        while (sent < 100000 || timer.elapsed() < longerThanThat) {
            ::sendto(flood, datagram.constData(), static_cast<size_t>(datagram.size()), 0,
                     reinterpret_cast<const sockaddr *>(&address), sizeof address);
            ++sent;
            // Slowed down by sanitizers, the watchdog can't keep up with a core that only sends.
            if (isSanitized && sent % 100 == 0) {
                (void)client.status();
            }
        }
        qInfo("%lld datagrams, %.0f a second", sent,
              1000.0 * static_cast<double>(sent) / static_cast<double>(timer.elapsed()));
        ::close(flood);
        const ProcessReport report = client.process(u"ocr"_s);
        QCOMPARE(report.state, ProcessState::Running);
        QCOMPARE(report.pid, pid);
        QCOMPARE(report.restarts24h, 0);
        QVERIFY(device.read(u"logs/watchdog.log"_s).size() < 10000);
    }

    void theTableIsBounded()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(20));
        ControlClient client(device);
        QList<ProcessVersion> many;
        for (int i = 0; i < 100; ++i) {
            const QString name = u"p%1"_s.arg(i);
            device.write(u"SmartMeter/"_s + name, "#!/bin/sh\nexec sleep 1000 #\n", 0755);
            many += ProcessVersion{name, 1};
        }
        QVERIFY(client.ask(control::Resume{Component::SmartMeter, many}).has_value());
        QCOMPARE(client.status().size(), 64);
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 60}).has_value());
    }

    void onlyTheOwnerGetsIn()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can run a process as another user");
        }
        WatchdogDevice device;
        QVERIFY(device.start());
        struct stat info
        {
        };
        const QByteArray path = QFile::encodeName(device.socketPath());
        QVERIFY(::lstat(path.constData(), &info) == 0);
        QCOMPARE(info.st_mode & 07777U, 0660U);
        QCOMPARE(info.st_uid, WatchdogDevice::owner());
        const auto connects = [&path] {
            const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            std::memcpy(address.sun_path, path.constData(), static_cast<size_t>(path.size()));
            if (::connect(socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
                return 1;
            }
            const QByteArray question = control::encode(control::Request{1, control::Status{}});
            [[maybe_unused]] const ssize_t sent =
                ::send(socket, question.constData(), static_cast<size_t>(question.size()), MSG_NOSIGNAL);
            char answer = 0;
            return ::recv(socket, &answer, 1, 0) == 1 ? 0 : 2;
        };
        QCOMPARE(asOtherUser(WatchdogDevice::owner(), connects), 0);
        QCOMPARE(asOtherUser(1, connects), 1);
        // Even where the file has been opened to every user.
        QVERIFY(::chmod(path.constData(), 0666) == 0);
        QCOMPARE(asOtherUser(1, connects), 2);
    }

    void answersOrClosesOnNonsense_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<bool>("closes");
        QTest::newRow("empty line") << QByteArray("\n") << false;
        QTest::newRow("no JSON") << QByteArray("hello\n") << false;
        QTest::newRow("no id") << QByteArray("{\"request\": \"status\"}\n") << false;
        QTest::newRow("unknown request") << QByteArray("{\"id\": 7, \"request\": \"x\"}\n") << false;
        QTest::newRow("bad component")
            << QByteArray("{\"id\": 7, \"request\": \"hold\", \"component\": \"..\", \"seconds\": 5}\n") << false;
        QTest::newRow("endless hold")
            << QByteArray("{\"id\": 7, \"request\": \"hold\", \"component\": \"SmartMeter\", \"seconds\": 99999}\n")
            << false;
        QTest::newRow("a line without end") << QByteArray(200000, 'x') << true;
    }

    void answersOrClosesOnNonsense()
    {
        QFETCH(const QByteArray, line);
        QFETCH(const bool, closes);
        WatchdogDevice device;
        QVERIFY(device.start());
        ControlClient client(device);
        QVERIFY(client.isConnected());
        client.sendRaw(line);
        if (closes) {
            QVERIFY(client.waitForClose());
        } else {
            QVERIFY(client.ask(control::Status{}).has_value());
        }
        if (line.contains("\"id\": 7")) {
            QVERIFY(!client.waitForReply(7).has_value());
        }
        ControlClient second(device);
        QVERIFY(second.ask(control::Status{}).has_value());
    }

    void refusesWhatMakesNoSense()
    {
        WatchdogDevice device;
        QVERIFY(device.start());
        ControlClient client(device);
        QCOMPARE(client.ask(control::Restart{u"none"_s}).error().code, ErrorCode::NotFound);
        QCOMPARE(client.ask(control::Hold{Component::JabberClient, 5}).error().code, ErrorCode::BadRequest);
        QCOMPARE(client.ask(control::Resume{Component::JabberClient, {}}).error().code, ErrorCode::BadRequest);
    }

    void dropsConnectionsOverTheLimit()
    {
        WatchdogDevice device;
        QVERIFY(device.start());
        std::vector<std::unique_ptr<ControlClient>> clients;
        for (int i = 0; i < 16; ++i) {
            clients.push_back(std::make_unique<ControlClient>(device));
            QVERIFY(clients.back()->hello());
        }
        ControlClient tooMuch(device);
        QVERIFY(tooMuch.waitForClose());
        clients.pop_back();
        QVERIFY(QTest::qWaitFor([&] { return ControlClient(device).hello(); }, patience));
    }

    void dropsWhoDoesNotRead()
    {
        WatchdogDevice device;
        QVERIFY(device.start());
        const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const QByteArray path = QFile::encodeName(device.socketPath());
        std::memcpy(address.sun_path, path.constData(), static_cast<size_t>(path.size()));
        QVERIFY(::connect(socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0);
        const QByteArray question = control::encode(control::Request{1, control::Status{}});
        const bool dropped = QTest::qWaitFor(
            [&] {
                for (int i = 0; i < 2000; ++i) {
                    if (::send(socket, question.constData(), static_cast<size_t>(question.size()), MSG_NOSIGNAL) < 0 &&
                        errno != EAGAIN) {
                        return true;
                    }
                }
                return false;
            },
            patience);
        ::close(socket);
        QVERIFY(dropped);
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).contains("doesn't read"), patience);
        ControlClient client(device);
        QVERIFY(client.hello());
    }

    void twoWatchdogsDontShareADevice()
    {
        WatchdogDevice device;
        QVERIFY(device.start());
        QProcess second;
        second.start(QStringLiteral(SGN_BIN_DIR "/sgn-watchdog"),
                     {u"--root"_s, device.root(), u"--port"_s, u"0"_s, u"--socket"_s, device.path(u"wdog/s2"_s)});
        QVERIFY(second.waitForFinished(patience));
        QCOMPARE(second.exitCode(), 1);
        QVERIFY(second.readAllStandardError().contains("another watchdog supervises"));
        ControlClient client(device);
        QVERIFY(client.hello());
    }

    void reportsWhatIsWrongAndExits_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("output");
        QTest::newRow("no such root") << QStringList{u"--root"_s, u"/no/such/folder"_s} << 1
                                      << QByteArray("/no/such/folder");
        QTest::newRow("root is a file") << QStringList{u"--root"_s, u"/etc/passwd"_s} << 1
                                        << QByteArray("not a folder");
        QTest::newRow("bad port") << QStringList{u"--port"_s, u"70000"_s} << 2 << QByteArray("--port");
        QTest::newRow("unknown option") << QStringList{u"--prot"_s, u"1"_s} << 2 << QByteArray("prot");
        QTest::newRow("stray word") << QStringList{u"start"_s} << 2 << QByteArray("start");
        QTest::newRow("help") << QStringList{u"--help"_s} << 0 << QByteArray("Example");
        QTest::newRow("version") << QStringList{u"--version"_s} << 0 << QByteArray("sgn-watchdog ");
    }

    void reportsWhatIsWrongAndExits()
    {
        QFETCH(const QStringList, arguments);
        QFETCH(const int, code);
        QFETCH(const QByteArray, output);
        QProcess program;
        program.setProcessChannelMode(QProcess::MergedChannels);
        program.start(QStringLiteral(SGN_BIN_DIR "/sgn-watchdog"), arguments);
        QVERIFY(program.waitForFinished(patience));
        QCOMPARE(program.exitCode(), code);
        QVERIFY(program.readAll().contains(output));
    }

    // In place of the device's folder, a link to one of root's that every user can write to, and in there a journal by
    // which the watchdog would exchange any other folder of root's.
    void theOwnersLinkGivesNoRightsOfRoots()
    {
        if (::geteuid() != 0) {
            QSKIP("only root has rights that a link could borrow");
        }
        const QTemporaryDir all; // as "/"
        const QString open = all.filePath(u"tmp"_s);
        const QString theirs = all.filePath(u"etc"_s);
        const QString home = all.filePath(u"home"_s);
        for (const QString &folder : {open + u"/wdog"_s, open + u"/JabberClient"_s, theirs, home}) {
            QVERIFY(QDir().mkpath(folder));
        }
        QVERIFY(QFile(theirs + u"/passwd"_s).open(QIODevice::WriteOnly));
        ::chmod(QFile::encodeName(all.path()).constData(), 0755);
        ::chmod(QFile::encodeName(open).constData(), 01777);
        const QString root = home + u"/technospurs"_s;
        QVERIFY(QFile::link(open, root));
        const auto inode = [](const QString &path) {
            struct stat info
            {
            };
            return ::lstat(QFile::encodeName(path).constData(), &info) == 0 ? QString::number(quint64{info.st_ino})
                                                                            : QString();
        };
        QFile journal(open + u"/wdog/agent-swap.json"_s);
        QVERIFY(journal.open(QIODevice::WriteOnly));
        const QJsonObject request{
            {u"id"_s, 0},      {u"request"_s, u"swap"_s}, {u"component"_s, u"JabberClient"_s}, {u"key"_s, u"k"_s},
            {u"version"_s, 2}, {u"timeout_s"_s, 60},      {u"staged_folder"_s, theirs}};
        const QJsonObject swap{{u"format"_s, 1},
                               {u"phase"_s, u"rolling_back"_s},
                               {u"attempts"_s, 0},
                               {u"tidied"_s, false},
                               {u"new_folder"_s, inode(open + u"/JabberClient"_s)},
                               {u"old_folder"_s, inode(theirs)},
                               {u"request"_s, request}};
        journal.write(QJsonDocument(swap).toJson());
        journal.close();
        for (const QString &path : {home, root, open + u"/wdog"_s, open + u"/JabberClient"_s, journal.fileName()}) {
            WatchdogDevice::own(path);
        }
        QProcess program;
        program.start(QStringLiteral(SGN_BIN_DIR "/sgn-watchdog"),
                      {u"--root"_s, root, u"--port"_s, u"0"_s, u"--socket"_s, all.filePath(u"socket"_s)});
        const bool ended = program.waitForFinished(patience);
        program.kill();
        program.waitForFinished();
        QVERIFY(QFile::exists(theirs + u"/passwd"_s));
        QVERIFY(ended);
        QCOMPARE(program.exitCode(), 1);
        QVERIFY(program.readAllStandardError().contains("is root's, but not chosen by root"));
    }

    void selfTestRunsBesideALiveOne()
    {
        WatchdogDevice device;
        QVERIFY(device.start());
        QProcess test;
        test.start(QStringLiteral(SGN_BIN_DIR "/sgn-watchdog"), {u"--root"_s, device.root(), u"--self-test"_s});
        QVERIFY(test.waitForFinished(patience));
        QCOMPARE(test.readAllStandardError(), QByteArray());
        QCOMPARE(test.exitCode(), 0);
        ControlClient client(device);
        QVERIFY(client.hello());
    }

    void selfTestFailsWhereItCannotWork()
    {
        WatchdogDevice device;
        QVERIFY(QDir(device.path(u"wdog"_s)).removeRecursively());
        device.write(u"wdog"_s, "a file in the way");
        QProcess test;
        test.start(QStringLiteral(SGN_BIN_DIR "/sgn-watchdog"), {u"--root"_s, device.root(), u"--self-test"_s});
        QVERIFY(test.waitForFinished(patience));
        QCOMPARE(test.exitCode(), 1);
        QVERIFY(!test.readAllStandardError().isEmpty());
    }

    void notifiesSystemdThatItIsReadyAndAlive()
    {
        WatchdogDevice device;
        const QByteArray path = QFile::encodeName(device.path(u"wdog/notify"_s));
        const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.constData(), static_cast<size_t>(path.size()));
        QVERIFY(::bind(socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0);
        WatchdogDevice::own(device.path(u"wdog/notify"_s));
        qputenv("NOTIFY_SOCKET", path);
        qputenv("WATCHDOG_USEC", "200000");
        const bool started = device.start();
        qunsetenv("NOTIFY_SOCKET");
        qunsetenv("WATCHDOG_USEC");
        QVERIFY(started);
        QByteArrayList messages;
        const auto read = [&] {
            char text[256];
            const ssize_t n = ::recv(socket, text, sizeof text, 0);
            if (n > 0) {
                messages += QByteArray(text, n);
            }
            return messages.size();
        };
        QTRY_VERIFY_WITH_TIMEOUT(read() >= 3, patience);
        QCOMPARE(messages[0], QByteArray("READY=1"));
        QCOMPARE(messages[1], QByteArray("WATCHDOG=1"));
        QCOMPARE(messages[2], QByteArray("WATCHDOG=1"));
        device.stop();
        QTRY_VERIFY_WITH_TIMEOUT((read(), messages.constLast() == "STOPPING=1"), patience);
        ::close(socket);
    }
};

QTEST_GUILESS_MAIN(WatchdogHostile)
#include "tst_watchdog_hostile.moc"
