// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "integration/WatchdogRelease.h"
#include "support/Machine.h"

namespace sgn::test {

// A device as it is on a card, on a machine of its own that can be booted: its init starts the watchdog, from where the
// seed puts it.
class MachineDevice
{
public:
    explicit MachineDevice(Init init)
        : machine(init)
    {}

    Machine machine;

    // Before the first boot: the watchdog's release, the device's folder, one meter.
    void makeCard() const
    {
        machine.write(u"/home/root/WatchDog/sgn-watchdog"_s, ReleasedDevice::readAll(ReleasedDevice::watchdog), 0755);
        machine.write(u"/home/root/WatchDog/sgn-watchdog-update"_s, ReleasedDevice::readAll(ReleasedDevice::updater),
                      0755);
        machine.write(u"/home/root/WatchDog/version"_s, "1\n");
        for (const auto folder : {"SmartMeter"_L1, "JabberClient"_L1, "downloads"_L1, "logs"_L1, "wdog"_L1, "cfg"_L1}) {
            machine.makeFolder(below(folder), owner);
        }
        machine.makeFolder(root, owner);
        machine.write(below(u"SmartMeter/ocr.py"_s), WatchdogDevice::meterScript(), 0755, owner);
        machine.write(below(u"cfg/config_file.bin"_s), ReleasedDevice::configFile().value_or(QByteArray()), 0600,
                      owner);
    }
    [[nodiscard]] static QByteArray packaged(const QString &file)
    {
        return ReleasedDevice::readAll(QStringLiteral(SGN_SOURCE_DIR "/device/packaging/") + file);
    }

    [[nodiscard]] QString socket() const { return machine.path(u"/run/sgn/watchdog.sock"_s); }
    [[nodiscard]] static QString below(const QString &path) { return root + u'/' + path; }

    // The pids of main watchdog processes, without guardians; one is enough.
    [[nodiscard]] QList<qint64> watchdogPids() const
    {
        return machine.pidsWhere([](const QByteArray &arguments) {
            return arguments.startsWith("/home/root/WatchDog/sgn-watchdog") && !arguments.contains("-update") &&
                   !arguments.contains("--guard") && !arguments.contains("--self-test");
        });
    }
    [[nodiscard]] qint64 watchdogPid() const { return watchdogPids().value(0); }
    // `before`: not that one.
    [[nodiscard]] bool isUp(qint64 before = 0) const
    {
        const qint64 pid = watchdogPid(); // once: it may end between two looks
        return pid > 0 && pid != before && QFile::exists(socket());
    }
    [[nodiscard]] qint64 meterPid() const
    {
        return machine.pidsWhere([](const QByteArray &arguments) { return arguments.contains("ocr.py"); }).value(0);
    }
    [[nodiscard]] int meterStarts() const { return static_cast<int>(machine.read(below(u"starts-ocr"_s)).count('\n')); }
    [[nodiscard]] bool isMeterRunning() const
    {
        ControlClient client(socket());
        return client.isConnected() && client.process(u"ocr"_s).state == ProcessState::Running;
    }
    [[nodiscard]] QByteArray installedVersion() const
    {
        return machine.read(u"/home/root/WatchDog/version"_s).trimmed();
    }

    // A release in downloads/, as the agent leaves it.
    [[nodiscard]] control::Swap offer(int version, const QByteArray &program = {}) const
    {
        const QByteArray zip = ReleasedDevice::releaseZip(version, program);
        const QString path = below(u"downloads/WatchDog.zip.part"_s);
        QFile file(machine.path(path));
        if (file.open(QIODevice::WriteOnly) && file.write(zip) == zip.size()) {
            file.close();
            [[maybe_unused]] const int owned = ::chown(QFile::encodeName(file.fileName()).constData(), owner, owner);
        }
        return ReleasedDevice::requestFor(version, path, zip);
    }
    void send(const control::Swap &request) const
    {
        ControlClient client(socket());
        const auto taken = client.ask(request);
        QVERIFY2(taken.has_value(), taken ? "" : qPrintable(taken.error().message));
    }
    [[nodiscard]] bool endsAs(control::SwapProgress progress) const
    {
        return QTest::qWaitFor([&] { return QFile::exists(socket()) && ownSwapStatus(socket()).progress == progress; },
                               4 * patience);
    }

    // It ends by a signal: the next one takes over what has gone on meanwhile.
    void checkComesBack(int signal) const
    {
        const qint64 before = watchdogPid();
        const qint64 meter = meterPid();
        QElapsedTimer timer;
        timer.start();
        machine.kill(before, signal);
        QTRY_VERIFY_WITH_TIMEOUT(isUp(before), patience);
        qInfo("back after %lld ms", timer.elapsed());
        checkNothingChanged(meter);
    }
    // The power goes and comes back.
    void checkPowerCut()
    {
        machine.cutPower();
        QVERIFY(machine.boot());
        QTRY_VERIFY_WITH_TIMEOUT(isUp(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(isMeterRunning(), patience);
        QCOMPARE(meterStarts(), 2);
    }
    // A release that works: whoever has started the watchdog sees nothing of it.
    void checkUpdate() const
    {
        const qint64 before = watchdogPid();
        const qint64 meter = meterPid();
        send(offer(2));
        QVERIFY(endsAs(control::SwapProgress::Confirmed));
        QCOMPARE(installedVersion(), "2");
        QCOMPARE(watchdogPid(), before);
        checkNothingChanged(meter);
    }
    // A release that goes wrong in such ways: the old one is back by itself. `guarded`: else whoever watches over the
    // new one is killed as often as it comes.
    void checkBrokenUpdate(const QByteArray &ways, bool guarded) const
    {
        const qint64 meter = meterPid();
        send(offer(2, brokenWatchdog(ways)));
        QTRY_VERIFY_WITH_TIMEOUT(installedVersion() == "2" || isOver(), patience);
        QElapsedTimer timer;
        timer.start();
        QVERIFY(QTest::qWaitFor(
            [&] {
                if (!guarded) {
                    killGuardians();
                }
                return installedVersion() == "1" && isOver();
            },
            4 * patience));
        qInfo("the old one is back after %lld ms", timer.elapsed());
        QVERIFY(endsAs(control::SwapProgress::RolledBack));
        QCOMPARE(ownSwapStatus(socket()).running, 1);
        checkNothingChanged(meter);
    }
    // The meter was never started again, and there is one watchdog.
    void checkNothingChanged(qint64 meter) const
    {
        QTRY_VERIFY_WITH_TIMEOUT(isMeterRunning(), patience);
        QCOMPARE(meterPid(), meter);
        QCOMPARE(meterStarts(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(watchdogPids().size(), 1, patience);
    }

    static inline const QString root = u"/home/pi/technospurs"_s;
    static constexpr uid_t owner = 65534; // instead of pi

private:
    // An exchange that was begun has come to its end, and a watchdog runs.
    [[nodiscard]] bool isOver() const
    {
        const QByteArray journal = machine.read(u"/home/root/WatchDog.update/swap.json"_s);
        return (journal.contains("rolled_back") || journal.contains("\"confirmed\"")) && isUp();
    }
    void killGuardians() const
    {
        for (const qint64 pid :
             machine.pidsWhere([](const QByteArray &arguments) { return arguments.contains("--guard"); })) {
            machine.kill(pid, SIGKILL);
        }
    }
};

} // namespace sgn::test
