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
    if (auto undone = volume->m_debugfs.undoInterrupted(); !undone) {
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
        return fail(ErrorCode::Refused,
                    u"the file system in %1 wasn't unmounted: mount it once, or run e2fsck on it"_s.arg(image));
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

Result<QMap<QByteArray, QByteArray>> ExtVolume::read(const QByteArrayList &paths, qint64 maxSize)
{
    // Which file each path leads to, link by link.
    QMap<QByteArray, QByteArray> places;
    for (const QByteArray &path : paths) {
        places.insert(path, path);
    }
    QMap<QByteArray, Node> nodes;
    for (int i = 0; i < maxLinks; ++i) {
        const auto looked = look(places.values());
        if (!looked) {
            return fail(looked.error());
        }
        nodes = *looked;
        bool isMoved = false;
        for (QByteArray &place : places) {
            if (nodes.value(place).type == Node::Type::Symlink) {
                place = resolved(place, nodes.value(place).target);
                isMoved = true;
            }
        }
        if (!isMoved) {
            break;
        }
    }
    QByteArrayList commands;
    QByteArrayList found;
    for (auto it = places.cbegin(); it != places.cend(); ++it) {
        const auto node = nodes.constFind(it.value());
        if (node == nodes.cend() || node->type != Node::Type::File) {
            continue;
        }
        if (node->size > maxSize) {
            return fail(ErrorCode::TooLarge, u"%1 has %2 bytes"_s.arg(QString::fromUtf8(it.key())).arg(node->size));
        }
        const QString copy = m_exchange.filePath(QString::number(found.size()));
        commands += "dump " + quoted(it.value()) + ' ' + quoted(QFile::encodeName(copy));
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
        const QString copy = m_exchange.filePath(QString::number(i));
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
    const auto number = [&](const QString &name) {
        const QRegularExpression pattern(u"^%1: +(\\d+)$"_s.arg(name), QRegularExpression::MultilineOption);
        return pattern.match(QString::fromLatin1(outputs->first())).captured(1).toLongLong();
    };
    return (number(u"Free blocks"_s) - number(u"Reserved block count"_s)) * number(u"Block size"_s);
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
            QString source = wish.source;
            if (source.isEmpty()) {
                source = m_exchange.filePath(u"in-%1"_s.arg(QString::fromLatin1(wish.path.toHex().right(200))));
                if (auto written = writeForTool(source, wish.content); !written) {
                    return fail(std::move(written).error());
                }
            }
            commands += "write " + quoted(QFile::encodeName(source)) + ' ' + path;
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

Outcome ExtVolume::apply(const QList<Wish> &wishes)
{
    QByteArrayList paths;
    for (const Wish &wish : wishes) {
        if (auto checked = checkPutPath(wish.path); !checked) {
            return checked;
        }
        // A link to a folder, such as a home on another partition, stays.
        paths += wish.type == Node::Type::Folder ? wish.path + "/." : wish.path;
    }
    const auto places = withoutLinksAbove(paths);
    if (!places) {
        return fail(places.error());
    }
    QList<Wish> placed = wishes;
    for (qsizetype i = 0; i < placed.size(); ++i) {
        placed[i].path = places->value(paths[i]);
        placed[i].path.chop(placed[i].type == Node::Type::Folder ? 2 : 0);
        paths[i] = placed[i].path;
    }
    auto there = look(paths);
    if (!there) {
        return fail(there.error());
    }
    QByteArrayList commands;
    for (const Wish &wish : std::as_const(placed)) {
        const auto old = there->constFind(wish.path);
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
    return m_debugfs.change(commands);
}

} // namespace sgn::card
