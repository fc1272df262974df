// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Boxed.h"

#include <QString>
#include <QTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class BoxedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isEmptyAtFirst()
    {
        const Boxed<QString> box;
        QVERIFY(!box);
        QVERIFY(!box.has_value());
        QVERIFY(!std::optional<QString>(box));
        QCOMPARE(sizeof(box), sizeof(void *));
    }

    void aCopyHasAValueOfItsOwn()
    {
        Boxed<QString> one = u"a"_s;
        Boxed<QString> other = one;
        QVERIFY(one == other);
        *other = u"b"_s;
        QCOMPARE(*one, u"a"_s);
        QVERIFY(!(one == other));
        other = one;
        QCOMPARE(*other, u"a"_s);
    }

    void anEmptyOneIsLikeNoOther()
    {
        const Boxed<QString> empty;
        QVERIFY(empty == Boxed<QString>());
        QVERIFY(!(empty == Boxed<QString>(QString())));
    }

    void isMadeOfAnOptional()
    {
        QCOMPARE(*Boxed<QString>(std::optional(u"a"_s)), u"a"_s);
        QVERIFY(!Boxed<QString>(std::optional<QString>()));
    }

    void isEmptyAfterReset()
    {
        Boxed<QString> box = u"a"_s;
        box.reset();
        QVERIFY(!box);
    }

    void aMoveTakesTheValueAlong()
    {
        Boxed<QString> from = u"a"_s;
        const Boxed<QString> to = std::move(from);
        QCOMPARE(*to, u"a"_s);
    }
};

QTEST_GUILESS_MAIN(BoxedTest)
#include "tst_boxed.moc"
