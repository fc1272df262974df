// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

namespace sgn::system {

// Names one file of this machine, whatever its path becomes.
struct FileIdentity
{
    dev_t device = 0;
    ino_t inode = 0;

    [[nodiscard]] static FileIdentity of(const struct stat &info) { return {info.st_dev, info.st_ino}; }
    friend bool operator==(const FileIdentity &, const FileIdentity &) = default;
};

} // namespace sgn::system
