// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/ReleaseSignature.h"
#include "support/ReleaseKit.h"
#include "update/ReleaseFetch.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::download;
using namespace sgn::update;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

const QString zipUrl = u"https://example.com/release.zip"_s;
const QString listUrl = u"https://example.com/release.jws"_s;

} // namespace

// Which files are fetched, in which order, and with what knowledge of the zip.
class TestReleaseFetch : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QList<DownloadRequest> m_requests;
    QStringList m_notes;
    SigningKey m_key;
    SigningKey m_stranger;

    [[nodiscard]] QString root() const { return m_folder->path(); }
    [[nodiscard]] ReleasePaths paths(const QString &component = u"SmartMeter"_s) const
    {
        return {root() + u'/' + component, root() + u"/downloads"_s, root() + u"/downloads"_s};
    }
    [[nodiscard]] Policy policy() const { return {false, {publicKeyOf(m_key).value()}, false}; }

    [[nodiscard]] static ReleaseManifest manifest(int files)
    {
        ReleaseManifest manifest;
        manifest.component = u"SmartMeter"_s;
        manifest.release = u"two"_s;
        manifest.processes = {{u"ocr"_s, 2}};
        manifest.sha256 = QByteArray(32, 'z');
        manifest.size = 1'000'000;
        manifest.created = QDateTime({2026, 11, 25}, {12, 0}, Qt::UTC);
        for (int i = 0; i < files; ++i) {
            manifest.files.insert(u"SmartMeter/lib/%1.py"_s.arg(i), {QByteArray(32, 'f'), i, ReleaseFile::Kind::Plain});
        }
        return manifest;
    }
    [[nodiscard]] UpdateCommand command(const ReleaseManifest &manifest) const
    {
        UpdateCommand update;
        update.url = QUrl(zipUrl);
        update.processes = manifest.processes;
        update.sha256 = manifest.sha256;
        update.size = manifest.size;
        update.release = QString::fromLatin1(signForCommand(manifest, m_key).value().release);
        return update;
    }

    // `served`: what is at each address; what isn't there can't be downloaded.
    [[nodiscard]] Result<Downloaded> fetch(const Task &task, const QMap<QString, QByteArray> &served,
                                           const ReleasePaths &paths, const Policy &policy)
    {
        for (auto it = served.begin(); it != served.end(); ++it) {
            writeFile(root() + u"/web/"_s + QUrl(it.key()).fileName(), it.value());
        }
        ReleaseFetch fetch(task, paths, policy, [this](const DownloadRequest &request) {
            m_requests += request;
            return std::make_unique<CopyDownload>(root() + u"/web/"_s + request.url.fileName(), request);
        });
        std::optional<Result<Downloaded>> done;
        connect(&fetch, &Download::finished, this, [&](const Result<Downloaded> &result) { done = result; });
        connect(&fetch, &Download::interrupted, this, [this](const QString &why) { m_notes += why; });
        fetch.start();
        if (!QTest::qWaitFor([&] { return done.has_value(); }, 20'000)) {
            return fail(ErrorCode::Timeout, u"it never ended"_s);
        }
        return *done;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_key = newSigningKey(u"release"_s).value();
        m_stranger = newSigningKey(u"release"_s).value();
    }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_requests.clear();
        m_notes.clear();
        QVERIFY(QDir().mkpath(root() + u"/downloads"_s));
        QVERIFY(QDir().mkpath(root() + u"/SmartMeter"_s));
    }

    void usesTheFilesOfTheCommand()
    {
        const ReleaseManifest known = manifest(3);
        UpdateCommand update = command(known);
        update.releaseUrl = QUrl(listUrl); // not needed
        QVERIFY(fetch(update, {{zipUrl, "zip"}}, paths(), policy()));
        QCOMPARE(m_requests.size(), 1);
        QVERIFY(m_requests.first().content.has_value());
        QCOMPARE(m_requests.first().content->files, known.files);
        QCOMPARE(m_requests.first().content->zipSize, known.size);
        QCOMPARE(m_requests.first().size, std::optional(known.size));
    }

    void fetchesTheListOfManyFiles()
    {
        const ReleaseManifest known = manifest(1000);
        UpdateCommand update = command(known);
        update.releaseUrl = QUrl(listUrl);
        const QByteArray listed = signForCommand(known, m_key).value().listed;
        const auto done = fetch(update, {{zipUrl, "zip"}, {listUrl, listed + '\n'}}, paths(), policy());
        QVERIFY(done);
        QCOMPARE(done->bytes, 3); // of the zip alone, which is compared with what was signed
        QCOMPARE(m_requests.size(), 2);
        QCOMPARE(m_requests.first().path, paths().fileList());
        QCOMPARE(m_requests.first().maxBytes, maxFileList);
        QVERIFY(m_requests.last().content.has_value());
        QCOMPARE(m_requests.last().content->files, known.files);
        QCOMPARE(m_notes, QStringList());
        // For the check of what was unpacked.
        QCOMPARE(readFileList(paths(), update, policy()).value(), known.files);
    }

    void continuesWithoutAList_data()
    {
        QTest::addColumn<QByteArray>("listed");
        QTest::addColumn<QString>("note");
        const QByteArray good = signForCommand(manifest(1000), m_key).value().listed;
        QTest::newRow("there is none") << QByteArray() << u"no such file"_s;
        QTest::newRow("cut") << good.chopped(100) << u"can't be trusted"_s;
        QTest::newRow("of a stranger") << signRelease(manifest(1000), m_stranger).value() << u"can't be trusted"_s;
        ReleaseManifest other = manifest(1000);
        other.release = u"three"_s;
        QTest::newRow("of another release") << signRelease(other, m_key).value() << u"another release's"_s;
        QTest::newRow("an error page") << QByteArray("<html>") << u"can't be trusted"_s;
    }

    void continuesWithoutAList()
    {
        QFETCH(const QByteArray, listed);
        QFETCH(const QString, note);
        UpdateCommand update = command(manifest(1000));
        update.releaseUrl = QUrl(listUrl);
        QMap<QString, QByteArray> served{{zipUrl, "zip"}};
        if (!listed.isEmpty()) {
            served.insert(listUrl, listed);
        }
        QVERIFY(fetch(update, served, paths(), policy()));
        QCOMPARE(m_requests.size(), 2);
        QVERIFY(!m_requests.last().content);
        QCOMPARE(m_notes.size(), 1);
        QVERIFY2(m_notes.first().contains(note), qPrintable(m_notes.first()));
        QVERIFY(!QFile::exists(paths().fileList()));
    }

    void fetchesNoUselessList()
    {
        const QMap<QString, QByteArray> served{{zipUrl, "zip"}};
        UpdateCommand update = command(manifest(1000));
        QVERIFY(fetch(update, served, paths(), policy()));
        update.releaseUrl = QUrl(listUrl);
        // No key to trust; a watchdog, which needs the whole zip.
        QVERIFY(fetch(update, served, paths(), {}));
        ReleaseManifest watchdog = manifest(1000);
        watchdog.component = u"WatchDog"_s;
        watchdog.processes.clear();
        watchdog.files.clear();
        update = command(watchdog);
        update.component = Component::WatchDog;
        update.releaseUrl = QUrl(listUrl);
        QVERIFY(QDir().mkpath(root() + u"/WatchDog"_s));
        QVERIFY(fetch(update, served, paths(u"WatchDog"_s), policy()));
        QCOMPARE(m_requests.size(), 3);
        for (const DownloadRequest &request : std::as_const(m_requests)) {
            QCOMPARE(request.url, QUrl(zipUrl));
            QVERIFY(!request.content);
        }
    }

    void limitsTheSizeOfACaFile()
    {
        CaCertUpdate update;
        update.url = QUrl(zipUrl);
        QVERIFY(fetch(update, {{zipUrl, "pem"}}, paths(), {}));
        QVERIFY(m_requests.first().maxBytes > 0);
    }
};

QTEST_GUILESS_MAIN(TestReleaseFetch)
#include "tst_release_fetch.moc"
