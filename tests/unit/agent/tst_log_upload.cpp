// SPDX-License-Identifier: GPL-3.0-or-later
#include "AgentFixture.h"

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Files to and from servers: the logs and the panel map.
class TestLogUpload : public AgentFixture
{
    Q_OBJECT

private Q_SLOTS:
    void sendsLogsWhereTheyAreAccepted_data()
    {
        QTest::addColumn<bool>("serverTakes");
        QTest::addColumn<bool>("serverWorks");
        QTest::addColumn<bool>("hasAddress");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<bool>("success");
        QTest::addColumn<bool>("posted");
        QTest::newRow("to the server") << true << true << true << QByteArray("200 OK") << true << false;
        QTest::newRow("to the address") << false << false << true << QByteArray("201 Created") << true << true;
        QTest::newRow("the server fails") << true << false << true << QByteArray("200 OK") << true << true;
        QTest::newRow("not accepted anywhere") << false << false << false << QByteArray() << false << false;
        QTest::newRow("the address refuses") << false << false << true << QByteArray("500 No") << false << true;
        QTest::newRow("the address redirects") << false << false << true << QByteArray("302 Found") << false << true;
    }

    void sendsLogsWhereTheyAreAccepted()
    {
        QFETCH(const bool, serverTakes);
        QFETCH(const bool, serverWorks);
        QFETCH(const bool, hasAddress);
        QFETCH(const QByteArray, status);
        QFETCH(const bool, success);
        QFETCH(const bool, posted);
        m_web.setHandler([&](const HttpRequest &, QTcpSocket *socket) {
            HttpServer::respond(socket, status, {}, "Location: /elsewhere\r\n");
        });
        if (hasAddress) {
            m_settings->config.logUploadUrl = m_web.url(u"/logs"_s);
        }
        const auto before = m_web.requests().size();
        restart();
        if (serverTakes) {
            m_link->uploadAnswer = serverWorks ? Result<QUrl>(QUrl(u"https://files.example.org/1"_s))
                                               : fail(ErrorCode::Network, u"the store is full"_s);
        }
        QVERIFY(test::writeFile(m_settings->tree.log(u"ocr"_s), "a line\n"));
        send(R"({"command":"upload_logs","command_no":1})");
        send(R"({"command":"upload_logs"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        for (const QJsonObject &reply : m_link->messages()) {
            QCOMPARE(reply["command"_L1], QJsonValue(u"upload_logs"_s));
            QCOMPARE(reply["success"_L1], QJsonValue(success));
            QCOMPARE(reply["remarks"_L1].toString().isEmpty(), success);
        }
        QCOMPARE(m_web.requests().size() - before, posted ? 1 : 0);
        if (posted) {
            const HttpRequest request = m_web.requests().last();
            QCOMPARE(request.method, "POST");
            QCOMPARE(request.headers.value("panel"), "b8:27:eb:00:00:01");
            QCOMPARE(request.headers.value("module"), "logs");
            QVERIFY(request.body.contains("name=\"file\""));
            QVERIFY(request.body.contains("logs/ocr.log"));
        }
    }

    void waitsForTheServersFileStore()
    {
        m_settings->fileStoreLimit = 20s;
        restart();
        QVERIFY(test::writeFile(m_settings->tree.log(u"ocr"_s), "a line\n"));
        send(R"({"command":"upload_logs"})");
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_settings->tree.downloads() + u"/logs.zip"_s), limit);
        QVERIFY(m_link->sent.isEmpty());
        m_link->uploadAnswer = Result<QUrl>(QUrl(u"https://files.example.org/1"_s));
        // Packing may still be hashing; signalled again, as after a new login.
        QTRY_VERIFY_WITH_TIMEOUT((Q_EMIT m_link->uploadAvailable(), !m_link->sent.isEmpty()), limit);
        QVERIFY(m_link->messages().first()["success"_L1].toBool());
    }

    void reportsThatThereAreNoLogs()
    {
        send(R"({"command":"upload_logs"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(m_link->messages().first()["remarks"_L1].toString().contains(u"no logs"_s));
    }

    void leavesOutOldLogsBeyondTheLimit()
    {
        QVERIFY(test::writeFile(m_settings->tree.log(u"old"_s), QByteArray(600, 'o')));
        QVERIFY(test::writeFile(m_settings->tree.log(u"new"_s), QByteArray(600, 'n')));
        QFile old(m_settings->tree.log(u"old"_s));
        QVERIFY(old.open(QIODevice::ReadWrite));
        QVERIFY(old.setFileTime(QDateTime::currentDateTime().addDays(-1), QFileDevice::FileModificationTime));
        old.close();
        const QString zip = m_folder->filePath(u"logs.zip"_s);
        const auto bundle = packLogs(m_settings->tree.logs(), zip, 1000, {});
        QVERIFY(bundle);
        QCOMPARE(bundle->leftOut, 1);
        const auto entries = listZip(zip);
        QVERIFY(entries && entries->size() == 1);
        QCOMPARE(entries->first().path, u"logs/new.log"_s);
    }

    void keepsThePanelMap_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("kept");
        QTest::newRow("object") << QByteArray("200 OK") << QByteArray(R"({"panel":1})") << true;
        QTest::newRow("list") << QByteArray("201 Created") << QByteArray("[1]") << true;
        QTest::newRow("not JSON") << QByteArray("200 OK") << QByteArray("<html>") << false;
        QTest::newRow("nothing") << QByteArray("200 OK") << QByteArray() << false;
        QTest::newRow("cut JSON") << QByteArray("200 OK") << QByteArray(R"({"panel":)") << false;
        QTest::newRow("error") << QByteArray("500 Oops") << QByteArray(R"({"panel":1})") << false;
        QTest::newRow("redirect") << QByteArray("302 Found") << QByteArray(R"({"panel":1})") << false;
        QTest::newRow("too large") << QByteArray("200 OK") << QByteArray('[' + QByteArray(2'000'000, ' ') + ']')
                                   << false;
    }

    void keepsThePanelMap()
    {
        QFETCH(const QByteArray, status);
        QFETCH(const QByteArray, body);
        QFETCH(const bool, kept);
        m_web.setHandler([&](const HttpRequest &, QTcpSocket *socket) { HttpServer::respond(socket, status, body); });
        const QString file = m_folder->filePath(u"panelmap.json"_s);
        QVERIFY(test::writeFile(file, "old"));
        PanelMapCall call(m_web.url(u"/api/panelmap"_s), u"b8:27"_s, file, {}, {24h, 1h, 1h});
        std::optional<std::optional<Error>> called;
        connect(&call, &PanelMapCall::called, this, [&](const auto &failure) { called = failure; });
        call.start();
        QTRY_VERIFY_WITH_TIMEOUT(called.has_value(), limit);
        QCOMPARE(!called->has_value(), kept);
        QCOMPARE(readWhole(file), kept ? body : "old");
        const HttpRequest request = m_web.requests().last();
        QCOMPARE(request.path, "/api/panelmap");
        QCOMPARE(request.body, R"({"panel_id":"b8:27"})");
        QCOMPARE(request.headers.value("accept"), "application/json");
        QCOMPARE(request.headers.value("content-type"), "application/json");
    }
};

QTEST_GUILESS_MAIN(TestLogUpload)
#include "tst_log_upload.moc"
