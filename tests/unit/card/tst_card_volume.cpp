// SPDX-License-Identifier: GPL-3.0-or-later
// The two ways to a card's files, which must not differ: mounted, and in an image.
#include "card/ExtVolume.h"
#include "card/MountedVolume.h"
#include "card/SparseCopy.h"
#include "card/Tool.h"
#include "support/ReleaseKit.h"
#include "support/SmallDisk.h"

#include <csignal>
#include <fcntl.h>
#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;

namespace {

constexpr qint64 start = 1024 * 1024;
constexpr qint64 limit = 10 * 1024 * 1024;

} // namespace

class CardVolumeTest : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString tree() const { return m_folder->filePath(u"tree"_s); }
    [[nodiscard]] QString image() const { return m_folder->filePath(u"card.img"_s); }

    // An image of what is in the tree.
    void makeImage(const QStringList &options = {}) const
    {
        QFile file(image());
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(start + 32 * 1024 * 1024));
        file.close();
        const auto made = runTool(u"mkfs.ext4"_s,
                                  QStringList{u"-q"_s, u"-E"_s, u"offset=%1"_s.arg(start)} + options +
                                      QStringList{u"-d"_s, tree(), image(), u"32M"_s},
                                  u"e2fsprogs"_s);
        QVERIFY(made);
        QVERIFY2(made->exitCode == 0, made->errors.constData());
    }
    [[nodiscard]] std::unique_ptr<Volume> open(const QString &way) const
    {
        if (way == u"mounted"_s) {
            auto volume = MountedVolume::open(tree(), MountedVolume::Owners::Count);
            return volume ? std::move(*volume) : nullptr;
        }
        makeImage();
        auto volume = ExtVolume::open(image(), {start, 32 * 1024 * 1024});
        if (!volume) {
            qWarning().noquote() << volume.error().message;
        }
        return volume ? std::move(*volume) : nullptr;
    }
    static void ways()
    {
        QTest::addColumn<QString>("way");
        QTest::newRow("mounted") << u"mounted"_s;
        QTest::newRow("image") << u"image"_s;
    }
    // The owner of what is put there; only root may choose another one where a card is mounted.
    [[nodiscard]] static uid_t owner() { return ::geteuid() == 0 ? 1000 : ::geteuid(); }
    [[nodiscard]] static Wish file(const QByteArray &path, const QByteArray &content, mode_t mode = 0640)
    {
        return {.path = path, .content = content, .mode = mode, .uid = owner(), .gid = ::getegid()};
    }
    [[nodiscard]] static Wish folder(const QByteArray &path, mode_t mode = 0750)
    {
        return {.path = path, .type = Node::Type::Folder, .mode = mode, .uid = owner(), .gid = ::getegid()};
    }

    // A change that was not finished: its undo file stays.
    [[nodiscard]] bool changeByHand() const
    {
        const QString commands = m_folder->filePath(u"commands"_s);
        const auto ran = test::writeFile(commands, "rm /etc/hostname\nmkdir /half\n")
                             ? runTool(u"debugfs"_s,
                                       {u"-w"_s, u"-z"_s, image() + u".sgn-undo"_s, u"-f"_s, commands,
                                        u"%1?offset=%2"_s.arg(image()).arg(start)},
                                       u"e2fsprogs"_s)
                             : fail(ErrorCode::Io, {});
        return ran && ran->exitCode == 0;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QTemporaryDir m_outside;
    QString m_pwned = m_outside.filePath(u"pwned"_s);

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QDir().mkpath(tree() + u"/etc/default"_s);
        QDir().mkpath(tree() + u"/home/pi"_s);
        QVERIFY(test::writeFile(tree() + u"/etc/hostname"_s, "raspberrypi\n"));
        QVERIFY(test::writeFile(tree() + u"/etc/default/useradd"_s, ""));
        QVERIFY(::chmod(QFile::encodeName(tree() + u"/etc/hostname"_s).constData(), 0644) == 0);
        for (const auto &[target, link] : {std::pair{"hostname", "/etc/inside"},
                                           {"/etc/hostname", "/etc/absolute"},
                                           {"../../../../../../etc/hostname", "/etc/outside"},
                                           {"absolute", "/etc/twice"},
                                           {"circle", "/etc/circle"},
                                           {"nowhere", "/etc/dangling"},
                                           {"/home/pi", "/var"}}) {
            QVERIFY(::symlink(target, QFile::encodeName(tree() + QLatin1StringView(link)).constData()) == 0);
        }
        const QByteArray longTarget = "/etc/" + QByteArray("./").repeated(60) + "hostname";
        QVERIFY(::symlink(longTarget.constData(), QFile::encodeName(tree() + u"/etc/long"_s).constData()) == 0);
        QVERIFY(::mkfifo(QFile::encodeName(tree() + u"/etc/pipe"_s).constData(), 0600) == 0);
        QVERIFY(::chown(QFile::encodeName(tree() + u"/home/pi"_s).constData(), owner(), ::getegid()) == 0);
    }

    void looksAndReads_data() { ways(); }
    void looksAndReads()
    {
        QFETCH(const QString, way);
        const auto volume = open(way);
        QVERIFY(volume);
        const auto nodes = volume->look({"/", "/etc", "/etc/hostname", "/etc/inside", "/etc/long", "/etc/pipe", "/no",
                                         "/etc/hostname/no", "/var/no"});
        QVERIFY2(nodes, nodes ? "" : qPrintable(nodes.error().message));
        QCOMPARE(nodes->keys(),
                 (QByteArrayList{"/", "/etc", "/etc/hostname", "/etc/inside", "/etc/long", "/etc/pipe"}));
        QCOMPARE(nodes->value("/etc").type, Node::Type::Folder);
        QCOMPARE(nodes->value("/etc/hostname"), (Node{Node::Type::File, 0644, ::geteuid(), ::getegid(), 12}));
        QCOMPARE(nodes->value("/etc/inside").type, Node::Type::Symlink);
        QCOMPARE(nodes->value("/etc/inside").target, QByteArray("hostname"));
        QCOMPARE(nodes->value("/etc/long").target.size(), 133);
        QCOMPARE(nodes->value("/etc/pipe").type, Node::Type::Other);

        const auto contents =
            volume->read({"/etc/hostname", "/etc/inside", "/etc/absolute", "/etc/outside", "/etc/twice", "/etc/long",
                          "/etc/circle", "/etc/dangling", "/etc/pipe", "/etc", "/no", "/etc/default/useradd"},
                         limit);
        QVERIFY2(contents, contents ? "" : qPrintable(contents.error().message));
        QCOMPARE(contents->keys(), (QByteArrayList{"/etc/absolute", "/etc/default/useradd", "/etc/hostname",
                                                   "/etc/inside", "/etc/long", "/etc/outside", "/etc/twice"}));
        for (auto it = contents->cbegin(); it != contents->cend(); ++it) {
            QCOMPARE(it.value(), it.key() == "/etc/default/useradd" ? QByteArray() : QByteArray("raspberrypi\n"));
        }
        QCOMPARE(volume->read({"/etc/hostname"}, 3).error().code, ErrorCode::TooLarge);

        QCOMPARE(volume->list("/home").value(), QByteArrayList{"pi"});
        QCOMPARE(volume->list("/no").value(), QByteArrayList());
        QVERIFY(volume->list("/etc").value().contains("dangling"));
        QCOMPARE(volume->list("/var").value(), QByteArrayList());
        QVERIFY(volume->freeBytes().value() > 1024 * 1024);
    }

    void putsThingsThere_data() { ways(); }
    void putsThingsThere()
    {
        QFETCH(const QString, way);
        const auto volume = open(way);
        QVERIFY(volume);
        // debugfs would take its name for more than one word.
        const QString source = m_folder->filePath(u"my \"big\" file"_s);
        QVERIFY(test::writeFile(source, QByteArray(3'000'000, 'b')));
        Wish big = file("/home/pi/big", {}, 0755);
        big.source = source;
        const Wish link{.path = "/etc/localtime",
                        .type = Node::Type::Symlink,
                        .content = "/usr/share/zoneinfo/Europe/Berlin",
                        .uid = owner(),
                        .gid = ::getegid()};
        const QList<Wish> wishes{folder("/home/pi/sgn", 0700),
                                 file("/home/pi/sgn/a b", "x"),
                                 file("/etc/hostname", "meter-1\n"),
                                 file("/etc/inside", "no link any more"),
                                 file("/etc/dangling", ""),
                                 big,
                                 link,
                                 folder("/etc/default", 0711),
                                 file("/var/through", "a link of a folder"),
                                 folder("/home/pi/sgn", 0700),
                                 folder("/var", 0751)};
        // Twice: what is there already may be put there again.
        for (int i = 0; i < 2; ++i) {
            const auto done = volume->apply(wishes);
            QVERIFY2(done, done ? "" : qPrintable(done.error().message));
        }
        const auto nodes =
            volume->look({"/home/pi/sgn", "/home/pi/sgn/a b", "/etc/hostname", "/etc/inside", "/home/pi/big",
                          "/etc/localtime", "/etc/default", "/var", "/home/pi/through", "/home/pi"});
        QVERIFY2(nodes, nodes ? "" : qPrintable(nodes.error().message));
        QCOMPARE(nodes->value("/home/pi/sgn"), (Node{Node::Type::Folder, 0700, owner(), ::getegid(), 0}));
        QCOMPARE(nodes->value("/home/pi/sgn/a b"), (Node{Node::Type::File, 0640, owner(), ::getegid(), 1}));
        QCOMPARE(nodes->value("/etc/inside").type, Node::Type::File);
        QCOMPARE(nodes->value("/home/pi/big"), (Node{Node::Type::File, 0755, owner(), ::getegid(), 3'000'000}));
        QCOMPARE(nodes->value("/etc/localtime").target, link.content);
        QCOMPARE(nodes->value("/etc/localtime").uid, owner());
        QCOMPARE(nodes->value("/etc/default").mode, mode_t{0711});
        QCOMPARE(nodes->value("/var").type, Node::Type::Symlink);
        QCOMPARE(nodes->value("/home/pi").mode, mode_t{0751});
        QCOMPARE(nodes->value("/home/pi/through").size, 18);
        const auto contents =
            volume->read({"/etc/hostname", "/etc/inside", "/home/pi/big", "/etc/default/useradd"}, limit);
        QVERIFY(contents);
        QCOMPARE(contents->value("/etc/hostname"), QByteArray("meter-1\n"));
        QCOMPARE(contents->value("/home/pi/big"), QByteArray(3'000'000, 'b'));
        QVERIFY(contents->contains("/etc/default/useradd"));
        // Nothing temporary is left.
        QCOMPARE(volume->list("/home/pi").value(), (QByteArrayList{"big", "sgn", "through"}));
        QVERIFY(!QFile::exists(image() + u".sgn-undo"_s));
    }

    void refusesWhatCannotBe_data()
    {
        QTest::addColumn<QString>("way");
        QTest::addColumn<Wish>("wish");
        for (const QString &way : {u"mounted"_s, u"image"_s}) {
            const auto row = [&way](const char *name, const Wish &wish) {
                QTest::addRow("%s: %s", qPrintable(way), name) << way << wish;
            };
            row("no folder above", file("/no/file", "x"));
            row("a file above", file("/etc/hostname/file", "x"));
            row("a file in place of a folder", file("/etc/default", "x"));
            row("a folder in place of a file", folder("/etc/hostname"));
            row("the root", folder("/"));
            row("relative", file("etc/x", "x"));
            row("upwards", file("/etc/../x", "x"));
            row("a line break", file("/etc/x\nrm /etc/hostname", "x"));
            row("a quotation mark", file("/etc/x\" \"y", "x"));
            row("a long path", file("/etc/" + QByteArray("x/").repeated(1000) + 'x', "x"));
            const auto link = [](const QByteArray &target) {
                return Wish{.path = "/etc/x", .type = Node::Type::Symlink, .content = target};
            };
            // debugfs gives a line that begins with "!" to a shell.
            row("a link with a command", link("y\"\n!touch " + QFile::encodeName(m_pwned) + "\nstat \"z"));
            row("a link with a quotation mark", link("y\"z"));
            row("a link with a backslash", link("y\\"));
            row("a long link", link(QByteArray(2000, 'y')));
            row("a link to nothing at all", link({}));
            Wish lost = file("/etc/x", {});
            lost.source = u"/nonexistent"_s;
            row("nothing to read", lost);
        }
    }

    void refusesWhatCannotBe()
    {
        QFETCH(const QString, way);
        QFETCH(const Wish, wish);
        const auto volume = open(way);
        QVERIFY(volume);
        QVERIFY(!volume->apply({wish}));
        QCOMPARE(volume->read({"/etc/hostname"}, limit).value().value("/etc/hostname"), QByteArray("raspberrypi\n"));
        QVERIFY(!volume->list("/etc").value().contains("x"));
        QVERIFY(!QFile::exists(image() + u".sgn-undo"_s));
        QVERIFY(!QFile::exists(m_pwned));
    }

    // Who owns a home can put links there before the card is prepared again, and would get folders of root by them.
    void givesNoFolderAwayThroughALink_data()
    {
        QTest::addColumn<QString>("way");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QString>("words");
        for (const QString &way : {u"mounted"_s, u"image"_s}) {
            const auto row = [&way](const char *name, const QByteArray &target, const QString &words) {
                QTest::addRow("%s: %s", qPrintable(way), name) << way << target << words;
            };
            row("root's", "/etc/default", u"which user"_s);
            row("root's by another link", "../../etc/other", u"which user"_s);
            row("nothing", "/nowhere", u"a link to nothing"_s);
        }
    }
    void givesNoFolderAwayThroughALink()
    {
        QFETCH(const QString, way);
        QFETCH(const QByteArray, target);
        QFETCH(const QString, words);
        if (::geteuid() != 0) {
            QSKIP("only root has folders of two owners");
        }
        QVERIFY(::symlink("default", QFile::encodeName(tree() + u"/etc/other"_s).constData()) == 0);
        QVERIFY(::symlink(target.constData(), QFile::encodeName(tree() + u"/home/pi/sgn"_s).constData()) == 0);
        const auto volume = open(way);
        QVERIFY(volume);
        const auto done = volume->apply({folder("/home/pi/sgn"), file("/home/pi/sgn/x", "x")});
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::Refused);
        QVERIFY2(done.error().message.contains(words) && done.error().message.contains(u"/home/pi/sgn"_s),
                 qPrintable(done.error().message));
        QCOMPARE(volume->look({"/etc/default"}).value().value("/etc/default").uid, uid_t{0});
        QCOMPARE(volume->list("/etc/default").value(), QByteArrayList{"useradd"});
    }

    void looksThroughLinks_data() { ways(); }
    void looksThroughLinks()
    {
        QFETCH(const QString, way);
        const auto volume = open(way);
        QVERIFY(volume);
        const auto nodes = volume->lookThrough({"/var", "/etc/twice", "/etc/dangling", "/etc/circle", "/etc"});
        QVERIFY(nodes);
        QCOMPARE(nodes->value("/var").type, Node::Type::Folder);
        QCOMPARE(nodes->value("/var").uid, owner());
        QCOMPARE(nodes->value("/etc/twice").size, 12);
        QCOMPARE(nodes->value("/etc").type, Node::Type::Folder);
        QVERIFY(!nodes->contains("/etc/dangling"));
    }

    // What a run that was killed has left beside the files that it was writing.
    void removesTemporariesOfBefore()
    {
        const auto volume = open(u"mounted"_s);
        QVERIFY(volume);
        const QString left = tree() + u"/etc/.hostname.sgn-1a2b3c"_s;
        const QString other = tree() + u"/etc/.hostname.sgn-"_s;
        QVERIFY(test::writeFile(left, "secret") && test::writeFile(other, "x"));
        QVERIFY(volume->apply({file("/etc/hostname", "meter-1\n")}));
        QVERIFY(!QFile::exists(left));
        QVERIFY(QFile::exists(other));
    }

    void removesWhatIsToBeGone_data() { ways(); }
    void removesWhatIsToBeGone()
    {
        QFETCH(const QString, way);
        const auto volume = open(way);
        QVERIFY(volume);
        QVERIFY(volume->apply({file("/home/pi/left", "x")}));
        const auto gone = [](const QByteArray &path) {
            return Wish{.path = path, .type = Node::Type::None};
        };
        for (int i = 0; i < 2; ++i) {
            const auto done = volume->apply({gone("/var/left"), gone("/etc/dangling"), gone("/etc/inside"),
                                             gone("/no/folder/at/all"), file("/home/pi/new", "y")});
            QVERIFY2(done, done ? "" : qPrintable(done.error().message));
        }
        QCOMPARE(volume->list("/home/pi").value(), QByteArrayList{"new"});
        const auto nodes = volume->look({"/etc/dangling", "/etc/inside", "/etc/hostname"});
        QCOMPARE(nodes.value().keys(), QByteArrayList{"/etc/hostname"});
        // Put there and removed at once.
        QVERIFY(volume->apply({file("/etc/x", "x"), gone("/etc/x"), gone("/etc/x"), file("/etc/y", "y")}));
        QVERIFY(!volume->list("/etc").value().contains("x"));
        const auto refused = volume->apply({gone("/etc/default")});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Refused);
        QVERIFY2(refused.error().message.contains(u"/etc/default: is a folder"_s), qPrintable(refused.error().message));
        QVERIFY(volume->look({"/etc/default/useradd"}).value().size() == 1);
    }

    // No link on a card leads out of it, nor does one that takes the place of a folder.
    void neverLeavesTheCard()
    {
        const QString outside = m_folder->filePath(u"outside"_s);
        QVERIFY(QDir().mkpath(outside));
        QVERIFY(::symlink(QFile::encodeName(outside).constData(),
                          QFile::encodeName(tree() + u"/etc/sgn"_s).constData()) == 0);
        QVERIFY(::symlink("../../outside", QFile::encodeName(tree() + u"/home/up"_s).constData()) == 0);
        const auto volume = open(u"mounted"_s);
        QVERIFY(volume);
        for (const QByteArray &path : {QByteArray("/etc/sgn/file"), QByteArray("/home/up/file")}) {
            QVERIFY(!volume->apply({file(path, "x")}));
        }
        QVERIFY(QDir(outside).isEmpty());
    }

    void allOfAnImageOrNothing()
    {
        const auto volume = open(u"image"_s);
        QVERIFY(volume);
        const QByteArray before = test::readWhole(image());
        // 40 MB have no room.
        QVERIFY(test::writeFile(m_folder->filePath(u"huge"_s), QByteArray(40'000'000, 'h')));
        Wish huge = file("/home/pi/huge", {});
        huge.source = m_folder->filePath(u"huge"_s);
        const auto done = volume->apply({file("/etc/hostname", "meter-1\n"), huge});
        QVERIFY(!done);
        QVERIFY2(done.error().message.contains(u"space"_s), qPrintable(done.error().message));
        QCOMPARE(volume->read({"/etc/hostname"}, limit).value().value("/etc/hostname"), QByteArray("raspberrypi\n"));
        QVERIFY(test::readWhole(image()) == before);
    }

    // As if the program had been killed: the undo file is still there.
    void undoesAnInterruptedChange()
    {
        {
            const auto volume = open(u"image"_s);
            QVERIFY(volume);
        }
        const QByteArray before = test::readWhole(image());
        QVERIFY(test::writeFile(image() + u".sgn-super"_s, before.sliced(start + 1024, 1024)));
        QVERIFY(changeByHand());
        QVERIFY(test::readWhole(image()) != before);
        const auto again = ExtVolume::open(image(), {start, 32 * 1024 * 1024});
        QVERIFY2(again, again ? "" : qPrintable(again.error().message));
        QVERIFY(test::readWhole(image()) == before);
    }

    // Killed before debugfs had written anything but the head of the undo file, or after e2undo had done all.
    void takesAnUndoFileThatHasNothingToDo_data()
    {
        QTest::addColumn<QByteArray>("head"); // that takes the place of the undo file's
        QTest::newRow("done already") << QByteArray();
        QTest::newRow("empty") << QByteArray(512, '\0');
        QTest::newRow("without a block") << "E2UNDO02" + QByteArray(504, '\0');
    }
    void takesAnUndoFileThatHasNothingToDo()
    {
        QFETCH(const QByteArray, head);
        makeImage();
        const QByteArray before = test::readWhole(image());
        QVERIFY(test::writeFile(image() + u".sgn-super"_s, before.sliced(start + 1024, 1024)));
        QVERIFY(changeByHand());
        QVERIFY(test::writeFile(image(), before));
        if (!head.isEmpty()) {
            QVERIFY(test::writeFile(image() + u".sgn-undo"_s, head));
        }
        const auto again = ExtVolume::open(image(), {start, 32 * 1024 * 1024});
        QVERIFY2(again, again ? "" : qPrintable(again.error().message));
        QVERIFY(test::readWhole(image()) == before);
        QVERIFY(!QFile::exists(image() + u".sgn-undo"_s) && !QFile::exists(image() + u".sgn-super"_s));
    }

    // Killed when it had written its superblock, but not yet that of the undo file.
    void undoesAChangeWhoseUndoFileWasNotClosed()
    {
        makeImage();
        const QByteArray before = test::readWhole(image());
        QVERIFY(test::writeFile(image() + u".sgn-super"_s, before.sliced(start + 1024, 1024)));
        QVERIFY(changeByHand());
        QFile file(image());
        constexpr qint64 writtenField = 0x178;
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(start + 1024 + writtenField) &&
                file.write("\xff\1", 2) == 2);
        file.close();
        // An image that was used since is left alone.
        QVERIFY(file.open(QIODevice::ReadWrite) &&
                file.setFileTime(QDateTime::currentDateTime().addSecs(60), QFileDevice::FileModificationTime));
        file.close();
        QVERIFY(!ExtVolume::open(image(), {start, 32 * 1024 * 1024}));
        QVERIFY(file.open(QIODevice::ReadWrite) &&
                file.setFileTime(QDateTime::currentDateTime(), QFileDevice::FileModificationTime));
        file.close();
        const auto again = ExtVolume::open(image(), {start, 32 * 1024 * 1024});
        QVERIFY2(again, again ? "" : qPrintable(again.error().message));
        QVERIFY(test::readWhole(image()) == before);
    }

    void refusesTheUndoFileOfAnotherImage()
    {
        makeImage();
        QVERIFY(test::writeFile(image() + u".sgn-super"_s, test::readWhole(image()).sliced(start + 1024, 1024)));
        QVERIFY(changeByHand());
        makeImage();
        const QByteArray other = test::readWhole(image());
        const auto volume = ExtVolume::open(image(), {start, 32 * 1024 * 1024});
        QVERIFY(!volume);
        QVERIFY2(volume.error().message.contains(u"remove"_s) &&
                     volume.error().message.contains(image() + u".sgn-undo"_s),
                 qPrintable(volume.error().message));
        QVERIFY(test::readWhole(image()) == other);
    }

    void namesTheCureOfADamagedFileSystem()
    {
        makeImage();
        const auto ran = runTool(
            u"debugfs"_s,
            {u"-w"_s, u"-R"_s, u"set_inode_field /etc/hostname flags 0"_s, u"%1?offset=%2"_s.arg(image()).arg(start)},
            u"e2fsprogs"_s);
        QVERIFY(ran && ran->exitCode == 0);
        const QByteArray before = test::readWhole(image());
        const auto volume = ExtVolume::open(image(), {start, 32 * 1024 * 1024});
        QVERIFY(volume);
        const auto done = (*volume)->apply({file("/etc/x", "x")});
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::Refused);
        QVERIFY2(done.error().message.contains(u"e2fsck -f '%1?offset="_s.arg(image())),
                 qPrintable(done.error().message));
        QVERIFY(test::readWhole(image()) == before);
    }

    // debugfs would go on without room for its undo file.
    void needsRoomOnTheDiskOfTheImage()
    {
        const test::SmallDisk disk(20'000);
        if (!disk.isMounted()) {
            QSKIP("only root may mount a disk");
        }
        makeImage();
        const QString image = disk.path() + u"/card.img"_s;
        QVERIFY(copySparsely(this->image(), image));
        const QByteArray before = test::readWhole(image);
        const auto volume = ExtVolume::open(image, {start, 32 * 1024 * 1024});
        QVERIFY(volume);
        const auto done = (*volume)->apply({file("/etc/x", QByteArray(3'000'000, 'x'))});
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::NoSpace);
        QVERIFY2(done.error().message.contains(u"are needed to change it"_s), qPrintable(done.error().message));
        QVERIFY(test::readWhole(image) == before);
        QVERIFY((*volume)->apply({file("/etc/x", "x")}));
    }

    void refusesToChangeInlineData()
    {
        makeImage({u"-O"_s, u"inline_data"_s});
        const auto volume = ExtVolume::open(image(), {start, 32 * 1024 * 1024});
        QVERIFY(!volume);
        QVERIFY2(volume.error().message.contains(u"inline_data"_s), qPrintable(volume.error().message));
        QVERIFY(ExtVolume::open(image(), {start, 32 * 1024 * 1024}, Access::Read));
    }

    void refusesAFileSystemThatIsLargerThanItsPartition()
    {
        makeImage();
        const auto volume = ExtVolume::open(image(), {start, 16 * 1024 * 1024});
        QVERIFY(!volume);
        QVERIFY2(volume.error().message.contains(u"larger than its partition"_s), qPrintable(volume.error().message));
    }

    void refusesOtherFileSystems()
    {
        QVERIFY(test::writeFile(image(), QByteArray(4 * 1024 * 1024, 'x')));
        QCOMPARE(ExtVolume::open(image(), {start, 1024 * 1024}).error().code, ErrorCode::Refused);
        QCOMPARE(MountedVolume::open(m_folder->filePath(u"no"_s), MountedVolume::Owners::Count).error().code,
                 ErrorCode::NotFound);
    }

    void refusesAFileSystemThatWasNotUnmounted()
    {
        makeImage();
        const auto ran = runTool(
            u"debugfs"_s, {u"-w"_s, u"-R"_s, u"feature needs_recovery"_s, u"%1?offset=%2"_s.arg(image()).arg(start)},
            u"e2fsprogs"_s);
        QVERIFY(ran && ran->exitCode == 0);
        const auto volume = ExtVolume::open(image(), {start, 32 * 1024 * 1024});
        QVERIFY(!volume);
        QCOMPARE(volume.error().code, ErrorCode::Refused);
        QVERIFY2(volume.error().message.contains(u"e2fsck"_s), qPrintable(volume.error().message));
    }
};

QTEST_GUILESS_MAIN(CardVolumeTest)
#include "tst_card_volume.moc"
