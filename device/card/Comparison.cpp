// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Comparison.h"

#include "base/AtomicFile.h"

#include <QFileInfo>
#include <QSet>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

// The largest file of a release.
constexpr qint64 maxContent = qint64{256} * 1024 * 1024;

// What a device needs to start and to log.
constexpr qint64 spare = 32 * 1024 * 1024;
// Files take whole ones.
constexpr qint64 block = 4096;

QString octal(mode_t mode)
{
    return QString::number(mode, 8).rightJustified(4, u'0');
}

QString nameOf(Node::Type type)
{
    switch (type) {
    case Node::Type::File:
        return u"a file"_s;
    case Node::Type::Folder:
        return u"a folder"_s;
    case Node::Type::Symlink:
        return u"a link"_s;
    case Node::Type::Other:
    case Node::Type::None:
        break;
    }
    return u"no file"_s;
}

qint64 sizeOf(const Wish &wish)
{
    return wish.source.isEmpty() ? wish.content.size() : QFileInfo(wish.source).size();
}

// All but the content of a file.
QString differenceOf(const Wish &wish, const std::optional<Node> &node)
{
    if (wish.type == Node::Type::None) {
        return node ? u"should not be there"_s : QString();
    }
    if (!node) {
        return u"is missing"_s;
    }
    if (node->type != wish.type) {
        return u"is %1 instead of %2"_s.arg(nameOf(node->type), nameOf(wish.type));
    }
    if (wish.type == Node::Type::Symlink) {
        return node->target == wish.content ? QString() : u"leads to %1"_s.arg(QString::fromUtf8(node->target));
    }
    if (wish.type == Node::Type::File && node->size != sizeOf(wish)) {
        return u"has another content"_s;
    }
    if (!node->hasOwner) {
        return {};
    }
    if (node->uid != wish.uid || node->gid != wish.gid) {
        return u"belongs to %1:%2 instead of %3:%4"_s.arg(node->uid).arg(node->gid).arg(wish.uid).arg(wish.gid);
    }
    if (node->mode != wish.mode) {
        return u"has mode %1 instead of %2"_s.arg(octal(node->mode), octal(wish.mode));
    }
    return {};
}

Outcome checkSpace(const QList<Difference> &differences, Volume &volume)
{
    const auto available = volume.freeBytes();
    if (!available) {
        return fail(available.error());
    }
    qint64 needed = spare;
    for (const Difference &difference : differences) {
        needed += (sizeOf(difference.wish) + block - 1) / block * block;
    }
    return needed <= *available
               ? Outcome()
               : fail(ErrorCode::NoSpace, u"the card has %1 MB free, and %2 MB are needed"_s.arg(*available / 1'000'000)
                                              .arg(needed / 1'000'000));
}

// What is at the places of all wishes. A link to a folder, where one is wanted, is that folder.
Result<QMap<QByteArray, Node>> presentOf(const QList<Step> &steps, Volume &volume)
{
    QByteArrayList paths;
    QByteArrayList folders;
    for (const Step &step : steps) {
        for (const Wish &wish : step.wishes) {
            paths += wish.path;
            folders += wish.type == Node::Type::Folder ? QByteArrayList{wish.path} : QByteArrayList();
        }
    }
    auto nodes = volume.look(paths);
    if (!nodes) {
        return nodes;
    }
    folders.removeIf([&nodes](const QByteArray &path) { return nodes->value(path).type != Node::Type::Symlink; });
    const auto reached = folders.isEmpty() ? Result<QMap<QByteArray, Node>>() : volume.lookThrough(folders);
    if (!reached) {
        return fail(reached.error());
    }
    for (auto it = reached->cbegin(); it != reached->cend(); ++it) {
        if (it->type == Node::Type::Folder) {
            nodes->insert(it.key(), *it);
        }
    }
    return nodes;
}

} // namespace

Result<QList<Difference>> compare(const QList<Step> &steps, Volume &volume)
{
    const auto nodes = presentOf(steps, volume);
    if (!nodes) {
        return fail(nodes.error());
    }
    QByteArrayList files;
    for (const Step &step : steps) {
        for (const Wish &wish : step.wishes) {
            const auto node = nodes->constFind(wish.path);
            if (node != nodes->cend() && node->type == Node::Type::File && wish.type == Node::Type::File &&
                node->size == sizeOf(wish)) {
                files += wish.path;
            }
        }
    }
    const auto contents = volume.read(files, maxContent);
    if (!contents) {
        return fail(contents.error());
    }
    QList<Difference> differences;
    QSet<QByteArray> reported;
    for (const Step &step : steps) {
        for (const Wish &wish : step.wishes) {
            const auto node = nodes->constFind(wish.path);
            QString what = differenceOf(wish, node == nodes->cend() ? std::nullopt : std::optional(*node));
            if (what.isEmpty() && wish.type == Node::Type::File) {
                const auto wanted =
                    wish.source.isEmpty() ? Result<QByteArray>(wish.content) : readFile(wish.source, maxContent);
                if (!wanted) {
                    return fail(wanted.error());
                }
                what = contents->value(wish.path) == *wanted ? QString() : u"has another content"_s;
            }
            // Two steps may need the same folder.
            if (!what.isEmpty() && (wish.type != Node::Type::Folder || !reported.contains(wish.path))) {
                reported += wish.path;
                differences += {step.name, wish, what};
            }
        }
    }
    return differences;
}

Outcome carryOut(const QList<Difference> &differences, Volume &volume)
{
    if (auto fits = checkSpace(differences, volume); !fits) {
        return fits;
    }
    QList<Wish> wishes;
    for (const Difference &difference : differences) {
        wishes += difference.wish;
    }
    return volume.apply(wishes);
}

Outcome carryOutVerified(const QList<Step> &steps, Volume &volume)
{
    const auto missing = compare(steps, volume);
    if (!missing) {
        return fail(missing.error());
    }
    if (auto done = carryOut(*missing, volume); !done) {
        return done;
    }
    return verify(steps, volume);
}

Outcome verify(const QList<Step> &steps, Volume &volume)
{
    const auto left = compare(steps, volume);
    if (!left) {
        return fail(left.error());
    }
    return left->isEmpty()
               ? Outcome()
               : fail(ErrorCode::Io, u"%1 %2 after it was written"_s.arg(
                                         QString::fromUtf8(left->constFirst().wish.path), left->constFirst().what));
}

} // namespace sgn::card
