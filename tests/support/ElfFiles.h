// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstring>
#include <elf.h>
#include <QByteArray>

namespace sgn::test {

// Headers of ELF files, as much of one as SGN looks at.
template <typename Header, typename Segment>
QByteArray elfFile(quint16 machine, quint32 flags, const QByteArray &interpreter)
{
    Header header{};
    Segment segment{};
    std::memcpy(&header, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = sizeof(Header) == sizeof(Elf64_Ehdr) ? ELFCLASS64 : ELFCLASS32;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_machine = machine;
    header.e_flags = flags;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof segment;
    header.e_phnum = interpreter.isEmpty() ? 0 : 1;
    segment.p_type = PT_INTERP;
    segment.p_offset = sizeof header + sizeof segment;
    QByteArray bytes(reinterpret_cast<const char *>(&header), sizeof header);
    bytes.append(reinterpret_cast<const char *>(&segment), sizeof segment);
    return bytes + interpreter + '\0';
}

inline QByteArray elfOfArm64(const QByteArray &interpreter = {})
{
    return elfFile<Elf64_Ehdr, Elf64_Phdr>(EM_AARCH64, 0, interpreter);
}

inline QByteArray elfOfArmhf(const QByteArray &interpreter = {})
{
    return elfFile<Elf32_Ehdr, Elf32_Phdr>(EM_ARM, EF_ARM_EABI_VER5 | EF_ARM_ABI_FLOAT_HARD, interpreter);
}

inline QByteArray elfOfArmel(const QByteArray &interpreter = {})
{
    return elfFile<Elf32_Ehdr, Elf32_Phdr>(EM_ARM, EF_ARM_EABI_VER5 | EF_ARM_ABI_FLOAT_SOFT, interpreter);
}

inline QByteArray elfOfAmd64(const QByteArray &interpreter = {})
{
    return elfFile<Elf64_Ehdr, Elf64_Phdr>(EM_X86_64, 0, interpreter);
}

} // namespace sgn::test
