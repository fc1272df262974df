// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipAssembly.h"

#include "archive/ZipFormat.h"
#include "base/SystemError.h"

#include <algorithm>
#include <cerrno>
#include <QFile>
#include <unistd.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 blockSize = 256 * 1024;

class Assembly
{
public:
    Assembly(const QString &zip, const std::stop_token &stop)
        : m_zip(zip)
        , m_stop(stop)
    {}

    Outcome write(const QList<ZipPart> &parts)
    {
        if (!m_zip.open(QIODevice::WriteOnly | QIODevice::Truncate | QIODevice::Unbuffered)) {
            return fail(systemError(u"cannot write "_s + m_zip.fileName(), errno));
        }
        for (const ZipPart &part : parts) {
            const Outcome added = part.source == ZipPart::Source::Member ? addMember(part) : addContent(part);
            if (!added) {
                return added;
            }
        }
        return finish();
    }

private:
    Outcome addMember(const ZipPart &part)
    {
        QByteArray entry = part.member.directoryEntry;
        zip::put32(entry, 42, static_cast<quint32>(m_at));
        m_directory += entry;
        ++m_entries;
        return copy(part.file, part.offset, part.member.length);
    }

    Outcome addContent(const ZipPart &part)
    {
        QByteArray entry = part.member.directoryEntry;
        const qsizetype nameSize = zip::u16(entry, 28);
        zip::put16(entry, 8, zip::u16(entry, 8) & static_cast<quint16>(~zip::flagDescriptor));
        zip::put16(entry, 10, zip::stored);
        zip::put32(entry, 20, static_cast<quint32>(part.member.size));
        zip::put32(entry, 42, static_cast<quint32>(m_at));
        m_directory += entry;
        ++m_entries;
        // Version, flags, method, time, checksum, sizes and the name's length stand in both headers in the same order.
        const QByteArray local = zip::localSignature.toByteArray() + entry.mid(6, 24) + QByteArray(2, '\0') +
                                 entry.mid(zip::entrySize, nameSize);
        if (auto written = append(local); !written) {
            return written;
        }
        return copy(part.file, 0, part.member.size, true);
    }

    // `isWhole`: the file must end there.
    Outcome copy(const QString &path, qint64 offset, qint64 size, bool isWhole = false)
    {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
            return fail(systemError(u"cannot read "_s + path, errno));
        }
        if (file.size() < offset + size || (isWhole && file.size() != size)) {
            return fail(ErrorCode::HashMismatch, u"%1 has another size than it had"_s.arg(path));
        }
        if (!file.seek(offset)) {
            return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(path, file.errorString()));
        }
        while (size > 0) {
            if (m_stop.stop_requested()) {
                return fail(ErrorCode::Cancelled, u"putting the zip together was cancelled"_s);
            }
            const QByteArray block = file.read(std::min(size, blockSize));
            if (block.isEmpty()) {
                return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(path, file.errorString()));
            }
            if (auto written = append(block); !written) {
                return written;
            }
            size -= block.size();
        }
        return {};
    }

    Outcome append(const QByteArray &bytes)
    {
        if (m_at + bytes.size() > maxPlainZip) {
            return fail(ErrorCode::TooLarge, u"the zip would get too large without packing"_s);
        }
        if (m_zip.write(bytes) != bytes.size()) {
            return fail(systemError(u"cannot write "_s + m_zip.fileName(), errno));
        }
        m_at += bytes.size();
        return {};
    }

    Outcome finish()
    {
        QByteArray end(zip::endSize, '\0');
        std::ranges::copy(zip::endSignature, end.begin());
        zip::put16(end, 8, m_entries);
        zip::put16(end, 10, m_entries);
        zip::put32(end, 12, static_cast<quint32>(m_directory.size()));
        zip::put32(end, 16, static_cast<quint32>(m_at));
        if (auto written = append(m_directory + end); !written) {
            return written;
        }
        if (::fsync(m_zip.handle()) != 0) {
            return fail(systemError(u"cannot write "_s + m_zip.fileName(), errno));
        }
        return {};
    }

    // Offsets have 32 bits.
    static constexpr qint64 maxPlainZip = 0xffffffff;

    QFile m_zip;
    const std::stop_token &m_stop;
    QByteArray m_directory;
    quint16 m_entries = 0;
    qint64 m_at = 0;
};

} // namespace

Outcome assembleZip(const QList<ZipPart> &parts, const QString &zip, const std::stop_token &stop)
{
    const Outcome written = Assembly(zip, stop).write(parts);
    if (!written) {
        QFile::remove(zip);
    }
    return written;
}

} // namespace sgn
