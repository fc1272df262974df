// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"

#include <optional>
#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

class Preferences;

// Which new devices become devices of the fleet without a click, for the settings screen: patterns of
// core::AcceptRules, separated by commas.
class AcceptPatterns final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(QString text READ text NOTIFY changed FINAL)
    // Why the last text wasn't taken.
    Q_PROPERTY(QString error READ error NOTIFY changed FINAL)

public:
    // `panel` outlives this.
    explicit AcceptPatterns(core::Panel &panel, QObject *parent = nullptr);

    // Takes up the patterns that were chosen before, where the panel has none of its own, and remembers what is
    // chosen. `preferences` outlives this.
    void keepIn(Preferences &preferences);

    [[nodiscard]] QString text() const;
    [[nodiscard]] QString error() const;

    Q_INVOKABLE void choose(const QString &text);

Q_SIGNALS:
    void changed();

private:
    core::Panel &m_panel;
    Preferences *m_preferences = nullptr;
    std::optional<records::Problem> m_problem;
};

} // namespace sgn::models
