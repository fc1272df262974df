// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>
#include <QUrl>

namespace sgn::models {

class Preferences;

// The private keys on this machine that sign what is sent, for the settings screen. The window shows a key's id and
// remembers its file; the key itself stays where it is.
class SigningKeys final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    // Key ids; empty: nothing is signed.
    Q_PROPERTY(QString releaseKey READ releaseKey NOTIFY changed FINAL)
    Q_PROPERTY(QString operatorKey READ operatorKey NOTIFY changed FINAL)
    // Why the last choice wasn't taken.
    Q_PROPERTY(QString releaseError READ releaseError NOTIFY changed FINAL)
    Q_PROPERTY(QString operatorError READ operatorError NOTIFY changed FINAL)

public:
    // `panel` outlives this.
    explicit SigningKeys(core::Panel &panel, QObject *parent = nullptr);

    // Takes up the files that were chosen before, where the panel has none of its own, and remembers what is chosen.
    // `preferences` outlives this.
    void keepIn(Preferences &preferences);

    [[nodiscard]] QString releaseKey() const { return m_panel.releaseKey(); }
    [[nodiscard]] QString operatorKey() const { return m_panel.operatorKey(); }
    [[nodiscard]] QString releaseError() const;
    [[nodiscard]] QString operatorError() const;

    Q_INVOKABLE void chooseRelease(const QUrl &file);
    Q_INVOKABLE void chooseOperator(const QUrl &file);
    Q_INVOKABLE void forgetRelease();
    Q_INVOKABLE void forgetOperator();

Q_SIGNALS:
    void changed();

private:
    void useRelease(const QString &file);
    void useOperator(const QString &file);

    core::Panel &m_panel;
    Preferences *m_preferences = nullptr;
    std::optional<records::Problem> m_releaseProblem;
    std::optional<records::Problem> m_operatorProblem;
};

} // namespace sgn::models
