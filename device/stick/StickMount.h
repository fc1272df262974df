// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <optional>
#include <QByteArray>
#include <QByteArrayView>
#include <QString>

namespace sgn::stick {

// The beginning of a volume that shows what it is formatted with.
inline constexpr qint64 maxVolumeHead = 2048;

// "vfat", "exfat" or "ext4" (for ext2 and ext3 as well) by the first bytes of a volume; empty for anything else, which
// then isn't mounted: the kernel's readers of rare file systems are the least tried against a hostile one. Pure.
[[nodiscard]] QByteArray fileSystemOf(QByteArrayView head);

// A stick's volume, mounted where no other process sees it: this process gets a mount namespace of its own, so that
// nothing stays mounted however it ends. Neither programs nor devices on it count, and reading changes nothing on it.
// A place that is a folder already is used as it is; it may be anyone's, as a mounted FAT is, but no folder above it:
// who could exchange one would choose where root writes. Needs root's own rights but for a folder.
class StickMount
{
public:
    enum class Mode { ReadOnly, Writable };

    // `place`: a block device, or a folder where another program has mounted the stick. NotFound: it is pulled out, or
    // formatted with something else; Refused: neither of both, or below a folder of another user; Io.
    [[nodiscard]] static Result<StickMount> mount(const QString &place, Mode mode);

    StickMount(StickMount &&other) noexcept;
    StickMount &operator=(StickMount &&) = delete;
    StickMount(const StickMount &) = delete;
    StickMount &operator=(const StickMount &) = delete;
    ~StickMount();

    // The folder in which the stick's files are.
    [[nodiscard]] QString path() const { return m_path; }

private:
    StickMount(QString path, bool isOurs)
        : m_path(std::move(path))
        , m_isOurs(isOurs)
    {}

    QString m_path;
    bool m_isOurs; // to be unmounted
};

} // namespace sgn::stick
