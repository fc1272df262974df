// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/AcceptRules.h"

#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace Qt::StringLiterals;

class AcceptRulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acceptsWhatAPatternNames_data();
    void acceptsWhatAPatternNames();
    void refusesWhatIsNoPattern_data();
    void refusesWhatIsNoPattern();
    void withoutPatternsNoneIsAccepted();
};

void AcceptRulesTest::acceptsWhatAPatternNames_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("jid");
    QTest::addColumn<bool>("isAccepted");
    const auto row = [](const QString &pattern, const QString &jid, bool isAccepted) {
        QTest::newRow(qPrintable(u"%1 / %2"_s.arg(pattern, jid))) << pattern << jid << isAccepted;
    };
    row(u"*"_s, u"altimeter_1@home"_s, true);
    row(u"*"_s, u"altimeter_1@elsewhere"_s, false);
    row(u"*"_s, u"altimeter_1@home.elsewhere"_s, false);
    row(u"altimeter_*"_s, u"altimeter_0001@home"_s, true);
    row(u"altimeter_*"_s, u"altimeter_@home"_s, true);
    row(u"altimeter_*"_s, u"mallory@home"_s, false);
    row(u"altimeter_*"_s, u"x.altimeter_1@home"_s, false);
    row(u"altimeter_????"_s, u"altimeter_0001@home"_s, true);
    row(u"altimeter_????"_s, u"altimeter_00001@home"_s, false);
    row(u"altimeter_1"_s, u"altimeter_1@home"_s, true);
    row(u"altimeter_1"_s, u"altimeter_12@home"_s, false);
    row(u"Altimeter_*"_s, u"altimeter_1@home"_s, true);
    row(u"*@Elsewhere"_s, u"altimeter_1@elsewhere"_s, true);
    row(u"*@elsewhere"_s, u"altimeter_1@home"_s, false);
    row(u"a.b*"_s, u"axb1@home"_s, false);
    row(u"[ab]*"_s, u"a1@home"_s, false);
    row(u"[ab]*"_s, u"[ab]1@home"_s, true);
    row(u"a|*"_s, u"mallory@home"_s, false);
}

void AcceptRulesTest::acceptsWhatAPatternNames()
{
    QFETCH(const QString, pattern);
    QFETCH(const QString, jid);
    const auto rules = AcceptRules::parse({u"no-other"_s, pattern}, u"home"_s);
    QVERIFY(rules);
    QTEST(rules->accepts(jid), "isAccepted");
}

void AcceptRulesTest::refusesWhatIsNoPattern_data()
{
    QTest::addColumn<QString>("pattern");
    for (const QString &pattern : {u""_s, u"@home"_s, u"a@"_s, u"*@*"_s, u"*@*.example"_s, u"a@hom?"_s, u"a b"_s,
                                   u"a@b@c"_s, u"a@home/resource"_s, u"a\nb"_s}) {
        QTest::newRow(qPrintable(pattern)) << pattern;
    }
}

void AcceptRulesTest::refusesWhatIsNoPattern()
{
    QFETCH(const QString, pattern);
    const auto rules = AcceptRules::parse({u"altimeter_*"_s, pattern}, u"home"_s);
    QVERIFY(!rules);
    QCOMPARE(rules.error().facts.constFirst(), (records::Fact{records::FactCode::BadAcceptPattern, {pattern}}));
}

void AcceptRulesTest::withoutPatternsNoneIsAccepted()
{
    QVERIFY(!AcceptRules().accepts(u"altimeter_1@home"_s));
    const auto none = AcceptRules::parse({}, u"home"_s);
    QVERIFY(none && none->isEmpty());
}

QTEST_APPLESS_MAIN(AcceptRulesTest)
#include "tst_accept_rules.moc"
