// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/ElfHead.h"

#include <elf.h>
#include <QtEndian>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxPath = 4096;

// Numbers of an ELF file; 0 behind its end.
class Numbers
{
public:
    Numbers(QByteArrayView file, bool isLittleEndian)
        : m_file(file)
        , m_isLittleEndian(isLittleEndian)
    {}

    template <typename T>
    [[nodiscard]] T at(quint64 offset) const
    {
        const auto size = static_cast<quint64>(m_file.size());
        if (offset > size || size - offset < sizeof(T)) {
            return 0;
        }
        const char *const place = m_file.data() + offset;
        return m_isLittleEndian ? qFromLittleEndian<T>(place) : qFromBigEndian<T>(place);
    }

private:
    QByteArrayView m_file;
    bool m_isLittleEndian;
};

QByteArray interpreterIn(QByteArrayView file, const Numbers &numbers, bool is64)
{
    const quint64 table =
        is64 ? numbers.at<quint64>(offsetof(Elf64_Ehdr, e_phoff)) : numbers.at<quint32>(offsetof(Elf32_Ehdr, e_phoff));
    const quint64 entrySize =
        numbers.at<quint16>(is64 ? offsetof(Elf64_Ehdr, e_phentsize) : offsetof(Elf32_Ehdr, e_phentsize));
    const quint64 entries = numbers.at<quint16>(is64 ? offsetof(Elf64_Ehdr, e_phnum) : offsetof(Elf32_Ehdr, e_phnum));
    const auto size = static_cast<quint64>(file.size());
    for (quint64 i = 0; i < entries && table < size; ++i) {
        const quint64 entry = table + i * entrySize;
        if (numbers.at<quint32>(entry) != PT_INTERP) {
            continue;
        }
        const quint64 offset = is64 ? numbers.at<quint64>(entry + offsetof(Elf64_Phdr, p_offset))
                                    : numbers.at<quint32>(entry + offsetof(Elf32_Phdr, p_offset));
        if (offset >= size) {
            return {};
        }
        const QByteArrayView rest =
            file.sliced(static_cast<qsizetype>(offset))
                .first(std::min<qsizetype>(maxPath, file.size() - static_cast<qsizetype>(offset)));
        const qsizetype end = rest.indexOf('\0');
        return end < 0 ? QByteArray() : rest.first(end).toByteArray();
    }
    return {};
}

} // namespace

std::optional<ElfHead> readElfHead(QByteArrayView file)
{
    if (file.size() < static_cast<qsizetype>(sizeof(Elf32_Ehdr)) || !file.startsWith(QByteArrayView(ELFMAG, SELFMAG))) {
        return std::nullopt;
    }
    ElfHead head;
    head.is64 = file[EI_CLASS] == ELFCLASS64;
    head.isLittleEndian = file[EI_DATA] == ELFDATA2LSB;
    const Numbers numbers(file, head.isLittleEndian);
    head.machine = numbers.at<quint16>(offsetof(Elf64_Ehdr, e_machine));
    if (head.machine == EM_ARM && !head.is64) {
        const auto flags = numbers.at<quint32>(offsetof(Elf32_Ehdr, e_flags));
        head.floats = (flags & EF_ARM_ABI_FLOAT_HARD) != 0   ? ElfHead::Floats::Hard
                      : (flags & EF_ARM_ABI_FLOAT_SOFT) != 0 ? ElfHead::Floats::Soft
                                                             : ElfHead::Floats::Unstated;
    }
    head.interpreter = interpreterIn(file, numbers, head.is64);
    return head;
}

QString architectureOf(const ElfHead &head)
{
    if (head.isLittleEndian && head.is64) {
        switch (head.machine) {
        case EM_AARCH64:
            return u"arm64"_s;
        case EM_X86_64:
            return u"amd64"_s;
        default:
            break;
        }
    } else if (head.isLittleEndian) {
        switch (head.machine) {
        case EM_ARM:
            return head.floats == ElfHead::Floats::Soft ? u"armel"_s : u"armhf"_s;
        case EM_386:
            return u"i386"_s;
        default:
            break;
        }
    }
    return u"another machine"_s;
}

QString libraryProblem(const ElfHead &head, const QString &architecture)
{
    const QString built = architectureOf(head);
    return built == architecture ? QString()
                                 : u"it was built for %1, and the card's system is %2"_s.arg(built, architecture);
}

} // namespace sgn::card
