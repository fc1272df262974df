// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Debugfs.h"

#include "base/AtomicFile.h"
#include "base/FileSystem.h"
#include "card/Tool.h"
#include "card/UndoFile.h"

#include <algorithm>
#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QtEndian>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

const QString package = u"e2fsprogs"_s;
// It lies as far behind the beginning of its partition.
constexpr qint64 superblockSize = 1024;

// The lines of errors without the program's own greeting.
QByteArray complaintsIn(const QByteArray &errors)
{
    QByteArrayList lines = errors.split('\n');
    lines.removeIf([](const QByteArray &line) { return line.trimmed().isEmpty() || line.startsWith("debugfs "); });
    return lines.join("; ");
}

// Bitmaps, inode tables and folders that a change touches.
constexpr qint64 changeOverhead = 16 * 1024 * 1024;

// BUFSIZ of debugfs, which takes what is behind that for a command of its own.
constexpr qsizetype maxCommand = 8000;

// A command is one line, and must stay one.
Outcome checkCommands(const QByteArrayList &commands)
{
    for (const QByteArray &command : commands) {
        const bool isLine =
            std::ranges::none_of(command, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
        if (!isLine || command.size() > maxCommand) {
            return fail(ErrorCode::BadRequest,
                        u"this can't be put on a card: %1"_s.arg(QString::fromUtf8(command.left(200))));
        }
    }
    return {};
}

QByteArray superblockIn(const QString &image, qint64 start)
{
    QFile file(image);
    return file.open(QIODevice::ReadOnly) && file.seek(start + superblockSize) ? file.read(superblockSize)
                                                                               : QByteArray();
}

// Whether both are of one file system (struct ext2_super_block), by its number and by how much was ever written to it.
bool isLaterState(const QByteArray &superblock, const QByteArray &before)
{
    constexpr qsizetype uuid = 0x68;
    constexpr qsizetype uuidSize = 16;
    constexpr qsizetype written = 0x178; // KiB
    const auto writtenIn = [](const QByteArray &bytes) {
        return qFromLittleEndian<quint64>(bytes.constData() + written);
    };
    return superblock.size() == superblockSize && before.size() == superblockSize &&
           superblock.sliced(uuid, uuidSize) == before.sliced(uuid, uuidSize) &&
           writtenIn(superblock) >= writtenIn(before);
}

// What e2fsck has found, without the passes that it has gone through.
QString faultsIn(const QByteArray &output)
{
    QByteArrayList lines = output.split('\n');
    lines.removeIf([](const QByteArray &line) {
        return line.trimmed().isEmpty() || line.startsWith("Pass ") || line.contains(" blocks") ||
               line.contains("WARNING: Filesystem");
    });
    return QString::fromUtf8(lines.join(' ')).simplified().left(200);
}

} // namespace

Debugfs::Debugfs(QString image, const Partition &partition, QList<Extent> *changed)
    : m_image(std::move(image))
    , m_address(partition.start > 0 ? u"%1?offset=%2"_s.arg(m_image).arg(partition.start) : m_image)
    , m_start(partition.start)
    , m_changed(changed)
    , m_undo(m_image + u".sgn-undo"_s)
    , m_superblock(m_image + u".sgn-super"_s)
{}

Result<QByteArrayList> Debugfs::read(const QByteArrayList &commands) const
{
    return run(commands, Access::Read);
}

bool Debugfs::isInterrupted() const
{
    return QFileInfo::exists(m_undo);
}

Outcome Debugfs::undoInterrupted() const
{
    if (isInterrupted()) {
        return undo();
    }
    // A run that was killed before it changed anything leaves these.
    QFile::remove(m_superblock);
    removeTemporaries(m_superblock);
    return {};
}

Outcome Debugfs::change(const QByteArrayList &commands, qint64 bytes) const
{
    if (commands.isEmpty()) {
        return {};
    }
    if (auto fits = checkDisk(bytes); !fits) {
        return fits;
    }
    if (auto kept = keepSuperblock(); !kept) {
        return kept;
    }
    const auto ran = run(commands, Access::Write);
    Outcome done = ran ? checkWhole() : fail(ran.error());
    if (done) {
        done = noteChanges();
    }
    if (!done) {
        const auto undone = undoInterrupted();
        return undone ? fail(reasonOf(done.error())) : undone;
    }
    forgetUndo();
    return {};
}

// debugfs goes on when its undo file gets no more room (e2fsprogs 1.47), and the change could neither be finished nor
// undone.
Outcome Debugfs::checkDisk(qint64 bytes) const
{
    const Result<qint64> available = availableBytes(QFileInfo(m_image).path());
    if (!available) {
        return fail(available.error());
    }
    // In the image, and what was there before in the undo file.
    const qint64 needed = 2 * bytes + changeOverhead;
    constexpr qint64 megabyte = 1'000'000;
    return needed <= *available
               ? Outcome()
               : fail(ErrorCode::NoSpace,
                      u"the disk of %1 has %2 MB free, and %3 MB are needed to change it"_s.arg(m_image)
                          .arg(*available / megabyte)
                          .arg(needed / megabyte + 1));
}

Error Debugfs::reasonOf(const Error &failure) const
{
    if (failure.code == ErrorCode::NoSpace || failure.code == ErrorCode::NotFound) {
        return failure;
    }
    if (const auto whole = checkWhole(); !whole) {
        return {ErrorCode::Refused, u"the file system in %1 is damaged, and so it was not changed (%2); repair it: "
                                    "e2fsck -f '%3'"_s.arg(m_image, whole.error().message, m_address)};
    }
    return {failure.code, u"%1 cannot be changed, and is as it was (%2); if that comes again, mount the card and use "
                          "--root"_s.arg(m_image, failure.message)};
}

Result<QByteArrayList> Debugfs::run(const QByteArrayList &commands, Access access) const
{
    if (auto checked = checkCommands(commands); !checked) {
        return fail(std::move(checked).error());
    }
    const QString script = exchangeFile(u"commands"_s);
    if (auto written = writeForTool(script, commands.join('\n') + '\n'); !written) {
        return fail(std::move(written).error());
    }
    QStringList arguments{u"-f"_s, script};
    if (access == Access::Write) {
        arguments = QStringList{u"-w"_s, u"-z"_s, m_undo} + arguments;
    }
    const auto ran = runTool(u"debugfs"_s, arguments << m_address, package, m_exchange.path());
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

Outcome Debugfs::undo() const
{
    QStringList arguments{m_undo, m_image};
    if (m_address != m_image) {
        arguments = QStringList{u"-o"_s, QString::number(m_start)} + arguments;
    }
    auto ran = runTool(u"e2undo"_s, arguments, package);
    // It refuses a file that it has worked through already, and one that debugfs had only just begun or not closed.
    if (ran && ran->exitCode != 0 && isAsBefore()) {
        forgetUndo();
        return {};
    }
    if (ran && ran->exitCode != 0 && wasBeingChanged()) {
        ran = runTool(u"e2undo"_s, QStringList{u"-f"_s} + arguments, package);
    }
    if (!ran) {
        return fail(ran.error());
    }
    if (ran->exitCode != 0) {
        return fail(
            ErrorCode::Io,
            u"the interrupted change of %1 cannot be undone: %2. If another image was put in its place, remove "
            "%3 and %4; else make the image anew"_s.arg(
                m_image, QString::fromUtf8(ran->output + ran->errors).simplified().left(300), m_undo, m_superblock));
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

// Nothing was changed yet, or all is undone.
bool Debugfs::isAsBefore() const
{
    const auto before = readFile(m_superblock, superblockSize);
    const auto isSame = isUndone(m_undo, m_image, m_start);
    return before && superblockIn(m_image, m_start) == *before && isSame && *isSame;
}

// The image is the one that the undo file is of, and was not used since: it has a later state of the same file system,
// and both were written at the same time.
bool Debugfs::wasBeingChanged() const
{
    constexpr qint64 moment = 10;
    const auto before = readFile(m_superblock, superblockSize);
    const QDateTime undoTime = QFileInfo(m_undo).lastModified();
    return before && isLaterState(superblockIn(m_image, m_start), *before) &&
           undoTime.secsTo(QFileInfo(m_image).lastModified()) <= moment;
}

Outcome Debugfs::noteChanges() const
{
    if (m_changed == nullptr) {
        return {};
    }
    const auto extents = extentsInUndoFile(m_undo);
    if (!extents) {
        return fail(extents.error());
    }
    for (const Extent &extent : *extents) {
        *m_changed += {m_start + extent.start, extent.size};
    }
    // Not always among the others, see keepSuperblock().
    *m_changed += {m_start + superblockSize, superblockSize};
    return {};
}

void Debugfs::forgetUndo() const
{
    QFile::remove(m_undo);
    QFile::remove(m_superblock);
}

// e2undo (1.47) leaves out that of a file system behind an offset.
Outcome Debugfs::keepSuperblock() const
{
    QFile image(m_image);
    if (!image.open(QIODevice::ReadOnly) || !image.seek(m_start + superblockSize)) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(m_image, image.errorString()));
    }
    const auto kept = writeFileAtomically(m_superblock, image.read(superblockSize), 0600);
    return kept ? kept : fail(kept.error().withContext(u"what undoes a change is kept beside the image"_s));
}

Outcome Debugfs::checkWhole() const
{
    const auto ran = runTool(u"e2fsck"_s, {u"-f"_s, u"-n"_s, m_address}, package);
    if (!ran) {
        return fail(ran.error());
    }
    return ran->exitCode == 0 ? Outcome() : fail(ErrorCode::Io, u"e2fsck finds: "_s + faultsIn(ran->output));
}

} // namespace sgn::card
