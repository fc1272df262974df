// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ImportPlan.h"
#include "records/Problem.h"

#include <QObject>
#include <QSet>
#include <QTimer>

namespace sgn::core {

class Panel;

// Takes over a list: its devices become devices of the fleet, with the names, tags, fields and notes that the list has
// for them. First all accounts become contacts, then names and tags follow, so that nothing is half done without a
// reason among the failures.
class DeviceImport : public QObject
{
    Q_OBJECT

public:
    // `panel` outlives this.
    explicit DeviceImport(Panel &panel, QObject *parent = nullptr);

    // How the list is to be understood here.
    [[nodiscard]] static ListTerms termsOf(const Panel &panel);
    // What start() would do now.
    [[nodiscard]] ImportPlan plan(const DeviceList &list, EmptyCells emptyCells) const;

    // Whether what the other desks know is here already; before it, a list could overwrite it unseen.
    [[nodiscard]] bool isReady() const;
    [[nodiscard]] bool isRunning() const { return m_step != Step::None; }
    // Errors: Network (not connected, or !isReady()). One at a time.
    [[nodiscard]] records::Expected<> start(const DeviceList &list, EmptyCells emptyCells);

    // Steps of the one that runs or ran: a contact made, a name or tags changed.
    [[nodiscard]] qsizetype stepsDone() const { return m_stepsDone; }
    [[nodiscard]] qsizetype stepsTotal() const { return m_stepsTotal; }
    // What it did.
    [[nodiscard]] const ImportPlan &done() const { return m_plan; }
    // What wasn't taken, by JID.
    [[nodiscard]] const QList<std::pair<QString, records::Problem>> &failures() const { return m_failures; }

Q_SIGNALS:
    // isReady() or isRunning() have changed, or steps were done.
    void changed();
    // All is on the server, or among the failures; one without a JID concerns them all.
    void finished();

private:
    enum class Step {
        None,
        Accepting,  // accounts become contacts
        Describing, // names and tags
        Saving,     // the notes
    };

    void confirm();
    void stopWaiting();
    void describe();
    void count(qsizetype left);
    void conclude();
    void giveUp(const records::Problem &reason);
    void end();

    Panel &m_panel;
    ImportPlan m_plan;
    QSet<QString> m_unconfirmed; // aren't contacts yet
    QTimer m_patience;           // runs since the server last confirmed something
    QList<std::pair<QString, records::Problem>> m_failures;
    qsizetype m_stepsDone = 0;
    qsizetype m_stepsTotal = 0;
    Step m_step = Step::None;
    int m_run = 0; // separates it from the replies to an earlier import
};

} // namespace sgn::core
