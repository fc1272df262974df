// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QByteArray>
#include <QByteArrayView>
#include <QString>

namespace sgn::card {

// What a program or library was built for, from its ELF header (elf(5)).
struct ElfHead
{
    enum class Floats { Unstated, Hard, Soft }; // of 32-bit ARM: armhf or armel

    quint16 machine = 0; // EM_ARM, EM_AARCH64, ...
    bool is64 = false;
    bool isLittleEndian = true;
    Floats floats = Floats::Unstated;
    QByteArray interpreter; // that a program needs; empty: none

    friend bool operator==(const ElfHead &, const ElfHead &) = default;
};

// `file` is all of a file, or its beginning. nullopt: no ELF file, or a damaged one. Pure.
[[nodiscard]] std::optional<ElfHead> readElfHead(QByteArrayView file);

// Debian's name of what it was built for: "arm64", "armhf", "armel", "amd64", "i386", or "another machine".
[[nodiscard]] QString architectureOf(const ElfHead &head);

// Why a library can't be loaded by the programs of a card with this architecture ("armhf", "arm64"), as one half of a
// sentence; empty if it can.
[[nodiscard]] QString libraryProblem(const ElfHead &head, const QString &architecture);

} // namespace sgn::card
