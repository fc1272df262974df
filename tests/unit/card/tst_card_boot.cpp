// SPDX-License-Identifier: GPL-3.0-or-later
// The boot files of a card, in an image's FAT partition and mounted.
#include "card/CardFacts.h"
#include "card/FatVolume.h"
#include "card/Provisioning.h"
#include "support/CardImage.h"

#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;
using namespace sgn::test;

namespace {

constexpr qint64 limit = 1024 * 1024;

Wish file(const QByteArray &path, const QByteArray &content)
{
    return {.path = path, .content = content};
}

Wish gone(const QByteArray &path)
{
    return {.path = path, .type = Node::Type::None};
}

} // namespace

class CardBootTest : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString image() const { return m_folder->filePath(u"card.img"_s); }
    [[nodiscard]] QString root() const { return m_folder->filePath(u"root"_s); }
    [[nodiscard]] Result<std::unique_ptr<FatVolume>> open(Access access = Access::Change) const
    {
        return FatVolume::open(image(), cardBoot, access);
    }

    std::unique_ptr<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(layBuster(root()));
        QCOMPARE(makeCardImage(image(), root()), QString());
    }

    void readsAndWrites()
    {
        const auto volume = open();
        QVERIFY2(volume, volume ? "" : qPrintable(volume.error().message));
        QCOMPARE((*volume)->list("/").value(), (QByteArrayList{"cmdline.txt", "config.txt"}));
        const QByteArray big(100'000, 'b');
        for (int i = 0; i < 2; ++i) {
            const auto done = (*volume)->apply({file("/cmdline.txt", "short"), file("/network-config", big),
                                                file("/empty", ""), gone("/config.txt"), gone("/none")});
            QVERIFY2(done, done ? "" : qPrintable(done.error().message));
        }
        const auto nodes = (*volume)->look({"/", "/cmdline.txt", "/network-config", "/empty", "/config.txt"});
        QVERIFY(nodes);
        QCOMPARE(nodes->keys(), (QByteArrayList{"/", "/cmdline.txt", "/empty", "/network-config"}));
        QVERIFY(!nodes->value("/cmdline.txt").hasOwner);
        QCOMPARE(nodes->value("/network-config").size, 100'000);
        QCOMPARE((*volume)->read({"/network-config"}, limit).value().value("/network-config"), big);
        QCOMPARE((*volume)->read({"/network-config"}, 10).error().code, ErrorCode::TooLarge);
        QVERIFY((*volume)->freeBytes().value() > 500'000);
        QVERIFY(!QFile::exists(image() + u".sgn-boot"_s) && !QFile::exists(image() + u".sgn-boot-undo"_s));
    }

    void allOfItOrNothing()
    {
        const auto volume = open();
        QVERIFY(volume);
        const QByteArray before = readWhole(image());
        const auto done = (*volume)->apply({file("/cmdline.txt", "x"), file("/big", QByteArray(2'000'000, 'x'))});
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::NoSpace);
        for (const Wish &wish : {file("/a*b", "x"), file("/a:b", "x"), file("/../x", "x"), file("/", "x"),
                                 Wish{.path = "/link", .type = Node::Type::Symlink, .content = "x"}}) {
            QVERIFY2(!(*volume)->apply({file("/cmdline.txt", "x"), wish}), wish.path.constData());
        }
        QVERIFY(readWhole(image()) == before);
        QVERIFY(!QFile::exists(image() + u".sgn-boot"_s));
    }

    // As if the program had been killed while it wrote the image: the undo file is still there.
    void undoesAnInterruptedChange()
    {
        const QByteArray before = readWhole(image());
        const BlockUndo undo(image(), cardBoot);
        const QString copy = m_folder->filePath(u"copy"_s);
        QVERIFY(undo.copyTo(copy));
        QCOMPARE(readWhole(copy), before.sliced(cardBoot.start, cardBoot.size));
        QFile changed(copy);
        QVERIFY(changed.open(QIODevice::ReadWrite) && changed.seek(5000) && changed.write("changed") == 7);
        changed.close();
        // What has been written at the last moment before the undo file goes.
        QVERIFY(undo.replaceBy(copy));
        const QByteArray after = readWhole(image());
        QVERIFY(after != before);
        QVERIFY(!undo.isInterrupted());
        // Back to the old content in the same way, killed in the middle: made by hand, in the format of the file.
        QByteArray bytes;
        QDataStream stream(&bytes, QIODevice::WriteOnly);
        stream.setVersion(QDataStream::Qt_6_4);
        stream << "sgn-boot-undo 1"_ba << qint64{1} << (cardBoot.start + 4096)
               << before.sliced(cardBoot.start + 4096, 4096);
        QVERIFY(test::writeFile(image() + u".sgn-boot-undo"_s, bytes));
        QVERIFY(undo.isInterrupted());
        QVERIFY(open());
        QVERIFY(readWhole(image()) == before);
        QVERIFY(!undo.isInterrupted());
    }

    void refusesADamagedUndoFile()
    {
        const QByteArray before = readWhole(image());
        QVERIFY(test::writeFile(image() + u".sgn-boot-undo"_s, "hello"));
        const auto volume = open();
        QVERIFY(!volume);
        QVERIFY2(volume.error().message.contains(u"cannot be undone"_s), qPrintable(volume.error().message));
        QVERIFY(readWhole(image()) == before);
    }

    void onlyReads()
    {
        QVERIFY(open(Access::Read));
        QVERIFY(test::writeFile(image() + u".sgn-boot-undo"_s, "hello"));
        const auto volume = open(Access::Read);
        QVERIFY(!volume);
        QVERIFY2(volume.error().message.contains(u"was interrupted"_s), qPrintable(volume.error().message));
        QCOMPARE(readWhole(image() + u".sgn-boot-undo"_s), QByteArray("hello"));
    }

    void refusesOtherFileSystems()
    {
        QCOMPARE(FatVolume::open(image(), cardRoot, Access::Change).error().code, ErrorCode::Refused);
    }

    // The paths are those of the device, in an image and mounted.
    void joinsBothPartitions_data()
    {
        QTest::addColumn<QString>("way");
        QTest::newRow("image") << u"image"_s;
        QTest::newRow("mounted below") << u"below"_s;
        QTest::newRow("mounted elsewhere") << u"elsewhere"_s;
    }

    void joinsBothPartitions()
    {
        QFETCH(const QString, way);
        const QString elsewhere = m_folder->filePath(u"elsewhere"_s);
        const QString boot = way == u"below"_s ? root() + u"/boot"_s : elsewhere;
        QVERIFY(QDir().mkpath(elsewhere));
        QVERIFY(test::writeFile(boot + u"/cmdline.txt"_s, cardCmdline));
        const auto volume = way == u"image"_s ? openCardImage(image(), Access::Change)
                                              : openMountedCard(root(), way == u"below"_s ? QString() : elsewhere);
        QVERIFY2(volume, volume ? "" : qPrintable(volume.error().message));
        QVERIFY(readCardFacts(**volume).value().hasBootFiles);
        Wish inRoot = file("/etc/x", "root");
        inRoot.uid = ::geteuid();
        inRoot.gid = ::getegid();
        QVERIFY((*volume)->apply({file("/boot/x", "boot"), inRoot}));
        const auto read = (*volume)->read({"/boot/x", "/etc/x", "/boot/cmdline.txt"}, limit);
        QVERIFY(read);
        QCOMPARE(read->value("/boot/x"), QByteArray("boot"));
        QCOMPARE(read->value("/etc/x"), QByteArray("root"));
        QCOMPARE(read->value("/boot/cmdline.txt"), cardCmdline);
        QVERIFY((*volume)->list("/boot").value().contains("x"));
        const auto nodes = (*volume)->look({"/boot/x", "/etc/x", "/boot"});
        QVERIFY(nodes);
        QCOMPARE(nodes->size(), 3);
        QVERIFY(!nodes->value("/boot/x").hasOwner && nodes->value("/etc/x").hasOwner);
    }

    void knowsThatTheBootFilesAreNotThere()
    {
        const auto volume = openMountedCard(root(), {});
        QVERIFY(volume);
        QVERIFY(!readCardFacts(**volume).value().hasBootFiles);
        QVERIFY((*volume)->look({"/boot/cmdline.txt"}).value().isEmpty());
        QCOMPARE((*volume)->apply({file("/boot/x", "x")}).error().code, ErrorCode::Refused);
        QVERIFY(!openMountedCard(root(), m_folder->path()));
    }
};

QTEST_GUILESS_MAIN(CardBootTest)
#include "tst_card_boot.moc"
