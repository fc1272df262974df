// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn::system {

// Held by the one agent of a root folder; the kernel lets go of it when the process ends in whatever way.
class InstanceLock
{
public:
    InstanceLock() = default;
    InstanceLock(const InstanceLock &) = delete;
    InstanceLock &operator=(const InstanceLock &) = delete;
    ~InstanceLock();

    // Refused when another process holds it; Io.
    [[nodiscard]] Outcome take(const QString &path);

private:
    int m_fd = -1;
};

} // namespace sgn::system
