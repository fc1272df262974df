// SPDX-License-Identifier: GPL-3.0-or-later
#include "AgentFixture.h"
#include "control/StickHandover.h"
#include "support/StickKit.h"

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// The agent's part of an update by a USB stick: from the hand-over to the result that the watchdog's side writes back.
class TestStickUpdates : public AgentFixture
{
    Q_OBJECT

private:
    StickKit m_kit;

    [[nodiscard]] DeviceTree tree() const { return m_settings->tree; }
    // As the watchdog's side does, the list last.
    void handOver(const QList<StickFile> &files, const QString &key = QString(32, u'a'))
    {
        control::StickHandover handover{key, QString(64, u'0'), {}};
        for (int i = 0; i < files.size(); ++i) {
            QVERIFY(test::writeFile(tree().stickZip(i), files.at(i).zip));
            handover.releases += QString::fromLatin1(files.at(i).manifest);
        }
        QVERIFY(test::writeFile(tree().stickHandover(), encode(handover)));
    }
    void arrive() { Q_EMIT m_watchdog->eventReceived(control::StickArrived{}); }
    [[nodiscard]] bool isReported() const { return !m_watchdog->requestsOf<control::StickDone>().isEmpty(); }
    [[nodiscard]] StickResult result() const
    {
        return parseStickResult(readWhole(tree().stickResult())).value_or(StickResult());
    }

private Q_SLOTS:
    void init()
    {
        prepareAgent();
        m_settings->config.releaseKeys = {m_kit.publicKey()};
        m_settings->config.clientPassword = u"canary"_s;
        m_settings->stickPause = std::chrono::milliseconds(5);
        QVERIFY(test::writeFile(tree().log(u"ocr"_s), "a log\n"));
        restart();
    }

    void installsAndReports()
    {
        handOver({m_kit.meter(2), m_kit.meter(3)});
        arrive();
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QVERIFY2(result().isSuccess(), encode(result()));
        QCOMPARE(result().device, u"b8:27:eb:00:00:01"_s);
        QCOMPARE(result().jid, u"device@example.org"_s);
        QCOMPARE(result().order, QString(64, u'0'));
        QVERIFY(result().time.isValid());
        QCOMPARE(result().releases.size(), 2);
        QCOMPARE(result().releases.at(1).before, (QList<ProcessVersion>{{u"dlms"_s, 2}, {u"ocr"_s, 2}}));
        QVERIFY(QFile::exists(tree().stickLogs()));
        QVERIFY(!QFile::exists(tree().stickZip(0))); // they are large
        QCOMPARE(installedFiles(m_folder->path(), u"SmartMeter"_s), meterRelease(3));
        // The panel has ordered none of it.
        QVERIFY(settles(0));
    }

    void oneFailureDoesNotKeepTheNext()
    {
        StickFile damaged = m_kit.meter(2);
        damaged.zip[50] = static_cast<char>(damaged.zip.at(50) ^ 1);
        handOver({damaged, StickKit().meter(3), m_kit.meter(4)});
        arrive();
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QCOMPARE(result().releases.size(), 3);
        QCOMPARE(result().releases.at(0).error, std::optional(ErrorCode::HashMismatch));
        QCOMPARE(result().releases.at(1).error, std::optional(ErrorCode::BadSignature));
        QCOMPARE(result().releases.at(1).component, QString()); // nothing of it is signed
        QVERIFY(result().releases.at(2).success);
        QVERIFY(!result().isSuccess());
    }

    void installsNothingWithoutKeys()
    {
        m_settings->config.releaseKeys.clear();
        restart();
        handOver({m_kit.meter(2)});
        arrive();
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QCOMPARE(result().releases.constFirst().error, std::optional(ErrorCode::NotSigned));
        QCOMPARE(installedFiles(m_folder->path(), u"SmartMeter"_s), meterRelease(1));
    }

    void waitsForThePanelsUpdate()
    {
        QVERIFY(test::writeFile(tree().hold(), "")); // keeps the panel's update from ending
        const StickFile ordered = m_kit.meter(2);
        m_web.setHandler([ordered](const HttpRequest &request, QTcpSocket *socket) {
            HttpServer::serve(request, socket, ordered.zip);
        });
        send(update(10, 2, ",\"release\":\"" + ordered.manifest + '"'));
        QTRY_VERIFY_WITH_TIMEOUT(readWhole(tree().updateJournal()).contains("waiting"), limit);
        handOver({m_kit.meter(3)});
        arrive();
        arrive();
        QVERIFY(!QFile::exists(tree().stickProgress()));
        QVERIFY(QFile::remove(tree().hold()));
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QVERIFY2(result().isSuccess(), encode(result()));
        QCOMPARE(result().releases.constFirst().before, (QList<ProcessVersion>{{u"dlms"_s, 2}, {u"ocr"_s, 2}}));
        QVERIFY(settles(1)); // the result of the panel's
    }

    // At whatever point the agent is replaced or killed.
    void goesOnAfterARestart_data()
    {
        QTest::addColumn<int>("restarts");
        for (const int restarts : {1, 2, 5}) {
            QTest::addRow("%d restarts", restarts) << restarts;
        }
    }
    void goesOnAfterARestart()
    {
        QFETCH(int, restarts);
        handOver({m_kit.meter(2), m_kit.meter(3)});
        arrive();
        for (int i = 0; i < restarts; ++i) {
            const QByteArray before = readWhole(tree().updateJournal());
            QTRY_VERIFY_WITH_TIMEOUT(readWhole(tree().updateJournal()) != before || isReported(), limit);
            restart();
        }
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QVERIFY2(result().isSuccess(), encode(result()));
        QCOMPARE(result().releases.size(), 2);
        QCOMPARE(installedFiles(m_folder->path(), u"SmartMeter"_s), meterRelease(3));
        QVERIFY(settles(0));
    }

    // The watchdog may have been replaced meanwhile.
    void reportsAgainUntilItIsWritten()
    {
        handOver({m_kit.meter(2)});
        m_watchdog->setConnected(false);
        arrive();
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(tree().stickResult()), limit);
        QVERIFY(!isReported());
        m_watchdog->setConnected(true);
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        m_watchdog->requests.clear();
        restart();
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QCOMPARE(result().releases.size(), 1); // and nothing is installed again
        // Written to the stick: the next order is another one.
        QVERIFY(QDir(tree().stick()).removeRecursively());
        m_watchdog->requests.clear();
        handOver({m_kit.meter(3)}, QString(32, u'b'));
        arrive();
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QVERIFY2(result().isSuccess(), encode(result()));
    }

    // Else no update of the panel would ever come next.
    void letsGoOfWhatIsRemoved()
    {
        QVERIFY(test::writeFile(tree().hold(), ""));
        handOver({m_kit.meter(2), m_kit.meter(3)});
        arrive();
        QTRY_VERIFY_WITH_TIMEOUT(readWhole(tree().updateJournal()).contains("waiting"), limit);
        QVERIFY(QDir(tree().stick()).removeRecursively());
        QVERIFY(QFile::remove(tree().hold()));
        QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(tree().updateJournal()), limit);
        QVERIFY(!QFile::exists(tree().stick()));
        handOver({m_kit.meter(4)}, QString(32, u'b'));
        arrive();
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QVERIFY2(result().isSuccess(), encode(result()));
        QCOMPARE(result().releases.size(), 1);
    }

    void keepsThePasswordToItself()
    {
        m_watchdog->lastLines[u"ocr"_s] = {u"login with canary failed"_s};
        Files broken = meterRelease(2);
        broken[u"SmartMeter/ocr.version"_s] = "-2";
        handOver({m_kit.release(broken, {{u"ocr"_s, 2}, {u"dlms"_s, 2}})});
        arrive();
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QVERIFY(result().releases.constFirst().rolledBack);
        QVERIFY2(readWhole(tree().stickResult()).contains("login with *** failed"), readWhole(tree().stickResult()));
        QVERIFY(!readWhole(tree().stickResult()).contains("canary"));
    }

    void startsAnewWithADamagedHandOver_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("nothing") << ""_ba;
        QTest::newRow("binary") << QByteArray("\0\xff", 2);
        QTest::newRow("a later format") << R"({"format":2})"_ba;
    }
    void startsAnewWithADamagedHandOver()
    {
        QFETCH(QByteArray, content);
        QVERIFY(test::writeFile(tree().stickHandover(), content));
        restart();
        QVERIFY(!QFile::exists(tree().stickHandover())); // quarantined
        handOver({m_kit.meter(2)});
        arrive();
        QTRY_VERIFY_WITH_TIMEOUT(isReported(), limit);
        QVERIFY2(result().isSuccess(), encode(result()));
    }
};

QTEST_GUILESS_MAIN(TestStickUpdates)
#include "tst_stick_updates.moc"
