// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Attestation.h"

#include <QtTest>

using namespace sgn::supervision;

namespace {

constexpr uid_t root = 0;
constexpr uid_t pi = 1000;
constexpr uid_t nobody = 65534;

} // namespace

class TestAttestation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judgesSenders_data()
    {
        QTest::addColumn<QList<uid_t>>("users");
        QTest::addColumn<bool>("isHeld");
        QTest::addColumn<bool>("isStillThere");
        QTest::addColumn<bool>("isFiltered");
        QTest::addColumn<Attestation>("attestation");
        using Users = QList<uid_t>;
        const auto row = [](const char *name, const Users &users, bool isHeld, bool isStillThere, bool isFiltered,
                            Attestation attestation) {
            QTest::newRow(name) << users << isHeld << isStillThere << isFiltered << attestation;
        };
        row("the process", Users{pi}, true, false, false, Attestation::Process);
        row("the process, filtered", Users{pi}, true, false, true, Attestation::Process);
        row("another process of the owner's", Users{pi}, false, true, false, Attestation::Stranger);
        row("another process of the owner's, filtered", Users{pi}, false, true, true, Attestation::Stranger);
        row("one of the owner's that has closed its socket meanwhile", Users{pi}, false, false, false,
            Attestation::User);
        row("root", Users{root}, false, true, false, Attestation::User);
        row("root, gone", Users{root}, false, false, false, Attestation::User);
        row("a process of root's that belongs to the process", Users{root}, true, false, false, Attestation::Process);
        row("another user", Users{nobody}, false, true, false, Attestation::Stranger);
        row("another user, gone meanwhile", Users{nobody}, false, false, false, Attestation::Stranger);
        row("several other users", Users{nobody, 33}, false, true, false, Attestation::Stranger);
        row("a port that the process shares with another user", Users{pi, nobody}, true, false, false,
            Attestation::Unknown);
        row("the same, filtered", Users{pi, nobody}, true, false, true, Attestation::User);
        row("a port that two processes of the owner's share", Users{pi, pi}, true, false, false, Attestation::Process);
        row("no socket any more", Users{}, false, false, false, Attestation::Unknown);
        row("no socket any more, filtered", Users{}, false, false, true, Attestation::User);
    }

    void judgesSenders()
    {
        QFETCH(QList<uid_t>, users);
        QFETCH(bool, isHeld);
        QFETCH(bool, isStillThere);
        QFETCH(bool, isFiltered);
        QFETCH(Attestation, attestation);
        const SenderFacts facts{users, isHeld, isStillThere, isFiltered};
        QCOMPARE(attestationOf(facts, pi, root), attestation);
    }

    void aWatchdogTrustsItsOwnUser()
    {
        // One that isn't root runs as the owner, who can do what it likes to the processes.
        QCOMPARE(attestationOf({{pi}, false, true, false}, pi, pi), Attestation::User);
        QCOMPARE(attestationOf({{nobody}, false, true, false}, pi, pi), Attestation::Stranger);
    }
};

QTEST_GUILESS_MAIN(TestAttestation)
#include "tst_attestation.moc"
