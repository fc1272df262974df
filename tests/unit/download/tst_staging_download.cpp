// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/FilePatch.h"
#include "crypto/Sha256.h"
#include "download/Downloader.h"
#include "download/PatchedFiles.h"
#include "download/StagingDownload.h"
#include "package/ReleasePatches.h"
#include "support/HttpServer.h"
#include "support/ReleaseKit.h"

#include <QRandomGenerator>
#include <QtTest>

using namespace sgn;

using namespace sgn::download;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

// Content that no packer makes smaller, another one for each seed.
QByteArray noise(qsizetype size, quint32 seed)
{
    QByteArray bytes(size, '\0');
    QRandomGenerator generator(seed);
    for (char &c : bytes) {
        c = static_cast<char>(generator.bounded(256));
    }
    return bytes;
}

constexpr int fileCount = 40;
constexpr qsizetype fileSize = 20'000;

Files release(quint32 version, int changed)
{
    Files files;
    for (int i = 0; i < fileCount; ++i) {
        const quint32 seed = i < changed ? version * 1000 + static_cast<quint32>(i) : static_cast<quint32>(i);
        files[u"SmartMeter/lib/f%1.bin"_s.arg(i, 2, 10, QChar(u'0'))] = noise(fileSize, seed);
    }
    files[u"SmartMeter/ocr.py"_s] = "#!/usr/bin/python3\n# " + QByteArray::number(version) + '\n';
    return files;
}

DownloadLimits quick()
{
    DownloadLimits limits;
    limits.maxFailures = 4;
    limits.firstPause = 1ms;
    limits.longestPause = 5ms;
    limits.stallTimeout = 500ms;
    limits.totalTimeout = 20s;
    limits.reservedBytes = 0;
    return limits;
}

} // namespace

class TestStagingDownload : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    Files m_old;
    Files m_new;
    QByteArray m_zip;
    DownloadLimits m_limits;

    [[nodiscard]] QString path(const QString &below) const { return m_folder->filePath(below); }

    void prepare(const Files &older, const Files &newer)
    {
        m_old = older;
        m_new = newer;
        QVERIFY(install(m_folder->path(), m_old));
        QVERIFY(makeZip(path(u"new.zip"_s), m_new));
        m_zip = readWhole(path(u"new.zip"_s));
    }

    [[nodiscard]] DownloadRequest request(const HttpServer &server) const
    {
        ReleaseContent base{path(u"SmartMeter"_s), {}, m_zip.size(), path(u"stage"_s)};
        for (auto it = m_new.cbegin(); it != m_new.cend(); ++it) {
            base.files[it.key()] = {Sha256::hash(it.value()), it.value().size(), ReleaseFile::Kind::Plain};
        }
        DownloadRequest request{server.url(), path(u"part.zip"_s), m_zip.size(), true};
        request.content = base;
        return request;
    }

    [[nodiscard]] std::unique_ptr<StagingDownload> make(const DownloadRequest &request)
    {
        return std::make_unique<StagingDownload>(request, web::Access(), m_limits, [this, request] {
            return std::make_unique<Downloader>(request, web::Access(), m_limits);
        });
    }

    Result<Downloaded> fetch(const HttpServer &server)
    {
        const auto download = make(request(server));
        std::optional<Result<Downloaded>> result;
        connect(download.get(), &Download::finished, this, [&](const Result<Downloaded> &r) { result = r; });
        download->start();
        if (!QTest::qWaitFor([&] { return result.has_value(); }, 20'000)) {
            return fail(ErrorCode::Timeout, u"the download never ended"_s);
        }
        return *result;
    }

    [[nodiscard]] Files staged() const { return installedFiles(path(u"stage"_s), u"SmartMeter"_s); }

    // What a zip that was fetched unpacks to.
    [[nodiscard]] Files unpacked() const
    {
        ExtractRules rules;
        rules.topFolder = u"SmartMeter"_s;
        const auto extracted = extractZip(path(u"part.zip"_s), path(u"out"_s), rules);
        return extracted ? installedFiles(path(u"out"_s), u"SmartMeter"_s) : Files();
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_limits = quick();
    }

    void fetchesOnlyWhatHasChanged_data()
    {
        QTest::addColumn<int>("changed");
        QTest::newRow("a script") << 0;
        QTest::newRow("two files of forty") << 2;
        QTest::newRow("half") << fileCount / 2;
    }

    void fetchesOnlyWhatHasChanged()
    {
        QFETCH(const int, changed);
        prepare(release(1, changed), release(2, changed));
        const HttpServer server(
            [this](const HttpRequest &request, QTcpSocket *socket) { HttpServer::serve(request, socket, m_zip); });
        const auto fetched = fetch(server);
        QVERIFY2(fetched, fetched ? "" : qPrintable(fetched.error().message));
        QVERIFY(fetched->staged);
        const qint64 members = changed * fileSize + 100;
        qInfo("%lld bytes fetched of a zip of %lld, %.3f of the changed members", fetched->bytes, qint64{m_zip.size()},
              static_cast<double>(fetched->bytes) / static_cast<double>(members));
        QVERIFY(fetched->bytes < members + members / 20 + 8192); // the directory, and what is packed around each
        QCOMPARE(staged(), m_new);
        QVERIFY(!QFile::exists(path(u"part.zip.patches"_s)));
    }

    void closesConnectionsThatSendToTheEnd_data()
    {
        QTest::addColumn<bool>("older");
        QTest::addColumn<bool>("many");
        QTest::newRow("Prosody 0.12") << true << false;
        QTest::newRow("Prosody 13") << false << false;
        QTest::newRow("Prosody 0.12, many ranges") << true << true;
        QTest::newRow("Prosody 13, many ranges") << false << true;
    }

    // As mod_http_file_share does: only ranges from somewhere behind the first byte to the end of the file.
    void closesConnectionsThatSendToTheEnd()
    {
        QFETCH(const bool, older);
        QFETCH(const bool, many);
        Files newer = release(1, 0);
        for (int i = 0; i < fileCount; i += many ? 7 : 30) {
            newer[u"SmartMeter/lib/f%1.bin"_s.arg(i, 2, 10, QChar(u'0'))] =
                noise(fileSize, 5000 + static_cast<quint32>(i));
        }
        prepare(release(1, 0), newer);
        int wholes = 0;
        const HttpServer server([&](const HttpRequest &request, QTcpSocket *socket) {
            const QByteArray range = request.headers.value("range");
            const QByteArray size = QByteArray::number(m_zip.size());
            const QByteArray last = QByteArray::number(m_zip.size() - (older ? 0 : 1));
            const QByteArrayList limits = range.sliced(range.isEmpty() ? 0 : 6).split('-');
            const QByteArray head = "Last-Modified: Wed, 25 Nov 2026 12:00:00 GMT\r\n";
            if (!range.isEmpty() && limits[0] != "0" && (limits[1].isEmpty() || limits[1] == last)) {
                HttpServer::respond(socket, "206 Partial Content", m_zip.sliced(limits[0].toInt()),
                                    head + "Content-Range: bytes " + limits[0] + '-' + last + '/' + size + "\r\n");
            } else if (!older && !range.isEmpty()) {
                HttpServer::respond(socket, "416 Range Not Satisfiable", {});
            } else {
                wholes += range.isEmpty() ? 0 : 1;
                HttpServer::respond(socket, "200 OK", m_zip, head);
            }
        });
        const auto fetched = fetch(server);
        QVERIFY2(fetched, fetched ? "" : qPrintable(fetched.error().message));
        QVERIFY(fetched->staged);
        QCOMPARE(staged(), m_new);
        QCOMPARE(wholes, older ? 1 : 0); // to find out
        qInfo("%lld bytes taken of a zip of %lld, %lld requests", fetched->bytes, qint64{m_zip.size()},
              qint64{server.requests().size()});
        QVERIFY(fetched->bytes < m_zip.size() * 8 / 10);
    }

    void handlesAddedAndRemovedFiles()
    {
        Files newer = release(2, 1);
        newer.remove(u"SmartMeter/lib/f30.bin"_s);
        newer[u"SmartMeter/lib/added.bin"_s] = noise(1000, 77);
        prepare(release(1, 1), newer);
        const HttpServer server(
            [this](const HttpRequest &request, QTcpSocket *socket) { HttpServer::serve(request, socket, m_zip); });
        const auto fetched = fetch(server);
        QVERIFY(fetched.has_value());
        QVERIFY(fetched->staged);
        QCOMPARE(staged(), m_new);
    }

    void continuesAfterCuts()
    {
        prepare(release(1, 10), release(2, 10));
        int count = 0;
        const HttpServer server([&](const HttpRequest &request, QTcpSocket *socket) {
            HttpServer::serve(request, socket, m_zip, "\"v1\"", ++count % 2 == 0 ? 3000 : -1);
        });
        const auto fetched = fetch(server);
        QVERIFY(fetched.has_value());
        QVERIFY(fetched->staged);
        QCOMPARE(staged(), m_new);
    }

    void fetchesTheWholeZipWhereADeltaIsImpossible_data()
    {
        QTest::addColumn<QByteArray>("trouble");
        for (const char *const trouble :
             {"no ranges", "no validator", "changes meanwhile", "another size", "other bytes than asked",
              "more than asked", "always cut", "silent", "no zip at the end", "no space", "a file more", "a file less",
              "another file than was signed", "a stage that is a file"}) {
            QTest::newRow(trouble) << QByteArray(trouble);
        }
    }

    void fetchesTheWholeZipWhereADeltaIsImpossible()
    {
        QFETCH(const QByteArray, trouble);
        prepare(release(1, 2), release(2, 2));
        if (trouble == "a file more") {
            m_new.remove(u"SmartMeter/lib/f30.bin"_s);
        } else if (trouble == "a file less") {
            m_new[u"SmartMeter/lib/more.bin"_s] = "x";
        } else if (trouble == "another file than was signed") {
            m_new[u"SmartMeter/lib/f01.bin"_s] = noise(fileSize, 7);
        } else if (trouble == "a stage that is a file") {
            QVERIFY(writeFile(path(u"stage"_s), "x"));
        } else if (trouble == "no space") {
            m_limits.freeSpace = [this](const QString &) -> qint64 {
                return m_zip.size() + 1000;
            };
        }
        int parts = 0;
        HttpServer server;
        server.setHandler([&](const HttpRequest &request, QTcpSocket *socket) {
            const bool isPart = request.headers.contains("range");
            parts += isPart ? 1 : 0;
            if (!isPart || parts > 30) {
                HttpServer::serve({}, socket, m_zip);
            } else if (trouble == "no ranges") {
                HttpServer::respond(socket, "200 OK", m_zip);
            } else if (trouble == "no validator") {
                HttpServer::serve(request, socket, m_zip, {});
            } else if (trouble == "changes meanwhile") {
                HttpServer::serve(request, socket, m_zip, parts == 1 ? "\"v1\"" : "\"v2\"");
            } else if (trouble == "another size") {
                HttpServer::serve(request, socket, m_zip + "x");
            } else if (trouble == "other bytes than asked") {
                HttpServer::respond(socket, "206 Partial Content", "abc", "Content-Range: bytes 0-2/9\r\n");
            } else if (trouble == "more than asked") {
                const QByteArray range = request.headers.value("range").sliced(6);
                HttpServer::respond(socket, "206 Partial Content", m_zip,
                                    "ETag: \"v1\"\r\nContent-Range: bytes " + range + '/' +
                                        QByteArray::number(m_zip.size()) + "\r\n");
            } else if (trouble == "always cut") {
                HttpServer::serve(request, socket, m_zip, "\"v1\"", 0);
            } else if (trouble == "silent") {
                return;
            } else if (trouble == "no zip at the end") {
                HttpServer::serve(request, socket, QByteArray(m_zip.size(), 'x'));
            } else {
                HttpServer::serve(request, socket, m_zip);
            }
        });
        const auto fetched = fetch(server);
        QVERIFY2(fetched, fetched ? "" : qPrintable(fetched.error().message));
        QVERIFY(!fetched->staged);
        QVERIFY(!QFileInfo(path(u"stage"_s)).isDir());
        QCOMPARE(fetched->sha256, Sha256::hash(m_zip));
        QCOMPARE(readWhole(path(u"part.zip"_s)), m_zip);
        QVERIFY(!QFile::exists(path(u"part.zip.patches"_s)));
    }

    void stagesAWholeRelease_data()
    {
        QTest::addColumn<QByteArray>("what");
        for (const char *const what : {"most has changed", "nothing is installed", "same size, other content"}) {
            QTest::newRow(what) << QByteArray(what);
        }
    }

    void stagesAWholeRelease()
    {
        QFETCH(const QByteArray, what);
        prepare(release(1, fileCount - 1), release(2, fileCount - 1));
        if (what == "nothing is installed") {
            QVERIFY(QDir(path(u"SmartMeter"_s)).removeRecursively());
        } else if (what == "same size, other content") {
            for (auto it = m_old.cbegin(); it != m_old.cend(); ++it) {
                QVERIFY(writeFile(m_folder->path() + u'/' + it.key(), QByteArray(it.value().size(), '#')));
            }
        }
        const HttpServer server(
            [this](const HttpRequest &request, QTcpSocket *socket) { HttpServer::serve(request, socket, m_zip); });
        const auto fetched = fetch(server);
        QVERIFY2(fetched, fetched ? "" : qPrintable(fetched.error().message));
        QVERIFY(fetched->staged);
        QCOMPARE(staged(), m_new);
        QVERIFY(server.requests().size() <= 3); // the directory, and all the rest but one file that is installed
        QVERIFY(!QFile::exists(path(u"part.zip"_s)));
    }

    // What is complete is not fetched again, and what isn't is not taken for it.
    void continuesWithWhatIsComplete_data()
    {
        QTest::addColumn<QByteArray>("harm"); // to what was staged, while the device was off
        QTest::newRow("none") << QByteArray();
        QTest::newRow("a file is cut") << QByteArray("cut");
        QTest::newRow("a file has another content") << QByteArray("content");
        QTest::newRow("a file has another mode") << QByteArray("mode");
        QTest::newRow("a file that isn't the release's") << QByteArray("stranger");
        QTest::newRow("a link in place of a file") << QByteArray("link");
    }

    void continuesWithWhatIsComplete()
    {
        QFETCH(const QByteArray, harm);
        prepare(release(1, fileCount), release(2, fileCount));
        constexpr qint64 untilCut = 15 * fileSize;
        bool isUp = false;
        qint64 sent = 0;
        std::unique_ptr<StagingDownload> download;
        HttpServer server;
        server.setHandler([&](const HttpRequest &request, QTcpSocket *socket) {
            const bool isTail = !request.headers.value("range").startsWith("bytes=0-");
            HttpServer::serve(request, socket, m_zip, "\"v1\"", isUp || isTail ? -1 : untilCut);
        });
        download = make(request(server));
        download->start();
        const auto stagedFiles = [this] {
            return staged().size();
        };
        // One file is being written yet.
        QTRY_VERIFY_WITH_TIMEOUT(stagedFiles() > 13, 20'000);
        download.reset();
        isUp = true;
        const QString victim = path(u"stage/SmartMeter/lib/f03.bin"_s);
        if (harm == "cut") {
            QVERIFY(QFile(victim).resize(fileSize - 1));
        } else if (harm == "content") {
            QVERIFY(writeFile(victim, noise(fileSize, 9)));
        } else if (harm == "mode") {
            QVERIFY(QFile::setPermissions(victim, QFile::ReadOwner | QFile::WriteOwner));
        } else if (harm == "stranger") {
            QVERIFY(writeFile(path(u"stage/SmartMeter/lib/stranger.py"_s), "x"));
        } else if (harm == "link") {
            QVERIFY(QFile::remove(victim) && QFile::link(path(u"SmartMeter/lib/f03.bin"_s), victim));
        }
        const auto fetched = fetch(server);
        QVERIFY2(fetched, fetched ? "" : qPrintable(fetched.error().message));
        QVERIFY(fetched->staged);
        QCOMPARE(staged(), m_new);
        sent = fetched->bytes;
        QVERIFY2(sent < m_zip.size() - 11 * fileSize, qPrintable(QString::number(sent)));
    }

    // As a download of a whole zip: it ends, and what is complete is not thrown away for a zip from the same server.
    void endsWhenTheServerStaysAway()
    {
        prepare(release(1, fileCount), release(2, fileCount));
        HttpServer server;
        int requests = 0;
        int wholes = 0;
        server.setHandler([&](const HttpRequest &request, QTcpSocket *socket) {
            wholes += request.headers.contains("range") ? 0 : 1;
            if (++requests <= 2) {
                HttpServer::serve(request, socket, m_zip, "\"v1\"", 10 * fileSize);
            } else {
                socket->abort();
            }
        });
        const auto fetched = fetch(server);
        QVERIFY(!fetched);
        QCOMPARE(fetched.error().code, ErrorCode::DownloadFailed);
        QCOMPARE(wholes, 0);
        QVERIFY(staged().size() > 5);
    }

    void stopsWhenItIsDeletedAtAnyMoment()
    {
        prepare(release(1, 10), release(2, 10));
        for (int after = 0; after < 12; ++after) {
            int count = 0;
            std::unique_ptr<StagingDownload> download;
            const HttpServer server([&](const HttpRequest &request, QTcpSocket *socket) {
                if (++count > after) {
                    download.reset();
                    return;
                }
                HttpServer::serve(request, socket, m_zip);
            });
            download = make(request(server));
            bool finished = false;
            connect(download.get(), &Download::finished, this, [&finished] { finished = true; });
            download->start();
            QTRY_VERIFY_WITH_TIMEOUT(download == nullptr || finished, 20'000);
            download.reset();
            QVERIFY(!QFile::exists(path(u"part.zip.patches"_s)));
        }
    }

    // The same file with some bytes in the middle exchanged.
    static Files changedWithin(const Files &files, int changed)
    {
        Files result = files;
        for (int i = 0; i < changed; ++i) {
            QByteArray &content = result[u"SmartMeter/lib/f%1.bin"_s.arg(i, 2, 10, QChar(u'0'))];
            content = content.first(9'000) + noise(300, 77 + static_cast<quint32>(i)) + content.sliced(9'100);
        }
        return result;
    }

    // The zip of the new release, with patches from the old one.
    void preparePatched(int changed)
    {
        const Files older = release(1, 0);
        QVERIFY(makeZip(path(u"old.zip"_s), older));
        prepare(older, changedWithin(older, changed));
        const auto added = addPatches(path(u"new.zip"_s), path(u"old.zip"_s));
        QVERIFY2(added, added ? "" : qPrintable(added.error().message));
        QCOMPARE(added->files, changed);
        m_zip = readWhole(path(u"new.zip"_s));
    }

    void fetchesPatchesOfWhatHasChanged()
    {
        constexpr int changed = 4;
        preparePatched(changed);
        const HttpServer server(
            [this](const HttpRequest &request, QTcpSocket *socket) { HttpServer::serve(request, socket, m_zip); });
        const Result<Downloaded> fetched = fetch(server);
        QVERIFY2(fetched, fetched ? "" : qPrintable(fetched.error().message));
        QVERIFY(fetched->staged);
        QCOMPARE(staged(), m_new);
        // The patches take less than a tenth of the changed files; the rest is the zip's directory.
        QVERIFY2(fetched->bytes < changed * fileSize / 10 + 12'000, qPrintable(QString::number(fetched->bytes)));
        QVERIFY(!QFile::exists(path(u"part.zip.patches"_s)));
    }

    // What a zip's directory states of a patch is the server's word.
    void choosesOnlyPatchesThatFit_data()
    {
        QTest::addColumn<qint64>("length"); // of the patch in the zip
        QTest::addColumn<bool>("isSame");   // as the file that is installed
        QTest::addColumn<bool>("isUsed");
        QTest::newRow("small") << qint64{500} << true << true;
        QTest::newRow("of another file") << qint64{500} << false << false;
        QTest::newRow("no smaller than the file") << qint64{200'000'000} << true << false;
        QTest::newRow("more than the memory holds") << maxPatchedFile + 1 << true << false;
    }

    void choosesOnlyPatchesThatFit()
    {
        QFETCH(const qint64, length);
        QFETCH(const bool, isSame);
        QFETCH(const bool, isUsed);
        const QString file = u"SmartMeter/a.bin"_s;
        QVERIFY(test::writeFile(m_folder->filePath(file), "old"));
        const ReleaseContent base{
            path(u"SmartMeter"_s), {{file, {QByteArray(32, 'n'), 3, ReleaseFile::Kind::Plain}}}, 0, {}};
        const QString patch = toMemberPath({file, isSame ? Sha256::hash("old") : QByteArray(32, 'o')});
        const QList<ZipMember> members{{file, true, 0, 200'000'000, 3, {}}, {patch, true, 200'000'000, length, 1, {}}};
        QCOMPARE(usablePatches(members, base, {}, {}).contains(file), isUsed);
        QVERIFY(usablePatches(members, base, {file}, {}).isEmpty());
        QVERIFY(usablePatches(members.sliced(1), base, {}, {}).isEmpty());
    }

    void doesWithoutPatchesThatDoNotFit_data()
    {
        QTest::addColumn<QString>("what");
        QTest::newRow("the installed file is another") << u"installed"_s;
        QTest::newRow("a patch is damaged") << u"damaged"_s;
        QTest::newRow("a patch makes another file") << u"other"_s;
    }

    void doesWithoutPatchesThatDoNotFit()
    {
        QFETCH(const QString, what);
        preparePatched(4);
        const QString first = u"SmartMeter/lib/f00.bin"_s;
        if (what == "installed"_L1) {
            QVERIFY(test::writeFile(m_folder->filePath(first), noise(fileSize, 5)));
        } else {
            // Behind the name of the first patch, which stands before its content and in the directory.
            const QByteArray name = toMemberPath({first, Sha256::hash(m_old.value(first))}).toUtf8();
            const qsizetype at = m_zip.indexOf(name) + name.size();
            const QByteArray other = makePatch(m_old.value(first), noise(fileSize, 9)).value();
            m_zip.replace(at + 20, 40, what == "damaged"_L1 ? QByteArray(40, 'x') : other.sliced(20, 40));
        }
        const HttpServer server(
            [this](const HttpRequest &request, QTcpSocket *socket) { HttpServer::serve(request, socket, m_zip); });
        const Result<Downloaded> fetched = fetch(server);
        QVERIFY2(fetched, fetched ? "" : qPrintable(fetched.error().message));
        QVERIFY(fetched->staged);
        QCOMPARE(staged(), m_new);
    }

    // A device that knows no patches unpacks it as well.
    void aZipWithPatchesUnpacksToTheRelease()
    {
        preparePatched(4);
        QVERIFY(test::writeFile(path(u"part.zip"_s), m_zip));
        QCOMPARE(unpacked(), m_new);
    }

    void plansNoRequestsForSmallGaps()
    {
        QList<ZipMember> members;
        for (int i = 0; i < 10; ++i) {
            members += ZipMember{u"a/%1"_s.arg(i), true, i * qint64{500}, 500, 400, QByteArray(50, 'e')};
        }
        const DeltaPlan all = planDelta(members, {});
        QCOMPARE(all.ranges, (QList<ByteRange>{{0, 5000}}));
        // A gap of two members is fetched along, one of three isn't.
        const DeltaPlan some = planDelta(members, {u"a/1"_s, u"a/2"_s, u"a/4"_s, u"a/5"_s, u"a/6"_s});
        QCOMPARE(some.ranges, (QList<ByteRange>{{0, 2000}, {3500, 1500}}));
        QCOMPARE(some.bytes, 3500);
        QCOMPARE(some.fetched.size(), 5);
        // As many as a server could be asked for: then one for all.
        members.clear();
        QSet<QString> present;
        for (int i = 0; i < 2 * maxRanges + 2; ++i) {
            members += ZipMember{u"a/%1"_s.arg(i), true, i * qint64{5000}, 5000, 400, QByteArray(50, 'e')};
            if (i % 2 == 1) {
                present += members.last().path;
            }
        }
        QCOMPARE(planDelta(members, present).ranges, (QList<ByteRange>{{0, (2 * maxRanges + 1) * qint64{5000}}}));
    }
};

QTEST_GUILESS_MAIN(TestStagingDownload)
#include "tst_staging_download.moc"
