// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>
#include <QStringList>

namespace sgn::agent {

// The features that the panel understands (protocol section 2, `features`), kept over restarts, so that a restarted
// device reports at once what happened. The newest request counts: a version_req without the field is that of an old
// panel, which gets no more events; a newer one beside it repeats its features when it notices that.
class PanelFeatures
{
public:
    explicit PanelFeatures(QString path);

    // A missing file is no error and means no features. So does a damaged one, which is reported.
    [[nodiscard]] Outcome load();
    // NoSpace, Io: counts nevertheless, until the next restart.
    [[nodiscard]] Outcome set(const QStringList &features);

    [[nodiscard]] bool wantsEvents() const { return m_features.contains(QLatin1StringView("events")); }

private:
    QString m_path;
    QStringList m_features; // sorted, each once
};

} // namespace sgn::agent
