// SPDX-License-Identifier: GPL-3.0-or-later
// What is brought along for the card's Python and its loader: which of it the card can use.
#include "card/ElfHead.h"
#include "card/LibraryStep.h"
#include "card/PythonStep.h"
#include "card/PythonTags.h"
#include "support/ElfFiles.h"
#include "support/RawZip.h"
#include "support/ReleaseKit.h"

#include <QDir>
#include <QTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;
using namespace sgn::test;

namespace {

CardFacts cardOf(int release, const QByteArray &python, const QString &architecture)
{
    CardFacts facts;
    facts.release = release;
    facts.codename = release == 10 ? u"buster"_s : u"bookworm"_s;
    facts.architecture = architecture;
    facts.python = python;
    facts.user = {"pi", 1000, 1001, "/home/pi", "/bin/bash"};
    return facts;
}

CardFacts buster()
{
    return cardOf(10, "3.7", u"armhf"_s);
}

CardFacts bookworm()
{
    return cardOf(12, "3.11", u"arm64"_s);
}

const QByteArray site = "/home/pi/.local/lib/python3.11/site-packages"_ba;

QMap<QByteArray, Wish> byPath(const Step &step)
{
    QMap<QByteArray, Wish> wishes;
    for (const Wish &wish : step.wishes) {
        wishes.insert(wish.path, wish);
    }
    return wishes;
}

Files wheelFiles(const QByteArray &metadata = "Metadata-Version: 2.1\nRequires-Python: >=3.7\n\nRequires-Python: >9\n")
{
    return {{u"meter/__init__.py"_s, "x = 1\n"},
            {u"meter-1.0.dist-info/METADATA"_s, metadata},
            {u"meter-1.0.dist-info/WHEEL"_s, "Wheel-Version: 1.0\n"}};
}

} // namespace

class CardPackagesTest : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path(const QString &name) const { return m_folder->filePath(name); }
    [[nodiscard]] Result<Step> stepOf(const QStringList &sources, const CardFacts &facts = bookworm()) const
    {
        return PythonPackages(facts, *m_work).step(sources);
    }
    void refusesIt(const QStringList &sources, const QString &words) const
    {
        const auto step = stepOf(sources);
        QVERIFY(!step);
        QVERIFY2(step.error().message.contains(words), qPrintable(step.error().message));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QTemporaryDir> m_work;

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_work = std::make_unique<QTemporaryDir>();
    }

    void readsElfHeads_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QByteArray>("interpreter");
        const QByteArray loader = "/lib/ld-linux-aarch64.so.1";
        QTest::newRow("arm64") << elfOfArm64(loader) << u"arm64"_s << loader;
        QTest::newRow("armhf") << elfOfArmhf() << u"armhf"_s << QByteArray();
        QTest::newRow("armel") << elfOfArmel("/x") << u"armel"_s << QByteArray("/x");
        QTest::newRow("amd64") << elfOfAmd64() << u"amd64"_s << QByteArray();
        QTest::newRow("cut in its segments") << elfOfArm64(loader).first(80) << u"arm64"_s << QByteArray();
        QTest::newRow("a path without end") << elfOfArm64(loader).chopped(1) << u"arm64"_s << QByteArray();
        QByteArray far = elfOfArm64(loader);
        far.replace(32, 8, QByteArray(8, '\xff')); // where its segments are
        QTest::newRow("segments nowhere") << far << u"arm64"_s << QByteArray();
        QTest::newRow("cut in its header") << elfOfArm64().first(40) << QString() << QByteArray();
        QTest::newRow("a script") << QByteArray("#!/bin/sh\n").repeated(20) << QString() << QByteArray();
    }

    void readsElfHeads()
    {
        QFETCH(const QByteArray, file);
        QFETCH(const QString, architecture);
        QFETCH(const QByteArray, interpreter);
        const auto head = readElfHead(file);
        QCOMPARE(head ? architectureOf(*head) : QString(), architecture);
        QCOMPARE(head ? head->interpreter : QByteArray(), interpreter);
    }

    void knowsWhichWheelsFit_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("onBuster");   // 3.7, armhf
        QTest::addColumn<bool>("onBookworm"); // 3.11, arm64
        const auto row = [](const char *name, bool onBuster, bool onBookworm) {
            QTest::newRow(name) << QString::fromLatin1(name) + u".whl"_s << onBuster << onBookworm;
        };
        row("meter-1.0-py3-none-any", true, true);
        row("meter-1.0-py2.py3-none-any", true, true);
        row("meter-1.0-1-py3-none-any", true, true);
        row("meter-1.0-py2-none-any", false, false);
        row("meter-1.0-py39-none-any", false, true);
        row("meter-1.0-cp37-cp37m-linux_armv7l", true, false);
        row("meter-1.0-cp37-cp37m-linux_armv6l", true, false);
        row("meter-1.0-cp311-cp311-linux_armv7l", false, false);
        row("meter-1.0-cp311-cp311-linux_aarch64", false, true);
        row("meter-1.0-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64", false, true);
        row("meter-1.0-cp311-cp311-manylinux_2_38_aarch64", false, false);
        row("meter-1.0-cp311-cp311-musllinux_1_2_aarch64", false, false);
        row("meter-1.0-cp311-cp311-manylinux2014_x86_64", false, false);
        row("meter-1.0-cp312-cp312-linux_aarch64", false, false);
        row("meter-1.0-cp311-cp311t-linux_aarch64", false, false);
        row("meter-1.0-cp37-abi3-linux_aarch64", false, true);
        row("meter-1.0-cp37-abi3-manylinux_2_28_armv7l", true, false);
        row("meter-1.0-cp312-abi3-linux_aarch64", false, false);
        row("meter-1.0-cp311-none-any", false, true);
        row("meter-1.0-py3-none-linux_aarch64", false, true);
        row("meter-1.0-pp311-pypy311_pp73-linux_aarch64", false, false);
        row("meter-1.0-py3-none-win_amd64", false, false);
    }

    void knowsWhichWheelsFit()
    {
        QFETCH(const QString, name);
        QFETCH(const bool, onBuster);
        QFETCH(const bool, onBookworm);
        const auto wheel = parseWheelName(name);
        QVERIFY2(wheel, wheel ? "" : qPrintable(wheel.error().message));
        QCOMPARE(wheelProblem(*wheel, buster()).isEmpty(), onBuster);
        QCOMPARE(wheelProblem(*wheel, bookworm()).isEmpty(), onBookworm);
    }

    void refusesOtherNames()
    {
        for (const QString &name : {u"meter.whl"_s, u"meter-1.0.whl"_s, u"meter-1.0-py3-none-any.zip"_s,
                                    u"meter-1.0-py3-none-any (1).whl"_s, u"-1.0-py3-none-any.whl"_s}) {
            QVERIFY2(!parseWheelName(name), qPrintable(name));
        }
    }

    void honoursRequiresPython_data()
    {
        QTest::addColumn<QByteArray>("specifier");
        QTest::addColumn<bool>("fits"); // 3.11
        QTest::newRow("none") << QByteArray() << true;
        QTest::newRow("from") << QByteArray(">=3.7") << true;
        QTest::newRow("a third number") << QByteArray(">=3.11.4") << true;
        QTest::newRow("below") << QByteArray(">=3.7,<3.11") << false;
        QTest::newRow("below the next") << QByteArray(">=3.7, <3.12") << true;
        QTest::newRow("later") << QByteArray(">=3.12") << false;
        QTest::newRow("two numbers, not a decimal") << QByteArray(">=3.9") << true;
        QTest::newRow("exclusions") << QByteArray("!=3.0.*,!=3.1.*,>=2.7") << true;
        QTest::newRow("excluded") << QByteArray("!=3.11.*") << false;
        QTest::newRow("only one") << QByteArray("==3.11.*") << true;
        QTest::newRow("another one") << QByteArray("==3.10.*") << false;
        QTest::newRow("compatible") << QByteArray("~=3.9") << true;
        QTest::newRow("compatible with another") << QByteArray("~=3.9.1") << false;
        QTest::newRow("two conditions that exclude each other") << QByteArray(">=3.11.5,<3.11.5") << false;
        QTest::newRow("what isn't understood") << QByteArray("whatever, <4") << true;
    }

    void honoursRequiresPython()
    {
        QFETCH(const QByteArray, specifier);
        QFETCH(const bool, fits);
        const QByteArray metadata = "Name: x\nrequires-python: " + specifier + "\n\nRequires-Python: >9\n";
        QCOMPARE(requiresProblem(metadata, "3.11").isEmpty(), fits);
    }

    void knowsWhichModulesFit()
    {
        const QString own = u"_x.cpython-311-aarch64-linux-gnu.so"_s;
        QVERIFY(moduleProblem(own, bookworm()).isEmpty());
        QVERIFY(moduleProblem(u"_x.abi3.so"_s, bookworm()).isEmpty());
        QVERIFY(moduleProblem(u"_x.py"_s, bookworm()).isEmpty());
        QVERIFY(
            moduleProblem(own, buster()).contains(u"Python 3.11 on aarch64-linux-gnu, and the card has Python 3.7"_s));
        QVERIFY(moduleProblem(u"_x.cpython-37m-arm-linux-gnueabihf.so"_s, buster()).isEmpty());
        QVERIFY(!moduleProblem(u"_x.cpython-311t-aarch64-linux-gnu.so"_s, bookworm()).isEmpty());
        QVERIFY(!moduleProblem(u"_x.cpython-311-darwin.so"_s, bookworm()).isEmpty());
    }

    void unpacksWheels()
    {
        Files files = wheelFiles();
        files.insert(u"meter/_core.abi3.so"_s, elfOfArm64());
        files.insert(u"meter-1.0.data/purelib/meter/more.py"_s, "y = 2\n");
        files.insert(u"meter-1.0.data/scripts/meter-read"_s, "#!python\nprint(1)\n");
        files.insert(u"meter-1.0.data/data/share/meter/x.json"_s, "{}");
        files.insert(u"meter-1.0.data/headers/meter.h"_s, "");
        QVERIFY(QDir().mkpath(path(u"wheels"_s)));
        QVERIFY(makeZip(path(u"wheels/meter-1.0-py3-none-any.whl"_s), files));
        const auto step = stepOf({path(u"wheels"_s)});
        QVERIFY2(step, step ? "" : qPrintable(step.error().message));
        const auto wishes = byPath(*step);
        QCOMPARE(wishes.size(), step->wishes.size()); // nothing twice
        QSet<QByteArray> seen{"/home/pi"};
        for (const Wish &wish : step->wishes) {
            QCOMPARE(wish.uid, uid_t{1000});
            QCOMPARE(wish.gid, gid_t{1001});
            QVERIFY2(seen.contains(wish.path.first(wish.path.lastIndexOf('/'))), wish.path.constData());
            seen += wish.path;
        }
        QVERIFY(wishes.contains(site + "/meter/__init__.py"));
        QCOMPARE(wishes.value(site + "/meter/more.py").mode, mode_t{0644});
        QCOMPARE(readWhole(wishes.value(site + "/meter/more.py").source), QByteArray("y = 2\n"));
        QCOMPARE(wishes.value("/home/pi/.local/bin/meter-read").content,
                 QByteArray("#!/usr/bin/python3.11\nprint(1)\n"));
        QCOMPARE(wishes.value("/home/pi/.local/bin/meter-read").mode, mode_t{0755});
        QVERIFY(wishes.contains("/home/pi/.local/share/meter/x.json"));
        for (const QByteArray &place : wishes.keys()) {
            QVERIFY2(!place.contains(".data") && !place.endsWith(".h"), place.constData());
        }
        QVERIFY(!stepOf({path(u"wheels"_s)}, buster()));
        QVERIFY(!stepOf({path(u"wheels"_s)}, cardOf(12, "", u"arm64"_s)));
    }

    void takesUnpackedPackages()
    {
        QVERIFY(install(path(u"site"_s), wheelFiles()));
        const auto step = stepOf({path(u"site"_s)});
        QVERIFY2(step, step ? "" : qPrintable(step.error().message));
        QVERIFY(byPath(*step).contains(site + "/meter-1.0.dist-info/METADATA"));
        QVERIFY(test::writeFile(path(u"site/meter-1.0.dist-info/METADATA"_s), "Requires-Python: <3.8\n"));
        refusesIt({path(u"site"_s)}, u"requires Python <3.8, and the card has 3.11"_s);
    }

    void refusesWhatTheCardCannotUse_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("words");
        QTest::newRow("another architecture") << u"meter/_x.abi3.so"_s << elfOfArmhf() << u"built for armhf"_s;
        QTest::newRow("a name that lies")
            << u"meter/_x.cpython-311-aarch64-linux-gnu.so"_s << elfOfAmd64() << u"built for amd64"_s;
        QTest::newRow("another Python") << u"meter/_x.cpython-39-aarch64-linux-gnu.so"_s << elfOfArm64()
                                        << u"compiled for Python 3.9"_s;
        QTest::newRow("a library with a version") << u"meter.libs/libx.so.1"_s << elfOfAmd64() << u"built for amd64"_s;
        QTest::newRow("no library of Linux") << u"meter/_x.so"_s << QByteArray("\xcf\xfa\xed\xfe") << u"(ELF)"_s;
        QTest::newRow("two dist-infos") << u"other-1.dist-info/METADATA"_s << QByteArray() << u"isn't a wheel"_s;
        QTest::newRow("a file twice") << u"meter-1.0.data/platlib/meter/__init__.py"_s << QByteArray()
                                      << u"__init__.py is in "_s;
    }

    void refusesWhatTheCardCannotUse()
    {
        QFETCH(const QString, file);
        QFETCH(const QByteArray, content);
        QFETCH(const QString, words);
        Files files = wheelFiles();
        files.insert(file, content);
        const QString wheel = path(u"meter-1.0-py3-none-any.whl"_s);
        QVERIFY(makeZip(wheel, files));
        refusesIt({wheel}, words);
    }

    void refusesHostileWheels_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<quint32>("mode");
        QTest::newRow("upwards") << QByteArray("meter/../../../x.py") << quint32{0100644};
        QTest::newRow("absolute") << QByteArray("/etc/x.py") << quint32{0100644};
        QTest::newRow("a link") << QByteArray("meter/link") << quint32{0120777};
        QTest::newRow("a line break") << QByteArray("meter/a\nb") << quint32{0100644};
        QTest::newRow("a quotation mark") << QByteArray("meter/a\"b") << quint32{0100644};
    }

    void refusesHostileWheels()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const quint32, mode);
        RawZip zip;
        zip.add({.name = "meter-1.0.dist-info/METADATA", .content = "Name: meter\n"});
        zip.add({.name = name, .content = "../../etc/passwd", .mode = mode});
        const QString wheel = path(u"meter-1.0-py3-none-any.whl"_s);
        QVERIFY(zip.writeTo(wheel));
        const auto step = stepOf({wheel});
        QVERIFY(!step);
        QVERIFY(step.error().code == ErrorCode::BadArchive || step.error().code == ErrorCode::Refused);
    }

    void refusesOtherSources()
    {
        refusesIt({path(u"none"_s)}, u"no such wheel or folder"_s);
        QVERIFY(QDir().mkpath(path(u"mixed"_s)));
        QVERIFY(makeZip(path(u"mixed/meter-1.0-py3-none-any.whl"_s), wheelFiles()));
        QVERIFY(test::writeFile(path(u"mixed/other-1.0.tar.gz"_s), "x"));
        refusesIt({path(u"mixed"_s)}, u"other-1.0.tar.gz is no wheel"_s);
        QVERIFY(test::writeFile(path(u"meter-1.0-py3-none-any.whl"_s), "hello"));
        refusesIt({path(u"meter-1.0-py3-none-any.whl"_s)}, u"meter-1.0-py3-none-any.whl"_s);
        QVERIFY(install(path(u"links"_s), wheelFiles()));
        QVERIFY(::symlink("/etc/passwd", QFile::encodeName(path(u"links/x"_s)).constData()) == 0);
        refusesIt({path(u"links"_s)}, u"is a link"_s);
    }

    void copiesLibraries()
    {
        QVERIFY(install(path(u"lib"_s), {{u"libx.so.1"_s, elfOfArm64()}, {u"libx.conf"_s, "text"}}));
        QVERIFY(::symlink("libx.so.1", QFile::encodeName(path(u"lib/libx.so"_s)).constData()) == 0);
        const auto step = libraryStep(path(u"lib"_s), bookworm());
        QVERIFY2(step, step ? "" : qPrintable(step.error().message));
        const auto wishes = byPath(*step);
        QCOMPARE(wishes.value("/usr/local/lib/libx.so.1").mode, mode_t{0644});
        QCOMPARE(wishes.value("/usr/local/lib/libx.so.1").uid, uid_t{0});
        QCOMPARE(wishes.value("/usr/local/lib/libx.so").content, QByteArray("libx.so.1"));
        QVERIFY(!wishes.contains("/usr/local/lib")); // Buster's belongs to another group
        QVERIFY(wishes.value("/etc/systemd/system/sgn-libraries.service").content.contains("ldconfig"));

        const auto other = libraryStep(path(u"lib"_s), buster());
        QVERIFY(!other);
        QVERIFY2(other.error().message.contains(u"libx.so.1: it was built for arm64, and the card's system is armhf"_s),
                 qPrintable(other.error().message));
        const QByteArray link = QFile::encodeName(path(u"lib/odd"_s));
        QVERIFY(::symlink("y\"\n!true\nstat \"z", link.constData()) == 0);
        QCOMPARE(libraryStep(path(u"lib"_s), bookworm()).error().code, ErrorCode::Refused);
        QVERIFY(::unlink(link.constData()) == 0);
        // Reading it would wait for ever.
        QVERIFY(::mkfifo(link.constData(), 0600) == 0);
        QCOMPARE(libraryStep(path(u"lib"_s), bookworm()).error().code, ErrorCode::Refused);
        QVERIFY(::unlink(link.constData()) == 0);
        QVERIFY(::symlink("../../etc/passwd", QFile::encodeName(path(u"lib/up"_s)).constData()) == 0);
        QCOMPARE(libraryStep(path(u"lib"_s), bookworm()).error().code, ErrorCode::Refused);
        QVERIFY(QDir().mkpath(path(u"empty"_s)));
        QCOMPARE(libraryStep(path(u"empty"_s), bookworm()).error().code, ErrorCode::BadRequest);
        QCOMPARE(libraryStep(path(u"none"_s), bookworm()).error().code, ErrorCode::BadRequest);
    }
};

QTEST_GUILESS_MAIN(CardPackagesTest)
#include "tst_card_packages.moc"
