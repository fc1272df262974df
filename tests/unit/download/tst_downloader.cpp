// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Sha256.h"
#include "download/Downloader.h"
#include "support/HttpServer.h"
#include "support/TestCa.h"

#include <QSignalSpy>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;

using namespace sgn::download;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

QByteArray someBytes(qsizetype size)
{
    QByteArray bytes(size, '\0');
    for (qsizetype i = 0; i < size; ++i) {
        bytes[i] = static_cast<char>((i * 31 + i / 251) & 0xff);
    }
    return bytes;
}

DownloadLimits quick()
{
    DownloadLimits limits;
    limits.maxFailures = 4;
    limits.firstPause = 1ms;
    limits.longestPause = 5ms;
    limits.stallTimeout = 300ms;
    limits.totalTimeout = 10s;
    limits.reservedBytes = 0;
    return limits;
}

// Answers every request with the same bytes, by TLS.
class TlsServer : public QTcpServer
{
public:
    TlsServer(TestCa::ServerCertificate certificate, QByteArray content)
        : m_certificate(std::move(certificate))
        , m_content(std::move(content))
    {}

protected:
    void incomingConnection(qintptr handle) override
    {
        auto *const socket = new QSslSocket(this);
        socket->setSocketDescriptor(handle);
        socket->setLocalCertificate(m_certificate.certificate);
        socket->setPrivateKey(m_certificate.key);
        connect(socket, &QIODevice::readyRead, socket, [this, socket] {
            if (socket->readAll().contains("\r\n\r\n")) {
                HttpServer::respond(socket, "200 OK", m_content);
            }
        });
        socket->startServerEncryption();
    }

private:
    TestCa::ServerCertificate m_certificate;
    QByteArray m_content;
};

} // namespace

class TestDownloader : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;

    Result<Downloaded> fetch(const QUrl &url, std::optional<qint64> size = {}, DownloadLimits limits = quick())
    {
        Downloader downloader({url, m_path, size, true}, {}, std::move(limits));
        std::optional<Result<Downloaded>> result;
        int times = 0;
        connect(&downloader, &Download::finished, this, [&](const Result<Downloaded> &r) {
            result = r;
            ++times;
        });
        downloader.start();
        if (!QTest::qWaitFor([&] { return result.has_value(); }, 20'000)) {
            return fail(ErrorCode::Timeout, u"the download never ended"_s);
        }
        QCoreApplication::processEvents();
        if (times != 1) {
            return fail(ErrorCode::Internal, u"finished more than once"_s);
        }
        return *result;
    }

    QByteArray onDisk() const
    {
        QFile file(m_path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(u"SmartMeter.zip.part"_s);
    }

    void fetchesAndHashes()
    {
        const QByteArray content = someBytes(3'000'000);
        HttpServer server([&](const auto &request, auto *socket) { HttpServer::serve(request, socket, content); });
        const auto result = fetch(server.url(), content.size());
        QVERIFY2(result, result ? "" : qPrintable(result.error().message));
        QCOMPARE(*result, (Downloaded{content.size(), Sha256::hash(content)}));
        QCOMPARE(onDisk(), content);
        QCOMPARE(server.requests().first().headers.value("accept-encoding"), "identity");
    }

    void continuesAfterCuts()
    {
        const QByteArray content = someBytes(1'000'000);
        HttpServer server(
            [&](const auto &request, auto *socket) { HttpServer::serve(request, socket, content, "\"v1\"", 400'000); });
        const auto result = fetch(server.url());
        QVERIFY2(result, result ? "" : qPrintable(result.error().message));
        QCOMPARE(result->sha256, Sha256::hash(content));
        // Bytes in transit when the connection broke may be sent twice, but no more than that.
        QVERIFY(server.requests().size() >= 3 && server.requests().size() <= 6);
        const QByteArray range = server.requests().at(1).headers.value("range");
        QVERIFY2(range.startsWith("bytes=") && range != "bytes=0-", range.constData());
        QCOMPARE(server.requests().at(1).headers.value("if-range"), "\"v1\"");
    }

    void continuesAfterRestart()
    {
        const QByteArray content = someBytes(500'000);
        HttpServer server(
            [&](const auto &request, auto *socket) { HttpServer::serve(request, socket, content, "\"v1\"", 200'000); });
        {
            Downloader downloader({server.url(), m_path, {}, true}, {}, quick());
            QSignalSpy progress(&downloader, &Download::progress);
            downloader.start();
            QTRY_VERIFY_WITH_TIMEOUT(!progress.isEmpty() && progress.last().at(0).toLongLong() >= 200'000, 10'000);
        }
        const qsizetype before = server.requests().size();
        const auto result = fetch(server.url());
        QVERIFY(result);
        QCOMPARE(result->sha256, Sha256::hash(content));
        QVERIFY(server.requests().at(before).headers.contains("range"));
    }

    void startsAnewWhenTheFileChanged()
    {
        const QByteArray older = someBytes(300'000);
        const QByteArray newer = QByteArray(300'000, 'n');
        int count = 0;
        HttpServer server([&](const auto &request, auto *socket) {
            if (++count == 1) {
                HttpServer::serve(request, socket, older, "\"v1\"", 100'000);
            } else {
                HttpServer::serve(request, socket, newer, "\"v2\"");
            }
        });
        const auto result = fetch(server.url());
        QVERIFY(result);
        QCOMPARE(result->sha256, Sha256::hash(newer));
        QCOMPARE(onDisk(), newer);
    }

    void startsAnewWithoutAValidator()
    {
        const QByteArray content = someBytes(300'000);
        int count = 0;
        HttpServer server([&](const auto &request, auto *socket) {
            HttpServer::serve(request, socket, content, {}, ++count == 1 ? 100'000 : -1);
        });
        QVERIFY(fetch(server.url()));
        QVERIFY(!server.requests().at(1).headers.contains("range"));
        QCOMPARE(onDisk(), content);
    }

    void fetchesNoCompleteFileAgain()
    {
        const QByteArray content = someBytes(100'000);
        HttpServer server([&](const auto &request, auto *socket) {
            if (request.headers.contains("range")) {
                HttpServer::respond(socket, "416 Range Not Satisfiable", {}, "Content-Range: bytes */100000\r\n");
            } else {
                HttpServer::serve(request, socket, content);
            }
        });
        QVERIFY(fetch(server.url()));
        const auto again = fetch(server.url());
        QVERIFY(again);
        QCOMPARE(again->sha256, Sha256::hash(content));
    }

    void handlesResponses_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<int>("tries");
        QTest::addColumn<QString>("words");
        QTest::newRow("404") << QByteArray("404 Not Found") << QByteArray() << 1 << u"HTTP 404 from 127.0.0.1"_s;
        QTest::newRow("410") << QByteArray("410 Gone") << QByteArray() << 1 << u"HTTP 410"_s;
        QTest::newRow("401") << QByteArray("401 Unauthorized") << QByteArray("WWW-Authenticate: Basic\r\n") << 1
                             << u"HTTP 401"_s;
        QTest::newRow("403") << QByteArray("403 Forbidden") << QByteArray() << 1 << u"HTTP 403"_s;
        QTest::newRow("500") << QByteArray("500 Oops") << QByteArray() << 4 << u"HTTP 500"_s;
        QTest::newRow("503") << QByteArray("503 Later") << QByteArray() << 4 << u"HTTP 503"_s;
        QTest::newRow("429") << QByteArray("429 Slow down") << QByteArray() << 4 << u"HTTP 429"_s;
        QTest::newRow("to a file") << QByteArray("302 Found") << QByteArray("Location: file:///etc/passwd\r\n") << 1
                                   << u"redirects to nowhere"_s;
        QTest::newRow("to ftp") << QByteArray("302 Found") << QByteArray("Location: ftp://127.0.0.1/x\r\n") << 1
                                << u"isn't https"_s;
        QTest::newRow("to no address") << QByteArray("302 Found") << QByteArray("Location: http://\r\n") << 1
                                       << u"redirects to nowhere"_s;
        QTest::newRow("no location") << QByteArray("302 Found") << QByteArray() << 1 << u"HTTP 302"_s;
        QTest::newRow("compressed") << QByteArray("200 OK") << QByteArray("Content-Encoding: gzip\r\n") << 1
                                    << u"127.0.0.1 sends the file compressed (Content-Encoding: gzip)"_s;
        QTest::newRow("in circles") << QByteArray("301 Moved") << QByteArray("Location: /again\r\n") << 6
                                    << u"redirects to nowhere"_s;
    }

    void handlesResponses()
    {
        QFETCH(const QByteArray, status);
        QFETCH(const QByteArray, headers);
        QFETCH(const int, tries);
        QFETCH(const QString, words);
        HttpServer server([&](const auto &, auto *socket) { HttpServer::respond(socket, status, "body", headers); });
        // A busy machine is no silent server, which would be asked again.
        DownloadLimits patient = quick();
        patient.stallTimeout = 20s;
        const auto result = fetch(server.url(), {}, patient);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::DownloadFailed);
        QVERIFY2(result.error().message.contains(words), qPrintable(result.error().message));
        QCOMPARE(server.requests().size(), tries);
        QVERIFY(onDisk().isEmpty());
    }

    void retriesTemporaryServerTrouble()
    {
        const QByteArray content = someBytes(10'000);
        int count = 0;
        HttpServer server([&](const auto &request, auto *socket) {
            if (++count < 3) {
                HttpServer::respond(socket, "502 Bad Gateway", {});
            } else {
                HttpServer::serve(request, socket, content);
            }
        });
        QVERIFY(fetch(server.url()));
        QCOMPARE(onDisk(), content);
    }

    void followsAGoodRedirect()
    {
        const QByteArray content = someBytes(10'000);
        HttpServer server([&](const HttpRequest &request, auto *socket) {
            if (request.path == "/release.zip") {
                HttpServer::respond(socket, "302 Found", {}, "Location: /elsewhere.zip\r\n");
            } else {
                HttpServer::serve(request, socket, content);
            }
        });
        QVERIFY(fetch(server.url()));
        QCOMPARE(onDisk(), content);
    }

    void refusesPlainHttpUnlessAllowed()
    {
        HttpServer server;
        Downloader downloader({server.url(), m_path, {}, false}, {}, quick());
        std::optional<Result<Downloaded>> result;
        connect(&downloader, &Download::finished, this, [&](const auto &r) { result = r; });
        downloader.start();
        QTRY_VERIFY_WITH_TIMEOUT(result.has_value(), 10'000);
        QCOMPARE(result->error().code, ErrorCode::DownloadFailed);
        QVERIFY(server.requests().isEmpty());
    }

    void fetchesNoFileLargerThanNamed()
    {
        const QByteArray content = someBytes(2'000'000);
        HttpServer server([&](const auto &request, auto *socket) { HttpServer::serve(request, socket, content); });
        const auto result = fetch(server.url(), 1'000'000);
        QCOMPARE(result.error().code, ErrorCode::TooLarge);
        QVERIFY(onDisk().isEmpty());
    }

    void endsAnEndlessFileAtTheLimit()
    {
        HttpServer server([&](const auto &, QTcpSocket *socket) {
            socket->write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            const auto more = [socket] {
                socket->write(QByteArray(64 * 1024, 'x'));
            };
            connect(socket, &QTcpSocket::bytesWritten, socket, more);
            more();
        });
        DownloadLimits limits = quick();
        limits.maxBytes = 1'000'000;
        const auto result = fetch(server.url(), {}, limits);
        QCOMPARE(result.error().code, ErrorCode::TooLarge);
        QVERIFY(onDisk().size() <= 1'000'000);
    }

    void endsSilenceAndDrips_data()
    {
        QTest::addColumn<int>("dripEveryMs");
        QTest::newRow("silence") << 0;
        QTest::newRow("a byte now and then") << 20;
    }

    void endsSilenceAndDrips()
    {
        QFETCH(const int, dripEveryMs);
        HttpServer server([&](const auto &, QTcpSocket *socket) {
            socket->write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx");
            if (dripEveryMs > 0) {
                auto *const timer = new QTimer(socket);
                connect(timer, &QTimer::timeout, socket, [socket] { socket->write("x"); });
                timer->start(dripEveryMs);
            }
        });
        const auto result = fetch(server.url());
        QCOMPARE(result.error().code, ErrorCode::DownloadFailed);
        QVERIFY2(result.error().message.contains(u"stopped sending"_s), qPrintable(result.error().message));
        QCOMPARE(server.requests().size(), 4);
    }

    void limitsTheTotalTime()
    {
        HttpServer server([&](const auto &, QTcpSocket *socket) {
            socket->write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            auto *const timer = new QTimer(socket);
            connect(timer, &QTimer::timeout, socket, [socket] { socket->write(QByteArray(10'000, 'x')); });
            timer->start(10);
        });
        DownloadLimits limits = quick();
        limits.totalTimeout = 1s;
        const auto result = fetch(server.url(), {}, limits);
        QCOMPARE(result.error().code, ErrorCode::DownloadFailed);
        QVERIFY2(result.error().message.contains(u"too long"_s), qPrintable(result.error().message));
    }

    void endsAfterTriesOnAnUnreachableServer()
    {
        QUrl url;
        {
            const HttpServer server;
            url = server.url();
        }
        QCOMPARE(fetch(url).error().code, ErrorCode::DownloadFailed);
    }

    void checksFreeSpaceFirst()
    {
        const QByteArray content = someBytes(100'000);
        HttpServer server([&](const auto &request, auto *socket) { HttpServer::serve(request, socket, content); });
        DownloadLimits limits = quick();
        limits.freeSpace = [](const QString &) {
            return 99'999;
        };
        const auto result = fetch(server.url(), {}, limits);
        QCOMPARE(result.error().code, ErrorCode::NoSpace);
        QVERIFY(onDisk().isEmpty());
    }

    void treatsAShortBodyWithoutLengthAsACut()
    {
        const QByteArray content = someBytes(50'000);
        int count = 0;
        HttpServer server([&](const auto &request, auto *socket) {
            if (++count == 1) {
                socket->write("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nConnection: close\r\n\r\n" + content.first(20'000));
                socket->disconnectFromHost();
            } else {
                HttpServer::serve(request, socket, content);
            }
        });
        const auto result = fetch(server.url(), content.size());
        QVERIFY(result);
        QCOMPARE(onDisk(), content);
    }

    void judgesResponses_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<qint64>("offset");
        QTest::addColumn<QByteArray>("range");
        QTest::addColumn<int>("verdict");
        const auto row = [](const char *name, int status, qint64 offset, const QByteArray &range, HttpVerdict verdict) {
            QTest::newRow(name) << status << offset << range << static_cast<int>(verdict);
        };
        row("all", 200, 0, {}, HttpVerdict::FromStart);
        row("all though asked for a part", 200, 5, {}, HttpVerdict::FromStart);
        row("the part", 206, 5, "bytes 5-9/10", HttpVerdict::Continued);
        row("another part", 206, 5, "bytes 4-9/10", HttpVerdict::StartAgain);
        row("a part not asked for", 206, 0, "bytes 0-9/10", HttpVerdict::StartAgain);
        row("a part of unknown place", 206, 5, "bytes */10", HttpVerdict::StartAgain);
        row("nonsense", 206, 5, "pages 5-9/10", HttpVerdict::StartAgain);
        row("negative", 206, 5, "bytes -5-9/10", HttpVerdict::StartAgain);
        row("complete", 416, 10, "bytes */10", HttpVerdict::Complete);
        row("shrunk", 416, 10, "bytes */9", HttpVerdict::StartAgain);
        row("no range asked", 416, 0, "bytes */9", HttpVerdict::GiveUp);
        row("no content", 204, 0, {}, HttpVerdict::GiveUp);
        row("timeout", 408, 0, {}, HttpVerdict::TryLater);
        row("teapot", 418, 0, {}, HttpVerdict::GiveUp);
        row("bad gateway", 502, 0, {}, HttpVerdict::TryLater);
    }

    void judgesResponses()
    {
        QFETCH(const int, status);
        QFETCH(const qint64, offset);
        QFETCH(const QByteArray, range);
        QFETCH(const int, verdict);
        HttpHead head;
        head.status = status;
        head.contentRange = range;
        QCOMPARE(static_cast<int>(judge(head, offset)), verdict);
    }

    void checksCertificates_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("knownCa");
        QTest::addColumn<int>("untilDay");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("good") << u"127.0.0.1"_s << true << 30 << true;
        QTest::newRow("of an unknown authority") << u"127.0.0.1"_s << false << 30 << false;
        QTest::newRow("of another host") << u"example.org"_s << true << 30 << false;
        QTest::newRow("expired") << u"127.0.0.1"_s << true << -1 << false;
    }

    void checksCertificates()
    {
        QFETCH(const QString, name);
        QFETCH(const bool, knownCa);
        QFETCH(const int, untilDay);
        QFETCH(const bool, accepted);
        TestCa ca;
        QVERIFY2(ca.isValid(), qPrintable(ca.errorString()));
        const auto certificate = ca.issue(name, {.fromDay = -3, .untilDay = untilDay});
        QVERIFY(!certificate.certificate.isNull());
        const QByteArray content = someBytes(10'000);
        TlsServer server(certificate, content);
        QVERIFY(server.listen(QHostAddress::LocalHost));

        const QUrl url(u"https://127.0.0.1:%1/release.zip"_s.arg(server.serverPort()));
        // With sanitizers a first handshake takes many seconds.
        DownloadLimits patient = quick();
        patient.stallTimeout = 60s;
        patient.totalTimeout = 120s;
        Downloader downloader({url, m_path, {}, false}, {.caFile = knownCa ? ca.caFile() : QString()}, patient);
        std::optional<Result<Downloaded>> result;
        connect(&downloader, &Download::finished, this, [&](const auto &r) { result = r; });
        downloader.start();
        QTRY_VERIFY_WITH_TIMEOUT(result.has_value(), 120'000);
        QCOMPARE(result->has_value(), accepted);
        QCOMPARE(onDisk(), accepted ? content : QByteArray());
        if (!accepted) {
            QVERIFY2(result->error().message.contains(u"no certificate that this device trusts"_s),
                     qPrintable(result->error().message));
        }
    }

    void usesNoWeakValidators()
    {
        HttpHead head;
        head.etag = "W/\"v1\"";
        QVERIFY(resumeValidator(head).isEmpty());
        head.lastModified = "Sun, 06 Nov 1994 08:49:37 GMT";
        QCOMPARE(resumeValidator(head), u"Sun, 06 Nov 1994 08:49:37 GMT"_s);
        head.etag = "\"v1\"";
        QCOMPARE(resumeValidator(head), u"\"v1\""_s);
    }
};

QTEST_GUILESS_MAIN(TestDownloader)
#include "tst_downloader.moc"
