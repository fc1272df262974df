// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/SwapState.h"

#include <QSet>
#include <QtTest>

using namespace Qt::StringLiterals;
using namespace sgn::selfupdate;
using sgn::control::SwapProgress;

namespace {

constexpr std::array allPhases{SwapPhase::Preparing,   SwapPhase::Exchanging, SwapPhase::Confirming,
                               SwapPhase::RollingBack, SwapPhase::Confirmed,  SwapPhase::RolledBack,
                               SwapPhase::Failed};
constexpr std::array allEvents{SwapEvent::Prepared,  SwapEvent::Exchanged, SwapEvent::Healthy, SwapEvent::Reverted,
                               SwapEvent::Untouched, SwapEvent::OldIsGone, SwapEvent::Failed};

// A kill or a power cut, and what the next program finds.
struct Cut
{
    InPlace disk = InPlace::Old;
    bool hasGuardian = false;
};
using Step = std::variant<SwapEvent, Cut>;
using Steps = QList<Step>;
using Phases = QList<SwapPhase>;

} // namespace

Q_DECLARE_METATYPE(Steps)

class TestSwapState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySwapEnds()
    {
        for (const SwapPhase phase : allPhases) {
            const bool leaves = std::ranges::any_of(
                allEvents, [phase](SwapEvent event) { return nextPhase(phase, event).has_value(); });
            QCOMPARE(leaves, !isFinal(phase));
        }
        // Each transition leads to a later phase, so there is no cycle.
        for (const SwapTransition &transition : swapTransitions) {
            QVERIFY(transition.to > transition.from);
        }
    }

    void noPairOfPhaseAndEventIsListedTwice()
    {
        QSet<std::pair<int, int>> seen;
        for (const SwapTransition &transition : swapTransitions) {
            const std::pair pair{static_cast<int>(transition.from), static_cast<int>(transition.event)};
            QVERIFY(!seen.contains(pair));
            seen.insert(pair);
        }
    }

    void spellsEachPhase()
    {
        QSet<QString> names;
        for (const SwapPhase phase : allPhases) {
            QVERIFY(!nameOf(phase).isEmpty());
            QCOMPARE(swapPhaseFromString(QString(nameOf(phase))), std::optional(phase));
            names.insert(nameOf(phase));
        }
        QCOMPARE(names.size(), static_cast<qsizetype>(allPhases.size()));
        for (const QString &name : {u""_s, u"Confirming"_s, u"confirming "_s, u"resting"_s}) {
            QCOMPARE(swapPhaseFromString(name), std::nullopt);
        }
    }

    void reportsEachPhaseToTheAgent_data()
    {
        QTest::addColumn<SwapPhase>("phase");
        QTest::addColumn<SwapProgress>("progress");
        QTest::newRow("preparing") << SwapPhase::Preparing << SwapProgress::Preparing;
        QTest::newRow("exchanging") << SwapPhase::Exchanging << SwapProgress::Confirming;
        QTest::newRow("confirming") << SwapPhase::Confirming << SwapProgress::Confirming;
        QTest::newRow("rolling back") << SwapPhase::RollingBack << SwapProgress::Confirming;
        QTest::newRow("confirmed") << SwapPhase::Confirmed << SwapProgress::Confirmed;
        QTest::newRow("rolled back") << SwapPhase::RolledBack << SwapProgress::RolledBack;
        QTest::newRow("failed") << SwapPhase::Failed << SwapProgress::Failed;
    }

    void reportsEachPhaseToTheAgent()
    {
        QFETCH(const SwapPhase, phase);
        QFETCH(const SwapProgress, progress);
        QCOMPARE(progressIn(phase), progress);
    }

    // Phase × what is on the disk × guardian, all of them.
    void goesOnAfterACut_data()
    {
        QTest::addColumn<SwapPhase>("saved");
        QTest::addColumn<InPlace>("disk");
        QTest::addColumn<bool>("hasGuardian");
        QTest::addColumn<SwapPhase>("expected");
        constexpr std::array disks{std::pair{InPlace::Old, "old"}, std::pair{InPlace::New, "new"},
                                   std::pair{InPlace::Other, "other"}};
        for (const SwapPhase saved : allPhases) {
            for (const auto &[disk, name] : disks) {
                for (const bool hasGuardian : {false, true}) {
                    SwapPhase expected = saved;
                    if (saved == SwapPhase::Exchanging && disk == InPlace::New) {
                        expected = SwapPhase::Confirming;
                    } else if (saved == SwapPhase::Confirming && disk != InPlace::New && !hasGuardian) {
                        expected = SwapPhase::RollingBack;
                    }
                    QTest::addRow("%s, %s in place%s", nameOf(saved).data(), name, hasGuardian ? ", guardian" : "")
                        << saved << disk << hasGuardian << expected;
                }
            }
        }
        QCOMPARE(allPhases.size() * disks.size() * 2, 42U);
    }

    void goesOnAfterACut()
    {
        QFETCH(const SwapPhase, saved);
        QFETCH(const InPlace, disk);
        QFETCH(const bool, hasGuardian);
        QFETCH(const SwapPhase, expected);
        QCOMPARE(phaseAfterCut(saved, disk, hasGuardian), expected);
    }

    void scenarios_data()
    {
        QTest::addColumn<SwapPhase>("first");
        QTest::addColumn<Steps>("steps");
        QTest::addColumn<Phases>("phases");
        using E = SwapEvent;
        using P = SwapPhase;
        const Cut oldInPlace{InPlace::Old, false};
        const Cut newInPlace{InPlace::New, false};
        QTest::newRow("a good watchdog") << P::Preparing << Steps{E::Prepared, E::Exchanged, E::Healthy}
                                         << Phases{P::Exchanging, P::Confirming, P::Confirmed};
        QTest::newRow("a good agent") << P::Exchanging << Steps{E::Exchanged, E::Healthy}
                                      << Phases{P::Confirming, P::Confirmed};
        QTest::newRow("a release that is refused") << P::Preparing << Steps{E::Failed} << Phases{P::Failed};
        QTest::newRow("a bad release") << P::Exchanging << Steps{E::Exchanged, E::Failed, E::Reverted}
                                       << Phases{P::Confirming, P::RollingBack, P::RolledBack};
        QTest::newRow("an agent's folder that can't be exchanged")
            << P::Exchanging << Steps{E::Failed, E::Reverted} << Phases{P::RollingBack, P::RolledBack};
        QTest::newRow("a watchdog that can't be exchanged")
            << P::Preparing << Steps{E::Prepared, E::Failed, E::Untouched}
            << Phases{P::Exchanging, P::RollingBack, P::Failed};
        QTest::newRow("a guardian that can't be started")
            << P::Preparing << Steps{E::Prepared, E::Exchanged, E::Failed, E::Untouched}
            << Phases{P::Exchanging, P::Confirming, P::RollingBack, P::Failed};
        QTest::newRow("the old release is gone") << P::Exchanging << Steps{E::Exchanged, E::Failed, E::OldIsGone}
                                                 << Phases{P::Confirming, P::RollingBack, P::Confirmed};
        QTest::newRow("cut while preparing")
            << P::Preparing << Steps{oldInPlace, E::Prepared} << Phases{P::Preparing, P::Exchanging};
        QTest::newRow("cut before the exchange") << P::Exchanging << Steps{oldInPlace, E::Exchanged, E::Healthy}
                                                 << Phases{P::Exchanging, P::Confirming, P::Confirmed};
        QTest::newRow("cut after the exchange")
            << P::Exchanging << Steps{newInPlace, E::Healthy} << Phases{P::Confirming, P::Confirmed};
        QTest::newRow("cut on probation, again and again")
            << P::Confirming << Steps{newInPlace, newInPlace, E::Failed, E::Reverted}
            << Phases{P::Confirming, P::Confirming, P::RollingBack, P::RolledBack};
        QTest::newRow("rolled back by the rescue script")
            << P::Confirming << Steps{oldInPlace, E::Reverted} << Phases{P::RollingBack, P::RolledBack};
        QTest::newRow("old in place while the guardian is about to save that")
            << P::Confirming << Steps{Cut{InPlace::Old, true}, oldInPlace, E::Reverted}
            << Phases{P::Confirming, P::RollingBack, P::RolledBack};
        QTest::newRow("cut while rolling back, before the exchange")
            << P::Confirming << Steps{E::Failed, newInPlace, E::Reverted}
            << Phases{P::RollingBack, P::RollingBack, P::RolledBack};
        QTest::newRow("cut while rolling back, after the exchange")
            << P::Confirming << Steps{E::Failed, oldInPlace, E::Reverted}
            << Phases{P::RollingBack, P::RollingBack, P::RolledBack};
        QTest::newRow("the installed folder can't be read")
            << P::Confirming << Steps{Cut{InPlace::Other, false}, E::Reverted} << Phases{P::RollingBack, P::RolledBack};
        QTest::newRow("cut after the end") << P::Confirming << Steps{E::Healthy, newInPlace, oldInPlace}
                                           << Phases{P::Confirmed, P::Confirmed, P::Confirmed};
    }

    void scenarios()
    {
        QFETCH(const SwapPhase, first);
        QFETCH(const Steps, steps);
        QFETCH(const Phases, phases);
        QCOMPARE(steps.size(), phases.size());
        SwapPhase phase = first;
        for (qsizetype i = 0; i < steps.size(); ++i) {
            std::optional<SwapPhase> next;
            if (const auto *const event = std::get_if<SwapEvent>(&steps[i])) {
                next = nextPhase(phase, *event);
            } else {
                const auto &cut = std::get<Cut>(steps[i]);
                next = phaseAfterCut(phase, cut.disk, cut.hasGuardian);
            }
            QVERIFY2(next, qPrintable(u"step %1 can't happen"_s.arg(i)));
            QCOMPARE(nameOf(*next), nameOf(phases[i]));
            phase = *next;
        }
    }
};

QTEST_APPLESS_MAIN(TestSwapState)
#include "tst_swap_state.moc"
