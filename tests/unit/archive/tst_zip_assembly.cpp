// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipAssembly.h"
#include "support/RawZip.h"
#include "support/TreeSnapshot.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 ample = 100'000;

RawZip someZip()
{
    RawZip zip;
    zip.add({.name = "SmartMeter/", .mode = 040755})
        .add({.name = "SmartMeter/ocr.py", .content = "#!/usr/bin/python3\nprint(1)\n", .method = 8})
        .add({.name = "SmartMeter/empty"})
        .add({.name = "SmartMeter/data.bin", .content = QByteArray(5000, 'd')})
        .add({.name = "SmartMeter/link", .content = "ocr.py", .mode = 0120777});
    return zip;
}

Result<QList<ZipMember>> membersOf(const QByteArray &zip)
{
    const auto end = findZipEnd(QByteArrayView(zip).last(std::min(ample, qint64{zip.size()})), zip.size());
    if (!end) {
        return fail(end.error());
    }
    return readZipMembers(QByteArrayView(zip).sliced(end->start, end->size), *end);
}

bool write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
}

} // namespace

class TestZipAssembly : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsMembersInTheOrderOfTheirBytes()
    {
        const QByteArray zip = someZip().bytes();
        const auto members = membersOf(zip);
        QVERIFY2(members, members ? "" : qPrintable(members.error().message));
        QCOMPARE(members->size(), 5);
        QCOMPARE(members->at(1).path, u"SmartMeter/ocr.py"_s);
        QCOMPARE(members->at(1).size, 28);
        QVERIFY(!members->at(0).isFile);
        qint64 at = 0;
        for (const ZipMember &member : *members) {
            QCOMPARE(member.offset, at);
            at += member.length;
        }
        QCOMPARE(at, someZip().filesOnly().size());
    }

    void unpacksToTheSame()
    {
        const QTemporaryDir folder;
        const QByteArray zip = someZip().bytes();
        QVERIFY(write(folder.filePath(u"whole.zip"_s), zip));
        QVERIFY(write(folder.filePath(u"data.bin"_s), QByteArray(5000, 'd')));
        QVERIFY(write(folder.filePath(u"ocr.py"_s), "#!/usr/bin/python3\nprint(1)\n"));
        const auto members = membersOf(zip);
        QVERIFY(members.has_value());
        QList<ZipPart> parts;
        for (const ZipMember &member : *members) {
            const QString here = folder.filePath(member.path.section(u'/', -1));
            const bool isHere = member.isFile && QFile::exists(here);
            parts += {member, isHere ? ZipPart::Source::Content : ZipPart::Source::Member,
                      isHere ? here : folder.filePath(u"whole.zip"_s), isHere ? 0 : member.offset};
        }
        const auto assembled = assembleZip(parts, folder.filePath(u"assembled.zip"_s));
        QVERIFY2(assembled, assembled ? "" : qPrintable(assembled.error().message));
        ExtractRules rules;
        rules.topFolder = u"SmartMeter"_s;
        QVERIFY(extractZip(folder.filePath(u"whole.zip"_s), folder.filePath(u"one"_s), rules).has_value());
        const auto extracted = extractZip(folder.filePath(u"assembled.zip"_s), folder.filePath(u"two"_s), rules);
        QVERIFY2(extracted, extracted ? "" : qPrintable(extracted.error().message));
        TreeSnapshot one = snapshotOf(folder.filePath(u"one"_s));
        TreeSnapshot two = snapshotOf(folder.filePath(u"two"_s));
        // A snapshot has a link's target with the folder it is in.
        QVERIFY(one.take(u"SmartMeter/link"_s).endsWith("/one/SmartMeter/ocr.py"));
        QVERIFY(two.take(u"SmartMeter/link"_s).endsWith("/two/SmartMeter/ocr.py"));
        QCOMPARE(two, one);
    }

    void leavesNothingWhenAFileHasChanged()
    {
        const QTemporaryDir folder;
        const auto members = membersOf(someZip().bytes());
        QVERIFY(members.has_value());
        QVERIFY(write(folder.filePath(u"data.bin"_s), QByteArray(5001, 'd')));
        const QList<ZipPart> parts{{members->at(3), ZipPart::Source::Content, folder.filePath(u"data.bin"_s), 0}};
        QCOMPARE(assembleZip(parts, folder.filePath(u"new.zip"_s)).error().code, ErrorCode::HashMismatch);
        QVERIFY(!QFile::exists(folder.filePath(u"new.zip"_s)));
    }

    void refusesWhatIsNoPlainZip_data()
    {
        QTest::addColumn<QByteArray>("zip");
        QTest::addColumn<ErrorCode>("error");
        const QByteArray good = someZip().bytes();
        QTest::newRow("empty") << QByteArray() << ErrorCode::BadArchive;
        QTest::newRow("no zip") << QByteArray(1000, 'x') << ErrorCode::BadArchive;
        QTest::newRow("bytes in front") << "x" + good << ErrorCode::BadArchive;
        QTest::newRow("cut in the end") << good.chopped(3) << ErrorCode::BadArchive;
        QTest::newRow("more entries than there are") << someZip().stateEntries(6).bytes() << ErrorCode::BadArchive;
        QTest::newRow("fewer entries than there are") << someZip().stateEntries(4).bytes() << ErrorCode::BadArchive;
        QTest::newRow("too many entries") << someZip().stateEntries(20'001).bytes() << ErrorCode::TooLarge;
        QTest::newRow("zip64") << someZip().locateZip64().bytes() << ErrorCode::BadArchive;
        RawZip climbing;
        climbing.add({.name = "SmartMeter/../../x", .content = "x"});
        QTest::newRow("a name that climbs") << climbing.bytes() << ErrorCode::BadArchive;
        QByteArray overlapping = good;
        const qsizetype second = overlapping.indexOf("PK\x01\x02", overlapping.indexOf("PK\x01\x02") + 1);
        overlapping.replace(second + 42, 4, QByteArray(4, '\0'));
        QTest::newRow("overlapping") << overlapping << ErrorCode::BadArchive;
    }

    void refusesWhatIsNoPlainZip()
    {
        QFETCH(const QByteArray, zip);
        QFETCH(const ErrorCode, error);
        const auto members = membersOf(zip);
        QVERIFY(!members);
        QCOMPARE(members.error().code, error);
    }
};

QTEST_GUILESS_MAIN(TestZipAssembly)
#include "tst_zip_assembly.moc"
