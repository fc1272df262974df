// SPDX-License-Identifier: GPL-3.0-or-later
#include "InstallerFixture.h"
#include "support/StickKit.h"

using namespace sgn;
using namespace sgn::update;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// Orders that came by a USB stick.
class TestInstallerStick : public InstallerFixture
{
    Q_OBJECT

private:
    StickKit m_kit;

    [[nodiscard]] QString stickZip(int index) const { return m_settings.downloads + u"/stick/%1.zip"_s.arg(index); }
    // What begin() gets of a release that a stick has brought as the `index`th.
    [[nodiscard]] Order orderFor(const StickFile &file, int version, int index = 0)
    {
        Order order = meterOrder(version);
        order.number = stickNumber;
        updateOf(order).url = QUrl(u"https://stick.invalid/release.zip"_s);
        updateOf(order).release = QString::fromLatin1(file.manifest);
        order.stick = StickPart{QString(32, u'a'), index};
        (void)writeFile(stickZip(index), file.zip);
        return order;
    }

private Q_SLOTS:
    void init()
    {
        prepareDevice();
        m_settings.policy.releaseKeys = {m_kit.publicKey()};
        m_settings.stickZip = [this](int index) {
            return stickZip(index);
        };
        m_source = m_folder->filePath(u"unreachable"_s); // there is no network
        restart();
    }

    void installsWithoutANetwork()
    {
        QVERIFY(m_installer->begin(orderFor(m_kit.meter(2), 2, 3)));
        QVERIFY(ended());
        QVERIFY2(m_outcomes.constFirst().success, qPrintable(m_outcomes.constFirst().remarks));
        QCOMPARE(m_outcomes.constFirst().order.stick, std::optional(StickPart{QString(32, u'a'), 3}));
        QCOMPARE(m_outcomes.constFirst().before, (QList<ProcessVersion>{{u"dlms"_s, 1}, {u"ocr"_s, 1}}));
        m_installer->close();
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
        QVERIFY(QFile::exists(stickZip(3))); // not the installer's
    }

    void installsNothingTwice()
    {
        QVERIFY(m_installer->begin(orderFor(m_kit.meter(1), 1)));
        QVERIFY(ended());
        QVERIFY(m_outcomes.constFirst().success);
        QCOMPARE(m_outcomes.constFirst().remarks, u"already installed"_s);
        QVERIFY(!m_states.contains(State::Downloading));
    }

    void refuses_data()
    {
        using Change = std::function<void(TestInstallerStick &, Order &)>;
        QTest::addColumn<Change>("change");
        QTest::addColumn<ErrorCode>("error");
        const auto row = [](const char *name, ErrorCode error, const Change &change) {
            QTest::newRow(name) << change << error;
        };
        row("without release keys", ErrorCode::NotSigned, [](TestInstallerStick &test, Order &) {
            test.m_settings.policy.releaseKeys.clear();
            test.restart();
        });
        row("unsigned", ErrorCode::NotSigned,
            [](TestInstallerStick &, Order &order) { updateOf(order).release.clear(); });
        row("another key", ErrorCode::BadSignature,
            [](TestInstallerStick &test, Order &order) { order = test.orderFor(StickKit().meter(2), 2); });
        row("an older release", ErrorCode::Downgrade, [](TestInstallerStick &test, Order &order) {
            (void)install(test.m_root, meterRelease(4));
            order = test.orderFor(test.m_kit.meter(2), 2);
        });
        row("the zip is gone", ErrorCode::DownloadFailed,
            [](TestInstallerStick &test, Order &) { QVERIFY(QFile::remove(test.stickZip(0))); });
        row("another zip", ErrorCode::HashMismatch, [](TestInstallerStick &test, Order &) {
            QByteArray zip = readWhole(test.stickZip(0));
            zip[100] = static_cast<char>(zip.at(100) ^ 1);
            QVERIFY(writeFile(test.stickZip(0), zip));
        });
        row("a longer zip", ErrorCode::TooLarge, [](TestInstallerStick &test, Order &) {
            QVERIFY(writeFile(test.stickZip(0), readWhole(test.stickZip(0)) + 'x'));
        });
        row("a link to another file", ErrorCode::DownloadFailed, [](TestInstallerStick &test, Order &) {
            QVERIFY(QFile::remove(test.stickZip(0)));
            QVERIFY(QFile::link(u"/etc/passwd"_s, test.stickZip(0)));
        });
    }
    void refuses()
    {
        using Change = std::function<void(TestInstallerStick &, Order &)>;
        QFETCH(Change, change);
        QFETCH(ErrorCode, error);
        Order order = orderFor(m_kit.meter(2), 2);
        change(*this, order);
        const Files before = installedFiles(m_root, u"SmartMeter"_s);
        const Outcome begun = m_installer->begin(order);
        if (begun) {
            QVERIFY(ended());
            QVERIFY(!m_outcomes.constFirst().success);
            QCOMPARE(m_outcomes.constFirst().error, std::optional(error));
        } else {
            QCOMPARE(begun.error().code, error);
        }
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), before);
    }

    // Any release that was ever signed can be on a stick. One of other processes has no version that could be compared.
    void anOlderReleaseOfOtherProcessesIsRefused_data()
    {
        QTest::addColumn<QStringList>("processes");
        QTest::addColumn<int>("days"); // from the signature of what is installed to this one's
        QTest::addColumn<bool>("isInstalled");
        QTest::newRow("others, signed before") << QStringList{u"gas"_s} << -1 << false;
        QTest::newRow("others, signed later") << QStringList{u"gas"_s} << 1 << true;
        QTest::newRow("others, signed at the same time") << QStringList{u"gas"_s} << 0 << true;
        QTest::newRow("one less, signed before") << QStringList{u"ocr"_s} << -1 << false;
        QTest::newRow("one more, signed before") << QStringList{u"ocr"_s, u"dlms"_s, u"gas"_s} << -1 << true;
    }
    void anOlderReleaseOfOtherProcessesIsRefused()
    {
        QFETCH(QStringList, processes);
        QFETCH(int, days);
        QFETCH(bool, isInstalled);
        QVERIFY(m_installer->begin(orderFor(m_kit.meter(2), 2)));
        QVERIFY(ended());
        QVERIFY2(m_outcomes.constFirst().success, qPrintable(m_outcomes.constFirst().remarks));
        m_installer->close();
        m_outcomes.clear();

        Files files{{u"SmartMeter/main.py"_s, "#!/usr/bin/python3\n"}};
        QList<ProcessVersion> versions;
        for (const QString &name : processes) {
            files.insert(u"SmartMeter/%1.py"_s.arg(name), "#!/usr/bin/python3\n");
            files.insert(u"SmartMeter/%1.version"_s.arg(name), "3");
            versions += ProcessVersion{name, 3};
        }
        const QDateTime created = QDateTime({2026, 11, 25}, {12, 0}, Qt::UTC).addDays(days);
        Order order = orderFor(m_kit.release(files, versions, 0, created), 3);
        updateOf(order).processes = versions;
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QVERIFY2(m_outcomes.constFirst().success == isInstalled, qPrintable(m_outcomes.constFirst().remarks));
        if (!isInstalled) {
            QCOMPARE(m_outcomes.constFirst().error, std::optional(ErrorCode::Downgrade));
            QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
        }
    }

    // Keys that are removed while the update waits bind it all the same.
    void isNotInstalledOnceTheKeysAreGone()
    {
        bool restarted = false;
        m_settings.policy.releaseKeys.clear(); // for the installer that is made in restartIn()
        restartIn(State::Downloading, &restarted);
        QVERIFY(m_installer->begin(orderFor(m_kit.meter(2), 2)));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.constFirst().error, std::optional(ErrorCode::NotSigned));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
    }

    void continuesAfterARestart_data()
    {
        QTest::addColumn<State>("state");
        for (const State state : {State::Downloading, State::Verifying, State::Staging, State::Waiting, State::Swapping,
                                  State::Confirming}) {
            QTest::newRow(nameOf(state).data()) << state;
        }
    }
    void continuesAfterARestart()
    {
        QFETCH(State, state);
        bool restarted = false;
        restartIn(state, &restarted);
        QVERIFY(m_installer->begin(orderFor(m_kit.meter(2), 2)));
        QVERIFY(ended());
        QVERIFY(restarted);
        QVERIFY2(m_outcomes.constLast().success, qPrintable(m_outcomes.constLast().remarks));
        QVERIFY(m_outcomes.constLast().order.stick.has_value());
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
    }

    // The panel has never given that number.
    void thePanelCannotCancelIt()
    {
        QVERIFY(m_installer->begin(orderFor(m_kit.meter(2), 2)));
        const Outcome cancelled = m_installer->cancel(stickNumber);
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().code, ErrorCode::NotFound);
        const Outcome second = m_installer->begin(meterOrder(2));
        QVERIFY(!second);
        QCOMPARE(second.error().message, u"the update from a stick is still running"_s);
        QVERIFY(ended());
    }

    void anAgentMayStayOffline()
    {
        const StickFile file =
            m_kit.release({{u"JabberClient/sgn-agent"_s, "#!/bin/sh\n"}, {u"JabberClient/version"_s, "2"}}, {}, 2);
        (void)writeFile(m_root + u"/JabberClient/sgn-agent"_s, "#!/bin/sh\n");
        Order order = agentOrder(2);
        order.number = stickNumber;
        updateOf(order).release = QString::fromLatin1(file.manifest);
        order.stick = StickPart{QString(32, u'a'), 0};
        (void)writeFile(stickZip(0), file.zip);
        m_watchdog->onSwap = [](const control::Swap &) -> Result<control::ReplyBody> {
            return fail(ErrorCode::Busy, u"enough"_s);
        };
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QVERIFY(!m_watchdog->requestsOf<control::Swap>().isEmpty());
        QVERIFY(m_watchdog->requestsOf<control::Swap>().constFirst().mayBeOffline);
        m_installer->close();
        m_watchdog->requests.clear();
        m_outcomes.clear();
        m_settings.policy.releaseKeys.clear(); // an order of the panel
        QVERIFY(writeFile(m_source, file.zip));
        restart();
        QVERIFY(m_installer->begin(agentOrder(2)));
        QVERIFY(ended());
        QVERIFY(!m_watchdog->requestsOf<control::Swap>().isEmpty());
        QVERIFY(!m_watchdog->requestsOf<control::Swap>().constFirst().mayBeOffline);
    }
};

QTEST_GUILESS_MAIN(TestInstallerStick)
#include "tst_installer_stick.moc"
