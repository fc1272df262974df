// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "package/ReleaseZip.h"
#include "release/ReleaseFolder.h"
#include "support/RawZip.h"
#include "support/ReleaseKit.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(sgn::test::RawZip)

class TestReleaseFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // The one who signs and the one who unpacks agree on every file.
    void areThoseThatUnpackingYields()
    {
        QTemporaryDir folder;
        const QString zip = folder.filePath(u"release.zip"_s);
        QVERIFY(makeZip(zip, {{u"SmartMeter/ocr.py"_s, "#!/usr/bin/python3\n"},
                              {u"SmartMeter/lib/täble.txt"_s, "1 2 3\n"},
                              {u"SmartMeter/lib/native.so"_s, QByteArray("\x7f"
                                                                         "ELF",
                                                                         4) +
                                                                  QByteArray(100'000, 'x')},
                              {u"SmartMeter/empty"_s, ""},
                              {u"SmartMeter/short"_s, "#"}}));
        const auto files = readReleaseFiles(zip);
        QVERIFY2(files, files ? "" : qPrintable(files.error().message));
        QCOMPARE(files->size(), 5);
        QCOMPARE((*files)[u"SmartMeter/ocr.py"_s].kind, ReleaseFile::Kind::Program);
        QCOMPARE((*files)[u"SmartMeter/short"_s].kind, ReleaseFile::Kind::Plain);
        ExtractRules rules;
        rules.topFolder = u"SmartMeter"_s;
        QVERIFY(extractZip(zip, folder.filePath(u"stage"_s), rules));
        const Outcome checked = checkReleaseFolder(folder.filePath(u"stage"_s), *files);
        QVERIFY2(checked, checked ? "" : qPrintable(checked.error().message));
    }

    void refusesWhatIsNoZip()
    {
        QTemporaryDir folder;
        QVERIFY(test::writeFile(folder.filePath(u"a.zip"_s), "hello"));
        QCOMPARE(readReleaseFiles(folder.filePath(u"a.zip"_s)).error().code, ErrorCode::BadArchive);
    }

    // What a device would refuse is neither signed nor sent, with the same words.
    void refusesWhatNoDeviceTakes_data()
    {
        QTest::addColumn<RawZip>("zip");
        const auto with = [](const RawEntry &entry) {
            return RawZip().add({.name = "SmartMeter/ocr.py", .content = "#!/bin/sh\n"}).add(entry);
        };
        constexpr quint32 symlinkMode = 0120777;
        QTest::newRow("a link out") << with({.name = "SmartMeter/l", .content = "../../x", .mode = symlinkMode});
        QTest::newRow("an absolute link") << with({.name = "SmartMeter/l", .content = "/etc", .mode = symlinkMode});
        QTest::newRow("two names") << with(
            {.name = "SmartMeter/a", .content = "x", .extra = unicodePath("SmartMeter/b.py", "SmartMeter/a")});
        QTest::newRow("Deflate64") << with({.name = "SmartMeter/a", .content = "x", .method = 9});
        QTest::newRow("zip64") << with({.name = "SmartMeter/a"}).locateZip64();
    }

    void refusesWhatNoDeviceTakes()
    {
        QFETCH(const RawZip, zip);
        QTemporaryDir folder;
        const QString path = folder.filePath(u"a.zip"_s);
        QVERIFY(zip.writeTo(path));
        ExtractRules rules;
        rules.topFolder = u"SmartMeter"_s;
        const auto onDevice = extractZip(path, folder.filePath(u"stage"_s), rules);
        const auto before = readReleaseZip(path);
        QVERIFY(!onDevice && !before);
        QCOMPARE(before.error(), onDevice.error());
    }

    void canBeStopped()
    {
        QTemporaryDir folder;
        QVERIFY(makeZip(folder.filePath(u"a.zip"_s), {{u"SmartMeter/a"_s, "a"}}));
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(readReleaseFiles(folder.filePath(u"a.zip"_s), stop.get_token()).error().code, ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestReleaseFiles)
#include "tst_release_files.moc"
