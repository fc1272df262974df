// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/FatVolume.h"

#include <algorithm>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

const QString package = u"mtools"_s;
// Names in the folder where mtools run: they give a path with "(", "$" and others to a shell.
const QString imageLink = u"image"_s;
const QString copyLink = u"copy"_s;
const QString contentFile = u"in"_s;
const QString copyEnding = u".sgn-boot"_s;

// Patterns of mtools, and what FAT can't have in a name.
Outcome checkName(const QByteArray &path)
{
    if (auto checked = checkCardPath(path); !checked) {
        return checked;
    }
    const bool isPlain =
        std::ranges::none_of(path, [](char c) { return QByteArray("*?[]:<>|").contains(c) || (c & '\x80') != 0; });
    return isPlain ? Outcome()
                   : fail(ErrorCode::BadRequest, u"%1 can't be on a FAT partition"_s.arg(QString::fromUtf8(path)));
}

QString named(const QByteArray &path)
{
    return u"::"_s + QString::fromLatin1(path);
}

Outcome outcomeOf(const Result<ToolOutput> &ran)
{
    if (!ran) {
        return fail(ran.error());
    }
    if (ran->exitCode == 0) {
        return {};
    }
    const QString errors = QString::fromUtf8(ran->errors).simplified().left(300);
    return errors.contains(u"full"_s, Qt::CaseInsensitive)
               ? fail(ErrorCode::NoSpace, u"there is no space left on the boot partition"_s)
               : fail(ErrorCode::Io, u"mtools: "_s + errors);
}

// Removed at the end, whatever that is.
class Scratch
{
public:
    explicit Scratch(QString path)
        : m_path(std::move(path))
    {}
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;
    ~Scratch() { QFile::remove(m_path); }

    [[nodiscard]] const QString &path() const { return m_path; }

private:
    QString m_path;
};

} // namespace

FatVolume::FatVolume(const QString &image, const Partition &partition, QList<Extent> *changed)
    : m_image(image)
    , m_address(u"%1@@%2"_s.arg(imageLink).arg(partition.start))
    , m_undo(image, partition, changed)
{}

Result<std::unique_ptr<FatVolume>> FatVolume::open(const QString &image, const Partition &partition, Access access,
                                                   QList<Extent> *changed)
{
    std::unique_ptr<FatVolume> volume(new FatVolume(image, partition, changed));
    if (access == Access::Read && volume->m_undo.isInterrupted()) {
        return fail(interruptedChange(image));
    }
    if (access == Access::Change) {
        if (auto undone = volume->m_undo.undoInterrupted(); !undone) {
            return fail(undone.error());
        }
        QFile::remove(image + copyEnding); // of a run that was killed
    }
    if (auto linked = linkForTool(image, volume->m_exchange.filePath(imageLink)); !linked) {
        return fail(linked.error());
    }
    const auto free = volume->freeBytes();
    if (!free) {
        return free.error().code == ErrorCode::NotFound
                   ? fail(free.error())
                   : fail(ErrorCode::Refused,
                          u"%1 has no FAT file system where a card has its boot files"_s.arg(image));
    }
    return volume;
}

Result<ToolOutput> FatVolume::run(const QString &tool, const QStringList &arguments) const
{
    return runTool(tool, arguments, package, m_exchange.path());
}

Result<QList<FatVolume::Entry>> FatVolume::entriesOf(const QByteArray &folder) const
{
    const auto ran = run(u"mdir"_s, {u"-b"_s, u"-a"_s, u"-i"_s, m_address, named(folder)});
    if (!ran) {
        return fail(ran.error());
    }
    QList<Entry> entries;
    for (QByteArray line : ran->output.split('\n')) {
        const bool isFolder = line.endsWith('/');
        line.chop(isFolder ? 1 : 0);
        if (ran->exitCode == 0 && line.startsWith("::/")) {
            entries += {line.sliced(line.lastIndexOf('/') + 1), isFolder};
        }
    }
    return entries;
}

Result<QMap<QByteArray, Node::Type>> FatVolume::typesOf(const QByteArrayList &paths) const
{
    QMap<QByteArray, Node::Type> types;
    QMap<QByteArray, QList<Entry>> folders;
    for (const QByteArray &path : paths) {
        if (auto checked = checkName(path); !checked) {
            return fail(std::move(checked).error());
        }
        const QByteArray above = path.first(std::max<qsizetype>(path.lastIndexOf('/'), 1));
        if (!folders.contains(above)) {
            auto entries = entriesOf(above);
            if (!entries) {
                return fail(std::move(entries).error());
            }
            folders.insert(above, *std::move(entries));
        }
        // Names on FAT are the same in upper and lower case.
        const QByteArray name = path.sliced(path.lastIndexOf('/') + 1).toLower();
        const QList<Entry> entries = folders.value(above);
        const auto entry = std::ranges::find_if(entries, [&](const Entry &e) { return e.name.toLower() == name; });
        const bool isFolder = path == "/" || (entry != entries.end() && entry->isFolder);
        types.insert(path, isFolder                 ? Node::Type::Folder
                           : entry == entries.end() ? Node::Type::None
                                                    : Node::Type::File);
    }
    return types;
}

// One by one, because a single one that is missing ends the program.
Result<QMap<QByteArray, QByteArray>> FatVolume::contents(const QByteArrayList &paths) const
{
    const auto types = typesOf(paths);
    if (!types) {
        return fail(types.error());
    }
    QMap<QByteArray, QByteArray> found;
    for (const QByteArray &path : paths) {
        if (types->value(path) != Node::Type::File) {
            continue;
        }
        const auto ran = run(u"mtype"_s, {u"-i"_s, m_address, named(path)});
        if (auto done = outcomeOf(ran); !done) {
            return fail(done.error().withContext(QString::fromUtf8(path)));
        }
        found.insert(path, ran->output);
    }
    return found;
}

Result<QMap<QByteArray, Node>> FatVolume::look(const QByteArrayList &paths)
{
    const auto types = typesOf(paths);
    const auto files = types ? contents(paths) : fail(types.error());
    if (!files) {
        return fail(files.error());
    }
    QMap<QByteArray, Node> nodes;
    for (auto it = types->cbegin(); it != types->cend(); ++it) {
        if (it.value() != Node::Type::None) {
            nodes.insert(it.key(),
                         {.type = it.value(), .mode = 0755, .size = files->value(it.key()).size(), .hasOwner = false});
        }
    }
    return nodes;
}

Result<QMap<QByteArray, Node>> FatVolume::lookThrough(const QByteArrayList &paths)
{
    return look(paths);
}

Result<QMap<QByteArray, QByteArray>> FatVolume::read(const QByteArrayList &paths, qint64 maxSize)
{
    auto files = contents(paths);
    for (auto it = files ? files->cbegin() : QMap<QByteArray, QByteArray>::const_iterator();
         files && it != files->cend(); ++it) {
        if (it->size() > maxSize) {
            return fail(ErrorCode::TooLarge, u"%1 has %2 bytes"_s.arg(QString::fromUtf8(it.key())).arg(it->size()));
        }
    }
    return files;
}

Result<QByteArrayList> FatVolume::list(const QByteArray &folder)
{
    if (auto checked = checkName(folder); !checked) {
        return fail(std::move(checked).error());
    }
    const auto entries = entriesOf(folder);
    if (!entries) {
        return fail(entries.error());
    }
    QByteArrayList names;
    for (const Entry &entry : *entries) {
        names += entry.name;
    }
    std::ranges::sort(names);
    return names;
}

Result<qint64> FatVolume::freeBytes()
{
    const auto ran = run(u"mdir"_s, {u"-i"_s, m_address, u"::"_s});
    if (!ran) {
        return fail(ran.error());
    }
    static const QRegularExpression pattern(u"([0-9 ]+) bytes free"_s);
    const QRegularExpressionMatch match = pattern.match(QString::fromLatin1(ran->output));
    return match.hasMatch()
               ? Result<qint64>(match.captured(1).remove(u' ').toLongLong())
               : fail(ErrorCode::Io, u"mtools: "_s + QString::fromUtf8(ran->errors).simplified().left(300));
}

Outcome FatVolume::put(const Wish &wish, Node::Type present)
{
    const QStringList where{u"-i"_s, copyLink};
    if (wish.type == Node::Type::None && present == Node::Type::None) {
        return {};
    }
    if (present == Node::Type::Folder) {
        return fail(ErrorCode::Refused, u"is a folder, which is never removed"_s);
    }
    if (wish.type == Node::Type::None) {
        return outcomeOf(run(u"mdel"_s, where + QStringList{named(wish.path)}));
    }
    if (wish.type != Node::Type::File) {
        return fail(ErrorCode::BadRequest, u"only files are put on the boot partition"_s);
    }
    const QString source = m_exchange.filePath(contentFile);
    const Outcome ready = wish.source.isEmpty() ? writeForTool(source, wish.content)
                                                : linkForTool(QFileInfo(wish.source).absoluteFilePath(), source);
    return ready ? outcomeOf(run(u"mcopy"_s, where + QStringList{u"-o"_s, contentFile, named(wish.path)})) : ready;
}

Outcome FatVolume::apply(const QList<Wish> &wishes)
{
    if (wishes.isEmpty()) {
        return {};
    }
    QByteArrayList paths;
    for (const Wish &wish : wishes) {
        if (auto checked = checkWish(wish); !checked) {
            return checked;
        }
        paths += wish.path;
    }
    auto types = typesOf(paths);
    if (!types) {
        return fail(types.error());
    }
    const Scratch copy(m_image + copyEnding);
    Outcome ready = m_undo.copyTo(copy.path());
    if (ready) {
        ready = linkForTool(copy.path(), m_exchange.filePath(copyLink));
    }
    if (!ready) {
        return ready;
    }
    for (const Wish &wish : wishes) {
        if (auto done = put(wish, types->value(wish.path)); !done) {
            return fail(done.error().withContext(QString::fromUtf8(wish.path)));
        }
        types->insert(wish.path, wish.type);
    }
    return m_undo.replaceBy(copy.path());
}

} // namespace sgn::card
