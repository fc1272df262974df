// SPDX-License-Identifier: GPL-3.0-or-later
// The boot files of a card, in an image's FAT partition and mounted.
#include "card/CardFacts.h"
#include "card/FatVolume.h"
#include "card/Provisioning.h"
#include "support/CardImage.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

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
        stream << "sgn-boot-undo 2"_ba << before.first(512) << qint64{1} << (cardBoot.start + 4096)
               << before.sliced(cardBoot.start + 4096, 4096);
        QVERIFY(test::writeFile(image() + u".sgn-boot-undo"_s, bytes));
        QVERIFY(undo.isInterrupted());
        // Another image in its place keeps what it has.
        QByteArray other = after;
        other[440] = static_cast<char>(~other[440]);
        QVERIFY(test::writeFile(image(), other));
        const auto refused = open();
        QVERIFY(!refused && refused.error().message.contains(u"of another image"_s));
        QVERIFY(readWhole(image()) == other);
        QVERIFY(test::writeFile(image(), after));
        QVERIFY(open());
        QVERIFY(readWhole(image()) == before);
        QVERIFY(!undo.isInterrupted());
    }

    // FAT has one name for both.
    void findsNamesInUpperCase()
    {
        const QTemporaryDir folder;
        QVERIFY(test::writeFile(folder.filePath(u"CONFIG.TXT"_s), "a=b\n"));
        const auto copied = runTool(u"mcopy"_s,
                                    {u"-o"_s, u"-i"_s, u"%1@@%2"_s.arg(image()).arg(cardBoot.start),
                                     folder.filePath(u"CONFIG.TXT"_s), u"::/CONFIG.TXT"_s},
                                    u"mtools"_s);
        QVERIFY(copied && copied->exitCode == 0);
        const auto volume = open();
        QVERIFY(volume);
        QCOMPARE((*volume)->read({"/config.txt"}, limit).value().value("/config.txt"), QByteArray("a=b\n"));
        QVERIFY((*volume)->apply({file("/config.txt", "c=d\n")}));
        QCOMPARE((*volume)->list("/").value().size(), 2);
        QCOMPARE((*volume)->read({"/config.txt"}, limit).value().value("/config.txt"), QByteArray("c=d\n"));
    }

    // mcopy would put the file into it, and mtype print what is in it.
    void refusesAFolderInPlaceOfAFile()
    {
        const auto made = runTool(
            u"mmd"_s, {u"-i"_s, u"%1@@%2"_s.arg(image()).arg(cardBoot.start), u"::/userconf.txt"_s}, u"mtools"_s);
        QVERIFY(made && made->exitCode == 0);
        const QByteArray before = readWhole(image());
        const auto volume = open();
        QVERIFY(volume);
        QCOMPARE((*volume)->look({"/userconf.txt"}).value().value("/userconf.txt").type, Node::Type::Folder);
        QVERIFY((*volume)->read({"/userconf.txt"}, limit).value().isEmpty());
        for (const Wish &wish : {file("/userconf.txt", "x"), gone("/userconf.txt")}) {
            const auto done = (*volume)->apply({wish});
            QVERIFY(!done && done.error().message.contains(u"/userconf.txt: is a folder"_s));
        }
        QVERIFY(readWhole(image()) == before);
    }

    // mtools give what they don't understand to a shell, and others have browsers put "(1)" behind a name.
    void takesImagesOfAnyName_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("downloaded twice") << u"card (1).img"_s;
        QTest::newRow("a command") << u"$(touch pwned)`touch pwned`.img"_s;
        QTest::newRow("of mtools") << u"a@@512.img"_s;
        QTest::newRow("quotes") << u"my \"card\" isn't.img"_s;
        QTest::newRow("letters") << u"Zähler\\*[1]{2}~.img"_s;
    }
    void takesImagesOfAnyName()
    {
        QFETCH(const QString, name);
        const QString odd = m_folder->filePath(name);
        QVERIFY(QFile::rename(image(), odd));
        const auto volume = openCardImage(odd, Access::Change);
        QVERIFY2(volume, volume ? "" : qPrintable(volume.error().message));
        const auto done = (*volume)->apply({file("/boot/x", "boot"), file("/etc/x", "root")});
        QVERIFY2(done, done ? "" : qPrintable(done.error().message));
        QCOMPARE((*volume)->read({"/boot/x", "/etc/x"}, limit).value().size(), 2);
        QVERIFY(!QFile::exists(m_folder->filePath(u"pwned"_s)) && !QFile::exists(u"pwned"_s));
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList{name});
    }

    void refusesWhatIsNoImageFile_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("words");
        QTest::newRow("a folder") << u"root"_s << u"is no file"_s;
        QTest::newRow("a pipe") << u"pipe"_s << u"is no file"_s;
        QTest::newRow("a device") << u"/dev/zero"_s << u"is no file"_s;
        QTest::newRow("an option of e2fsprogs") << u"a?offset=0.img"_s << u"rename"_s;
        QTest::newRow("nothing") << u"nothing"_s << u"No such file"_s;
    }
    void refusesWhatIsNoImageFile()
    {
        QFETCH(const QString, name);
        QFETCH(const QString, words);
        QVERIFY(::mkfifo(QFile::encodeName(m_folder->filePath(u"pipe"_s)).constData(), 0600) == 0);
        QVERIFY(QFile::copy(image(), m_folder->filePath(u"a?offset=0.img"_s)));
        const auto volume = openCardImage(QDir(m_folder->path()).absoluteFilePath(name), Access::Read);
        QVERIFY(!volume);
        QVERIFY2(volume.error().message.contains(words), qPrintable(volume.error().message));
    }

    // Who changes a card is alone, by whatever name; those who read it are not in each other's way.
    void keepsTwoRunsApart_data()
    {
        QTest::addColumn<QString>("way");
        QTest::newRow("image") << u"image"_s;
        QTest::newRow("mounted") << u"mounted"_s;
    }
    void keepsTwoRunsApart()
    {
        QFETCH(const QString, way);
        const bool isImage = way == u"image"_s;
        const QString link = m_folder->filePath(u"link"_s);
        QVERIFY(QFile::link(isImage ? image() : root(), link));
        const auto open = [&](const QString &path, Access access) {
            return isImage ? openCardImage(path, access) : openMountedCard(path, {}, access);
        };
        {
            const auto first = open(isImage ? image() : root(), Access::Change);
            QVERIFY(first);
            for (const Access access : {Access::Change, Access::Read}) {
                const auto second = open(link, access);
                QVERIFY(!second);
                QCOMPARE(second.error().code, ErrorCode::Refused);
                QVERIFY2(second.error().message.contains(u"another run"_s), qPrintable(second.error().message));
            }
        }
        const auto one = open(link, Access::Read);
        QVERIFY(one && open(link, Access::Read));
        QVERIFY(!open(link, Access::Change));
    }

    // An interrupted change is undone by whatever name the image is opened.
    void undoesByALinkAsWell()
    {
        const QString link = m_folder->filePath(u"link.img"_s);
        QVERIFY(QFile::link(image(), link));
        QVERIFY(test::writeFile(image() + u".sgn-boot-undo"_s, "hello"));
        const auto volume = openCardImage(link, Access::Change);
        QVERIFY(!volume && volume.error().message.contains(u"cannot be undone"_s));
    }

    // The copy has what is on the boot partition, secrets as well.
    void removesWhatAKilledRunHasLeft()
    {
        for (const QString &ending : {u".sgn-boot"_s, u".sgn-boot-undo.a1b2c3"_s, u".sgn-super"_s}) {
            QVERIFY(test::writeFile(image() + ending, "left"));
        }
        QVERIFY(openCardImage(image(), Access::Read));
        QVERIFY(QFile::exists(image() + u".sgn-boot"_s));
        QVERIFY(openCardImage(image(), Access::Change));
        QCOMPARE(QDir(m_folder->path()).entryList({u"card.img*"_s}, QDir::Files | QDir::Hidden),
                 QStringList{u"card.img"_s});
        const BlockUndo undo(image(), cardBoot);
        const QString copy = m_folder->filePath(u"copy"_s);
        QVERIFY(QFile::link(m_folder->filePath(u"elsewhere"_s), copy));
        QVERIFY(undo.copyTo(copy));
        QVERIFY(!QFile::exists(m_folder->filePath(u"elsewhere"_s)));
        QCOMPARE(QFile::permissions(copy) & (QFileDevice::ReadGroup | QFileDevice::ReadOther),
                 QFileDevice::Permissions());
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
        const auto volume = way == u"image"_s
                                ? openCardImage(image(), Access::Change)
                                : openMountedCard(root(), way == u"below"_s ? QString() : elsewhere, Access::Change);
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
        const auto volume = openMountedCard(root(), {}, Access::Read);
        QVERIFY(volume);
        QVERIFY(!readCardFacts(**volume).value().hasBootFiles);
        QVERIFY((*volume)->look({"/boot/cmdline.txt"}).value().isEmpty());
        QCOMPARE((*volume)->apply({file("/boot/x", "x")}).error().code, ErrorCode::Refused);
        QVERIFY(!openMountedCard(root(), m_folder->path(), Access::Read));
    }
};

QTEST_GUILESS_MAIN(CardBootTest)
#include "tst_card_boot.moc"
