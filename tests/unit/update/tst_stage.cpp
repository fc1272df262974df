// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Sha256.h"
#include "support/ReleaseKit.h"
#include "update/Stage.h"

#include <QTest>

using namespace sgn;
using namespace sgn::test;
using namespace sgn::update;
using namespace Qt::StringLiterals;

// A release that was fetched to its staging folder: there is no zip that could be unpacked once more.
class StageTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    const Files m_release{{u"site-packages/meter.py"_s, "a = 1\n"}, {u"site-packages/lib/b.py"_s, "b = 2\n"}};

    [[nodiscard]] StageRequest request() const
    {
        StageRequest request;
        request.component = Component::SitePackages;
        request.version = 7;
        request.stage = m_folder->filePath(u"stage"_s);
        for (auto it = m_release.cbegin(); it != m_release.cend(); ++it) {
            request.files[it.key()] = {Sha256::hash(*it), it->size(), ReleaseFile::Kind::Plain};
        }
        return request;
    }

    [[nodiscard]] QString staged(const QString &path) const { return m_folder->filePath(u"stage/"_s + path); }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir().mkpath(m_folder->filePath(u"stage"_s)));
        QVERIFY(install(m_folder->filePath(u"stage"_s), m_release));
    }

    void takesWhatIsStagedAsOftenAsItIsAsked()
    {
        for (int start = 0; start < 3; ++start) {
            const auto done = stageRelease(request());
            QVERIFY2(done, done ? "" : qPrintable(done.error().message));
            QCOMPARE(readWhole(staged(u"site-packages/version"_s)), "7\n");
            QCOMPARE(readWhole(staged(u"site-packages/meter.py"_s)), "a = 1\n");
        }
    }

    void refusesAnythingElse_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("another content") << u"site-packages/meter.py"_s << QByteArray("a = 2\n");
        QTest::newRow("a file that was not signed") << u"site-packages/more.py"_s << QByteArray("c = 3\n");
        QTest::newRow("beside the release") << u"other"_s << QByteArray("x");
    }

    void refusesAnythingElse()
    {
        QFETCH(const QString, path);
        QFETCH(const QByteArray, content);
        QVERIFY(test::writeFile(staged(path), content));
        const auto done = stageRelease(request());
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::HashMismatch);
        QVERIFY(!QFileInfo::exists(m_folder->filePath(u"stage"_s)));
    }

    void takesNothingThatNoListConfirms()
    {
        StageRequest unlisted = request();
        unlisted.files.clear();
        QVERIFY(!stageRelease(unlisted));
    }
};

QTEST_GUILESS_MAIN(StageTest)
#include "tst_stage.moc"
