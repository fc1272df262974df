// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/FatVolume.h"

#include "base/AtomicFile.h"
#include "card/Tool.h"

#include <algorithm>
#include <QFile>
#include <QRegularExpression>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

const QString package = u"mtools"_s;

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
    , m_address(u"%1@@%2"_s.arg(image).arg(partition.start))
    , m_undo(image, partition, changed)
{}

Result<std::unique_ptr<FatVolume>> FatVolume::open(const QString &image, const Partition &partition, Access access,
                                                   QList<Extent> *changed)
{
    std::unique_ptr<FatVolume> volume(new FatVolume(image, partition, changed));
    if (access == Access::Read && volume->m_undo.isInterrupted()) {
        return fail(interruptedChange(image));
    }
    if (auto undone = volume->m_undo.undoInterrupted(); !undone) {
        return fail(undone.error());
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

// One by one, because a single one that is missing ends the program.
Result<QMap<QByteArray, QByteArray>> FatVolume::contents(const QByteArrayList &paths)
{
    QMap<QByteArray, QByteArray> found;
    for (const QByteArray &path : paths) {
        if (auto checked = checkName(path); !checked) {
            return fail(std::move(checked).error());
        }
        if (path == "/") {
            continue;
        }
        const auto ran = runTool(u"mtype"_s, {u"-i"_s, m_address, named(path)}, package);
        if (!ran) {
            return fail(ran.error());
        }
        if (ran->exitCode == 0) {
            found.insert(path, ran->output);
        }
    }
    return found;
}

Result<QMap<QByteArray, Node>> FatVolume::look(const QByteArrayList &paths)
{
    const auto files = contents(paths);
    if (!files) {
        return fail(files.error());
    }
    QMap<QByteArray, Node> nodes;
    for (auto it = files->cbegin(); it != files->cend(); ++it) {
        nodes.insert(it.key(), {.mode = 0755, .size = it->size(), .hasOwner = false});
    }
    if (paths.contains("/")) {
        nodes.insert("/", {.type = Node::Type::Folder, .mode = 0755, .hasOwner = false});
    }
    return nodes;
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
    const auto ran = runTool(u"mdir"_s, {u"-b"_s, u"-a"_s, u"-i"_s, m_address, named(folder)}, package);
    if (!ran) {
        return fail(ran.error());
    }
    QByteArrayList names;
    for (QByteArray line : ran->output.split('\n')) {
        line.chop(line.endsWith('/') ? 1 : 0);
        if (ran->exitCode == 0 && line.startsWith("::/")) {
            names += line.sliced(line.lastIndexOf('/') + 1);
        }
    }
    std::ranges::sort(names);
    return names;
}

Result<qint64> FatVolume::freeBytes()
{
    const auto ran = runTool(u"mdir"_s, {u"-i"_s, m_address, u"::"_s}, package);
    if (!ran) {
        return fail(ran.error());
    }
    static const QRegularExpression pattern(u"([0-9 ]+) bytes free"_s);
    const QRegularExpressionMatch match = pattern.match(QString::fromLatin1(ran->output));
    return match.hasMatch()
               ? Result<qint64>(match.captured(1).remove(u' ').toLongLong())
               : fail(ErrorCode::Io, u"mtools: "_s + QString::fromUtf8(ran->errors).simplified().left(300));
}

Outcome FatVolume::put(const Wish &wish, const QString &copy)
{
    const QStringList where{u"-i"_s, copy};
    if (wish.type == Node::Type::None) {
        // Fails where there is nothing.
        const auto there = runTool(u"mtype"_s, where + QStringList{named(wish.path)}, package);
        return there && there->exitCode != 0
                   ? Outcome()
                   : outcomeOf(runTool(u"mdel"_s, where + QStringList{named(wish.path)}, package));
    }
    if (wish.type != Node::Type::File) {
        return fail(ErrorCode::BadRequest, u"only files are put on the boot partition"_s);
    }
    QString source = wish.source;
    if (source.isEmpty()) {
        source = m_exchange.filePath(u"in"_s);
        if (auto written = writeForTool(source, wish.content); !written) {
            return written;
        }
    }
    return outcomeOf(runTool(u"mcopy"_s, where + QStringList{u"-o"_s, source, named(wish.path)}, package));
}

Outcome FatVolume::apply(const QList<Wish> &wishes)
{
    if (wishes.isEmpty()) {
        return {};
    }
    const Scratch copy(m_image + u".sgn-boot"_s);
    if (auto copied = m_undo.copyTo(copy.path()); !copied) {
        return copied;
    }
    for (const Wish &wish : wishes) {
        auto done = checkPutPath(wish.path);
        if (done) {
            done = checkName(wish.path);
        }
        if (done) {
            done = put(wish, copy.path());
        }
        if (!done) {
            return fail(done.error().withContext(QString::fromUtf8(wish.path)));
        }
    }
    return m_undo.replaceBy(copy.path());
}

} // namespace sgn::card
