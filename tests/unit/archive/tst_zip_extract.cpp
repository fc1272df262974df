// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "support/RawZip.h"
#include "support/SmallDisk.h"
#include "support/TreeSnapshot.h"

#include <QtTest>
#include <sys/stat.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(sgn::ErrorCode)
Q_DECLARE_METATYPE(sgn::test::RawZip)

namespace {

constexpr quint32 symlinkMode = 0120777;
constexpr quint32 folderMode = 040755;
constexpr quint16 utf8Flag = 1U << 11;

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("<no such file>");
}

unsigned modeOf(const QString &path)
{
    struct stat info
    {
    };
    return ::stat(QFile::encodeName(path).constData(), &info) == 0 ? info.st_mode & 07777U : 0U;
}

RawZip smallRelease()
{
    return RawZip()
        .add({.name = "SmartMeter/", .mode = folderMode})
        .add({.name = "SmartMeter/ocr.py", .content = "#!/usr/bin/python3.7\nprint('1')\n", .method = 8})
        .add({.name = "SmartMeter/data/digits.bin", .content = QByteArray(300, 'x'), .method = 8})
        .add({.name = "SmartMeter/empty"});
}

} // namespace

class TestZipExtract : public QObject
{
    Q_OBJECT

private:
    // The zip lies in `outside`, beside things an attacker would like to change; it is unpacked into a folder below it.
    struct Place
    {
        // In memory where that is possible: a disk would have to sync thousands of times.
        QTemporaryDir outside{(QFileInfo(u"/dev/shm"_s).isWritable() ? u"/dev/shm"_s : QDir::tempPath()) +
                              u"/tst_zip_extract-XXXXXX"_s};
        QString zip = outside.filePath(u"release.zip"_s);
        QString target = outside.filePath(u"downloads/staged"_s);

        Place()
        {
            QDir(outside.path()).mkpath(u"downloads"_s);
            QDir(outside.path()).mkpath(u"victim"_s);
            for (const QString &name : {u"victim/file"_s, u"downloads/neighbour"_s}) {
                QFile file(outside.filePath(name));
                QVERIFY(file.open(QIODevice::WriteOnly));
                file.write("precious");
            }
        }
    };

    static Result<ExtractReport> extract(const Place &place, ExtractRules rules = {})
    {
        rules.topFolder = u"SmartMeter"_s;
        return extractZip(place.zip, place.target, rules);
    }

private Q_SLOTS:
    void unpacksARelease()
    {
        const Place place;
        QVERIFY(smallRelease().writeTo(place.zip));
        const auto report = extract(place);
        QVERIFY2(report.has_value(), report ? "" : qPrintable(report.error().message));
        QCOMPARE(report->files, 3);
        QCOMPARE(report->bytes, qint64{332});
        QCOMPARE(contentOf(place.target + u"/SmartMeter/ocr.py"_s), "#!/usr/bin/python3.7\nprint('1')\n");
        QCOMPARE(contentOf(place.target + u"/SmartMeter/data/digits.bin"_s), QByteArray(300, 'x'));
        QCOMPARE(contentOf(place.target + u"/SmartMeter/empty"_s), QByteArray());
    }

    // Seed, "Important Note": a script with a #! line has mode 0755; zips made on Windows have no modes at all.
    void setsModes_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<uint>("zipMode");
        QTest::addColumn<uint>("mode");
        QTest::newRow("script without execute bit") << QByteArray("#!/usr/bin/python3.7\n") << 0100644U << 0755U;
        QTest::newRow("script from Windows") << QByteArray("#!/usr/bin/python3.7\n") << 0U << 0755U;
        QTest::newRow("program") << QByteArray("\x7f"
                                               "ELF\x02\x01",
                                               6)
                                 << 0100600U << 0755U;
        QTest::newRow("data") << QByteArray("1,2,3\n") << 0100644U << 0644U;
        QTest::newRow("data with every bit") << QByteArray("1,2,3\n") << 0107777U << 0644U;
        QTest::newRow("setuid script") << QByteArray("#!/bin/sh\n") << 0104755U << 0755U;
        QTest::newRow("unreadable data") << QByteArray("1") << 0100000U << 0644U;
        // Some programs write a FIFO's mode and mean a file.
        QTest::newRow("FIFO") << QByteArray("1") << 010644U << 0644U;
        QTest::newRow("nearly a script") << QByteArray("#") << 0100755U << 0644U;
    }

    void setsModes()
    {
        QFETCH(QByteArray, content);
        QFETCH(uint, zipMode);
        QFETCH(uint, mode);
        const Place place;
        QVERIFY(RawZip().add({.name = "SmartMeter/sub/a", .content = content, .mode = zipMode}).writeTo(place.zip));
        const mode_t before = ::umask(077);
        const auto report = extract(place);
        ::umask(before);
        QVERIFY(report.has_value());
        QCOMPARE(modeOf(place.target + u"/SmartMeter/sub/a"_s), mode);
        QCOMPARE(modeOf(place.target + u"/SmartMeter/sub"_s), 0755U);
        QCOMPARE(modeOf(place.target), 0755U);
    }

    void keepsNamesOfAllLanguages()
    {
        const Place place;
        const QString name = u"SmartMeter/मीटर/Zähler – 水.txt"_s;
        QVERIFY(RawZip()
                    .add({.name = name.toUtf8(), .content = "a", .flags = utf8Flag})
                    .add({.name = name.toUtf8() + '2', .content = "b"})
                    .writeTo(place.zip));
        QVERIFY(extract(place).has_value());
        QCOMPARE(contentOf(place.target + u'/' + name), "a");
        QCOMPARE(contentOf(place.target + u'/' + name + u'2'), "b");
    }

    void takesZipsOfEverydayTools_data()
    {
        QTest::addColumn<RawZip>("zip");
        QTest::addColumn<QStringList>("files");
        const QStringList script{u"SmartMeter/ocr.py"_s};
        const RawEntry ocr{.name = "SmartMeter/ocr.py", .content = "#!1"};
        QTest::newRow("Finder") << RawZip()
                                       .add({.name = "SmartMeter/", .mode = folderMode})
                                       .add(ocr)
                                       .add({.name = "SmartMeter/.DS_Store", .content = "d"})
                                       .add({.name = "__MACOSX/", .mode = folderMode})
                                       .add({.name = "__MACOSX/SmartMeter/", .mode = folderMode})
                                       .add({.name = "__MACOSX/SmartMeter/._ocr.py", .content = "x", .method = 8})
                                       .add({.name = "__MACOSX/._SmartMeter", .content = "x"})
                                       .add({.name = ".DS_Store", .content = "d"})
                                << script;
        QTest::newRow("\"._\" beside its file")
            << RawZip().add(ocr).add({.name = "SmartMeter/._ocr.py", .content = "x"}) << script;
        QTest::newRow("code page 437") << RawZip().add(ocr).add({.name = "SmartMeter/Z\x84hler f\x81r K\x94ln.txt",
                                                                 .content = "z",
                                                                 .mode = 0})
                                       << QStringList{u"SmartMeter/Zähler für Köln.txt"_s, u"SmartMeter/ocr.py"_s};
        QTest::newRow("the last of code page 437")
            << RawZip().add(ocr).add({.name = "SmartMeter/a\xfe\xff.txt", .content = "z"})
            << QStringList{u"SmartMeter/a■\u00a0.txt"_s, u"SmartMeter/ocr.py"_s};
        QTest::newRow("a folder listed twice") << RawZip()
                                                      .add({.name = "SmartMeter/", .mode = folderMode})
                                                      .add(ocr)
                                                      .add({.name = "SmartMeter/", .mode = folderMode})
                                               << script;
        const QByteArray umlaut = "SmartMeter/Z\x84hler.txt";
        const QByteArray fits = unicodePath("SmartMeter/Zähler.txt", umlaut);
        QTest::newRow("a Unicode path that is the same name")
            << RawZip().add(ocr).add({.name = umlaut, .content = "z", .extra = fits, .localExtra = fits})
            << QStringList{u"SmartMeter/Zähler.txt"_s, u"SmartMeter/ocr.py"_s};
        // By a tool that doesn't know the field.
        const QByteArray old = unicodePath("SmartMeter/main.py", "SmartMeter/main.py");
        QTest::newRow("a Unicode path of before it was renamed")
            << RawZip().add({.name = "SmartMeter/ocr.py", .content = "#!1", .extra = old, .localExtra = old}) << script;
        QTest::newRow("dots in front") << RawZip()
                                              .add({.name = "./", .mode = folderMode})
                                              .add({.name = "./SmartMeter/", .mode = folderMode})
                                              .add({.name = "./SmartMeter/ocr.py", .content = "#!1"})
                                       << script;
        QTest::newRow("many dots in front")
            << RawZip().add({.name = "././SmartMeter/ocr.py", .content = "#!1"}) << script;
    }

    void takesZipsOfEverydayTools()
    {
        QFETCH(RawZip, zip);
        QFETCH(QStringList, files);
        const Place place;
        QVERIFY(zip.writeTo(place.zip));
        const auto report = extract(place);
        QVERIFY2(report, report ? "" : qPrintable(report.error().message));
        QCOMPARE(report->files, files.size());
        QStringList found;
        QDirIterator all(place.target, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (all.hasNext()) {
            found += all.next().sliced(place.target.size() + 1);
        }
        found.sort();
        QCOMPARE(found, files);
        QVERIFY(!QFile::exists(place.target + u"/__MACOSX"_s));
        // The same as the panel sees it.
        const auto entries = listZip(place.zip);
        QVERIFY(entries);
        QCOMPARE(topFolderOf(*entries).value(), u"SmartMeter"_s);
        QCOMPARE(readZipEntry(place.zip, u"SmartMeter/ocr.py"_s, 100).value(), "#!1");
    }

    void makesSymlinksThatStayInside()
    {
        const Place place;
        QVERIFY(RawZip()
                    .add({.name = "SmartMeter/current", .content = "lib/v2", .mode = symlinkMode})
                    .add({.name = "SmartMeter/lib/back", .content = "../lib/v2/a", .mode = symlinkMode})
                    .add({.name = "SmartMeter/lib/v2/a", .content = "two"})
                    .writeTo(place.zip));
        QVERIFY(extract(place).has_value());
        QCOMPARE(contentOf(place.target + u"/SmartMeter/current/a"_s), "two");
        QCOMPARE(contentOf(place.target + u"/SmartMeter/lib/back"_s), "two");
    }

    void refusesHostileZips_data()
    {
        QTest::addColumn<RawZip>("zip");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("message");

        const auto row = [](const char *name, const RawZip &zip, const QString &message,
                            ErrorCode code = ErrorCode::BadArchive) {
            QTest::newRow(name) << zip << code << message;
        };
        const auto named = [](const QByteArray &name) {
            return RawZip().add({.name = "SmartMeter/good", .content = "g"}).add({.name = name, .content = "evil"});
        };
        row("traversal", named("../victim/file"), u"plain path"_s);
        row("traversal below the top", named("SmartMeter/../../victim/file"), u"plain path"_s);
        row("traversal inside", named("SmartMeter/a/../b"), u"plain path"_s);
        row("traversal at the end", named("SmartMeter/.."), u"plain path"_s);
        row("dot", named("SmartMeter/./a"), u"plain path"_s);
        row("absolute", named("/tmp/evil"), u"absolute"_s);
        row("two slashes", named("SmartMeter//a"), u"plain path"_s);
        row("two slashes in front", named("//SmartMeter/a"), u"absolute"_s);
        row("no name", named(""), u"plain path"_s);
        row("backslash", named("SmartMeter\\..\\..\\victim\\file"), u"backslash"_s);
        row("backslash from Windows",
            RawZip().add({.name = "SmartMeter\\..\\..\\victim\\file", .content = "evil", .mode = 0}), u"backslash"_s);
        row("NUL", named(QByteArray("SmartMeter/a\0b", 14)), u"control characters"_s);
        row("line break", named("SmartMeter/a\nb"), u"control characters"_s);
        row("escape", named("SmartMeter/\x1b[2J"), u"control characters"_s);
        row("C1 control", named("SmartMeter/\xc2\x9b"), u"control characters"_s);
        row("not UTF-8", RawZip().add({.name = "SmartMeter/\xff\xfe", .flags = utf8Flag}), u"not UTF-8"_s);
        row("overlong UTF-8", RawZip().add({.name = "SmartMeter/\xc0\xae\xc0\xae/x", .flags = utf8Flag}),
            u"not UTF-8"_s);
        row("traversal behind a dot", named("./../victim/file"), u"plain path"_s);
        row("absolute behind a dot", named(".//tmp/evil"), u"plain path"_s);
        row("the top as a file", named("./."), u"plain path"_s);
        row("traversal in what the Finder adds", named("__MACOSX/../../victim/file"), u"plain path"_s);
        row("only what the Finder adds", RawZip().add({.name = "__MACOSX/SmartMeter/._ocr.py"}), u"empty"_s);
        row("the same file by two spellings", named("./SmartMeter/good"), u"twice"_s);
        row("long part", named("SmartMeter/" + QByteArray(256, 'n')), u"too long"_s);
        row("long path", named("SmartMeter" + QByteArray("/d").repeated(520)), u"too long"_s);
        row("outside of the top folder", named("JabberClient/sgn-agent"), u"instead of one"_s);
        row("beside the top folder", named("evil"), u"outside of a folder"_s);
        row("other top folder", RawZip().add({.name = "WatchDog/x", .content = "x"}), u"instead of 'SmartMeter'"_s);
        row("top folder with more to its name", RawZip().add({.name = "SmartMeter2/x", .content = "x"}),
            u"instead of 'SmartMeter'"_s);
        row("top folder is a file", RawZip().add({.name = "SmartMeter", .content = "x"}), u"outside of a folder"_s);
        row("top folder is a symlink",
            RawZip().add({.name = "SmartMeter", .content = "../victim", .mode = symlinkMode}),
            u"outside of a folder"_s);
        row("nothing", RawZip(), u"empty"_s);

        const auto link = [](const QByteArray &name, const QByteArray &target) {
            return RawZip().add({.name = name, .content = target, .mode = symlinkMode});
        };
        row("link out", link("SmartMeter/l", "../../../victim/file"), u"leads out"_s);
        row("link to staging", link("SmartMeter/l", ".."), u"leads out"_s);
        row("absolute link", link("SmartMeter/l", "/etc/passwd"), u"leads out"_s);
        row("empty link", link("SmartMeter/l", ""), u"leads out"_s);
        row("link that turns back", link("SmartMeter/a/l", "b/../../../x"), u"leads out"_s);
        row("symlink, then a file through it",
            link("SmartMeter/l", ".").add({.name = "SmartMeter/l/file", .content = "evil"}), u"in it"_s);
        row("file, then a symlink instead of its folder",
            RawZip()
                .add({.name = "SmartMeter/l/file", .content = "evil"})
                .add({.name = "SmartMeter/l", .content = ".", .mode = symlinkMode}),
            u"in it"_s);
        row("symlink, then the same name as a file",
            link("SmartMeter/l", "x").add({.name = "SmartMeter/l", .content = "evil"}), u"twice"_s);
        row("file twice", named("SmartMeter/good"), u"twice"_s);
        row("file, then a folder of its name",
            RawZip().add({.name = "SmartMeter/a", .content = "x"}).add({.name = "SmartMeter/a/"}), u"twice"_s);
        row("file and folder", named("SmartMeter/good/"), u"twice"_s);
        row("file in a file", named("SmartMeter/good/a"), u"in it"_s);

        row("device", RawZip().add({.name = "SmartMeter/sda", .mode = 060660}), u"neither a file"_s);
        row("character device", RawZip().add({.name = "SmartMeter/null", .mode = 020666}), u"neither a file"_s);
        row("socket", RawZip().add({.name = "SmartMeter/s", .mode = 0140644}), u"neither a file"_s);

        row("other name in the local header",
            RawZip().add({.name = "SmartMeter/a", .content = "x", .localName = "SmartMeter/b"}), u"contradict"_s);
        row("traversal in the local header",
            RawZip().add({.name = "SmartMeter/a", .content = "x", .localName = "../victim/fi"}), u"contradict"_s);
        row("other method in the local header",
            RawZip().add({.name = "SmartMeter/a", .content = "x", .localMethod = 8}), u"contradict"_s);
        row("encrypted", RawZip().add({.name = "SmartMeter/a", .content = "x", .flags = 1}), u"encrypted"_s);
        const auto packedBy = [](quint16 method) {
            return RawZip().add({.name = "SmartMeter/a", .content = "x", .method = method});
        };
        row("Deflate64", packedBy(9), u"by Deflate64 (method 9)"_s);
        row("bzip2", packedBy(12), u"by bzip2 (method 12)"_s);
        row("LZMA", packedBy(14), u"by LZMA (method 14)"_s);
        row("unknown method", packedBy(77), u"by method 77;"_s);
        const auto twoNames = [](const QByteArray &second, bool inDirectory = true, bool inHeader = true) {
            const QByteArray name = "SmartMeter/readme.txt";
            const QByteArray other = QByteArray("\x01\x00\x02\x00zz", 6);
            const QByteArray field = other + unicodePath(second, name);
            return RawZip().add({.name = name,
                                 .content = "evil",
                                 .extra = inDirectory ? field : QByteArray(),
                                 .localExtra = inHeader ? field : QByteArray()});
        };
        row("two names", twoNames("SmartMeter/evil.py"),
            u"two names, 'SmartMeter/readme.txt' and 'SmartMeter/evil.py'"_s);
        row("two names in the directory", twoNames("SmartMeter/evil.py", true, false), u"two names"_s);
        row("two names in the header", twoNames("SmartMeter/evil.py", false, true), u"two names"_s);
        row("two names, a file and a folder", twoNames("SmartMeter/readme.txt/"), u"two names"_s);
        row("two names, traversal", twoNames("SmartMeter/../../victim/file"), u"plain path"_s);
        row("two names, absolute", twoNames("/tmp/evil"), u"absolute"_s);
        row("a second name that is not UTF-8", twoNames("SmartMeter/\xff"), u"not UTF-8"_s);
        row("wrong CRC", RawZip().add({.name = "SmartMeter/a", .content = "abcdef", .statedCrc = 1}), u"damaged"_s);
        row("wrong CRC, deflate",
            RawZip().add({.name = "SmartMeter/a", .content = "abcdef", .method = 8, .statedCrc = 1}), u"damaged"_s);
        row("more than stated",
            RawZip().add({.name = "SmartMeter/a", .content = QByteArray(100000, 'x'), .method = 8, .statedSize = 10}),
            QString());
        row("less than stated",
            RawZip().add({.name = "SmartMeter/a", .content = "abc", .method = 8, .statedSize = 1000}), QString());
        row("fewer entries than there are", smallRelease().stateEntries(2), u"number of entries"_s);
        row("more entries than there are", smallRelease().stateEntries(9), u"cut off"_s);
        row("an end in the comment", smallRelease().comment(RawZip().bytes()), QString());
        row("a second, zip64 directory", smallRelease().locateZip64(), u"again without zip64"_s);
    }

    void refusesHostileZips()
    {
        QFETCH(RawZip, zip);
        QFETCH(ErrorCode, code);
        QFETCH(QString, message);
        const Place place;
        QVERIFY(zip.writeTo(place.zip));
        const TreeSnapshot before = snapshotOf(place.outside.path());

        const auto report = extract(place);

        QVERIFY(!report.has_value());
        QCOMPARE(nameOf(report.error().code), nameOf(code));
        QVERIFY2(report.error().message.contains(message), qPrintable(report.error().message));
        QVERIFY(std::ranges::all_of(report.error().message, [](QChar c) { return c.isPrint(); }));
        QCOMPARE(snapshotOf(place.outside.path()), before);
    }

    void refusesBombs_data()
    {
        QTest::addColumn<RawZip>("zip");
        QTest::addColumn<int>("maxEntries");
        QTest::addColumn<qint64>("maxBytes");
        QTest::addColumn<bool>("allowed");

        RawZip many;
        for (int i = 0; i < 50; ++i) {
            many.add({.name = "SmartMeter/" + QByteArray::number(i)});
        }
        QTest::newRow("as many entries as allowed") << many << 50 << qint64{1000} << true;
        QTest::newRow("too many entries") << many << 49 << qint64{1000} << false;

        const RawZip two = RawZip()
                               .add({.name = "SmartMeter/a", .content = QByteArray(600, 'a')})
                               .add({.name = "SmartMeter/b", .content = QByteArray(400, 'b')});
        QTest::newRow("as many bytes as allowed") << two << 50 << qint64{1000} << true;
        QTest::newRow("too many bytes") << two << 50 << qint64{999} << false;
        QTest::newRow("a size that overflows a sum")
            << RawZip()
                   .add({.name = "SmartMeter/a", .content = "a", .statedSize = 0xfffffffe})
                   .add({.name = "SmartMeter/b", .content = "b", .statedSize = 0xfffffffe})
            << 50 << qint64{0xffffffff} << false;

        constexpr qint64 plenty = 100'000'000;
        QTest::newRow("over 200:1 and over 10 MB")
            << RawZip().add({.name = "SmartMeter/a", .content = QByteArray(10'000'001, '\0'), .method = 8}) << 50
            << plenty << false;
        QTest::newRow("over 200:1 but only 10 MB")
            << RawZip().add({.name = "SmartMeter/a", .content = QByteArray(10'000'000, '\0'), .method = 8}) << 50
            << plenty << true;
    }

    void refusesBombs()
    {
        QFETCH(RawZip, zip);
        QFETCH(int, maxEntries);
        QFETCH(qint64, maxBytes);
        QFETCH(bool, allowed);
        const Place place;
        QVERIFY(zip.writeTo(place.zip));
        const TreeSnapshot before = snapshotOf(place.outside.path());
        ExtractRules rules;
        rules.limits.maxEntries = maxEntries;
        rules.limits.maxBytes = maxBytes;

        const auto report = extract(place, rules);

        QCOMPARE(report.has_value(), allowed);
        if (!allowed) {
            QCOMPARE(report.error().code, ErrorCode::TooLarge);
            QCOMPARE(snapshotOf(place.outside.path()), before);
        }
    }

    void refusesAZipCutAtAnyLength()
    {
        const QByteArray whole = smallRelease().bytes();
        for (qsizetype length = 0; length < whole.size(); ++length) {
            const Place place;
            QFile file(place.zip);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(whole.first(length));
            file.close();
            const TreeSnapshot before = snapshotOf(place.outside.path());
            const auto report = extract(place);
            QVERIFY2(!report.has_value(), qPrintable(QString::number(length)));
            QCOMPARE(report.error().code, ErrorCode::BadArchive);
            QCOMPARE(snapshotOf(place.outside.path()), before);
        }
    }

    // A changed byte is found, or it was one that changes nothing here (times, modes, versions).
    void survivesEveryChangedByte()
    {
        const QByteArray whole = smallRelease().bytes();
        const Place good;
        QVERIFY(smallRelease().writeTo(good.zip));
        QVERIFY(extract(good).has_value());
        TreeSnapshot whenGood = snapshotOf(good.target);
        for (qsizetype at = 0; at < whole.size(); ++at) {
            for (const char flip : {'\x01', '\xff'}) {
                const Place place;
                const TreeSnapshot before = snapshotOf(place.outside.path());
                QByteArray changed = whole;
                changed[at] = static_cast<char>(changed[at] ^ flip);
                QFile file(place.zip);
                QVERIFY(file.open(QIODevice::WriteOnly));
                file.write(changed);
                file.close();
                const auto report = extract(place);
                TreeSnapshot after = snapshotOf(place.outside.path());
                after.remove(u"release.zip"_s);
                if (report) {
                    QCOMPARE(snapshotOf(place.target), whenGood);
                } else {
                    QCOMPARE(after, before);
                }
            }
        }
    }

    void refusesWhatIsNoZip_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("text") << QByteArray("<html>404</html>");
        QTest::newRow("bytes in front") << "junk" + smallRelease().bytes();
        QTest::newRow("bytes behind") << smallRelease().bytes() + "junk";
        QTest::newRow("files without directory") << smallRelease().filesOnly();
        QTest::newRow("zeros") << QByteArray(100'000, '\0');
        QTest::newRow("only an end") << RawZip().bytes().first(21);
    }

    void refusesWhatIsNoZip()
    {
        QFETCH(QByteArray, content);
        const Place place;
        QFile file(place.zip);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        QCOMPARE(extract(place).error().code, ErrorCode::BadArchive);
        QCOMPARE(listZip(place.zip).error().code, ErrorCode::BadArchive);
        QVERIFY(!QFileInfo::exists(place.target));
    }

    void acceptsAComment()
    {
        const Place place;
        QVERIFY(smallRelease().comment("3f786850e387550fdab836ed7e6dc881de23001b").writeTo(place.zip));
        QVERIFY(extract(place).has_value());
    }

    void reportsAMissingZip()
    {
        const Place place;
        QCOMPARE(extract(place).error().code, ErrorCode::NotFound);
    }

    void leavesAnExistingTargetAlone()
    {
        const Place place;
        QVERIFY(smallRelease().writeTo(place.zip));
        QVERIFY(QDir().mkpath(place.target + u"/mine"_s));
        const TreeSnapshot before = snapshotOf(place.outside.path());
        QCOMPARE(extract(place).error().code, ErrorCode::Io);
        QCOMPARE(snapshotOf(place.outside.path()), before);
    }

    void doesNotFollowASymlinkInPlaceOfTheTarget()
    {
        const Place place;
        QVERIFY(smallRelease().writeTo(place.zip));
        QVERIFY(QFile::link(place.outside.filePath(u"victim"_s), place.target));
        const TreeSnapshot before = snapshotOf(place.outside.path());
        QCOMPARE(extract(place).error().code, ErrorCode::Io);
        QCOMPARE(snapshotOf(place.outside.path()), before);
    }

    void reportsProgress()
    {
        const Place place;
        QVERIFY(RawZip()
                    .add({.name = "SmartMeter/a", .content = QByteArray(1'000'000, 'a'), .method = 8})
                    .add({.name = "SmartMeter/b", .content = "b"})
                    .writeTo(place.zip));
        QList<qint64> seen;
        ExtractRules rules;
        rules.progress = [&seen](qint64 done, qint64 total) {
            QCOMPARE(total, qint64{1'000'001});
            seen.append(done);
        };
        QVERIFY(extract(place, rules).has_value());
        QVERIFY(seen.size() > 2);
        QVERIFY(std::ranges::is_sorted(seen));
        QCOMPARE(seen.last(), qint64{1'000'001});
    }

    void isCancelled()
    {
        const Place place;
        QVERIFY(RawZip()
                    .add({.name = "SmartMeter/a", .content = QByteArray(5'000'000, 'a'), .method = 8})
                    .writeTo(place.zip));
        const TreeSnapshot before = snapshotOf(place.outside.path());
        std::stop_source source;
        int calls = 0;
        ExtractRules rules;
        rules.stop = source.get_token();
        rules.progress = [&](qint64, qint64) {
            ++calls;
            source.request_stop();
        };
        QCOMPARE(extract(place, rules).error().code, ErrorCode::Cancelled);
        QCOMPARE(calls, 1);
        QCOMPARE(snapshotOf(place.outside.path()), before);
    }

    void checksForSpaceFirst()
    {
        const SmallDisk disk(256);
        if (!disk.isMounted()) {
            QSKIP("only root can mount a small disk");
        }
        const Place place;
        QVERIFY(RawZip()
                    .add({.name = "SmartMeter/a", .content = QByteArray(1'000'000, 'a'), .method = 8})
                    .writeTo(place.zip));
        ExtractRules rules;
        rules.topFolder = u"SmartMeter"_s;
        rules.progress = [](qint64, qint64) {
            QFAIL("nothing may be written");
        };
        const auto report = extractZip(place.zip, disk.path() + u"/staged"_s, rules);
        QCOMPARE(report.error().code, ErrorCode::NoSpace);
        QCOMPARE(report.error().message, u"unpacking needs 1 MiB and 0 MiB are free"_s);
        QVERIFY(snapshotOf(disk.path()).isEmpty());
    }

    void cleansUpWhenTheDiskGetsFull()
    {
        const SmallDisk disk(1024);
        if (!disk.isMounted()) {
            QSKIP("only root can mount a small disk");
        }
        const Place place;
        QVERIFY(RawZip()
                    .add({.name = "SmartMeter/a", .content = QByteArray(300'000, 'a'), .method = 8})
                    .add({.name = "SmartMeter/b", .content = QByteArray(500'000, 'b'), .method = 8})
                    .writeTo(place.zip));
        ExtractRules rules;
        rules.topFolder = u"SmartMeter"_s;
        bool filled = false;
        rules.progress = [&](qint64, qint64) {
            // Another program takes the space in the meantime.
            QFile other(disk.path() + u"/other"_s);
            if (!std::exchange(filled, true) && other.open(QIODevice::WriteOnly | QIODevice::Unbuffered)) {
                other.write(QByteArray(500'000, 'o'));
            }
        };
        const auto report = extractZip(place.zip, disk.path() + u"/staged"_s, rules);
        QCOMPARE(report.error().code, ErrorCode::NoSpace);
        QCOMPARE(snapshotOf(disk.path()).keys(), QStringList{u"other"_s});
    }

    void listsEntries()
    {
        const Place place;
        QVERIFY(
            smallRelease().add({.name = "SmartMeter/l", .content = "ocr.py", .mode = symlinkMode}).writeTo(place.zip));
        const auto entries = listZip(place.zip);
        QVERIFY(entries.has_value());
        const QList<ZipEntry> expected{
            {u"SmartMeter"_s, ZipEntryType::Folder, 0, {}},
            {u"SmartMeter/ocr.py"_s, ZipEntryType::File, 32, {}},
            {u"SmartMeter/data/digits.bin"_s, ZipEntryType::File, 300, {}},
            {u"SmartMeter/empty"_s, ZipEntryType::File, 0, {}},
            {u"SmartMeter/l"_s, ZipEntryType::Symlink, 0, u"ocr.py"_s},
        };
        QCOMPARE(*entries, expected);
        QCOMPARE(topFolderOf(*entries).value(), u"SmartMeter"_s);
    }

    void readsOneEntry()
    {
        const Place place;
        QVERIFY(smallRelease().writeTo(place.zip));
        QCOMPARE(readZipEntry(place.zip, u"SmartMeter/data/digits.bin"_s, 300).value(), QByteArray(300, 'x'));
        QCOMPARE(readZipEntry(place.zip, u"SmartMeter/data/digits.bin"_s, 299).error().code, ErrorCode::TooLarge);
        QCOMPARE(readZipEntry(place.zip, u"SmartMeter/none"_s, 300).error().code, ErrorCode::NotFound);
        QCOMPARE(readZipEntry(place.zip, u"SmartMeter"_s, 300).error().code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestZipExtract)
#include "tst_zip_extract.moc"
