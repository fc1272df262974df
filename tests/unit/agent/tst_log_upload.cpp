// SPDX-License-Identifier: GPL-3.0-or-later
#include "AgentFixture.h"
#include "base/Descriptor.h"

#include <fcntl.h>
#include <QRandomGenerator>
#include <sys/fsuid.h>
#include <sys/stat.h>

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
        QTest::newRow("too large for the address") << false << false << true << QByteArray("413 No") << false << true;
    }

    // The remarks name what to change at the server or in the configuration.
    void namesTheCureOfARefusal_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<QString>("words");
        QTest::newRow("moved") << QByteArray("302 Found") << QByteArray("Location: https://a.example/logs\r\n")
                               << u"HTTP 302 from 127.0.0.1, which redirects to https://a.example/logs; the address in "
                                  "config_file.bin has to be the final one"_s;
        QTest::newRow("moved, as it is") << QByteArray("307 Elsewhere") << QByteArray("Location: /logs/\r\n")
                                         << u"HTTP 307 from 127.0.0.1, which redirects to /logs/; "_s;
        QTest::newRow("moved, hostile") << QByteArray("308 Elsewhere")
                                        << "Location: /" + QByteArray(900, 'x') + "\x1b[2J\r\n"
                                        << u"redirects to /"_s + QString(79, u'x') + u"…; the address"_s;
        QTest::newRow("moved nowhere") << QByteArray("301 Gone") << QByteArray()
                                       << u"HTTP 301 from 127.0.0.1, which redirects; the address in config_file.bin"_s;
        QTest::newRow("too large") << QByteArray("413 No") << QByteArray()
                                   << u"HTTP 413 from 127.0.0.1: what is sent is larger than the server accepts; raise "
                                      "the server's limit for the size of a request"_s;
        QTest::newRow("another") << QByteArray("500 No") << QByteArray() << u"HTTP 500 from 127.0.0.1"_s;
    }

    void namesTheCureOfARefusal()
    {
        QFETCH(const QByteArray, status);
        QFETCH(const QByteArray, headers);
        QFETCH(const QString, words);
        m_web.setHandler(
            [&](const HttpRequest &, QTcpSocket *socket) { HttpServer::respond(socket, status, {}, headers); });
        WebCall call{web::Access()};
        std::optional<Result<QByteArray>> answer;
        connect(&call, &WebCall::finished, this, [&](const Result<QByteArray> &result) { answer = result; });
        web::WebRequest request;
        request.method = "POST";
        request.url = m_web.url(u"/logs"_s);
        call.start(request);
        QTRY_VERIFY_WITH_TIMEOUT(answer.has_value(), limit);
        QVERIFY(!*answer);
        QVERIFY2(answer->error().message.contains(words), qPrintable(answer->error().message));
    }

    // Whatever comes behind a head that agrees: compressed, too long, without an end.
    void ignoresAnAnswer_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("nothing") << QByteArray("HTTP/1.1 204 No\r\n\r\n") << QByteArray();
        QTest::newRow("compressed") << QByteArray(
                                           "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n")
                                    << QByteArray("xyz");
        QTest::newRow("too long") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n")
                                  << QByteArray(2'000'000, 'x');
        QTest::newRow("without an end") << QByteArray("HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                                        << QByteArray("3\r\nabc\r\n");
    }

    void ignoresAnAnswer()
    {
        QFETCH(const QByteArray, head);
        QFETCH(const QByteArray, body);
        m_web.setHandler([&](const HttpRequest &, QTcpSocket *socket) { socket->write(head + body); });
        WebCall call{web::Access()};
        std::optional<Result<QByteArray>> answer;
        connect(&call, &WebCall::finished, this, [&](const Result<QByteArray> &result) { answer = result; });
        web::WebRequest request;
        request.method = "POST";
        request.url = m_web.url(u"/logs"_s);
        request.body = web::Body{"logs", {}, {}};
        call.start(request, WebCall::Answer::Ignored);
        QTRY_VERIFY_WITH_TIMEOUT(answer.has_value(), limit);
        QVERIFY2(*answer, *answer ? "" : qPrintable(answer->error().message));
        QCOMPARE(**answer, QByteArray());
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
        const auto bundle = packLogs(m_settings->tree.logs(), zip, {1000}, {});
        QVERIFY(bundle);
        QCOMPARE(bundle->left, QStringList{u"old.log (no room for its 0.0 MB)"_s});
        const auto entries = listZip(zip);
        QVERIFY(entries && entries->size() == 1);
        QCOMPARE(entries->first().path, u"logs/new.log"_s);
    }

    // A meter that opens a new log each minute and removes none.
    void packsTheNewestOfVeryMany()
    {
        constexpr int count = 20'000;
        const QString logs = m_folder->filePath(u"many"_s);
        QVERIFY(QDir().mkpath(logs + u"/sub"_s));
        const QByteArray start = QFile::encodeName(logs) + "/sub/" + QByteArray(120, 'n');
        for (int i = 0; i < count; ++i) {
            const Descriptor log(::open((start + QByteArray::number(i)).constData(), O_WRONLY | O_CREAT, 0644));
            const timespec times[2]{{}, {i == 777 ? count : i, 0}};
            QVERIFY(log.isValid() && ::futimens(log.get(), times) == 0);
        }
        QVERIFY(test::writeFile(logs + u"/meter.log"_s, "now"));
        const QString zip = m_folder->filePath(u"many.zip"_s);
        const auto bundle = packLogs(logs, zip, {1'000'000, {}, 50}, {});
        QVERIFY(bundle);
        QCOMPARE(bundle->left, QStringList{u"19951 older files (a bundle has at most the 50 newest)"_s});
        const auto entries = listZip(zip);
        QVERIFY(entries);
        QCOMPARE(entries->size(), 50);
        const auto has = [&](const QString &end) {
            return std::ranges::any_of(*entries, [&](const ZipEntry &entry) { return entry.path.endsWith(end); });
        };
        QVERIFY(has(u"/meter.log"_s) && has(u"n777"_s) && has(u"n19999"_s) && !has(u"n19000"_s));
    }

    // As in the field: root's files of a meter that was once started by sudo, names from other systems, pipes.
    void packsWhatCanBeRead()
    {
        const QString logs = m_folder->filePath(u"field"_s);
        QVERIFY(test::writeFile(logs + u"/readings.log"_s, "12:00 17.4 kWh\n"));
        QVERIFY(test::writeFile(logs + u"/logs\\meter.log"_s, "backslash"));
        QVERIFY(test::writeFile(logs + u"/a\nb.log"_s, "line"));
        QVERIFY(test::writeFile(logs + u"/a_b.log"_s, "another"));
        QVERIFY(test::writeFile(logs + u"/sub/zähler.log"_s, "sub"));
        const QByteArray raw = QFile::encodeName(logs) + "/z\xe4hler.log";
        const Descriptor latin(::open(raw.constData(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        QVERIFY(::write(latin.get(), "latin", 5) == 5);
        QVERIFY(::mkfifo(QFile::encodeName(logs + u"/live.log"_s).constData(), 0666) == 0);
        QVERIFY(QFile::link(u"readings.log"_s, logs + u"/link.log"_s));
        QVERIFY(test::writeFile(logs + u"/sudo.log"_s, "root's"));
        QVERIFY(test::writeFile(logs + u"/roots/x.log"_s, "root's"));
        QVERIFY(::chmod(QFile::encodeName(logs + u"/sudo.log"_s).constData(), 0) == 0);
        QVERIFY(::chmod(QFile::encodeName(logs + u"/roots"_s).constData(), 0) == 0);
        QVERIFY(::chmod(QFile::encodeName(m_folder->path()).constData(), 0777) == 0);
        const QString zip = m_folder->filePath(u"field.zip"_s);
        if (::geteuid() == 0) {
            ::setfsuid(12345); // root could read all of them
        }
        const auto bundle = packLogs(logs, zip, {1'000'000}, {});
        ::setfsuid(::geteuid());
        QVERIFY2(bundle, bundle ? "" : qPrintable(bundle.error().message));
        QCOMPARE(bundle->left, (QStringList{u"roots/ (cannot be read)"_s, u"sudo.log (Permission denied)"_s}));
        const QString out = m_folder->filePath(u"out"_s);
        QVERIFY(extractZip(zip, out, {u"logs"_s, {}, {}, {}}));
        const Files came = installedFiles(out, u"logs"_s);
        QCOMPARE(came.keys(), (QStringList{u"logs/a_b.log"_s, u"logs/a_b.log_"_s, u"logs/logs_meter.log"_s,
                                           u"logs/readings.log"_s, u"logs/sub/zähler.log"_s, u"logs/z_hler.log"_s}));
        QCOMPARE(came.value(u"logs/z_hler.log"_s), "latin");
        QCOMPARE(came.value(u"logs/logs_meter.log"_s), "backslash");
        QVERIFY(::chmod(QFile::encodeName(logs + u"/roots"_s).constData(), 0755) == 0);
    }

    void namesWhyNothingCanBePacked()
    {
        const QString logs = m_folder->filePath(u"nothing"_s);
        QVERIFY(test::writeFile(logs + u"/sudo.log"_s, "root's"));
        QVERIFY(::chmod(QFile::encodeName(logs + u"/sudo.log"_s).constData(), 0) == 0);
        QVERIFY(::chmod(QFile::encodeName(m_folder->path()).constData(), 0777) == 0);
        const QString zip = m_folder->filePath(u"nothing.zip"_s);
        if (::geteuid() == 0) {
            ::setfsuid(12345);
        }
        const auto bundle = packLogs(logs, zip, {1'000'000}, {});
        ::setfsuid(::geteuid());
        QVERIFY(!bundle);
        QCOMPARE(bundle.error().message, u"there are no logs to send: left out: sudo.log (Permission denied)"_s);
        QVERIFY(!QFile::exists(zip));
    }

    void packsWithinTheLimits_data()
    {
        QTest::addColumn<QList<int>>("plain");      // KB of logs of text, newest first
        QTest::addColumn<QList<int>>("compressed"); // KB, each older than those
        QTest::addColumn<qint64>("zipLimit");       // KB, 0: none
        QTest::addColumn<QStringList>("names");     // that come
        QTest::addColumn<qsizetype>("left");
        const QStringList three{u"c0.gz"_s, u"c1.gz"_s, u"p0.log"_s};
        QTest::newRow("all fits") << QList{10} << QList{10, 10} << qint64{0} << three << qsizetype{0};
        QTest::newRow("one is too large: its end")
            << QList{38'000} << QList<int>{} << qint64{0} << QStringList{u"p0.log"_s} << qsizetype{1};
        QTest::newRow("a large one leaves room for others")
            << QList{38'000, 100, 100} << QList<int>{} << qint64{0}
            << QStringList{u"p0.log"_s, u"p1.log"_s, u"p2.log"_s} << qsizetype{1};
        QTest::newRow("rotated logs over the server's limit")
            << QList{1} << QList{4'500, 4'500, 4'500} << qint64{10'000} << three << qsizetype{1};
        QTest::newRow("the end of a log within the server's limit")
            << QList{20'000} << QList<int>{} << qint64{1'000} << QStringList{u"p0.log"_s} << qsizetype{1};
        QTest::newRow("a compressed one is never cut")
            << QList{1} << QList{4'500} << qint64{1'000} << QStringList{u"p0.log"_s} << qsizetype{1};
    }

    void packsWithinTheLimits()
    {
        QFETCH(const QList<int>, plain);
        QFETCH(const QList<int>, compressed);
        QFETCH(const qint64, zipLimit);
        QFETCH(const QStringList, names);
        QFETCH(const qsizetype, left);
        const QString logs = m_folder->filePath(u"limits"_s);
        QVERIFY(QDir(logs).removeRecursively());
        QRandomGenerator random(1);
        int age = 0;
        const auto write = [&](const QString &name, const QByteArray &content) {
            QVERIFY(test::writeFile(logs + u'/' + name, content));
            QFile file(logs + u'/' + name);
            QVERIFY(file.open(QIODevice::ReadWrite));
            QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(-age++), QFileDevice::FileModificationTime));
        };
        for (int i = 0; i < plain.size(); ++i) {
            QByteArray content;
            while (content.size() < plain[i] * 1000) {
                content += "12:00 register 40001 = " + QByteArray::number(random.generate()) + '\n';
            }
            write(u"p%1.log"_s.arg(i), content + "THE LAST LINE\n");
        }
        for (int i = 0; i < compressed.size(); ++i) {
            QByteArray content(compressed[i] * 1000, '\0');
            for (char &c : content) {
                c = static_cast<char>(random.generate());
            }
            write(u"c%1.gz"_s.arg(i), content);
        }
        const QString zip = m_folder->filePath(u"limits.zip"_s);
        LogLimits limits{qint64{32} * 1024 * 1024};
        if (zipLimit > 0) {
            limits.zipBytes = zipLimit * 1000;
        }
        const auto bundle = packLogs(logs, zip, limits, {});
        QVERIFY2(bundle, bundle ? "" : qPrintable(bundle.error().message));
        QCOMPARE(bundle->left.size(), left);
        QCOMPARE(bundle->size, QFileInfo(zip).size());
        if (zipLimit > 0) {
            QVERIFY(bundle->size <= zipLimit * 1000);
            QVERIFY(bundle->size >= zipLimit * 500 || plain == QList{1}); // and it is made use of
        }
        const QString out = m_folder->filePath(u"limits.out"_s);
        QVERIFY(QDir(out).removeRecursively());
        ZipLimits any;
        any.maxRatio = 1100;
        QVERIFY(extractZip(zip, out, {u"logs"_s, any, {}, {}}));
        const Files came = installedFiles(out, u"logs"_s);
        QStringList found;
        for (auto it = came.begin(); it != came.end(); ++it) {
            found += it.key().section(u'/', 1);
            QVERIFY(!it.key().endsWith(u".log"_s) || it->endsWith("THE LAST LINE\n"));
        }
        QCOMPARE(found, names);
    }

    void neverCutsWhatIsCompressed_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("isCut");
        QTest::newRow("text") << u"meter.log"_s << true;
        QTest::newRow("an ending in the middle") << u"meter.gz.log"_s << true;
        for (const QString &name :
             {u"meter.log.gz"_s, u"METER.LOG.GZ"_s, u"meter.tgz"_s, u"meter.tar.BZ2"_s, u"m.Z"_s}) {
            QTest::newRow(qPrintable(name)) << name << false;
        }
    }

    void neverCutsWhatIsCompressed()
    {
        QFETCH(const QString, name);
        QFETCH(const bool, isCut);
        const QString logs = m_folder->filePath(u"cut"_s);
        QVERIFY(QDir(logs).removeRecursively());
        QVERIFY(test::writeFile(logs + u'/' + name, QByteArray(3'000'000, 'x')));
        const auto bundle = packLogs(logs, m_folder->filePath(u"cut.zip"_s), {1'000'000}, {});
        QCOMPARE(bundle.has_value(), isCut);
    }

    void packsAgainByALimitThatTheServerReportsLater()
    {
        m_settings->fileStoreLimit = 20s;
        restart();
        QByteArray content(3'000'000, '\0');
        for (char &c : content) {
            c = static_cast<char>(QRandomGenerator::global()->generate());
        }
        QVERIFY(test::writeFile(m_settings->tree.log(u"ocr"_s), content));
        send(R"({"command":"upload_logs"})");
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_settings->tree.logBundle()), limit);
        m_link->uploadAnswer = Result<QUrl>(QUrl(u"https://files.example.org/1"_s));
        m_link->limit = 1'000'000;
        QTRY_VERIFY_WITH_TIMEOUT((Q_EMIT m_link->uploadAvailable(), !m_link->sent.isEmpty()), limit);
        const QJsonObject reply = m_link->messages().first();
        QVERIFY(reply["success"_L1].toBool());
        QVERIFY(reply["size"_L1].toInt() <= 1'000'000);
        QVERIFY2(reply["remarks"_L1].toString().startsWith(u"left out: ocr.log (only its last 0."_s),
                 qPrintable(reply["remarks"_L1].toString()));
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
