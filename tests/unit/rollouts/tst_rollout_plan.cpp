// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/EndText.h"
#include "rollouts/RolloutPlan.h"
#include "rollouts/WindowText.h"

#include <QJsonDocument>
#include <QTest>

using namespace sgn;
using namespace sgn::rollouts;
using namespace Qt::StringLiterals;

namespace {

QJsonObject json(const QByteArray &text)
{
    return QJsonDocument::fromJson(text).object();
}

} // namespace

class RolloutPlanTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void amounts_data();
    void amounts();
    void amountsAreExceededWithoutRounding();
    void readsTheWholeForm();
    void hasSensibleDefaults();
    void namesTheWrongField_data();
    void namesTheWrongField();
    void readsWindowsAsPeopleWriteThem_data();
    void readsWindowsAsPeopleWriteThem();
    void readsEndsAsPeopleWriteThem_data();
    void readsEndsAsPeopleWriteThem();
};

void RolloutPlanTest::amounts_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("of100");
    QTest::addColumn<int>("of7");
    QTest::newRow("a number") << u"3"_s << 3 << 3;
    QTest::newRow("more than there are") << u"50"_s << 50 << 7;
    QTest::newRow("a share") << u"5%"_s << 5 << 1;
    QTest::newRow("7 % are 7 of 100") << u"7%"_s << 7 << 1;
    QTest::newRow("rounded up") << u"50 %"_s << 50 << 4;
    QTest::newRow("a fraction") << u"0.5%"_s << 1 << 1;
    QTest::newRow("everyone") << u"100%"_s << 100 << 7;
    QTest::newRow("none") << u"0%"_s << 0 << 0;
    QTest::newRow("less than nothing") << u"-1"_s << -1 << -1;
    QTest::newRow("more than everyone") << u"101%"_s << -1 << -1;
    QTest::newRow("a fraction of a device") << u"1.5"_s << -1 << -1;
    QTest::newRow("not a number") << u"nan%"_s << -1 << -1;
    QTest::newRow("words") << u"some"_s << -1 << -1;
    QTest::newRow("nothing") << QString() << -1 << -1;
}

void RolloutPlanTest::amounts()
{
    QFETCH(const QString, text);
    QFETCH(const int, of100);
    const std::optional<Amount> amount = Amount::parse(text);
    QCOMPARE(amount.has_value(), of100 >= 0);
    if (amount) {
        QCOMPARE(amount->of(100), of100);
        QTEST(amount->of(7), "of7");
        QCOMPARE(amount->of(0), 0);
        QCOMPARE(Amount::parse(amount->text()), amount);
    }
}

void RolloutPlanTest::amountsAreExceededWithoutRounding()
{
    const Amount share = Amount::percent(5);
    QVERIFY(!share.isExceededBy(0, 0));
    QVERIFY(!share.isExceededBy(1, 20));
    QVERIFY(share.isExceededBy(1, 19));
    QVERIFY(share.isExceededBy(1, 3));
    QVERIFY(!Amount::devices(2).isExceededBy(2, 2));
    QVERIFY(Amount::devices(2).isExceededBy(3, 1'000));
    QVERIFY(Amount::devices(0).isExceededBy(1, 1'000));
}

void RolloutPlanTest::readsTheWholeForm()
{
    const auto plan = rolloutPlanFrom(json(R"({"name": " SmartMeter  2.3 ",
        "targets": {"tag": "north", "where": "ocr<3", "standing": true},
        "waves": ["3", "5%", "25%", "100%"], "in_flight": 40, "gate": {"healthy": "90%", "soak_s": 60, "sample": 4},
        "stop": {"failed": "2", "vanished": "1%"}, "growth": {"first": 2, "double_after": 7},
        "window": {"from": "22:00", "to": "04:30", "download": "any", "utc_offset_s": 3600},
        "networks": ["ethernet", "wifi"], "not_after": "2026-12-24T00:00:00Z"})"));
    QVERIFY2(plan, plan ? "" : qPrintable(plan.error().message));
    QCOMPARE(plan->name, u"SmartMeter 2.3"_s);
    QCOMPARE(plan->targets, (Targets{{}, u"north"_s, u"ocr<3"_s, false, true}));
    QCOMPARE(plan->waves.size(), 4);
    QCOMPARE(plan->inFlight, 40);
    QCOMPARE(plan->gate, (Gate{Amount::percent(90), std::chrono::seconds(60), 4}));
    QCOMPARE(plan->stop, (Limits{Amount::devices(2), Amount::percent(1)}));
    QCOMPARE(*plan->growth, (Growth{2, 7}));
    QCOMPARE(*plan->window, (Window{QTime(22, 0), QTime(4, 30), true, 3600}));
    QCOMPARE(plan->networks, (QStringList{u"ethernet"_s, u"wifi"_s}));
    QCOMPARE(plan->notAfter, QDateTime(QDate(2026, 12, 24), QTime(0, 0), Qt::UTC));
    QCOMPARE(rolloutPlanFrom(toJson(*plan)).value(), *plan);
}

void RolloutPlanTest::hasSensibleDefaults()
{
    const auto plan = rolloutPlanFrom(json(R"({"targets": {"all": true}})"));
    QVERIFY(plan);
    RolloutPlan expected;
    expected.targets.all = true;
    QCOMPARE(*plan, expected);
    QCOMPARE(rolloutPlanFrom(toJson(*plan)).value(), *plan);
}

void RolloutPlanTest::namesTheWrongField_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *name, const QByteArray &member, const QString &words) {
        QTest::newRow(name) << "{\"targets\": {\"all\": true}, " + member + '}' << words;
    };
    QTest::newRow("no targets") << QByteArray(R"({"name": "x"})") << u"\"targets\" is missing"_s;
    QTest::newRow("no device") << QByteArray(R"({"targets": {}})") << u"\"targets.all\" must be true"_s;
    QTest::newRow("all and some") << QByteArray(R"({"targets": {"all": true, "tag": "north"}})")
                                  << u"\"targets.all\""_s;
    QTest::newRow("a target that isn't known")
        << QByteArray(R"({"targets": {"all": true, "tags": "x"}})") << u"\"targets.tags\" isn't known"_s;
    row("a misspelt limit", R"("inflight": 5)", u"\"inflight\" isn't known"_s);
    row("a misspelt part", R"("stop": {"fail": "5%"})", u"\"stop.fail\" isn't known"_s);
    row("none at a time", R"("in_flight": 0)", u"\"in_flight\" must be"_s);
    row("a wave of none", R"("waves": ["0"])", u"\"waves\" must be"_s);
    row("a wave in words", R"("waves": ["some"])", u"\"waves\" must be"_s);
    row("waves that are numbers", R"("waves": [3])", u"\"waves\""_s);
    row("a share over everyone", R"("gate": {"healthy": "120%"})", u"\"gate.healthy\" must be"_s);
    row("a soak of years", R"("gate": {"soak_s": 99999999})", u"\"gate.soak_s\""_s);
    row("a window of no length", R"("window": {"from": "01:00", "to": "01:00"})",
        u"\"window.to\" must be another time"_s);
    row("a window without an end", R"("window": {"from": "01:00"})", u"\"window.to\" is missing"_s);
    row("no time of the day", R"("window": {"from": "25:00", "to": "01:00"})", u"\"window.from\""_s);
    row("a download at some time", R"("window": {"from": "00:00", "to": "01:00", "download": "soon"})",
        u"\"window.download\""_s);
    row("an end that is none", R"("not_after": "tomorrow")", u"\"not_after\""_s);
}

void RolloutPlanTest::namesTheWrongField()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QString, words);
    const auto plan = rolloutPlanFrom(json(text));
    QVERIFY(!plan);
    QVERIFY2(plan.error().message.contains(words), qPrintable(plan.error().message));
}

void RolloutPlanTest::readsWindowsAsPeopleWriteThem_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("read"); // empty: it is none
    QTest::newRow("two times") << u"01:00-04:30"_s << u"01:00-04:30"_s;
    QTest::newRow("over midnight") << u"22:00-04:30"_s << u"22:00-04:30"_s;
    QTest::newRow("blanks") << u"  01:00 - 04:30\t"_s << u"01:00-04:30"_s;
    QTest::newRow("a dash") << u"01:00\u201304:30"_s << u"01:00-04:30"_s;
    QTest::newRow("a long dash") << u"01:00 \u2014 04:30"_s << u"01:00-04:30"_s;
    QTest::newRow("an hour of one digit") << u"1:00-4:30"_s << u"01:00-04:30"_s;
    QTest::newRow("to the end of the day") << u"22:00-24:00"_s << u"22:00-00:00"_s;
    QTest::newRow("from the begin of the day") << u"00:00-04:30"_s << u"00:00-04:30"_s;
    QTest::newRow("from the end of the day") << u"24:00-04:30"_s << QString();
    QTest::newRow("a minute after the end of the day") << u"22:00-24:01"_s << QString();
    QTest::newRow("no length") << u"01:00-01:00"_s << QString();
    QTest::newRow("the whole day") << u"00:00-24:00"_s << QString();
    QTest::newRow("no end") << u"01:00"_s << QString();
    QTest::newRow("an empty end") << u"01:00-"_s << QString();
    QTest::newRow("no begin") << u"-04:30"_s << QString();
    QTest::newRow("three times") << u"01:00-04:30-05:00"_s << QString();
    QTest::newRow("no such hour") << u"25:00-04:30"_s << QString();
    QTest::newRow("no such minute") << u"01:60-04:30"_s << QString();
    QTest::newRow("a minute of one digit") << u"01:0-04:30"_s << QString();
    QTest::newRow("seconds") << u"01:00:00-04:30:00"_s << QString();
    QTest::newRow("no colon") << u"0100-0430"_s << QString();
    QTest::newRow("a blank in a time") << u"01: 00-04:30"_s << QString();
    QTest::newRow("digits of another script") << u"\u0660\u0661:00-04:30"_s << QString();
    QTest::newRow("words") << u"at night"_s << QString();
    QTest::newRow("nothing") << QString() << QString();
}

void RolloutPlanTest::readsWindowsAsPeopleWriteThem()
{
    QFETCH(const QString, text);
    QFETCH(const QString, read);
    const std::optional<LocalWindow> window = localWindowFrom(text);
    QCOMPARE(window ? window->from.toString(u"HH:mm") + u'-' + window->to.toString(u"HH:mm") : QString(), read);
}

void RolloutPlanTest::readsEndsAsPeopleWriteThem_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QDateTime>("end"); // local time
    const QDateTime none;
    const auto at = [](int day, int hour, int minute) {
        return QDateTime(QDate(2026, 12, day), QTime(hour, minute));
    };
    QTest::newRow("a day") << u"2026-12-24"_s << at(25, 0, 0);
    QTest::newRow("a day and its time") << u"2026-12-24 18:00"_s << at(24, 18, 0);
    QTest::newRow("as ISO 8601 has it") << u"2026-12-24T18:00"_s << at(24, 18, 0);
    QTest::newRow("as Germans write it") << u"24.12.2026"_s << at(25, 0, 0);
    QTest::newRow("with a time") << u" 4.12.2026  8:05 "_s << at(4, 8, 5);
    QTest::newRow("midnight") << u"2026-12-24 00:00"_s << at(24, 0, 0);
    QTest::newRow("no such day") << u"2026-02-30"_s << none;
    QTest::newRow("no such month") << u"2026-13-01"_s << none;
    QTest::newRow("no such time") << u"2026-12-24 24:00"_s << none;
    QTest::newRow("a time alone") << u"18:00"_s << none;
    QTest::newRow("a year of two digits") << u"24.12.26"_s << none;
    QTest::newRow("day and month may be either") << u"12/11/2026"_s << none;
    QTest::newRow("with a zone") << u"2026-12-24T18:00Z"_s << none;
    QTest::newRow("two lines") << u"2026-12-24\n2026-12-25"_s << none;
    QTest::newRow("words") << u"tomorrow"_s << none;
    QTest::newRow("nothing") << QString() << none;
}

void RolloutPlanTest::readsEndsAsPeopleWriteThem()
{
    QFETCH(const QString, text);
    QFETCH(const QDateTime, end);
    QCOMPARE(localEndFrom(text).value_or(QDateTime()), end.toUTC());
}

QTEST_APPLESS_MAIN(RolloutPlanTest)
#include "tst_rollout_plan.moc"
