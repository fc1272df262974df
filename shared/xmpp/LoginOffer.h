// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace sgn::xmpp {

// What a server sends before the login has succeeded, without its offer of SASL2 (XEP-0388): the library would take it,
// and Bind 2 (XEP-0386) with it. By that, a client promises to read its archive, and ejabberd since 24.02 deletes what
// it has kept for it; a device has no archive to read, so commands that were sent while it was disconnected would be
// lost. The library has no option for it. Pure.
[[nodiscard]] QByteArray withoutSasl2(QByteArray stanzas);

} // namespace sgn::xmpp
