// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/ElfHead.h"
#include "card/PartitionTable.h"
#include "card/PythonTags.h"
#include "card/UndoFile.h"
#include "fuzz/Fuzz.h"

#include <QFile>
#include <QTemporaryDir>

using namespace sgn;
using namespace sgn::card;
using namespace sgn::fuzz;

namespace {

constexpr qint64 imageSize = qint64{1024} * 1024 * 1024;

bool isInside(const Partition &part)
{
    return part.start >= 512 && part.size > 0 && part.start <= imageSize - part.size;
}

void readAsUndoFile(const QByteArray &bytes)
{
    static const QTemporaryDir folder(QStringLiteral("/dev/shm/sgn-fuzz-XXXXXX"));
    const QString path = folder.filePath(QStringLiteral("undo"));
    {
        QFile file(path);
        require(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(bytes);
    }
    if (const auto extents = extentsInUndoFile(path)) {
        for (const Extent &extent : *extents) {
            require(extent.start >= 0 && extent.size > 0);
        }
    }
}

} // namespace

// What comes from a shop's image, a stranger's wheel or an interrupted run, at the operator's desk.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes = bytesOf(data, size);
    // Without its first byte in the corpus, because a source package must not contain a program.
    const QByteArray program = '\x7f' + bytes;
    if (const auto head = readElfHead(program)) {
        require(!architectureOf(*head).isEmpty());
        require(head->interpreter.size() <= program.size());
    }
    if (const auto parts = readPartitions(bytes, imageSize)) {
        require(isInside(parts->boot) && isInside(parts->root));
    }
    if (const auto wheel = parseWheelName(QString::fromUtf8(bytes))) {
        require(!wheel->pythons.isEmpty() && !wheel->abis.isEmpty() && !wheel->platforms.isEmpty());
    }
    (void)requiresProblem(bytes, "3.11");
    readAsUndoFile(bytes);
    return 0;
}
