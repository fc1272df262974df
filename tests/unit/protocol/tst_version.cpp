// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Version.h"

#include <algorithm>
#include <QRandomGenerator>
#include <QStringList>
#include <QTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class VersionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ordersThemAsPeopleDo()
    {
        const QStringList ordered{{},
                                  u"0"_s,
                                  u"1"_s,
                                  u"1.2"_s,
                                  u"1.3"_s,
                                  u"1.3.2"_s,
                                  u"1.3.10"_s,
                                  u"1.3.10b"_s,
                                  u"2"_s,
                                  u"2-rc1"_s,
                                  u"10"_s,
                                  u"20260131"_s,
                                  u"20260131120000999888777"_s,
                                  u"?"_s,
                                  u"v1"_s,
                                  u"v2"_s};
        for (qsizetype i = 0; i < ordered.size(); ++i) {
            for (qsizetype j = 0; j < ordered.size(); ++j) {
                const auto order = compareVersions(ordered.at(i), ordered.at(j));
                QVERIFY2((order < 0) == (i < j) && (order > 0) == (i > j),
                         qPrintable(ordered.at(i) + u" and "_s + ordered.at(j)));
            }
        }
        QStringList sorted = ordered;
        std::ranges::reverse(sorted);
        std::ranges::sort(sorted, VersionLess());
        QCOMPARE(sorted, ordered);
    }

    void keysHaveTheSameOrder()
    {
        const QStringList letters{u"0"_s,      u"00"_s,     u"7"_s,          u"10"_s,          u"a"_s,
                                  u"A"_s,      u"."_s,      u"~"_s,          u"ä"_s,           u"Ä"_s,
                                  u"\u20ac"_s, u"\ufffd"_s, u"\U0001f600"_s, QString(QChar(0))};
        QRandomGenerator random(1);
        const auto text = [&letters, &random] {
            QString made;
            for (quint32 left = random.bounded(6U); left > 0; --left) {
                made += letters.at(random.bounded(static_cast<int>(letters.size())));
            }
            return made;
        };
        for (int i = 0; i < 20'000; ++i) {
            const QString one = text();
            const QString other = text();
            const int order = compareVersions(one, other);
            const QByteArray keyOfOne = naturalKey(one);
            const QByteArray keyOfOther = naturalKey(other);
            QVERIFY2((order < 0) == (keyOfOne < keyOfOther) && (order > 0) == (keyOfOne > keyOfOther),
                     qPrintable(u"%1 and %2"_s.arg(QString::fromLatin1(keyOfOne.toHex()),
                                                   QString::fromLatin1(keyOfOther.toHex()))));
        }
    }

    void longNumbersAreNotCut()
    {
        const QString digits(70'000, u'1');
        QVERIFY(naturalKey(digits + u'1') > naturalKey(digits));
        QVERIFY(naturalKey(digits + u'2') > naturalKey(digits + u'1'));
    }

    void takesSpellingsOfTheSameForOne()
    {
        QVERIFY(compareVersions(u"1.03", u"1.3") == 0);
        QVERIFY(compareVersions(u"000", u"0") == 0);
        QVERIFY(compareVersions(u"V2", u"v2") == 0);
    }
};

QTEST_GUILESS_MAIN(VersionTest)
#include "tst_version.moc"
