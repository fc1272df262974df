// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/StagingFolder.h"
#include "support/TreeSnapshot.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// The second line of defence: what extractZip() refuses beforehand must not get through here either.
class TestStagingFolder : public QObject
{
    Q_OBJECT

private:
    static bool writes(StagingFolder &folder, const QString &path, QByteArrayView content = "evil")
    {
        return folder.beginFile(path) && folder.write(content) && folder.endFile();
    }

private Q_SLOTS:
    void goesAwayUnlessCommitted()
    {
        const QTemporaryDir outside;
        {
            auto folder = StagingFolder::create(outside.filePath(u"staged"_s));
            QVERIFY(folder.has_value());
            QVERIFY(writes(*folder, u"S/a/b/c"_s));
            StagingFolder moved(*std::move(folder));
            QVERIFY(QFileInfo::exists(outside.filePath(u"staged/S/a/b/c"_s)));
        }
        QVERIFY(snapshotOf(outside.path()).isEmpty());
        {
            auto folder = StagingFolder::create(outside.filePath(u"staged"_s));
            QVERIFY(writes(*folder, u"S/a"_s));
            QVERIFY(folder->commit().has_value());
        }
        QVERIFY(QFileInfo::exists(outside.filePath(u"staged/S/a"_s)));
    }

    void removesLinksAndNotWhatTheyName()
    {
        const QTemporaryDir outside;
        QVERIFY(QDir(outside.path()).mkpath(u"victim/inside"_s));
        const TreeSnapshot before = snapshotOf(outside.path());
        {
            auto folder = StagingFolder::create(outside.filePath(u"staged"_s));
            QVERIFY(folder->addSymlink(u"S/l"_s, outside.filePath(u"victim"_s)).has_value());
        }
        QCOMPARE(snapshotOf(outside.path()), before);
    }

    void neverGoesThroughALink()
    {
        const QTemporaryDir outside;
        QVERIFY(QDir(outside.path()).mkpath(u"victim"_s));
        QFile file(outside.filePath(u"victim/file"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("precious") > 0 && file.flush());
        const TreeSnapshot before = snapshotOf(outside.path());
        {
            auto folder = StagingFolder::create(outside.filePath(u"staged"_s));
            QVERIFY(folder->addSymlink(u"S/l"_s, u"../../victim"_s).has_value());
            QVERIFY(folder->addSymlink(u"S/f"_s, u"../../victim/file"_s).has_value());
            QVERIFY(!writes(*folder, u"S/l/file"_s));
            QVERIFY(!writes(*folder, u"S/l/new/file"_s));
            QVERIFY(!writes(*folder, u"S/f"_s));
            QVERIFY(!folder->addFolder(u"S/l"_s));
            QVERIFY(!folder->addFolder(u"S/l/folder"_s));
            QVERIFY(!folder->addSymlink(u"S/l/link"_s, u"x"_s));
            QCOMPARE(folder->beginFile(u"S/l/file"_s).error().code, ErrorCode::BadArchive);
        }
        QCOMPARE(snapshotOf(outside.path()), before);
    }

    void neverGoesUp()
    {
        const QTemporaryDir outside;
        {
            auto folder = StagingFolder::create(outside.filePath(u"staged"_s));
            for (const QString &path :
                 {u".."_s, u"../evil"_s, u"S/../../evil"_s, u"S/.."_s, u"/evil"_s, u"S//evil"_s, u"."_s, QString()}) {
                QVERIFY2(!writes(*folder, path), qPrintable(path));
                QVERIFY2(!folder->addFolder(path), qPrintable(path));
                QVERIFY2(!folder->addSymlink(path, u"x"_s), qPrintable(path));
            }
        }
        QVERIFY(snapshotOf(outside.path()).isEmpty());
    }

    void refusesConflicts()
    {
        const QTemporaryDir outside;
        auto folder = StagingFolder::create(outside.filePath(u"staged"_s));
        QVERIFY(writes(*folder, u"S/file"_s));
        QVERIFY(folder->addFolder(u"S/folder"_s).has_value());
        QVERIFY(!writes(*folder, u"S/file"_s));
        QVERIFY(!writes(*folder, u"S/folder"_s));
        QVERIFY(!writes(*folder, u"S/file/below"_s));
        QVERIFY(!folder->addFolder(u"S/file"_s));
        QVERIFY(!folder->addSymlink(u"S/file"_s, u"x"_s));
        QVERIFY(writes(*folder, u"S/folder/good"_s));
    }
};

QTEST_GUILESS_MAIN(TestStagingFolder)
#include "tst_staging_folder.moc"
