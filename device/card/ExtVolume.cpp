// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/ExtVolume.h"

#include "base/AtomicFile.h"
#include "card/Tool.h"

#include <algorithm>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

// As many as the kernel follows.
constexpr int maxLinks = 40;
constexpr mode_t permissionBits = 07777;

QByteArray quoted(const QByteArray &path)
{
    return '"' + path + '"';
}

std::optional<Node> parseStat(const QByteArray &output)
{
    static const QRegularExpression pattern(
        u"^Inode: \\d+ +Type: ([A-Za-z ]+?) +Mode: +([0-7]+) +Flags:.*?User: +(\\d+) +Group: +(\\d+).*?Size: (\\d+)"_s,
        QRegularExpression::DotMatchesEverythingOption);
    const QRegularExpressionMatch match = pattern.match(QString::fromLatin1(output));
    if (!match.hasMatch()) {
        return std::nullopt;
    }
    Node node;
    const QString type = match.captured(1);
    node.type = type == u"regular"_s     ? Node::Type::File
                : type == u"directory"_s ? Node::Type::Folder
                : type == u"symlink"_s   ? Node::Type::Symlink
                                         : Node::Type::Other;
    node.mode = match.captured(2).toUInt(nullptr, 8) & permissionBits;
    node.uid = match.captured(3).toUInt();
    node.gid = match.captured(4).toUInt();
    node.size = node.type == Node::Type::File ? match.captured(5).toLongLong() : 0;
    const QByteArray marker = "Fast link dest: \"";
    if (const qsizetype target = output.indexOf(marker); target >= 0) {
        node.target = output.sliced(target + marker.size());
        node.target.truncate(node.target.lastIndexOf('"'));
    }
    return node;
}

// A number of "dumpe2fs -h"; 0: none.
qint64 numberIn(const QByteArray &superblock, const QString &name)
{
    const QRegularExpression pattern(u"^%1: +(\\d+)$"_s.arg(name), QRegularExpression::MultilineOption);
    return pattern.match(QString::fromLatin1(superblock)).captured(1).toLongLong();
}

// "/a/b" with "../c" is "/a/c".
QByteArray resolved(const QByteArray &link, const QByteArray &target)
{
    QByteArrayList parts;
    const QByteArray whole = target.startsWith('/') ? target : link.first(link.lastIndexOf('/')) + '/' + target;
    for (const QByteArray &part : whole.split('/')) {
        if (part == "..") {
            parts = parts.isEmpty() ? parts : parts.first(parts.size() - 1);
        } else if (!part.isEmpty() && part != ".") {
            parts += part;
        }
    }
    return '/' + parts.join('/');
}

// All that any of the paths goes through, from the top.
QByteArrayList foldersAbove(const QByteArrayList &paths)
{
    QByteArrayList folders;
    for (const QByteArray &path : paths) {
        for (qsizetype slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            folders += path.first(slash);
        }
    }
    std::ranges::sort(folders);
    folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
    return folders;
}

} // namespace

ExtVolume::ExtVolume(const QString &image, const Partition &partition, QList<Extent> *changed)
    : m_debugfs(image, partition, changed)
{}

Result<std::unique_ptr<ExtVolume>> ExtVolume::open(const QString &image, const Partition &partition, Access access,
                                                   QList<Extent> *changed)
{
    std::unique_ptr<ExtVolume> volume(new ExtVolume(image, partition, changed));
    if (access == Access::Read && volume->m_debugfs.isInterrupted()) {
        return fail(interruptedChange(image));
    }
    if (auto undone = access == Access::Change ? volume->m_debugfs.undoInterrupted() : Outcome(); !undone) {
        return fail(std::move(undone).error());
    }
    const auto facts = volume->m_debugfs.read({"show_super_stats -h"});
    if (!facts && facts.error().code == ErrorCode::NotFound) {
        return fail(facts.error());
    }
    const QByteArray text = facts ? facts->first() : QByteArray();
    const qsizetype features = text.indexOf("Filesystem features:");
    if (features < 0) {
        return fail(ErrorCode::Refused, u"%1 has no ext4 file system where a card has it"_s.arg(image));
    }
    const QByteArray line = text.sliced(features, text.indexOf('\n', features) - features);
    if (line.contains("needs_recovery")) {
        return fail(ErrorCode::Refused, u"the file system in %1 wasn't unmounted: mount it once, or run e2fsck -f "
                                        "'%1?offset=%2'"_s.arg(image)
                                            .arg(partition.start));
    }
    if (access == Access::Change && line.contains("inline_data")) {
        // debugfs (1.47) gives each small file 60 bytes there, and finds nothing wrong.
        return fail(ErrorCode::Refused, u"the file system in %1 keeps small files in their inodes (inline_data), which "
                                        "debugfs writes wrong; mount the card and use --root"_s.arg(image));
    }
    if (numberIn(text, u"Block count"_s) > partition.size / std::max<qint64>(numberIn(text, u"Block size"_s), 1)) {
        return fail(ErrorCode::Refused,
                    u"the file system in %1 is larger than its partition: the image isn't complete"_s.arg(image));
    }
    return volume;
}

Result<QMap<QByteArray, Node>> ExtVolume::look(const QByteArrayList &paths)
{
    QByteArrayList commands;
    for (const QByteArray &path : paths) {
        if (auto checked = checkCardPath(path); !checked) {
            return fail(std::move(checked).error());
        }
        commands += "stat " + quoted(path);
    }
    const auto outputs = m_debugfs.read(commands);
    if (!outputs) {
        return fail(outputs.error());
    }
    QMap<QByteArray, Node> found;
    QByteArrayList longLinks;
    for (qsizetype i = 0; i < paths.size(); ++i) {
        if (const auto node = parseStat(outputs->at(i))) {
            found.insert(paths[i], *node);
            if (node->type == Node::Type::Symlink && node->target.isEmpty()) {
                longLinks += paths[i];
            }
        }
    }
    const auto targets = targetsOf(longLinks);
    if (!targets) {
        return fail(targets.error());
    }
    for (auto it = targets->cbegin(); it != targets->cend(); ++it) {
        found[it.key()].target = it.value();
    }
    return found;
}

// Links whose target has no room in the inode: it is their content.
Result<QMap<QByteArray, QByteArray>> ExtVolume::targetsOf(const QByteArrayList &paths)
{
    QMap<QByteArray, QByteArray> targets;
    if (paths.isEmpty()) {
        return targets;
    }
    QByteArrayList commands;
    for (const QByteArray &path : paths) {
        commands += "cat " + quoted(path);
    }
    const auto outputs = m_debugfs.read(commands);
    if (!outputs) {
        return fail(outputs.error());
    }
    for (qsizetype i = 0; i < paths.size(); ++i) {
        targets.insert(paths[i], outputs->at(i));
    }
    return targets;
}

Result<ExtVolume::Reached> ExtVolume::reach(const QByteArrayList &paths)
{
    Reached reached;
    for (const QByteArray &path : paths) {
        reached.places.insert(path, path);
    }
    for (int i = 0; i < maxLinks; ++i) {
        auto looked = look(reached.places.values());
        if (!looked) {
            return fail(std::move(looked).error());
        }
        reached.nodes = *std::move(looked);
        bool isMoved = false;
        for (QByteArray &place : reached.places) {
            if (const Node node = reached.nodes.value(place); node.type == Node::Type::Symlink) {
                place = resolved(place, node.target);
                isMoved = true;
            }
        }
        if (!isMoved) {
            break;
        }
    }
    return reached;
}

Result<QMap<QByteArray, Node>> ExtVolume::lookThrough(const QByteArrayList &paths)
{
    const auto reached = reach(paths);
    if (!reached) {
        return fail(reached.error());
    }
    QMap<QByteArray, Node> found;
    for (auto it = reached->places.cbegin(); it != reached->places.cend(); ++it) {
        if (const auto node = reached->nodes.constFind(it.value()); node != reached->nodes.cend()) {
            found.insert(it.key(), *node);
        }
    }
    return found;
}

Result<QMap<QByteArray, QByteArray>> ExtVolume::read(const QByteArrayList &paths, qint64 maxSize)
{
    const auto reached = reach(paths);
    if (!reached) {
        return fail(reached.error());
    }
    QByteArrayList commands;
    QByteArrayList found;
    for (auto it = reached->places.cbegin(); it != reached->places.cend(); ++it) {
        const auto node = reached->nodes.constFind(it.value());
        if (node == reached->nodes.cend() || node->type != Node::Type::File) {
            continue;
        }
        if (node->size > maxSize) {
            return fail(ErrorCode::TooLarge, u"%1 has %2 bytes"_s.arg(QString::fromUtf8(it.key())).arg(node->size));
        }
        commands += "dump " + quoted(it.value()) + " out-" + QByteArray::number(found.size());
        found += it.key();
    }
    QMap<QByteArray, QByteArray> contents;
    if (found.isEmpty()) {
        return contents;
    }
    if (const auto dumped = m_debugfs.read(commands); !dumped) {
        return fail(dumped.error());
    }
    for (qsizetype i = 0; i < found.size(); ++i) {
        const QString copy = m_debugfs.exchangeFile(u"out-%1"_s.arg(i));
        const auto content = readFile(copy, maxSize);
        QFile::remove(copy);
        if (!content) {
            return fail(content.error());
        }
        contents.insert(found[i], *content);
    }
    return contents;
}

Result<QByteArrayList> ExtVolume::list(const QByteArray &folder)
{
    if (auto checked = checkCardPath(folder); !checked) {
        return fail(std::move(checked).error());
    }
    // With a dot, so that a link is followed.
    const auto outputs = m_debugfs.read({"ls -p " + quoted(folder == "/" ? folder : folder + "/.")});
    if (!outputs) {
        return fail(outputs.error());
    }
    QByteArrayList names;
    for (const QByteArray &line : outputs->first().split('\n')) {
        // /inode/mode/uid/gid/name/size/
        const QByteArrayList fields = line.split('/');
        if (fields.size() >= 7 && fields[1] != "0" && fields[5] != "." && fields[5] != "..") {
            names += fields[5];
        }
    }
    std::ranges::sort(names);
    return names;
}

Result<qint64> ExtVolume::freeBytes()
{
    if (!QFileInfo(m_debugfs.image()).isWritable()) {
        return fail(ErrorCode::Refused, u"%1 may not be written"_s.arg(m_debugfs.image()));
    }
    const auto outputs = m_debugfs.read({"show_super_stats -h"});
    if (!outputs) {
        return fail(outputs.error());
    }
    const QByteArray &text = outputs->first();
    const qint64 blocks = numberIn(text, u"Free blocks"_s) - numberIn(text, u"Reserved block count"_s);
    return std::max<qint64>(blocks, 0) * numberIn(text, u"Block size"_s);
}

Result<QByteArrayList> ExtVolume::commandsFor(const Wish &wish, const std::optional<Node> &before)
{
    const bool isThere = before.has_value();
    const bool isFolder = isThere && before->type == Node::Type::Folder;
    const QByteArray path = quoted(wish.path);
    QByteArrayList commands;
    if (wish.type == Node::Type::None) {
        if (isFolder) {
            return fail(ErrorCode::Refused,
                        u"%1: is a folder, which is never removed"_s.arg(QString::fromUtf8(wish.path)));
        }
        return isThere ? QByteArrayList{"rm " + path} : commands;
    }
    QByteArray type;
    if (wish.type == Node::Type::Folder) {
        if (isThere && !isFolder) {
            return fail(ErrorCode::Refused, u"%1 is no folder"_s.arg(QString::fromUtf8(wish.path)));
        }
        if (!isFolder) {
            commands += "mkdir " + path;
        }
        type = "04";
    } else {
        if (isFolder) {
            return fail(ErrorCode::Refused, u"%1 is a folder"_s.arg(QString::fromUtf8(wish.path)));
        }
        if (isThere) {
            commands += "rm " + path;
        }
        if (wish.type == Node::Type::Symlink) {
            commands += "symlink " + path + ' ' + quoted(wish.content);
            type = "012";
        } else {
            const auto source = handOver(wish);
            if (!source) {
                return fail(source.error());
            }
            commands += "write " + *source + ' ' + path;
            type = "010";
        }
    }
    const QByteArray mode =
        wish.type == Node::Type::Symlink ? "0777" : QByteArray::number(wish.mode, 8).rightJustified(4, '0');
    commands += "set_inode_field " + path + " mode " + type + mode;
    commands += "set_inode_field " + path + " uid " + QByteArray::number(wish.uid);
    commands += "set_inode_field " + path + " gid " + QByteArray::number(wish.gid);
    return commands;
}

Result<QByteArray> ExtVolume::handOver(const Wish &wish)
{
    const QString name = u"in-%1"_s.arg(m_handedOver++);
    const QString file = m_debugfs.exchangeFile(name);
    if (!wish.source.isEmpty() && !QFileInfo(wish.source).isReadable()) {
        return fail(ErrorCode::NotFound, u"cannot read %1"_s.arg(wish.source));
    }
    const Outcome handed = wish.source.isEmpty() ? writeForTool(file, wish.content)
                                                 : linkForTool(QFileInfo(wish.source).absoluteFilePath(), file);
    return handed ? Result<QByteArray>(name.toLatin1()) : fail(handed.error());
}

Result<QMap<QByteArray, QByteArray>> ExtVolume::withoutLinksAbove(const QByteArrayList &paths)
{
    QMap<QByteArray, QByteArray> places;
    for (const QByteArray &path : paths) {
        places.insert(path, path);
    }
    for (int i = 0; i < maxLinks; ++i) {
        const auto nodes = look(foldersAbove(places.values()));
        if (!nodes) {
            return fail(nodes.error());
        }
        bool isMoved = false;
        for (QByteArray &place : places) {
            for (const QByteArray &folder : foldersAbove({place})) {
                if (nodes->value(folder).type == Node::Type::Symlink) {
                    place = resolved(folder, nodes->value(folder).target) + place.sliced(folder.size());
                    isMoved = true;
                    break;
                }
            }
        }
        if (!isMoved) {
            return places;
        }
    }
    return fail(ErrorCode::Refused, u"a folder of the card is a link in a circle"_s);
}

Result<QList<Wish>> ExtVolume::placed(const QList<Wish> &wishes)
{
    QByteArrayList paths;
    for (const Wish &wish : wishes) {
        if (auto checked = checkWish(wish); !checked) {
            return fail(std::move(checked).error());
        }
        // A link to a folder, such as a home on another partition, stays.
        paths += wish.type == Node::Type::Folder ? wish.path + "/." : wish.path;
    }
    const auto places = withoutLinksAbove(paths);
    if (!places) {
        return fail(places.error());
    }
    QList<Wish> all = wishes;
    QList<Wish> moved;
    for (qsizetype i = 0; i < all.size(); ++i) {
        all[i].path = places->value(paths[i]);
        all[i].path.chop(all[i].type == Node::Type::Folder ? 2 : 0);
        if (all[i].type == Node::Type::Folder && all[i].path != wishes[i].path) {
            moved += wishes[i];
        }
    }
    const auto good = checkLinks(moved);
    return good ? Result<QList<Wish>>(all) : fail(good.error());
}

// Folders with a link in their paths, perhaps at the end.
Outcome ExtVolume::checkLinks(const QList<Wish> &folders)
{
    QByteArrayList paths;
    for (const Wish &folder : folders) {
        paths += folder.path;
    }
    const auto given = paths.isEmpty() ? Result<QMap<QByteArray, Node>>() : look(paths);
    const auto reached = given && !paths.isEmpty() ? lookThrough(paths) : given;
    if (!reached) {
        return fail(reached.error());
    }
    for (const Wish &folder : folders) {
        if (given->value(folder.path).type != Node::Type::Symlink) {
            continue;
        }
        const auto target = reached->constFind(folder.path);
        if (target == reached->cend() || target->uid != folder.uid) {
            const Error error = target == reached->cend() ? linkToNothing() : foreignFolder(target->uid, folder.uid);
            return fail(error.withContext(QString::fromUtf8(folder.path)));
        }
    }
    return {};
}

// `there` has what is put there before, too.
Outcome ExtVolume::checkFolderAbove(const QByteArray &path, const QMap<QByteArray, Node> &there)
{
    const QByteArray above = path.first(std::max<qsizetype>(path.lastIndexOf('/'), 1));
    const auto node = there.constFind(above);
    return node != there.cend() && node->type == Node::Type::Folder
               ? Outcome()
               : fail(ErrorCode::NotFound, u"%1 can't be put on the card, which has no folder %2"_s.arg(
                                               QString::fromUtf8(path), QString::fromUtf8(above)));
}

Outcome ExtVolume::apply(const QList<Wish> &wishes)
{
    const auto all = placed(wishes);
    if (!all) {
        return fail(all.error());
    }
    m_handedOver = 0;
    QByteArrayList paths{"/"};
    for (const Wish &wish : *all) {
        paths += wish.path;
    }
    auto there = look(paths + foldersAbove(paths));
    if (!there) {
        return fail(there.error());
    }
    QByteArrayList commands;
    qint64 bytes = 0;
    for (const Wish &wish : *all) {
        bytes += wish.source.isEmpty() ? wish.content.size() : QFileInfo(wish.source).size();
        const auto old = there->constFind(wish.path);
        if (wish.type != Node::Type::None) {
            if (auto possible = checkFolderAbove(wish.path, *there); !possible) {
                return possible;
            }
        }
        auto some = commandsFor(wish, old == there->cend() ? std::nullopt : std::optional(*old));
        if (!some) {
            return fail(std::move(some).error());
        }
        commands += *some;
        if (wish.type == Node::Type::None) {
            there->remove(wish.path);
        } else {
            there->insert(wish.path, {.type = wish.type});
        }
    }
    return m_debugfs.change(commands, bytes);
}

} // namespace sgn::card
