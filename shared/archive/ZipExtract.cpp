// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/StagingFolder.h"
#include "archive/Zip.h"
#include "archive/ZipReader.h"

#include <algorithm>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

// What a small file costs beside its bytes: its inode and the rest of its last block.
constexpr qint64 entryOverhead = 4096;

Outcome checkPlaces(const QList<ZipEntry> &entries, const QString &topFolder)
{
    if (topFolder.isEmpty()) {
        const auto link = std::ranges::find(entries, ZipEntryType::Symlink, &ZipEntry::type);
        return link == entries.end()
                   ? Outcome()
                   : fail(ErrorCode::BadArchive, u"the zip has the symlink '%1', where none may be"_s.arg(link->path));
    }
    auto top = topFolderOf(entries);
    if (!top) {
        return fail(std::move(top).error());
    }
    if (*top != topFolder) {
        return fail(ErrorCode::BadArchive, u"the zip yields '%1' instead of '%2'"_s.arg(*top, topFolder));
    }
    return {};
}

class Extraction
{
public:
    Extraction(ZipReader &reader, StagingFolder &folder, const ExtractRules &rules, qint64 total)
        : m_reader(reader)
        , m_folder(folder)
        , m_rules(rules)
        , m_total(total)
    {}

    Result<ExtractReport> run()
    {
        QList<ZipEntry> symlinks;
        for (;;) {
            const auto more = m_reader.next();
            if (!more) {
                return fail(more.error());
            }
            if (!*more) {
                break;
            }
            const ZipEntry &entry = m_reader.entry();
            Outcome done;
            if (entry.type == ZipEntryType::Symlink) {
                symlinks.append(entry);
            } else {
                done = entry.type == ZipEntryType::Folder ? m_folder.addFolder(entry.path) : extractFile();
            }
            if (!done) {
                return fail(std::move(done).error());
            }
        }
        // Last, so that nothing can be written through one.
        for (const ZipEntry &link : symlinks) {
            if (auto added = m_folder.addSymlink(link.path, link.linkTarget); !added) {
                return fail(std::move(added).error());
            }
        }
        if (m_rules.stop.stop_requested()) {
            return fail(ErrorCode::Cancelled, u"unpacking was cancelled"_s);
        }
        if (auto committed = m_folder.commit(); !committed) {
            return fail(std::move(committed).error());
        }
        return m_report;
    }

private:
    Outcome extractFile()
    {
        if (auto begun = m_folder.beginFile(m_reader.entry().path); !begun) {
            return begun;
        }
        for (;;) {
            if (m_rules.stop.stop_requested()) {
                return fail(ErrorCode::Cancelled, u"unpacking was cancelled"_s);
            }
            const auto block = m_reader.nextBlock();
            if (!block) {
                return fail(block.error());
            }
            if (block->isEmpty()) {
                break;
            }
            if (auto written = m_folder.write(*block); !written) {
                return written;
            }
            m_report.bytes += block->size();
            if (m_rules.progress) {
                m_rules.progress(m_report.bytes, m_total);
            }
        }
        ++m_report.files;
        return m_folder.endFile();
    }

    ZipReader &m_reader;
    StagingFolder &m_folder;
    const ExtractRules &m_rules;
    qint64 m_total;
    ExtractReport m_report;
};

} // namespace

Result<ExtractReport> extractZip(const QString &zip, const QString &target, const ExtractRules &rules)
{
    // Everything that the directory states is checked before the first byte is written.
    const auto entries = listZip(zip, rules.limits);
    if (!entries) {
        return fail(entries.error());
    }
    if (auto checked = checkPlaces(*entries, rules.topFolder); !checked) {
        return fail(std::move(checked).error());
    }
    qint64 total = 0;
    for (const ZipEntry &entry : *entries) {
        total += entry.size;
    }
    auto folder = StagingFolder::create(target);
    if (!folder) {
        return fail(std::move(folder).error());
    }
    const auto space = folder->freeSpace();
    if (!space) {
        return fail(space.error());
    }
    const qint64 needed = total + entries->size() * entryOverhead;
    if (needed > *space) {
        return fail(ErrorCode::NoSpace, u"unpacking needs %1 MiB and %2 MiB are free"_s.arg(needed / (1024 * 1024) + 1)
                                            .arg(*space / (1024 * 1024)));
    }
    auto reader = ZipReader::open(zip, rules.limits);
    if (!reader) {
        return fail(std::move(reader).error());
    }
    return Extraction(*reader, *folder, rules, total).run();
}

} // namespace sgn
