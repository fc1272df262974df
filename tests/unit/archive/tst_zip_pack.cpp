// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "support/SmallDisk.h"
#include "support/TreeSnapshot.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QtTest>
#include <sys/stat.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(sgn::ListLimits)

class TestZipPack : public QObject
{
    Q_OBJECT

private:
    static void write(const QString &path, const QByteArray &content)
    {
        QVERIFY(QDir().mkpath(QFileInfo(path).path()));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), content.size());
    }

    static QByteArray random(qsizetype size)
    {
        QByteArray bytes(size, '\0');
        QRandomGenerator generator(7);
        for (char &c : bytes) {
            c = static_cast<char>(generator.bounded(256));
        }
        return bytes;
    }

private Q_SLOTS:
    void comesBackTheSame()
    {
        const QTemporaryDir folder;
        const QByteArray large = random(3'000'000);
        write(folder.filePath(u"in/agent.log"_s), "line\n");
        write(folder.filePath(u"in/sub/zähler 水.log"_s), large);
        write(folder.filePath(u"in/.empty"_s), {});
        QVERIFY(QFile::link(folder.filePath(u"in/agent.log"_s), folder.filePath(u"in/link"_s)));

        const auto files = filesBelow(folder.filePath(u"in"_s), u"logs"_s);
        QVERIFY(files.has_value());
        QStringList names;
        for (const PackFile &file : files->files) {
            names.append(file.name);
        }
        QCOMPARE(names, (QStringList{u"logs/.empty"_s, u"logs/agent.log"_s, u"logs/sub/zähler 水.log"_s}));

        const QString zip = folder.filePath(u"logs.zip"_s);
        qint64 last = 0;
        PackRules rules;
        rules.progress = [&last](qint64 done, qint64) {
            last = done;
        };
        QVERIFY(packZip(files->files, zip, rules).has_value());
        QCOMPARE(last, qint64{3'000'005});

        const QString out = folder.filePath(u"out"_s);
        QVERIFY(extractZip(zip, out, {.topFolder = u"logs"_s, .limits = {}, .progress = {}, .stop = {}}).has_value());
        const TreeSnapshot unpacked = snapshotOf(out + u"/logs"_s);
        TreeSnapshot original = snapshotOf(folder.filePath(u"in"_s));
        original.remove(u"link"_s);
        QCOMPARE(unpacked.keys(), original.keys());
        QFile back(out + u"/logs/sub/zähler 水.log"_s);
        QVERIFY(back.open(QIODevice::ReadOnly));
        QCOMPARE(back.readAll(), large);
    }

    void listsTheNewestWithinLimits_data()
    {
        QTest::addColumn<ListLimits>("limits");
        QTest::addColumn<QStringList>("names");
        QTest::addColumn<qint64>("older");
        QTest::addColumn<bool>("isWhole");
        const QStringList all{u"l/0"_s, u"l/1"_s, u"l/2"_s, u"l/3"_s, u"l/sub/4"_s, u"l/sub/5"_s};
        QTest::newRow("all") << ListLimits{} << all << qint64{0} << true;
        QTest::newRow("exactly as many") << ListLimits{.files = 6} << all << qint64{0} << true;
        QTest::newRow("the newest three")
            << ListLimits{.files = 3} << QStringList{u"l/3"_s, u"l/sub/4"_s, u"l/sub/5"_s} << qint64{3} << true;
        QTest::newRow("none") << ListLimits{.files = 0} << QStringList() << qint64{6} << true;
        QTest::newRow("as many entries as there are") << ListLimits{.entries = 7} << all << qint64{0} << true;
        QTest::newRow("no entry") << ListLimits{.entries = 0} << QStringList() << qint64{0} << false;
        QTest::newRow("no folder") << ListLimits{.folders = 0} << QStringList(all.first(4)) << qint64{0} << false;
    }

    void listsTheNewestWithinLimits()
    {
        QFETCH(const ListLimits, limits);
        const QTemporaryDir folder;
        for (int i = 0; i < 6; ++i) {
            const QString path = folder.filePath((i < 4 ? u"%1"_s : u"sub/%1"_s).arg(i));
            write(path, "x");
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadWrite));
            QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(i), QFileDevice::FileModificationTime));
        }
        const auto list = filesBelow(folder.path(), u"l"_s, limits);
        QVERIFY(list);
        QStringList names;
        for (const PackFile &file : list->files) {
            names += file.name;
        }
        QTEST(names, "names");
        QTEST(list->older, "older");
        QTEST(list->isWhole, "isWhole");
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(filesBelow(folder.path(), u"l"_s, {.stop = stop.get_token()}).error().code, ErrorCode::Cancelled);
    }

    // The owner of the logs may be another than the one who gets the bundle.
    void skipsALinkInPlaceOfAListedFile()
    {
        const QTemporaryDir folder;
        write(folder.filePath(u"secret"_s), "TOP SECRET");
        for (const QString &name : {u"a.log"_s, u"b.log"_s}) {
            write(folder.filePath(u"logs/"_s + name), "line");
        }
        const auto list = filesBelow(folder.filePath(u"logs"_s), u"logs"_s);
        QVERIFY(list && list->files.size() == 2);
        QVERIFY(QFile::remove(folder.filePath(u"logs/a.log"_s)));
        QVERIFY(QFile::link(folder.filePath(u"secret"_s), folder.filePath(u"logs/a.log"_s)));
        QStringList skipped;
        PackRules rules;
        rules.missing = PackRules::Missing::Skip;
        rules.skipped = [&skipped](const PackFile &file, const Error &) {
            skipped += file.name;
        };
        const QString zip = folder.filePath(u"a.zip"_s);
        QVERIFY(packZip(list->files, zip, rules));
        QCOMPARE(skipped, QStringList{u"logs/a.log"_s});
        QCOMPARE(listZip(zip).value(), (QList<ZipEntry>{{u"logs/b.log"_s, ZipEntryType::File, 4, {}}}));
    }

    void isReadByOtherPrograms()
    {
        const QString unzip = QStandardPaths::findExecutable(u"unzip"_s);
        if (unzip.isEmpty()) {
            QSKIP("no unzip program");
        }
        const QTemporaryDir folder;
        write(folder.filePath(u"a.log"_s), QByteArray("hello\n").repeated(1000));
        const QString zip = folder.filePath(u"a.zip"_s);
        QVERIFY(packZip({{folder.filePath(u"a.log"_s), u"logs/a.log"_s}}, zip).has_value());
        QProcess process;
        process.start(unzip, {u"-p"_s, zip, u"logs/a.log"_s});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
        QCOMPARE(process.readAllStandardOutput(), QByteArray("hello\n").repeated(1000));
    }

    // Logs are written, cut and rotated while they are packed.
    void packsFilesThatChange_data()
    {
        QTest::addColumn<qint64>("newSize");
        QTest::newRow("grows") << qint64{2'000'000};
        QTest::newRow("is cut") << qint64{300'000};
        QTest::newRow("is emptied") << qint64{0};
    }

    void packsFilesThatChange()
    {
        QFETCH(qint64, newSize);
        const QTemporaryDir folder;
        const QString log = folder.filePath(u"a.log"_s);
        write(log, random(1'000'000));
        write(folder.filePath(u"b.log"_s), "b");
        bool changed = false;
        PackRules rules;
        rules.progress = [&](qint64 done, qint64 total) {
            QVERIFY(done <= total);
            if (!std::exchange(changed, true)) {
                QVERIFY(QFile::resize(log, newSize));
            }
        };
        const QString zip = folder.filePath(u"a.zip"_s);
        const QList<PackFile> files{{log, u"logs/a.log"_s}, {folder.filePath(u"b.log"_s), u"logs/b.log"_s}};
        QVERIFY(packZip(files, zip, rules).has_value());
        QVERIFY(changed);
        const auto report = extractZip(zip, folder.filePath(u"out"_s),
                                       {.topFolder = u"logs"_s, .limits = {}, .progress = {}, .stop = {}});
        QVERIFY2(report.has_value(), report ? "" : qPrintable(report.error().message));
        QCOMPARE(report->files, 2);
        QVERIFY(report->bytes <= 1'000'001);
    }

    void skipsOrNamesAMissingFile()
    {
        const QTemporaryDir folder;
        write(folder.filePath(u"b.log"_s), "b");
        const QList<PackFile> files{{folder.filePath(u"gone.log"_s), u"logs/gone.log"_s},
                                    {folder.filePath(u"b.log"_s), u"logs/b.log"_s}};
        const QString zip = folder.filePath(u"a.zip"_s);
        const auto failed = packZip(files, zip);
        QCOMPARE(failed.error().code, ErrorCode::NotFound);
        QVERIFY(failed.error().message.contains(u"gone.log"_s));
        QCOMPARE(snapshotOf(folder.path()).keys(), QStringList{u"b.log"_s});

        PackRules rules;
        rules.missing = PackRules::Missing::Skip;
        QVERIFY(packZip(files, zip, rules).has_value());
        QCOMPARE(listZip(zip).value(), (QList<ZipEntry>{{u"logs/b.log"_s, ZipEntryType::File, 1, {}}}));
    }

    void refusesWhatIsNoFile()
    {
        const QTemporaryDir folder;
        const QString fifo = folder.filePath(u"fifo"_s);
        QCOMPARE(::mkfifo(QFile::encodeName(fifo).constData(), 0600), 0);
        for (const QString &source : {fifo, folder.path(), u"/dev/zero"_s}) {
            QCOMPARE(packZip({{source, u"logs/x"_s}}, folder.filePath(u"a.zip"_s)).error().code, ErrorCode::Io);
        }
        QCOMPARE(packZip({{u"/etc/hostname"_s, u"../x"_s}}, folder.filePath(u"a.zip"_s)).error().code,
                 ErrorCode::BadArchive);
        QCOMPARE(snapshotOf(folder.path()).keys(), QStringList{u"fifo"_s});
    }

    void replacesAnOlderZipOnlyWhenDone()
    {
        const QTemporaryDir folder;
        const QString zip = folder.filePath(u"a.zip"_s);
        write(zip, "older");
        write(folder.filePath(u"a.log"_s), random(1'000'000));
        const TreeSnapshot before = snapshotOf(folder.path());
        std::stop_source source;
        PackRules rules;
        rules.stop = source.get_token();
        rules.progress = [&source](qint64, qint64) {
            source.request_stop();
        };
        const QList<PackFile> files{{folder.filePath(u"a.log"_s), u"logs/a.log"_s}};
        QCOMPARE(packZip(files, zip, rules).error().code, ErrorCode::Cancelled);
        QCOMPARE(snapshotOf(folder.path()), before);
        QVERIFY(packZip(files, zip).has_value());
        QCOMPARE(listZip(zip).value().size(), 1);
    }

    void reportsAFullDisk()
    {
        const SmallDisk disk(64);
        if (!disk.isMounted()) {
            QSKIP("only root can mount a small disk");
        }
        const QTemporaryDir folder;
        write(folder.filePath(u"a.log"_s), random(500'000));
        const auto packed = packZip({{folder.filePath(u"a.log"_s), u"logs/a.log"_s}}, disk.path() + u"/a.zip"_s);
        QCOMPARE(packed.error().code, ErrorCode::NoSpace);
        QVERIFY(snapshotOf(disk.path()).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestZipPack)
#include "tst_zip_pack.moc"
