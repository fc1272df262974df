// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringView>

namespace sgn {

// The natural order of versions, whose numbers are compared as numbers: "2" < "10", "1.3.2" < "1.3.10" < "1.4". Where
// one is the beginning of the other, the longer one is higher; letters are compared without case. Below 0, 0 or above
// 0, as of QStringView::compare().
[[nodiscard]] int compareVersions(QStringView one, QStringView other);

// Bytes whose order is that of compareVersions(), for what is compared many times: equal for texts that are equal
// there, otherwise the first different byte decides, or the length.
[[nodiscard]] QByteArray naturalKey(QStringView text);

// For ordered containers.
struct VersionLess
{
    [[nodiscard]] bool operator()(QStringView one, QStringView other) const { return compareVersions(one, other) < 0; }
};

} // namespace sgn
