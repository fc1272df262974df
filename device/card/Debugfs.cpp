// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Debugfs.h"

#include "base/AtomicFile.h"
#include "card/Tool.h"
#include "card/UndoFile.h"

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

// How many blocks an undo file has the old content of, by its head.
quint64 keysIn(const QString &undoFile)
{
    constexpr qint64 markSize = 8;
    QFile file(undoFile);
    const QByteArray head = file.open(QIODevice::ReadOnly) ? file.read(2 * markSize) : QByteArray();
    return head.size() == 2 * markSize ? qFromLittleEndian<quint64>(head.constData() + markSize) : 0;
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
    return isInterrupted() ? undo() : Outcome();
}

Outcome Debugfs::change(const QByteArrayList &commands) const
{
    if (commands.isEmpty()) {
        return {};
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
        const auto undone = undo();
        return undone ? done : undone;
    }
    forgetUndo();
    return {};
}

Result<QByteArrayList> Debugfs::run(const QByteArrayList &commands, Access access) const
{
    const QString script = m_scripts.filePath(u"commands"_s);
    if (auto written = writeForTool(script, commands.join('\n') + '\n'); !written) {
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

Outcome Debugfs::undo() const
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
    return writeFileAtomically(m_superblock, image.read(superblockSize), 0600);
}

Outcome Debugfs::checkWhole() const
{
    const auto ran = runTool(u"e2fsck"_s, {u"-f"_s, u"-n"_s, m_address}, package);
    if (!ran) {
        return fail(ran.error());
    }
    return ran->exitCode == 0 ? Outcome()
                              : fail(ErrorCode::Io, u"the file system isn't sound: "_s +
                                                        QString::fromUtf8(ran->output).simplified().left(500));
}

} // namespace sgn::card
