// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/PartitionTable.h"

#include <QtEndian>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;

namespace {

constexpr qint64 imageSize = 512 * 1000;

struct Row
{
    quint8 type = 0;
    quint32 start = 0; // in sectors
    quint32 size = 0;
};

QByteArray sectorOf(const QList<Row> &rows)
{
    QByteArray sector(512, '\0');
    for (qsizetype i = 0; i < rows.size(); ++i) {
        char *const entry = sector.data() + 446 + 16 * i;
        entry[4] = static_cast<char>(rows[i].type);
        qToLittleEndian(rows[i].start, entry + 8);
        qToLittleEndian(rows[i].size, entry + 12);
    }
    sector[510] = 0x55;
    sector[511] = static_cast<char>(0xaa);
    return sector;
}

} // namespace

class PartitionTableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsBootAndRoot()
    {
        const auto found = readPartitions(sectorOf({{0x0c, 8, 100}, {0x83, 200, 800}}), imageSize);
        QVERIFY2(found, found ? "" : qPrintable(found.error().message));
        QCOMPARE(*found, (CardPartitions{{8 * 512, 100 * 512}, {200 * 512, 800 * 512}}));
        // In any order, and old images' type of FAT.
        QVERIFY(readPartitions(sectorOf({{0x83, 200, 800}, {}, {0x0e, 8, 100}}), imageSize));
    }

    void refusesOthers_data()
    {
        QTest::addColumn<QByteArray>("sector");
        QTest::addColumn<QString>("words");
        QByteArray unsignedSector = sectorOf({{0x0c, 8, 100}, {0x83, 200, 800}});
        unsignedSector[510] = 0;
        QTest::newRow("nothing") << QByteArray() << u"no partition table"_s;
        QTest::newRow("zeros") << QByteArray(512, '\0') << u"no partition table"_s;
        QTest::newRow("a packed image") << QByteArray("\xfd"
                                                      "7zXZ") +
                                               QByteArray(600, 'x')
                                        << u"has to be unpacked"_s;
        QTest::newRow("no mark") << unsignedSector << u"no partition table"_s;
        QTest::newRow("GPT") << sectorOf({{0xee, 1, 999}}) << u"GPT"_s;
        QTest::newRow("no root") << sectorOf({{0x0c, 8, 100}}) << u"one for booting and one for Linux"_s;
        QTest::newRow("no boot") << sectorOf({{0x83, 8, 100}}) << u"one for booting and one for Linux"_s;
        QTest::newRow("two roots") << sectorOf({{0x0c, 8, 100}, {0x83, 200, 8}, {0x83, 300, 8}})
                                   << u"one for booting and one for Linux"_s;
        QTest::newRow("swap") << sectorOf({{0x0c, 8, 100}, {0x82, 200, 8}, {0x83, 300, 8}})
                              << u"one for booting and one for Linux"_s;
        QTest::newRow("cut") << sectorOf({{0x0c, 8, 100}, {0x83, 200, 801}}) << u"isn't complete"_s;
        QTest::newRow("over the table") << sectorOf({{0x0c, 0, 100}, {0x83, 200, 800}}) << u"isn't complete"_s;
        QTest::newRow("empty") << sectorOf({{0x0c, 8, 0}, {0x83, 200, 800}}) << u"isn't complete"_s;
        QTest::newRow("overlapping") << sectorOf({{0x0c, 8, 193}, {0x83, 200, 800}}) << u"overlap"_s;
        QTest::newRow("overlapping, the root first") << sectorOf({{0x0c, 299, 100}, {0x83, 8, 292}}) << u"overlap"_s;
        QTest::newRow("beyond 32 bits") << sectorOf({{0x0c, 8, 100}, {0x83, 0xffffffff, 0xffffffff}})
                                        << u"isn't complete"_s;
    }

    void refusesOthers()
    {
        QFETCH(const QByteArray, sector);
        QFETCH(const QString, words);
        const auto found = readPartitions(sector, imageSize);
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::Refused);
        QVERIFY2(found.error().message.contains(words), qPrintable(found.error().message));
    }
};

QTEST_GUILESS_MAIN(PartitionTableTest)
#include "tst_partition_table.moc"
