// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/IdentityWatch.h"
#include "support/ManualClock.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace sgn::agent;
using namespace sgn::test;

class IdentityWatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void remembersItForAWhile()
    {
        ManualClock clock;
        IdentityWatch identity(clock);
        QVERIFY(identity.problem().isEmpty());
        identity.replaced();
        const QString words = identity.problem();
        QVERIFY2(words.contains(u"copy of its card"_s), qPrintable(words));
        clock.advance(50min);
        QCOMPARE(identity.problem(), words);
        identity.replaced();
        clock.advance(50min);
        QCOMPARE(identity.problem(), words);
        clock.advance(11min);
        QVERIFY(identity.problem().isEmpty());
    }
};

QTEST_GUILESS_MAIN(IdentityWatchTest)
#include "tst_identity_watch.moc"
