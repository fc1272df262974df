// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/Activity.h"
#include "records/CommandState.h"
#include "records/LogDelivery.h"
#include "records/Problem.h"

#include <QTest>

using namespace sgn;
using namespace sgn::records;
using namespace Qt::StringLiterals;

class RecordsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void spellsEveryState();
    void spellsEveryActivityKind();
    void spellsEveryFact();
    void readsFactsThatItWrote_data();
    void readsFactsThatItWrote();
    void leavesOutFactsThatItDoesNotKnow_data();
    void leavesOutFactsThatItDoesNotKnow();
    void putsAContextInFrontOfACause();
};

void RecordsTest::spellsEveryState()
{
    for (int i = 0; i < targetStateCount; ++i) {
        const auto state = static_cast<TargetState>(i);
        QVERIFY(targetStateFromString(QString(nameOf(state))) == state);
    }
    QVERIFY(!targetStateFromString(u"nonsense"));
    for (int i = 0; i <= static_cast<int>(LogDelivery::State::Failed); ++i) {
        const auto state = static_cast<LogDelivery::State>(i);
        QVERIFY(logStateFromString(QString(nameOf(state))) == state);
    }
}

void RecordsTest::spellsEveryActivityKind()
{
    for (int i = 0; i <= static_cast<int>(ActivityKind::PanelNotice); ++i) {
        const auto kind = static_cast<ActivityKind>(i);
        QVERIFY(activityKindFromString(QString(nameOf(kind))) == kind);
    }
    QVERIFY(!activityKindFromString(u"<b>"));
}

void RecordsTest::spellsEveryFact()
{
    for (int i = 0; i <= static_cast<int>(FactCode::SpokeAs); ++i) {
        const auto code = static_cast<FactCode>(i);
        QVERIFY2(!nameOf(code).isEmpty(), qPrintable(QString::number(i)));
        QVERIFY(factCodeFromString(QString(nameOf(code))) == code);
    }
    QVERIFY(!factCodeFromString(u"nonsense"));
}

void RecordsTest::readsFactsThatItWrote_data()
{
    QTest::addColumn<Facts>("facts");
    QTest::newRow("none") << Facts{};
    QTest::newRow("without values") << Facts{{FactCode::NotAnswered, {}}};
    QTest::newRow("a chain") << Facts{{FactCode::NotSent, {}}, {FactCode::SignedCommandTooLarge, {u"2"_s, u"1"_s}}};
    QTest::newRow("hostile values") << Facts{{FactCode::BadProcessName, {u"\"]],[[\"%1\n\u202e<b>'"_s}}};
    QTest::newRow("empty values") << Facts{{FactCode::ProcessExit, {QString(u""_s), u"9"_s, QString(u""_s)}}};
}

void RecordsTest::readsFactsThatItWrote()
{
    QFETCH(const Facts, facts);
    QCOMPARE(factsFromText(toText(facts)), facts);
}

void RecordsTest::leavesOutFactsThatItDoesNotKnow_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<Facts>("facts");
    QTest::newRow("empty") << QString() << Facts{};
    QTest::newRow("a sentence") << u"not answered in time"_s << Facts{};
    QTest::newRow("an object") << u"{\"a\":1}"_s << Facts{};
    QTest::newRow("a newer code") << u"[[\"of_version_9\",\"x\"],[\"not_sent\"]]"_s << Facts{{FactCode::NotSent, {}}};
    QTest::newRow("no lists") << u"[1,null,\"not_sent\",[]]"_s << Facts{};
    QTest::newRow("a number for a value") << u"[[\"bad_port\",5]]"_s << Facts{{FactCode::BadPort, {QString()}}};
}

void RecordsTest::leavesOutFactsThatItDoesNotKnow()
{
    QFETCH(const QString, text);
    QFETCH(const Facts, facts);
    QCOMPARE(factsFromText(text), facts);
}

void RecordsTest::putsAContextInFrontOfACause()
{
    const Problem problem = Problem(Error{ErrorCode::NoSpace, u"disk full"_s}).withContext(FactCode::NotPersisted);
    QCOMPARE(problem.error, ErrorCode::NoSpace);
    QCOMPARE(problem.text, u"disk full"_s);
    QCOMPARE(problem.withContext(FactCode::NotSent).facts,
             (Facts{{FactCode::NotSent, {}}, {FactCode::NotPersisted, {}}}));
    QVERIFY(problem.has(FactCode::NotPersisted) && !problem.has(FactCode::NotSent));
}

QTEST_GUILESS_MAIN(RecordsTest)
#include "tst_records.moc"
