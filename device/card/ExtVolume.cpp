// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/ExtVolume.h"

#include "base/AtomicFile.h"
#include "card/Tool.h"

#include <algorithm>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QtEndian>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

const QString package = u"e2fsprogs"_s;
// As many as the kernel follows.
constexpr int maxLinks = 40;
constexpr mode_t permissionBits = 07777;
// It lies as far behind the beginning of its partition.
constexpr qint64 superblockSize = 1024;

QByteArray quoted(const QByteArray &path)
{
    return '"' + path + '"';
}

// The lines of errors without the program's own greeting.
QByteArray complaintsIn(const QByteArray &errors)
{
    QByteArrayList lines = errors.split('\n');
    lines.removeIf([](const QByteArray &line) { return line.trimmed().isEmpty() || line.startsWith("debugfs "); });
    return lines.join("; ");
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

// How many blocks an undo file has the old content of, by its head.
quint64 keysIn(const QString &undoFile)
{
    constexpr qint64 markSize = 8;
    QFile file(undoFile);
    const QByteArray head = file.open(QIODevice::ReadOnly) ? file.read(2 * markSize) : QByteArray();
    return head.size() == 2 * markSize ? qFromLittleEndian<quint64>(head.constData() + markSize) : 0;
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

ExtVolume::ExtVolume(QString image, const Partition &partition)
    : m_image(std::move(image))
    , m_address(partition.start > 0 ? u"%1?offset=%2"_s.arg(m_image).arg(partition.start) : m_image)
    , m_start(partition.start)
    , m_undo(m_image + u".sgn-undo"_s)
    , m_superblock(m_image + u".sgn-super"_s)
{}

Result<std::unique_ptr<ExtVolume>> ExtVolume::open(const QString &image, const Partition &partition)
{
    std::unique_ptr<ExtVolume> volume(new ExtVolume(image, partition));
    if (QFileInfo::exists(volume->m_undo)) {
        if (auto undone = volume->undo(); !undone) {
            return fail(std::move(undone).error());
        }
    }
    const auto facts = volume->run({"show_super_stats -h"}, Access::Read);
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

Result<QByteArrayList> ExtVolume::run(const QByteArrayList &commands, Access access)
{
    const QString script = m_exchange.filePath(u"commands"_s);
    if (auto written = writeFileAtomically(script, commands.join('\n') + '\n', 0600); !written) {
        return fail(std::move(written).error());
    }
    QStringList arguments{u"-f"_s, script};
    if (access == Access::Write) {
        arguments = QStringList{u"-w"_s, u"-z"_s, m_undo} + arguments;
    }
    const auto ran = runTool(u"debugfs"_s, arguments << m_address, package);
    if (!ran) {
        return fail(ran.error());
    }
    const QByteArray complaints = complaintsIn(ran->errors);
    // It goes on after a command that failed.
    if (ran->exitCode != 0 || (access == Access::Write && !complaints.isEmpty())) {
        return complaints.contains("Could not allocate")
                   ? fail(ErrorCode::NoSpace, u"there is no space left on the card"_s)
                   : fail(ErrorCode::Io, u"debugfs: "_s + QString::fromUtf8(complaints.left(500)));
    }
    QByteArrayList outputs;
    qsizetype begin = 0;
    for (const QByteArray &command : commands) {
        const QByteArray echo = "debugfs: " + command + '\n';
        const qsizetype at = ran->output.indexOf(echo, begin);
        if (at < 0) {
            return fail(ErrorCode::Io, u"debugfs didn't carry out: "_s + QString::fromUtf8(command.left(200)));
        }
        if (!outputs.isEmpty()) {
            outputs.last() = ran->output.sliced(begin, at - begin);
        }
        begin = at + echo.size();
        outputs += ran->output.sliced(begin);
    }
    return outputs;
}

Outcome ExtVolume::undo() const
{
    const QStringList arguments{u"-o"_s, m_address.section(u"?offset="_s, 1, 1), m_undo, m_image};
    const auto ran = runTool(u"e2undo"_s, m_address == m_image ? arguments.sliced(2) : arguments, package);
    if (!ran) {
        return fail(ran.error());
    }
    // It refuses a file without a block, as it is when nothing has been overwritten.
    if (ran->exitCode != 0 && keysIn(m_undo) == 0 && checkWhole()) {
        forgetUndo();
        return {};
    }
    if (ran->exitCode != 0) {
        return fail(ErrorCode::Io, u"the interrupted change of %1 cannot be undone: %2"_s.arg(
                                       m_image, QString::fromUtf8(ran->errors).simplified().left(300)));
    }
    const auto superblock = readFile(m_superblock, superblockSize);
    QFile image(m_image);
    if (!superblock || !image.open(QIODevice::ReadWrite) || !image.seek(m_start + superblockSize) ||
        image.write(*superblock) != superblock->size()) {
        return fail(ErrorCode::Io, u"the interrupted change of %1 cannot be undone"_s.arg(m_image));
    }
    image.close();
    forgetUndo();
    return {};
}

void ExtVolume::forgetUndo() const
{
    QFile::remove(m_undo);
    QFile::remove(m_superblock);
}

// e2undo (1.47) leaves out that of a file system behind an offset.
Outcome ExtVolume::keepSuperblock() const
{
    QFile image(m_image);
    if (!image.open(QIODevice::ReadOnly) || !image.seek(m_start + superblockSize)) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(m_image, image.errorString()));
    }
    return writeFileAtomically(m_superblock, image.read(superblockSize), 0600);
}

Outcome ExtVolume::checkWhole() const
{
    const auto ran = runTool(u"e2fsck"_s, {u"-f"_s, u"-n"_s, m_address}, package);
    if (!ran) {
        return fail(ran.error());
    }
    return ran->exitCode == 0 ? Outcome()
                              : fail(ErrorCode::Io, u"the file system isn't sound: "_s +
                                                        QString::fromUtf8(ran->output).simplified().left(500));
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
    const auto outputs = run(commands, Access::Read);
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
    const auto outputs = run(commands, Access::Read);
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
    if (const auto dumped = run(commands, Access::Read); !dumped) {
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
    const auto outputs = run({"ls -p " + quoted(folder == "/" ? folder : folder + "/.")}, Access::Read);
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
    if (!QFileInfo(m_image).isWritable()) {
        return fail(ErrorCode::Refused, u"%1 may not be written"_s.arg(m_image));
    }
    const auto outputs = run({"show_super_stats -h"}, Access::Read);
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
                if (auto written = writeFileAtomically(source, wish.content, 0600); !written) {
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
        there->insert(wish.path, {.type = wish.type});
    }
    return carryOut(commands);
}

Outcome ExtVolume::carryOut(const QByteArrayList &commands)
{
    if (commands.isEmpty()) {
        return {};
    }
    if (auto kept = keepSuperblock(); !kept) {
        return kept;
    }
    const auto ran = run(commands, Access::Write);
    const Outcome done = ran ? checkWhole() : fail(ran.error());
    if (!done) {
        const auto undone = undo();
        return undone ? done : undone;
    }
    forgetUndo();
    return {};
}

} // namespace sgn::card
