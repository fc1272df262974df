// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/WatchdogDevice.h"
#include "support/Sanitizer.h"

#include <ctime>

using namespace sgn;
using namespace sgn::test;

// A Pi has no clock of its own: it starts in 1970, and the time jumps when a server is reached.
class WatchdogClock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noProcessDiesOfAJumpingClock()
    {
        if (isSanitized) {
            QSKIP("the sanitizer's library has to be loaded before any other");
        }
        const long long day = 24 * 3600;
        const long long now = std::time(nullptr);
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        const auto shiftTo = [&device](long long seconds) {
            device.write(u"clock-shift"_s, QByteArray::number(seconds));
        };
        shiftTo(-now); // 1970
        const QStringList wrapper{u"/usr/bin/env"_s, QStringLiteral("LD_PRELOAD=" SGN_SHIFTED_CLOCK),
                                  u"SGN_CLOCK_SHIFT="_s + device.path(u"clock-shift"_s)};
        QVERIFY(device.start(20, wrapper)); // silent for three seconds is dead
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).contains("1970-"), patience);

        qsizetype lives = 1;
        for (const long long seconds : {3653 * day, 0LL, -3653 * day, -now}) {
            QCOMPARE(device.starts(u"ocr"_s).size(), lives); // the last jump has ended nothing
            const auto pid = static_cast<pid_t>(*client.process(u"ocr"_s).pid);
            shiftTo(seconds);
            QCOMPARE(client.process(u"ocr"_s).state, ProcessState::Running);
            // What really dies is still seen and started again.
            QCOMPARE(::kill(pid, SIGKILL), 0);
            ++lives;
            QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), lives, patience);
            QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
            QVERIFY(!client.process(u"ocr"_s).isDead);
        }
        QCOMPARE(device.starts(u"ocr"_s).size(), lives);
    }
};

QTEST_GUILESS_MAIN(WatchdogClock)
#include "tst_watchdog_clock.moc"
