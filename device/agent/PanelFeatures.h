// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>
#include <QStringList>

namespace sgn::agent {

// What the panel said it understands (protocol section 2, `features`), kept over restarts, so that a device that comes
// back tells at once what happened. The newest word counts: a version_req without the field is that of an old panel,
// which gets nothing unasked any more; a newer one beside it says its features again when it sees that.
class PanelFeatures
{
public:
    explicit PanelFeatures(QString path);

    // A missing file is fine: nothing is known then. A damaged one is reported and taken for missing.
    [[nodiscard]] Outcome load();
    // NoSpace, Io: counts all the same, until the next restart.
    [[nodiscard]] Outcome set(const QStringList &features);

    [[nodiscard]] bool wantsEvents() const { return m_features.contains(QLatin1StringView("events")); }

private:
    QString m_path;
    QStringList m_features; // sorted, each once
};

} // namespace sgn::agent
