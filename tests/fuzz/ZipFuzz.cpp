// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "fuzz/Fuzz.h"

#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>

using namespace sgn;
using namespace sgn::fuzz;

namespace {

// In memory: the disk would be what takes the time.
QString newFolder()
{
    return QFileInfo(QStringLiteral("/dev/shm")).isWritable() ? QStringLiteral("/dev/shm/sgn-fuzz-XXXXXX")
                                                              : QStringLiteral("/tmp/sgn-fuzz-XXXXXX");
}

void checkTree(const QString &target)
{
    QDirIterator it(target, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                    QDirIterator::Subdirectories);
    while (it.hasNext()) {
        it.next();
        const QFileInfo info = it.fileInfo();
        if (info.isSymLink()) {
            require(QDir::cleanPath(info.symLinkTarget()).startsWith(target + QStringLiteral("/SmartMeter")));
        } else {
            require(info.isDir() || info.isFile());
            require((info.permissions() & (QFileDevice::WriteGroup | QFileDevice::WriteOther)) == 0);
        }
    }
}

} // namespace

// A zip from a stranger: it is refused, or unpacked inside its folder.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const QTemporaryDir folder(newFolder());
    const QString zip = folder.filePath(QStringLiteral("in.zip"));
    const QString target = folder.filePath(QStringLiteral("out"));
    {
        QFile file(zip);
        require(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(bytesOf(data, size));
    }
    ExtractRules rules;
    rules.topFolder = QStringLiteral("SmartMeter");
    rules.limits = {.maxEntries = 50, .maxBytes = 256 * 1024, .maxRatio = 200, .ratioFloor = 64 * 1024};
    const auto listed = listZip(zip, rules.limits);
    const auto extracted = extractZip(zip, target, rules);
    require(QFileInfo::exists(target) == extracted.has_value());
    require(!extracted || listed);
    if (extracted) {
        require(extracted->bytes <= rules.limits.maxBytes && extracted->files <= rules.limits.maxEntries);
        checkTree(target);
        (void)readZipEntry(zip, QStringLiteral("SmartMeter/version"), 64, rules.limits);
        QDir(target).removeRecursively();
    }
    require(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot) ==
            QStringList{QStringLiteral("in.zip")});
    return 0;
}
