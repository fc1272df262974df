// SPDX-License-Identifier: GPL-3.0-or-later
#include "ComponentFixture.h"

#include <ctime>

using namespace sgn;
using namespace sgn::update;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

// Rules of POSIX, for which no zone has to be installed.
const QByteArray utc = "UTC0";
const QByteArray berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
const QByteArray kathmandu = "<+0545>-5:45";
const QByteArray newYork = "EST5EDT,M3.2.0,M11.1.0";

void setZone(const QByteArray &rules)
{
    qputenv("TZ", rules);
    ::tzset();
}

QDateTime at(int year, int month, int day, int hour, int minute, int second = 0)
{
    return QDateTime(QDate(year, month, day), QTime(hour, minute, second), Qt::UTC);
}

} // namespace

// An update that may be exchanged only within a part of the device's day. The server's time is ComponentFixture::m_now.
class TestMaintenanceWindow : public ComponentFixture
{
    Q_OBJECT

private Q_SLOTS:
    void opensByTheDevicesOwnDay_data()
    {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QTime>("from");
        QTest::addColumn<QTime>("to");
        QTest::addColumn<QDateTime>("closed"); // UTC
        QTest::addColumn<QDateTime>("opens");
        const QTime one(1, 0);
        const QTime half(4, 30);
        QTest::newRow("UTC") << utc << one << half << at(2026, 1, 15, 0, 59, 59) << at(2026, 1, 15, 1, 0);
        QTest::newRow("it has just ended") << utc << one << half << at(2026, 1, 15, 4, 30) << at(2026, 1, 16, 1, 0);
        QTest::newRow("over midnight") << utc << QTime(22, 0) << half << at(2026, 1, 15, 21, 59, 59)
                                       << at(2026, 1, 15, 22, 0);
        QTest::newRow("after midnight") << utc << QTime(22, 0) << half << at(2026, 1, 15, 12, 0)
                                        << at(2026, 1, 16, 4, 29, 59);
        QTest::newRow("to the end of the day")
            << utc << QTime(22, 0) << QTime(0, 0) << at(2026, 1, 16, 0, 0) << at(2026, 1, 16, 23, 59, 59);
        QTest::newRow("winter") << berlin << one << half << at(2026, 1, 14, 23, 59, 59) << at(2026, 1, 15, 0, 0);
        QTest::newRow("summer") << berlin << one << half << at(2026, 7, 14, 22, 59, 59) << at(2026, 7, 14, 23, 0);
        QTest::newRow("odd minutes") << kathmandu << one << half << at(2026, 1, 14, 19, 14, 59)
                                     << at(2026, 1, 14, 19, 15);
        QTest::newRow("in the west") << newYork << one << half << at(2026, 1, 15, 5, 59, 59) << at(2026, 1, 15, 6, 0);
        // On 29 March 2026 three o'clock follows two o'clock.
        QTest::newRow("the night that is shorter")
            << berlin << QTime(3, 0) << half << at(2026, 3, 29, 0, 59, 59) << at(2026, 3, 29, 1, 0);
        QTest::newRow("an hour that is left out that night")
            << berlin << QTime(2, 15) << QTime(2, 45) << at(2026, 3, 29, 1, 20) << at(2026, 3, 30, 0, 15);
        // On 25 October 2026 two o'clock follows three o'clock.
        QTest::newRow("the second time in the night that is longer")
            << berlin << QTime(2, 15) << QTime(2, 45) << at(2026, 10, 25, 0, 45) << at(2026, 10, 25, 1, 15);
    }

    void opensByTheDevicesOwnDay()
    {
        QFETCH(const QByteArray, zone);
        QFETCH(const QDateTime, closed);
        QFETCH(const QDateTime, opens);
        setZone(zone);
        m_now = closed;
        begin(window());
        QTRY_COMPARE_WITH_TIMEOUT(m_installer->state(), std::optional(State::Waiting), limit);
        // It has the release meanwhile, and the old one runs.
        QVERIFY(QFileInfo::exists(m_settings.downloads + u"/staged-SmartMeter"_s));
        looksAgain();
        stillWaits();
        m_now = opens;
        installs();
    }

    void keepsItOverRestarts()
    {
        setZone(utc);
        m_now = at(2026, 1, 15, 12, 0);
        begin({QTime(1, 0), QTime(4, 30)});
        QTRY_COMPARE_WITH_TIMEOUT(m_installer->state(), std::optional(State::Waiting), limit);
        for (int i = 0; i < 20; ++i) {
            restart();
            m_installer->resume();
            QCOMPARE(m_installer->state(), std::optional(State::Waiting));
        }
        looksAgain();
        stillWaits();
        m_now = at(2026, 1, 16, 1, 0);
        installs();
    }

    void namesTheHoldWhileThereIsOne()
    {
        setZone(utc);
        m_now = at(2026, 1, 15, 12, 0);
        const LocalWindow window{QTime(1, 0), QTime(4, 30)};
        const QString held = u"held by the file cfg/hold on the device"_s;
        const QString closed = u"waits for its window from 01:00 to 04:30, local time"_s;
        begin(window);
        QTRY_COMPARE_WITH_TIMEOUT(remarks(), closed, limit);
        hold();
        QTRY_COMPARE_WITH_TIMEOUT(remarks(), held, limit);
        // Open, and held all the same.
        m_now = at(2026, 1, 16, 1, 0);
        restart();
        m_installer->resume();
        stillWaits();
        m_now = at(2026, 1, 16, 12, 0);
        QVERIFY(QFile::remove(m_settings.hold));
        QTRY_COMPARE_WITH_TIMEOUT(remarks(), closed, limit);
        m_now = at(2026, 1, 17, 1, 0);
        installs();
    }

private:
    [[nodiscard]] static LocalWindow window()
    {
        QFETCH(const QTime, from);
        QFETCH(const QTime, to);
        return {from, to};
    }
    void begin(const LocalWindow &window)
    {
        m_settings.now = [this] {
            ++m_looks;
            return m_now;
        };
        restart();
        offer(meterRelease(2));
        Order order = orderFor(meterUpdate(2));
        order.progress = true;
        order.window = window;
        QVERIFY(m_installer->begin(order));
    }
    [[nodiscard]] QString remarks() const { return m_progress.isEmpty() ? QString() : m_progress.last().second; }
    // At the clock, and at what the last look has begun.
    void looksAgain()
    {
        const int before = m_looks;
        QTRY_VERIFY_WITH_TIMEOUT(m_looks > before + 3, limit);
    }
    void stillWaits()
    {
        QCOMPARE(m_installer->state(), std::optional(State::Waiting));
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        QCOMPARE(readWhole(m_root + u"/SmartMeter/ocr.version"_s), "1");
        QVERIFY(m_outcomes.isEmpty());
    }
    void installs()
    {
        QTRY_VERIFY_WITH_TIMEOUT(!m_outcomes.isEmpty(), limit);
        QVERIFY2(m_outcomes.first().success, qPrintable(m_outcomes.first().remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
    }

    int m_looks = 0;
};

QTEST_GUILESS_MAIN(TestMaintenanceWindow)
#include "tst_maintenance_window.moc"
