// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Overlay.h"

#include "card/SparseCopy.h"
#include "crypto/Sha256.h"

#include <algorithm>
#include <QFile>
#include <QFileInfo>
#include <QXmlStreamReader>
#include <QXmlStreamWriter>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 pieceSize = 256 * imageBlock;
const QByteArray noChecksum(2 * Sha256::size, '0');

Result<QByteArray> checksumOf(QFile &file, const Extent &extent)
{
    Sha256 hash;
    if (!file.seek(extent.start)) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(file.fileName(), file.errorString()));
    }
    for (qint64 done = 0; done < extent.size;) {
        const QByteArray bytes = file.read(std::min(pieceSize, extent.size - done));
        if (bytes.isEmpty()) {
            return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(file.fileName(), file.errorString()));
        }
        hash.addData(bytes);
        done += bytes.size();
    }
    return hash.finish().toHex();
}

qint64 blocksIn(qint64 bytes)
{
    return (bytes + imageBlock - 1) / imageBlock;
}

QString rangeOf(const Extent &extent)
{
    const qint64 first = extent.start / imageBlock;
    const qint64 last = first + blocksIn(extent.size) - 1;
    return first == last ? QString::number(first) : u"%1-%2"_s.arg(first).arg(last);
}

// "3" or "3-7"; nothing sensible has no bytes.
Extent extentOf(const QString &range, qint64 imageSize)
{
    const qint64 first = range.section(u'-', 0, 0).trimmed().toLongLong();
    const qint64 last = range.section(u'-', -1).trimmed().toLongLong();
    const qint64 blocks = blocksIn(imageSize);
    if (first < 0 || last < first || last >= blocks) {
        return {};
    }
    return {first * imageBlock, std::min((last + 1) * imageBlock, imageSize) - first * imageBlock};
}

} // namespace

Result<QByteArray> blockMapOf(const QString &file, const QList<Extent> &extents)
{
    QFile image(file);
    if (!image.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::NotFound, u"cannot open %1: %2"_s.arg(file, image.errorString()));
    }
    qint64 mapped = 0;
    for (const Extent &extent : extents) {
        mapped += blocksIn(extent.size);
    }
    QByteArray text;
    QXmlStreamWriter xml(&text);
    xml.setAutoFormatting(true);
    xml.writeStartDocument();
    xml.writeStartElement(u"bmap"_s);
    xml.writeAttribute(u"version"_s, u"2.0"_s);
    const auto field = [&xml](const QString &name, const QString &value) {
        xml.writeTextElement(name, value);
    };
    field(u"ImageSize"_s, QString::number(image.size()));
    field(u"BlockSize"_s, QString::number(imageBlock));
    field(u"BlocksCount"_s, QString::number(blocksIn(image.size())));
    field(u"MappedBlocksCount"_s, QString::number(mapped));
    field(u"ChecksumType"_s, u"sha256"_s);
    field(u"BmapFileChecksum"_s, QString::fromLatin1(noChecksum));
    xml.writeStartElement(u"BlockMap"_s);
    for (const Extent &extent : extents) {
        const auto checksum = checksumOf(image, extent);
        if (!checksum) {
            return fail(checksum.error());
        }
        xml.writeStartElement(u"Range"_s);
        xml.writeAttribute(u"chksum"_s, QString::fromLatin1(*checksum));
        xml.writeCharacters(rangeOf(extent));
        xml.writeEndElement();
    }
    xml.writeEndDocument();
    // Its own checksum counts with zeros in its place.
    return text.replace(text.indexOf(noChecksum), noChecksum.size(), Sha256::hash(text).toHex());
}

Result<QByteArray> writeOverlay(const QString &image, const QList<Extent> &extents, const QString &file)
{
    QFile overlay(file);
    if (!overlay.open(QIODevice::WriteOnly | QIODevice::Truncate) ||
        !overlay.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) ||
        !overlay.resize(QFileInfo(image).size())) {
        return fail(ErrorCode::Io, u"cannot write %1: %2"_s.arg(file, overlay.errorString()));
    }
    overlay.close();
    if (auto copied = copyExtents(image, file, extents); !copied) {
        return fail(copied.error());
    }
    if (auto kept = syncFile(file); !kept) {
        return fail(kept.error());
    }
    const auto wanted = blockMapOf(image, extents);
    if (!wanted) {
        return fail(wanted.error());
    }
    const auto written = blockMapOf(file, extents);
    if (!written) {
        return fail(written.error());
    }
    if (*written != *wanted) {
        return fail(ErrorCode::Io, u"%1 reads differently from what was written to it"_s.arg(file));
    }
    return written;
}

Outcome checkOverlay(const QString &file, const QByteArray &blockMap)
{
    const qint64 size = QFileInfo(file).size();
    QList<Extent> extents;
    QXmlStreamReader xml(blockMap);
    while (!xml.atEnd()) {
        if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == "Range"_L1) {
            extents += extentOf(xml.readElementText(), size);
        }
    }
    const auto there = blockMapOf(file, extents);
    return there && *there == blockMap ? Outcome()
                                       : fail(ErrorCode::BadFile, u"%1 isn't what its block map describes"_s.arg(file));
}

} // namespace sgn::card
