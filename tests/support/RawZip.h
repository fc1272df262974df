// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QByteArray>
#include <QList>

namespace sgn::test {

// One entry as it goes into a zip, lies included.
struct RawEntry
{
    QByteArray name;
    QByteArray content = {};
    quint32 mode = 0100644; // st_mode as Unix zips carry it; 0 for a zip made on Windows
    quint16 method = 0;     // 8 packs the content by deflate
    quint16 flags = 0;
    std::optional<QByteArray> localName = {}; // when it isn't `name`
    std::optional<quint16> localMethod = {};
    std::optional<quint32> statedSize = {};
    std::optional<quint32> statedCrc = {};
    QByteArray extra = {}; // extra fields in the directory
    QByteArray localExtra = {};
};

// Info-ZIP's extra field with a second name; its checksum is the one of `checksumOf`.
[[nodiscard]] QByteArray unicodePath(const QByteArray &second, const QByteArray &checksumOf);

// Builds zips byte by byte, because every tool and library refuses to make the ones that tests need.
class RawZip
{
public:
    RawZip &add(const RawEntry &entry);
    // Which number of entries and which comment the end record has.
    RawZip &stateEntries(quint16 count);
    RawZip &comment(const QByteArray &comment);
    // Puts the locator of a second, zip64 directory in front of the end.
    RawZip &locateZip64();

    [[nodiscard]] QByteArray bytes() const;
    // The files without the directory.
    [[nodiscard]] QByteArray filesOnly() const { return m_files; }
    [[nodiscard]] bool writeTo(const QString &path) const;

private:
    QByteArray m_files;
    QByteArray m_directory;
    quint16 m_entries = 0;
    std::optional<quint16> m_statedEntries;
    QByteArray m_locator;
    QByteArray m_comment;
};

} // namespace sgn::test
