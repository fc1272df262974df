// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace sgn {

// The text of a valid configuration with this serial (DeviceConfig.h), or the next one of its own where that is higher:
// a desk whose clock was once years ahead must not keep a device from every later configuration. Without one before, it
// stays otherwise as its author has written it.
[[nodiscard]] QByteArray withSerial(const QByteArray &json, qint64 serial);

// Whether two configurations are the same but for their serials and how they are written.
[[nodiscard]] bool areSameConfigs(const QByteArray &one, const QByteArray &other);

} // namespace sgn
