// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/DeviceImport.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>
#include <QUrl>

namespace sgn::models {

// The form "import a list of devices": what it would change, how far it has got, and what isn't taken.
class ImportForm final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(QString file READ file NOTIFY changed FINAL)
    Q_PROPERTY(QString summary READ summary NOTIFY changed FINAL)
    // Why it can't be imported now; empty: it can.
    Q_PROPERTY(QString hindrance READ hindrance NOTIFY changed FINAL)
    // Which columns become fields, and which are left out.
    Q_PROPERTY(QString columns READ columns NOTIFY changed FINAL)
    // What isn't taken, a line each, not more than can be read.
    Q_PROPERTY(QString problems READ problems NOTIFY changed FINAL)
    Q_PROPERTY(int problemCount READ problemCount NOTIFY changed FINAL)
    // An empty cell removes what is there.
    Q_PROPERTY(bool clears READ clears WRITE setClears NOTIFY changed FINAL)
    Q_PROPERTY(bool acceptable READ isAcceptable NOTIFY changed FINAL)
    Q_PROPERTY(bool running READ isRunning NOTIFY changed FINAL)
    Q_PROPERTY(bool ended READ hasEnded NOTIFY changed FINAL)
    Q_PROPERTY(qreal progress READ progress NOTIFY changed FINAL)

public:
    // `panel` outlives the form.
    explicit ImportForm(core::Panel &panel, QObject *parent = nullptr);

    [[nodiscard]] QString file() const { return m_file; }
    [[nodiscard]] QString summary() const;
    [[nodiscard]] QString hindrance() const;
    [[nodiscard]] QString columns() const;
    [[nodiscard]] QString problems() const;
    [[nodiscard]] int problemCount() const;
    [[nodiscard]] bool clears() const { return m_emptyCells == core::EmptyCells::Remove; }
    void setClears(bool clears);
    [[nodiscard]] bool isAcceptable() const;
    [[nodiscard]] bool isRunning() const { return m_import.isRunning(); }
    [[nodiscard]] bool hasEnded() const { return m_hasEnded; }
    [[nodiscard]] qreal progress() const;

    // Reads the list, unless one is being imported. Why it can't be read is in summary().
    Q_INVOKABLE void begin(const QUrl &file);
    Q_INVOKABLE void start();
    // Forgets the list, unless it is being imported.
    Q_INVOKABLE void clear();

Q_SIGNALS:
    void changed();
    // What became of start().
    void notified(const QString &text, bool isError);

private:
    void planAgain();
    void conclude();

    core::Panel &m_panel;
    core::DeviceImport m_import;
    core::DeviceList m_list;
    core::ImportPlan m_plan; // before it begins
    core::EmptyCells m_emptyCells = core::EmptyCells::Keep;
    QString m_file;
    std::optional<records::Problem> m_fileProblem; // why the file is no list
    bool m_hasEnded = false;
};

} // namespace sgn::models
