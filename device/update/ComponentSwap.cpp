// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/ComponentSwap.h"

namespace sgn::update {

void ComponentSwap::end(Event event, const std::optional<Error> &reason)
{
    stopWaiting();
    QMetaObject::invokeMethod(
        this, [this, event, reason] { Q_EMIT ended(event, reason); }, Qt::QueuedConnection);
}

} // namespace sgn::update
