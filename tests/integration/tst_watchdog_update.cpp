// SPDX-License-Identifier: GPL-3.0-or-later
// The watchdog replaces itself: real watchdogs, good releases and broken ones, and kills at every moment.
#include "base/Descriptor.h"
#include "config/RootKeys.h"
#include "integration/WatchdogRelease.h"
#include "release/ReleaseSignature.h"
#include "support/Sanitizer.h"

#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <QJsonArray>
#include <QScopeGuard>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

using namespace sgn;
using namespace sgn::test;
using control::SwapProgress;

namespace {

constexpr int fast = 20;

bool isFinal(SwapProgress progress)
{
    return progress == SwapProgress::Confirmed || progress == SwapProgress::RolledBack ||
           progress == SwapProgress::Failed;
}

bool waitForEnd(const WatchdogDevice &device)
{
    return QTest::qWaitFor([&] { return isFinal(ownSwapStatus(device).progress); }, 3 * patience);
}

// Whether the update with that key has its final result.
bool isOver(const WatchdogDevice &device, const QString &key)
{
    const auto status = ownSwapStatus(device);
    return status.key == key && isFinal(status.progress);
}

void ask(const WatchdogDevice &device, const control::Swap &request)
{
    {
        ControlClient client(device);
        const auto taken = client.ask(request);
        QVERIFY2(taken.has_value(), taken ? "" : qPrintable(taken.error().message));
    }
    QVERIFY(QTest::qWaitFor([&] { return isOver(device, request.key); }, 3 * patience));
}

void update(const ReleasedDevice &device, int version)
{
    ask(device, device.offer(version));
    QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirmed);
    QCOMPARE(ownSwapStatus(device).running, version);
}

// What init does before each start, and the start. False when a watchdog runs already.
bool startAsInit(ReleasedDevice &device, int speed = fast)
{
    const QString rescue = device.home(u"WatchDog.update/rescue"_s);
    if (QFile::exists(rescue)) {
        QProcess::execute(rescue, {});
    }
    return device.start(speed);
}

// Whether the update comes to an end while init starts the watchdog again and again; a second watchdog ends by itself.
bool endsUnderInit(ReleasedDevice &device, const QString &key)
{
    return QTest::qWaitFor(
        [&] {
            if (device.mains().isEmpty() && device.guardians().isEmpty()) {
                (void)startAsInit(device);
            }
            const auto status = ownSwapStatus(device);
            const bool isForgotten = status.progress == SwapProgress::None || status.key != key;
            return isOver(device, key) || (status.running > 0 && isForgotten);
        },
        3 * patience);
}

} // namespace

class WatchdogUpdate : public QObject
{
    Q_OBJECT

private:
    // What every test's device is left with, whatever happened to it: one watchdog, no guardian, the expected version.
    static void checkPeace(ReleasedDevice &device, int version, const QList<qint64> &meters)
    {
        QTRY_COMPARE_WITH_TIMEOUT(device.guardians().size(), 0, patience);
        QTRY_COMPARE_WITH_TIMEOUT(device.mains().size(), 1, patience);
        QCOMPARE(device.installedVersion(), version);
        QCOMPARE(ownSwapStatus(device).running, version);
        QCOMPARE(device.running(), meters); // not one of them was restarted
        for (const auto name : {"probation"_L1, "starts"_L1, "staged"_L1, "failed"_L1, "release.zip"_L1}) {
            QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(device.home(u"WatchDog.update/"_s + name)), patience);
        }
        ControlClient client(device);
        for (const ProcessReport &process : client.status()) {
            QVERIFY(client.waitForState(process.name, ProcessState::Running));
        }
    }

    // What a guardian holds. Invalid: there is one, and it has it.
    static Descriptor lockGuard(const ReleasedDevice &device)
    {
        Descriptor lock(::open(QFile::encodeName(device.home(u"WatchDog.update/guard.lock"_s)).constData(),
                               O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        return ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0 ? std::move(lock) : Descriptor();
    }

private Q_SLOTS:
    void handsOverToANewRelease()
    {
        ReleasedDevice device;
        device.addMeter(u"ocr"_s);
        device.addMeter(u"dlms"_s);
        QVERIFY(device.start(fast));
        QList<qint64> meters;
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s, u"dlms"_s}));
            meters = device.running();
            QCOMPARE(meters.size(), 2);
            const control::Swap request = device.offer(2);
            control::Swap other = request;
            other.key = u"11"_s;
            // Asked twice, done once; another one has to wait. All at once, for it hands over soon.
            const std::array requests{client.send(request), client.send(request), client.send(other),
                                      client.send(agentSwap(device.path(u"downloads/x"_s), 2, 60))};
            QVERIFY(client.waitForReply(requests[0]).has_value());
            QVERIFY(client.waitForReply(requests[1]).has_value());
            QCOMPARE(client.waitForReply(requests[2]).error().code, ErrorCode::Busy);
            QCOMPARE(client.waitForReply(requests[3]).error().code, ErrorCode::Busy);
        }
        const qint64 pid = device.pid();
        QVERIFY(waitForEnd(device));
        const auto status = ownSwapStatus(device);
        QVERIFY2(status.progress == SwapProgress::Confirmed, qPrintable(status.remarks));
        QCOMPARE(status.key, u"10:2"_s);
        checkPeace(device, 2, meters);
        QVERIFY(device.isRunning());
        QCOMPARE(device.mains(), QList{pid}); // the pid that init knows
        QCOMPARE(device.readHome(u"WatchDog.update/previous/version"_s), QByteArray("1\n"));

        // How they end is still known of processes that the old watchdog has started.
        ControlClient client(device);
        ::kill(static_cast<pid_t>(*client.process(u"ocr"_s).pid), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(client.process(u"ocr"_s).lastExit.has_value(), patience);
        QCOMPARE(client.process(u"ocr"_s).lastExit->signal, SIGKILL);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        // Asked once more, after all is over: nothing happens again.
        control::Swap request = device.offer(2);
        QVERIFY(client.ask(request).has_value());
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirmed);
        // And it can do it again.
        request = device.offer(3);
        QVERIFY(client.ask(request).has_value());
        QTRY_COMPARE_WITH_TIMEOUT(ownSwapStatus(device).running, 3, patience);
        QVERIFY(waitForEnd(device));
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirmed);
        QCOMPARE(device.mains(), QList{pid});
    }

    void staysReadyForSystemd()
    {
        // systemd's end of sd_notify(3).
        const QTemporaryDir folder;
        const QByteArray path = QFile::encodeName(folder.filePath(u"notify"_s));
        const int notify = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
        QVERIFY(::bind(notify, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0);
        QVERIFY(::chmod(path.constData(), 0777) == 0 &&
                ::chmod(QFile::encodeName(folder.path()).constData(), 0755) == 0);
        QByteArrayList messages;
        const auto hear = [&] {
            std::array<char, 256> text{};
            for (ssize_t n = 0; (n = ::recv(notify, text.data(), text.size(), 0)) > 0;) {
                messages += QByteArray(text.data(), n);
            }
            return messages;
        };
        qputenv("NOTIFY_SOCKET", path);
        qputenv("WATCHDOG_USEC", "3600000000"); // none is due meanwhile
        const auto unset = qScopeGuard([] {
            qunsetenv("NOTIFY_SOCKET");
            qunsetenv("WATCHDOG_USEC");
        });
        ReleasedDevice device;
        QVERIFY(device.start(fast));
        QTRY_COMPARE_WITH_TIMEOUT(hear(), (QByteArrayList{"READY=1", "WATCHDOG=1"}), patience);
        messages.clear();
        {
            ControlClient client(device);
            QVERIFY(client.ask(device.offer(2)).has_value());
        }
        // Only that sets the clock back of a unit that is up already, and its time goes on during the handover.
        QTRY_COMPARE_WITH_TIMEOUT(hear(), (QByteArrayList{"WATCHDOG=1", "READY=1", "WATCHDOG=1"}), patience);
        QVERIFY(waitForEnd(device));
        checkPeace(device, 2, {});
        ::close(notify);
    }

    void refusesAReleaseBeforeTheExchange_data()
    {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<ErrorCode>("error");
        QTest::addColumn<QString>("reason");
        QByteArray otherMachine = ReleasedDevice::readAll(ReleasedDevice::watchdog);
        otherMachine[18] = '\x28'; // e_machine
        otherMachine[19] = '\x7f';
        QTest::newRow("not executable") << QByteArray("a text") << ErrorCode::BadArchive << u"has no program"_s;
        QTest::newRow("for another machine") << otherMachine << ErrorCode::InstallFailed << u"Exec format error"_s;
        QTest::newRow("garbage") << QByteArray("\x7f"
                                               "ELF and then nothing")
                                 << ErrorCode::InstallFailed << u"cannot execute"_s;
        QTest::newRow("cut") << ReleasedDevice::readAll(ReleasedDevice::watchdog).first(100'000)
                             << ErrorCode::InstallFailed << u"doesn't work here"_s;
        QTest::newRow("no such interpreter")
            << QByteArray("#!/no/such/shell\n") << ErrorCode::InstallFailed << u"No such file"_s;
        QTest::newRow("self-test fails") << QByteArray("#!/bin/sh\necho no libfoo; exit 3\n")
                                         << ErrorCode::InstallFailed << u"exit code 3: no libfoo"_s;
        QTest::newRow("self-test crashes")
            << QByteArray("#!/bin/sh\nkill -SEGV $$\n") << ErrorCode::InstallFailed << u"self-test crashed"_s;
        QTest::newRow("self-test hangs") << QByteArray("#!/bin/sh\nexec /bin/sleep 1000\n") << ErrorCode::InstallFailed
                                         << u"doesn't end within 30 s"_s;
    }

    void refusesAReleaseBeforeTheExchange()
    {
        QFETCH(const QByteArray, program);
        QFETCH(const ErrorCode, error);
        QFETCH(const QString, reason);
        ReleasedDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        const auto meters = device.running();
        QVERIFY(client.ask(device.offer(2, program)).has_value());
        QVERIFY(waitForEnd(device));
        const auto status = ownSwapStatus(device);
        QCOMPARE(status.progress, SwapProgress::Failed);
        QCOMPARE(status.error, error);
        QVERIFY2(status.remarks.contains(reason), qPrintable(status.remarks));
        checkPeace(device, 1, meters);
        QCOMPARE(device.mains(), QList{device.pid()});
    }

    void putsTheOldWatchdogBack_data()
    {
        QTest::addColumn<QByteArray>("ways");
        QTest::addColumn<QString>("reason");
        QTest::newRow("ends at once") << QByteArray("sys.exit(3)") << u"the new watchdog ended"_s;
        QTest::newRow("crashes") << QByteArray("os.kill(os.getpid(), signal.SIGSEGV)") << u"the new watchdog ended"_s;
        QTest::newRow("crashes after some seconds")
            << QByteArray("serve(2, [{'process_name': 'ocr', 'version': 1, 'isDead': False, 'state': 'running', 'pid': "
                          "int(open(args['--root'] + '/starts-ocr').read().split()[0])}], 1.5)")
            << u"answered and then ended"_s;
        QTest::newRow("hangs") << QByteArray("os.kill(os.getpid(), signal.SIGSTOP)")
                               << u"doesn't answer on its control socket"_s;
        QTest::newRow("won't end") << QByteArray("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                                                 "while True: time.sleep(1)")
                                   << u"doesn't answer on its control socket"_s;
        QTest::newRow("another version") << QByteArray("serve(7)") << u"it has version 7 and not 2"_s;
        QTest::newRow("never answers")
            << QByteArray("os.unlink(args['--socket']); s = socket.socket(socket.AF_UNIX); s.bind(args['--socket'])\n"
                          "s.listen(8)\nwhile True: time.sleep(1)")
            << u"it doesn't answer requests"_s;
        QTest::newRow("closes connections")
            << QByteArray("os.unlink(args['--socket'])\n"
                          "s = socket.socket(socket.AF_UNIX); s.bind(args['--socket'])\n"
                          "s.listen(8)\nwhile True: s.accept()[0].close()")
            << u"closes its control connections"_s;
        QTest::newRow("doesn't know the processes") << QByteArray("serve(2)") << u"it doesn't know \"ocr\""_s;
    }

    void putsTheOldWatchdogBack()
    {
        QFETCH(const QByteArray, ways);
        QFETCH(const QString, reason);
        ReleasedDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(5));
        QList<qint64> meters;
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s}));
            meters = device.running();
            control::Swap request = device.offer(2, brokenWatchdog(ways));
            // One that ends is seen at once; the others have to get as far as their fault on a busy machine.
            request.timeoutS = reason.contains(u"ended") ? 30 : 12;
            QVERIFY(client.ask(request).has_value());
        }
        // Without an init, the guardian becomes the old watchdog.
        QVERIFY(waitForEnd(device));
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::RolledBack);
        const auto status = ownSwapStatus(device);
        QCOMPARE(status.error, ErrorCode::NotHealthy);
        QVERIFY2(status.remarks.contains(reason), qPrintable(status.remarks));
        QVERIFY(!device.isRunning());
        checkPeace(device, 1, meters);
    }

    void leavesTheStartToInit()
    {
        // As under systemd: NOTIFY_SOCKET is set, and init starts the watchdog when it ends.
        qputenv("NOTIFY_SOCKET", "@sgn-test-no-listener");
        const auto unset = qScopeGuard([] { qunsetenv("NOTIFY_SOCKET"); });
        ReleasedDevice device;
        QVERIFY(device.start(1));
        {
            ControlClient client(device);
            QVERIFY(client.ask(device.offer(2, brokenWatchdog("sys.exit(3)"))).has_value());
        }
        QTRY_VERIFY_WITH_TIMEOUT(!device.isRunning(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(device.installedVersion(), 1, patience);
        QVERIFY(startAsInit(device));
        QTRY_COMPARE_WITH_TIMEOUT(ownSwapStatus(device).progress, SwapProgress::RolledBack, patience);
        checkPeace(device, 1, {});
        QCOMPARE(device.mains(), QList{device.pid()});
    }

    void trustsNothingOfTheOwner_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<ErrorCode>("error");
        QTest::newRow("another hash") << u"hash"_s << ErrorCode::HashMismatch;
        QTest::newRow("changed after the request") << u"changed"_s << ErrorCode::HashMismatch;
        QTest::newRow("a link") << u"link"_s << ErrorCode::InstallFailed;
        QTest::newRow("a pipe") << u"pipe"_s << ErrorCode::BadRequest;
        QTest::newRow("outside") << u"outside"_s << ErrorCode::BadRequest;
        QTest::newRow("dots out") << u"dots"_s << ErrorCode::BadRequest;
        QTest::newRow("lower version") << u"lower"_s << ErrorCode::Downgrade;
        QTest::newRow("other version inside") << u"version"_s << ErrorCode::BadArchive;
        QTest::newRow("unsigned, with keys") << u"unsigned"_s << ErrorCode::NotSigned;
        QTest::newRow("unsigned, with root's keys and a configuration without")
            << u"root's keys"_s << ErrorCode::NotSigned;
        QTest::newRow("root's keys are torn") << u"torn keys"_s << ErrorCode::InstallFailed;
        QTest::newRow("root's keys are open to others") << u"open keys"_s << ErrorCode::InstallFailed;
        QTest::newRow("root's keys are a link") << u"linked keys"_s << ErrorCode::InstallFailed;
        QTest::newRow("no configuration") << u"config"_s << ErrorCode::InstallFailed;
    }

    void trustsNothingOfTheOwner()
    {
        QFETCH(const QString, what);
        QFETCH(const ErrorCode, error);
        ReleasedDevice device;
        QVERIFY(device.start(fast));
        control::Swap request = device.offer(what == "lower"_L1 ? 0 : 2);
        if (what == "hash"_L1) {
            ReleasedDevice::zipOf(request).sha256[0] = static_cast<char>(ReleasedDevice::zipOf(request).sha256[0] ^ 1);
        } else if (what == "link"_L1) {
            QVERIFY(QFile::rename(ReleasedDevice::zipOf(request).zip, device.path(u"downloads/real"_s)));
            QVERIFY(QFile::link(device.path(u"downloads/real"_s), ReleasedDevice::zipOf(request).zip));
        } else if (what == "pipe"_L1) {
            QVERIFY(QFile::remove(ReleasedDevice::zipOf(request).zip));
            QVERIFY(::mkfifo(QFile::encodeName(ReleasedDevice::zipOf(request).zip).constData(), 0666) == 0);
            WatchdogDevice::own(ReleasedDevice::zipOf(request).zip);
        } else if (what == "outside"_L1) {
            ReleasedDevice::zipOf(request).zip = u"/etc/passwd"_s;
        } else if (what == "dots"_L1) {
            ReleasedDevice::zipOf(request).zip = device.path(u"downloads/../downloads/WatchDog.zip.part"_s);
        } else if (what == "version"_L1) {
            request.version = 3;
        } else if (what == "unsigned"_L1) {
            device.writeConfig({{u"release_keys"_s, QJsonArray{publicJwk()}}});
        } else if (what.endsWith("keys"_L1)) {
            // The owner has put a folder of its own in the place of root's configuration.
            const RootKeys keys{{publicKeyOf(newSigningKey(u"release"_s).value()).value()}, {}};
            device.writeHome(what == "linked keys"_L1 ? u"keys"_s : u"WatchDog.keys"_s,
                             what == "torn keys"_L1 ? "{"_ba : encodeRootKeys(keys),
                             what == "open keys"_L1 ? 0666 : 0644);
            if (what == "linked keys"_L1) {
                QVERIFY(QFile::link(device.home(u"keys"_s), device.home(u"WatchDog.keys"_s)));
            }
        } else if (what == "config"_L1) {
            QVERIFY(QFile::remove(device.path(u"cfg/config_file.bin"_s)));
        }
        ControlClient client(device);
        if (what == "changed"_L1) {
            // Between the answer and the copy, at the worst moment for it.
            ::kill(static_cast<pid_t>(device.pid()), SIGSTOP);
            client.send(request);
            QFile zip(ReleasedDevice::zipOf(request).zip);
            QVERIFY(zip.open(QIODevice::ReadWrite));
            QVERIFY(zip.seek(zip.size() / 2));
            zip.write("changed");
            zip.close();
            ::kill(static_cast<pid_t>(device.pid()), SIGCONT);
        } else {
            QVERIFY(client.ask(request).has_value());
        }
        QVERIFY(waitForEnd(device));
        const auto status = ownSwapStatus(device);
        QCOMPARE(status.progress, SwapProgress::Failed);
        QVERIFY2(status.error == error, qPrintable(status.remarks));
        checkPeace(device, 1, {});
    }

    void installsWhatIsSigned_data()
    {
        QTest::addColumn<bool>("byRootsKeys");
        QTest::newRow("the configuration lists the keys") << false;
        QTest::newRow("root lists the keys") << true;
    }

    void installsWhatIsSigned()
    {
        QFETCH(const bool, byRootsKeys);
        ReleasedDevice device;
        const auto key = newSigningKey(u"release"_s);
        QVERIFY(key.has_value());
        if (byRootsKeys) {
            device.writeHome(u"WatchDog.keys"_s, encodeRootKeys({{publicKeyOf(*key).value()}, {}}));
            device.writeConfig({{u"release_keys"_s, QJsonArray{publicJwk()}}}); // the owner's count no more
        } else {
            device.writeConfig({{u"release_keys"_s, QJsonArray{publicJwk(), jwkOf(*key)}}});
        }
        QVERIFY(device.start(fast));
        control::Swap request = device.offer(2);
        ReleaseManifest manifest;
        manifest.component = folderName(Component::WatchDog);
        manifest.release = u"two"_s;
        manifest.version = 2;
        manifest.sha256 = ReleasedDevice::zipOf(request).sha256;
        manifest.size = QFileInfo(ReleasedDevice::zipOf(request).zip).size();
        manifest.created = QDateTime::currentDateTimeUtc();
        const auto jws = signRelease(manifest, *key);
        QVERIFY(jws.has_value());
        ReleasedDevice::zipOf(request).release = QString::fromLatin1(*jws);
        ControlClient client(device);
        QVERIFY(client.ask(request).has_value());
        QTRY_COMPARE_WITH_TIMEOUT(ownSwapStatus(device).running, 2, patience);
        QVERIFY(waitForEnd(device));
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirmed);
        checkPeace(device, 2, {});

        // A signature of another release is none, and force doesn't replace the signed permission to roll back.
        ControlClient next(device);
        control::Swap other = device.offer(1);
        other.key = u"back"_s;
        ReleasedDevice::zipOf(other).release = ReleasedDevice::zipOf(request).release;
        ReleasedDevice::zipOf(other).force = true;
        QVERIFY(next.ask(other).has_value());
        QVERIFY(waitForEnd(device));
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Failed);
        QCOMPARE(ownSwapStatus(device).error, ErrorCode::BadSignature);
    }

    void switchesBackAndForth()
    {
        ReleasedDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(fast));
        const control::Swap back = ReleasedDevice::previousRelease(u"11"_s);
        QList<qint64> meters;
        {
            ControlClient client(device);
            const auto reply = client.ask(back);
            QVERIFY(!reply.has_value());
            QCOMPARE(reply.error().message, u"there is no previous release of the watchdog on this device"_s);
            QVERIFY(client.startMeters({u"ocr"_s}));
            meters = device.running();
        }
        update(device, 2);
        ask(device, back);
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirmed);
        checkPeace(device, 1, meters);
        QCOMPARE(device.readHome(u"WatchDog.update/previous/version"_s), QByteArray("2\n"));
        ask(device, ReleasedDevice::previousRelease(u"12"_s));
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirmed);
        checkPeace(device, 2, meters);
        QCOMPARE(device.readHome(u"WatchDog.update/previous/version"_s), QByteArray("1\n"));
    }

    void isConfirmedOnlyWhenThatIsDurable()
    {
        if (QStandardPaths::findExecutable(u"strace"_s).isEmpty()) {
            QSKIP("needs strace");
        }
        if (isSanitized) {
            QSKIP("LeakSanitizer ends every process that is traced");
        }
        ReleasedDevice device;
        QVERIFY(device.start(2)); // so that the guardian isn't done before it is traced
        {
            ControlClient client(device);
            QVERIFY(client.ask(device.offer(2)).has_value());
        }
        QTRY_COMPARE_WITH_TIMEOUT(device.guardians().size(), 1, patience);
        // The card is full when the guardian writes down that all is well.
        const QString log = device.home(u"strace"_s);
        QProcess strace;
        strace.start(u"strace"_s, {u"-q"_s, u"-o"_s, log, u"-e"_s, u"trace=rename"_s, u"-e"_s,
                                   u"inject=rename:error=ENOSPC:when=1"_s, u"-p"_s,
                                   QString::number(device.guardians().constFirst())});
        QVERIFY(strace.waitForStarted(patience));
        QTRY_VERIFY_WITH_TIMEOUT(ReleasedDevice::readAll(log).contains("INJECTED"), patience);
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirming);
        QVERIFY(QFile::exists(device.home(u"WatchDog.update/staged/WatchDog/sgn-watchdog"_s)));
        QVERIFY(waitForEnd(device));
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirmed);
        strace.waitForFinished(patience);
        checkPeace(device, 2, {});
        QCOMPARE(device.readHome(u"WatchDog.update/previous/version"_s), QByteArray("1\n"));
    }

    void theNewWatchdogStaysWhenTheOldOneIsGone()
    {
        ReleasedDevice device;
        QVERIFY(device.start(5));
        {
            ControlClient client(device);
            control::Swap request = device.offer(2, brokenWatchdog("serve(7)"));
            request.timeoutS = 10;
            QVERIFY(client.ask(request).has_value());
        }
        const QString journal = u"WatchDog.update/swap.json"_s;
        QTRY_VERIFY_WITH_TIMEOUT(device.readHome(journal).contains("\"confirming\""), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!lockGuard(device).isValid(), patience); // it is there, and has found its folder
        QVERIFY(QDir(device.home(u"WatchDog.update/staged"_s)).removeRecursively());
        QTRY_VERIFY2_WITH_TIMEOUT(device.readHome(journal).contains("\"confirmed\""), device.readHome(journal),
                                  patience);
        QVERIFY(device.readHome(journal).contains("the old one is gone"));
        QTRY_COMPARE_WITH_TIMEOUT(device.guardians().size(), 0, patience);
        QCOMPARE(device.installedVersion(), 2);
        QCOMPARE(device.mains().size(), 1);
        device.killWatchdogs(); // it doesn't receive SIGTERM
    }

    void isOnlyOverWhenTheGuardianHasTidiedUp()
    {
        ReleasedDevice device;
        QVERIFY(device.start(fast));
        update(device, 2);
        checkPeace(device, 2, {});
        const control::Swap next = device.offer(3);
        {
            // What a guardian holds that has written down how it ended and isn't done yet.
            const Descriptor lock = lockGuard(device);
            QVERIFY(lock.isValid());
            QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirming);
            ControlClient client(device);
            const auto refused = client.ask(next);
            QVERIFY(!refused.has_value());
            QCOMPARE(refused.error().code, ErrorCode::Busy);
        }
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirmed);
        ask(device, next);
        checkPeace(device, 3, {});
    }

    void aPreviousReleaseThatFailsStaysThePreviousOne_data()
    {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<SwapProgress>("state");
        QTest::addColumn<QString>("remarks");
        QTest::newRow("fails its test") << QByteArray("#!/bin/sh\nexit 3\n") << SwapProgress::Failed
                                        << u"doesn't work here"_s;
        QTest::newRow("ends at once") << brokenWatchdog("sys.exit(3)") << SwapProgress::RolledBack << u"ended"_s;
    }

    void aPreviousReleaseThatFailsStaysThePreviousOne()
    {
        QFETCH(const QByteArray, program);
        QFETCH(const SwapProgress, state);
        QFETCH(const QString, remarks);
        ReleasedDevice device;
        device.layOutUpdated();
        device.replacePrevious(program);
        QVERIFY(device.start(fast));
        ask(device, ReleasedDevice::previousRelease(u"11"_s));
        const auto status = ownSwapStatus(device);
        QVERIFY2(status.progress == state && status.remarks.contains(remarks), qPrintable(status.remarks));
        checkPeace(device, 2, {});
        QCOMPARE(device.readHome(u"WatchDog.update/previous/version"_s), QByteArray("1\n"));
    }

    void aSignedDeviceRollsBackBySignatureOnly()
    {
        ReleasedDevice device;
        device.layOutUpdated();
        QVERIFY(device.start(fast));
        device.writeConfig({{u"release_keys"_s, QJsonArray{publicJwk()}}});
        ask(device, ReleasedDevice::previousRelease(u"11"_s));
        const auto status = ownSwapStatus(device);
        QCOMPARE(status.progress, SwapProgress::Failed);
        QVERIFY2(status.error == ErrorCode::NotSigned, qPrintable(status.remarks));
        checkPeace(device, 2, {});
        QCOMPARE(device.readHome(u"WatchDog.update/previous/version"_s), QByteArray("1\n"));
    }

    void doesNotUpdateADevelopersBuild()
    {
        WatchdogDevice device;
        QVERIFY(device.start(fast));
        ControlClient client(device);
        const control::Swap request{
            Component::WatchDog, u"1"_s, 0, 1,
            control::SwapZip{device.path(u"downloads/a.zip"_s), QByteArray(32, 'x'), {}, false}};
        const auto reply = client.ask(request);
        QVERIFY(!reply.has_value());
        QVERIFY(reply.error().message.contains(u"no release folder"_s));
    }

    void comesBackFromAReleaseThatDoesNotStart()
    {
        // A power cut while the new release is in probation, after which it doesn't even start.
        ReleasedDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start()); // not fast: the guardian must not be done before it is killed
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s}));
            QVERIFY(client.ask(device.offer(2, brokenWatchdog("while True: time.sleep(1)"))).has_value());
        }
        QTRY_VERIFY_WITH_TIMEOUT(device.readHome(u"WatchDog.update/swap.json"_s).contains("confirming"), patience);
        QTRY_COMPARE_WITH_TIMEOUT(device.guardians().size(), 1, patience);
        device.killWatchdogs();
        device.killAll();
        QCOMPARE(device.installedVersion(), 2);
        QFile broken(device.home(u"WatchDog/sgn-watchdog"_s));
        QVERIFY(broken.open(QIODevice::WriteOnly)); // what was not synced is gone
        broken.close();
        int starts = 0;
        for (; starts < 10 && !startAsInit(device); ++starts) {
        }
        qInfo("the old watchdog was back at start %d", starts + 1);
        QCOMPARE(starts, 2);
        QTRY_COMPARE_WITH_TIMEOUT(ownSwapStatus(device).progress, SwapProgress::RolledBack, patience);
        QVERIFY(ownSwapStatus(device).remarks.contains(u"did not stay up"_s));
        QTRY_COMPARE_WITH_TIMEOUT(device.running().size(), 1, patience);
        checkPeace(device, 1, device.running());
    }

    void goesOnAfterAPowerCutWhileConfirming_data()
    {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<SwapProgress>("state");
        QTest::newRow("good") << QByteArray() << SwapProgress::Confirmed;
        QTest::newRow("starts, but never answers")
            << brokenWatchdog("print('ready: port 4, socket ', flush=True)\nwhile True: time.sleep(1)")
            << SwapProgress::RolledBack;
    }

    void goesOnAfterAPowerCutWhileConfirming()
    {
        QFETCH(const QByteArray, program);
        QFETCH(const SwapProgress, state);
        ReleasedDevice device;
        QVERIFY(device.start(1)); // 15 s of probation
        {
            ControlClient client(device);
            control::Swap request = device.offer(2, program);
            request.timeoutS = program.isEmpty() ? 30 : 5;
            QVERIFY(client.ask(request).has_value());
        }
        QTRY_COMPARE_WITH_TIMEOUT(device.guardians().size(), 1, patience);
        QTRY_COMPARE_WITH_TIMEOUT(device.installedVersion(), 2, patience);
        device.killWatchdogs();
        QVERIFY(startAsInit(device, 1));
        if (!program.isEmpty()) {
            QProcess::execute(device.home(u"WatchDog.update/rescue"_s), {u"guard"_s}); // as the unit and the crontab do
        }
        QVERIFY(waitForEnd(device));
        QVERIFY2(ownSwapStatus(device).progress == state, qPrintable(ownSwapStatus(device).remarks));
        checkPeace(device, state == SwapProgress::Confirmed ? 2 : 1, {});
    }

    void getsANewGuardian()
    {
        ReleasedDevice device;
        QVERIFY(device.start(5));
        {
            ControlClient client(device);
            QVERIFY(client.ask(device.offer(2)).has_value());
        }
        QTRY_COMPARE_WITH_TIMEOUT(ownSwapStatus(device).running, 2, patience);
        const auto guardians = device.guardians();
        for (const qint64 pid : guardians) {
            ::kill(static_cast<pid_t>(pid), SIGKILL);
        }
        QVERIFY(waitForEnd(device));
        QCOMPARE(ownSwapStatus(device).progress, SwapProgress::Confirmed);
        checkPeace(device, 2, {});
    }

    void goesOnWhereverItWasKilled_data()
    {
        QTest::addColumn<QString>("systemCall");
        QTest::addColumn<bool>("all");
        QTest::addColumn<QString>("release");
        for (const auto *const release : {"good", "broken", "previous"}) {
            const auto row = [release](const char *what) -> QTestData & {
                return QTest::addRow("%s, %s release", what, release);
            };
            const QString named = QString::fromLatin1(release);
            row("all at fsync") << u"fsync"_s << true << named;
            row("all at rename") << u"rename,renameat2"_s << true << named;
            row("the watchdog at execve") << u"execve"_s << false << named;
            row("the watchdog at fork") << u"clone,clone3,fork,vfork"_s << false << named;
        }
    }

    void goesOnWhereverItWasKilled()
    {
        QFETCH(const QString, systemCall);
        QFETCH(const bool, all);
        QFETCH(const QString, release);
        const bool good = release != "broken"_L1;
        const bool back = release == "previous"_L1;
        const int before = back ? 2 : 1;
        const int after = back ? 1 : 2;
        if (QStandardPaths::findExecutable(u"strace"_s).isEmpty()) {
            QSKIP("needs strace");
        }
        if (all && isSanitized) {
            QSKIP("LeakSanitizer ends every process that is traced");
        }
        int points = 0;
        // The watchdog (and everything it starts, each for itself) killed at the first such call, then at the second,
        // ... until no process makes that many.
        for (bool more = true; more; ++points) {
            QVERIFY(points < 40);
            ReleasedDevice device;
            device.addMeter(u"ocr"_s);
            if (back) {
                device.layOutUpdated();
            }
            QVERIFY(device.start(fast));
            QList<qint64> meters;
            QProcess strace;
            const QString log = device.home(u"strace"_s);
            QString key;
            {
                ControlClient client(device);
                QVERIFY(client.startMeters({u"ocr"_s}));
                meters = device.running();
                const auto request = back ? ReleasedDevice::previousRelease(u"11"_s)
                                          : device.offer(2, good ? QByteArray() : brokenWatchdog("sys.exit(3)"));
                key = request.key;
                strace.start(u"strace"_s,
                             {all ? u"-f"_s : u"-q"_s, u"-q"_s, u"-o"_s, log, u"-e"_s, u"trace="_s + systemCall,
                              u"-e"_s, u"inject=%1:signal=KILL:when=%2"_s.arg(systemCall).arg(points + 1), u"-p"_s,
                              QString::number(device.pid())});
                QVERIFY(strace.waitForStarted(patience));
                QTRY_VERIFY_WITH_TIMEOUT(isTraced(device.pid()), patience);
                client.send(request);
                QVERIFY(QTest::qWaitFor([&] { return !device.isRunning() || isOver(device, key); }, 3 * patience));
            }
            const bool ended = endsUnderInit(device, key);
            strace.terminate();
            strace.waitForFinished(patience);
            more = ReleasedDevice::readAll(log).contains("killed by SIGKILL");
            QVERIFY2(ended, ReleasedDevice::readAll(log).constData());
            const auto status = ownSwapStatus(device);
            const bool isDone = status.key == key && status.progress == SwapProgress::Confirmed;
            QVERIFY(good || !isDone);
            QVERIFY(more || isDone || (!good && status.progress == SwapProgress::RolledBack));
            checkPeace(device, isDone ? after : before, meters);
            if (QTest::currentTestFailed()) {
                return;
            }
        }
        qInfo("killed at %d points", points - 1);
    }

private:
    static QJsonObject jwkOf(const SigningKey &key) { return toJwk(publicKeyOf(key).value_or(PublicKey())); }
    // The public half of a key whose private half is discarded.
    static QJsonObject publicJwk() { return jwkOf(newSigningKey(u"release"_s).value_or(SigningKey())); }
    static bool isTraced(qint64 pid)
    {
        return !ReleasedDevice::readAll(u"/proc/%1/status"_s.arg(pid)).contains("TracerPid:\t0");
    }
};

QTEST_GUILESS_MAIN(WatchdogUpdate)
#include "tst_watchdog_update.moc"
