// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Overlay.h"
#include "card/Provisioning.h"
#include "card/SparseCopy.h"
#include "card/UndoFile.h"
#include "crypto/Sha256.h"
#include "support/CardImage.h"

#include <algorithm>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;
using namespace sgn::test;

Q_DECLARE_METATYPE(QList<sgn::card::Extent>)

namespace {

// The bytes that a file takes of the disk.
qint64 allocated(const QString &path)
{
    struct stat facts = {};
    return ::stat(QFile::encodeName(path).constData(), &facts) == 0 ? facts.st_blocks * 512 : -1;
}

bool covers(const QList<Extent> &large, const Extent &small)
{
    return std::ranges::any_of(large, [&small](const Extent &each) {
        return each.start <= small.start && small.start + small.size <= each.start + each.size;
    });
}

QByteArray le(quint64 number, int bytes)
{
    QByteArray out;
    for (int i = 0; i < bytes; ++i) {
        out += static_cast<char>(number & 0xff);
        number >>= 8;
    }
    return out;
}

QByteArray undoHead(quint64 keys, quint64 keyBlock, quint32 blockSize, quint32 fsBlockSize)
{
    const QByteArray head =
        "E2UNDO02" + le(keys, 8) + le(1, 8) + le(keyBlock, 8) + le(blockSize, 4) + le(fsBlockSize, 4);
    return head.leftJustified(512, '\0');
}

QByteArray undoKeys(const QByteArray &magic = le(0xCADECADE, 4))
{
    return (magic + le(0, 12) + le(7, 8) + le(0, 4) + le(1024, 4) + le(9, 8) + le(0, 4) + le(2048, 4))
        .leftJustified(1024, '\0');
}

} // namespace

// Sparse copies of images, which blocks of them a change overwrites, and overlays of these.
class CardOverlayTest : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path(const QString &name) const { return m_folder->filePath(name); }

    std::unique_ptr<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void coversWithWholeBlocks_data()
    {
        QTest::addColumn<QList<Extent>>("extents");
        QTest::addColumn<QList<Extent>>("blocks");
        using List = QList<Extent>;
        QTest::newRow("none") << List{} << List{};
        QTest::newRow("a byte") << List{{5000, 1}} << List{{4096, 4096}};
        QTest::newRow("over an edge") << List{{4095, 2}} << List{{0, 8192}};
        QTest::newRow("sorted and joined") << List{{8192, 4096}, {0, 1}, {4096, 10}} << List{{0, 12288}};
        QTest::newRow("inside of another") << List{{0, 12288}, {4096, 1}} << List{{0, 12288}};
        QTest::newRow("apart") << List{{0, 1}, {8192, 1}} << List{{0, 4096}, {8192, 4096}};
        QTest::newRow("up to the end of the image") << List{{16384, 4096}} << List{{16384, 616}};
        QTest::newRow("behind the end") << List{{20480, 1}} << List{};
        QTest::newRow("before the beginning") << List{{-8192, 10000}} << List{{0, 4096}};
        QTest::newRow("without a size") << List{{4096, 0}, {8192, -1}} << List{};
    }
    void coversWithWholeBlocks()
    {
        QFETCH(const QList<Extent>, extents);
        QFETCH(const QList<Extent>, blocks);
        QCOMPARE(inWholeBlocks(extents, 17000), blocks);
    }

    void readsUndoFiles_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QList<Extent>>("extents");
        QTest::addColumn<bool>("isGood");
        const QByteArray gap(512, '\0');
        const QByteArray start = gap + QByteArray(1024, '\0');
        using List = QList<Extent>;
        QTest::newRow("two keys") << undoHead(2, 2, 1024, 1024) + start + undoKeys()
                                  << List{{7 * 1024, 1024}, {9 * 1024, 2048}} << true;
        QTest::newRow("none") << undoHead(0, 2, 1024, 1024) + start << List{} << true;
        QTest::newRow("empty") << QByteArray() << List{} << false;
        QTest::newRow("another file") << QByteArray(4096, 'x') << List{} << false;
        QTest::newRow("cut in the head") << undoHead(2, 2, 1024, 1024).first(100) << List{} << false;
        QTest::newRow("cut in the keys") << undoHead(2, 2, 1024, 1024) + start + undoKeys().first(40) << List{}
                                         << false;
        QTest::newRow("more keys than there are")
            << undoHead(900, 2, 1024, 1024) + start + undoKeys() << List{} << false;
        QTest::newRow("other magic") << undoHead(2, 2, 1024, 1024) + start + undoKeys("oops") << List{} << false;
        QTest::newRow("no size of a block") << undoHead(2, 2, 0, 1024) + start + undoKeys() << List{} << false;
        QTest::newRow("an odd size of a block") << undoHead(2, 2, 1000, 1024) + start + undoKeys() << List{} << false;
        QTest::newRow("a huge size of a block")
            << undoHead(2, 2, 0x80000000, 1024) + start + undoKeys() << List{} << false;
        QTest::newRow("keys far away") << undoHead(2, ~quint64{0}, 1024, 1024) + start + undoKeys() << List{} << false;
        QTest::newRow("keys without number")
            << undoHead(~quint64{0}, 2, 1024, 1024) + start + undoKeys() << List{} << false;
    }
    void readsUndoFiles()
    {
        QFETCH(const QByteArray, file);
        QVERIFY(test::writeFile(path(u"undo"_s), file));
        const auto extents = extentsInUndoFile(path(u"undo"_s));
        QTEST(extents.has_value(), "isGood");
        QTEST(extents.value_or(QList<Extent>()), "extents");
    }

    void reportsWhatAChangeOverwrites_data()
    {
        QTest::addColumn<QString>("blockSize");
        QTest::newRow("small blocks, the superblock among others") << u"1024"_s;
        QTest::newRow("as on a card") << u"4096"_s;
    }
    // What a change reports is all that it has changed, in both partitions, and can be rolled back by it.
    void reportsWhatAChangeOverwrites()
    {
        QFETCH(const QString, blockSize);
        QVERIFY(layBuster(path(u"root"_s)));
        const QString image = path(u"card.img"_s);
        QCOMPARE(makeCardImage(image, path(u"root"_s)), QString());
        const auto made =
            runTool(u"mkfs.ext4"_s,
                    {u"-q"_s, u"-F"_s, u"-b"_s, blockSize, u"-E"_s, u"offset=%1,root_owner=0:0"_s.arg(cardRoot.start),
                     u"-d"_s, path(u"root"_s), image, u"%1k"_s.arg(cardRoot.size / 1024)},
                    u"e2fsprogs"_s);
        QVERIFY(made);
        QVERIFY2(made->exitCode == 0, made->errors.constData());
        QVERIFY(copySparsely(image, path(u"before.img"_s)));
        QVERIFY(readWhole(path(u"before.img"_s)) == readWhole(image));
        QVERIFY(allocated(path(u"before.img"_s)) <= allocated(image) + 64 * imageBlock);

        const qint64 size = QFileInfo(image).size();
        QList<Extent> changed;
        auto volume = openCardImage(image, Access::Change, &changed);
        QVERIFY(volume);
        QVERIFY((*volume)->apply({{.path = "/etc/hostname", .content = "meter-1\n"},
                                  {.path = "/etc/large", .content = QByteArray(3'000'000, 'x')},
                                  {.path = "/boot/config.txt", .content = "dtparam=watchdog=on\n"}}));
        const QList<Extent> reported = inWholeBlocks(changed, size);
        const auto found = differingBlocks(path(u"before.img"_s), image, {{0, size}});
        QVERIFY(found && !found->isEmpty());
        for (const Extent &extent : *found) {
            QVERIFY2(covers(reported, extent), qPrintable(u"at %1, %2 bytes"_s.arg(extent.start).arg(extent.size)));
        }
        QVERIFY(copyExtents(path(u"before.img"_s), image, reported));
        QVERIFY(readWhole(path(u"before.img"_s)) == readWhole(image));
    }

    void makesAnOverlay()
    {
        QByteArray base(100 * imageBlock + 616, 'a');
        QByteArray changed = base;
        const QList<Extent> extents{{0, imageBlock}, {7 * imageBlock, 3 * imageBlock}, {100 * imageBlock, 616}};
        for (const Extent &extent : extents) {
            changed.replace(extent.start, extent.size, QByteArray(extent.size, 'b'));
        }
        QVERIFY(test::writeFile(path(u"base"_s), base));
        QVERIFY(test::writeFile(path(u"changed"_s), changed));
        QCOMPARE(differingBlocks(path(u"base"_s), path(u"changed"_s), {{0, base.size()}}).value(), extents);

        const auto map = writeOverlay(path(u"changed"_s), extents, path(u"overlay"_s));
        QVERIFY(map);
        QVERIFY(checkOverlay(path(u"overlay"_s), *map));
        QVERIFY(allocated(path(u"overlay"_s)) < base.size() / 2);
        QVERIFY(copyExtents(path(u"overlay"_s), path(u"base"_s), extents));
        QVERIFY(readWhole(path(u"base"_s)) == changed);
        for (const char *line :
             {"<bmap version=\"2.0\">", "<ImageSize>410216</ImageSize>", "<BlocksCount>101</BlocksCount>",
              "<MappedBlocksCount>5</MappedBlocksCount>", ">0</Range>", ">7-9</Range>", ">100</Range>"}) {
            QVERIFY2(map->contains(line), map->constData());
        }
        // As bmaptool does it.
        const qsizetype at = map->indexOf("<BmapFileChecksum>") + 18;
        QByteArray blank = *map;
        blank.replace(at, 64, QByteArray(64, '0'));
        QCOMPARE(map->sliced(at, 64), Sha256::hash(blank).toHex());
    }

    void refusesAnotherOverlay_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        const QByteArray good(4 * imageBlock, 'b');
        QByteArray flipped = good;
        flipped[imageBlock + 5] = 'c';
        QTest::newRow("a changed byte") << flipped << QByteArray() << QByteArray();
        QTest::newRow("cut") << good.first(imageBlock + 10) << QByteArray() << QByteArray();
        QTest::newRow("empty") << QByteArray() << QByteArray() << QByteArray();
        QTest::newRow("another range") << good << QByteArray(">1<") << QByteArray(">2<");
        QTest::newRow("a range behind the end") << good << QByteArray(">1<") << QByteArray(">99999999999999<");
        QTest::newRow("a range that is none") << good << QByteArray(">1<") << QByteArray(">-1--5<");
        QTest::newRow("no XML") << good << QByteArray("<bmap") << QByteArray("<<<");
    }
    void refusesAnotherOverlay()
    {
        QFETCH(const QByteArray, file);
        QFETCH(const QByteArray, from);
        QFETCH(const QByteArray, to);
        QVERIFY(test::writeFile(path(u"good"_s), QByteArray(4 * imageBlock, 'b')));
        auto map = blockMapOf(path(u"good"_s), {{imageBlock, imageBlock}});
        QVERIFY(map && checkOverlay(path(u"good"_s), *map));
        QVERIFY(test::writeFile(path(u"file"_s), file));
        const auto checked = checkOverlay(path(u"file"_s), from.isEmpty() ? *map : map->replace(from, to));
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, ErrorCode::BadFile);
    }

    void copiesHolesAndData()
    {
        QFile file(path(u"holes"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(50'000'000));
        QVERIFY(file.seek(20'000'000) && file.write("in the middle") > 0);
        file.close();
        QVERIFY(test::writeFile(path(u"copy"_s), "what was there before"));
        QVERIFY(copySparsely(path(u"holes"_s), path(u"copy"_s)));
        QVERIFY(readWhole(path(u"holes"_s)) == readWhole(path(u"copy"_s)));
        QVERIFY(allocated(path(u"copy"_s)) < 1'000'000);
        QCOMPARE(copySparsely(path(u"none"_s), path(u"copy"_s)).error().code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(CardOverlayTest)
#include "tst_card_overlay.moc"
