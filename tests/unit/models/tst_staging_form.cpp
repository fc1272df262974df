// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/StagingForm.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::models;

// What an operator writes of a rollout, and what the form answers.
class StagingFormTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesWhatIsWrongAtItsField_data();
    void namesWhatIsWrongAtItsField();
    void plansAWindow_data();
    void plansAWindow();
    void growsOnlyWhereItIsWanted();
    void plansLimitsNetworksAndItsEnd();
};

void StagingFormTest::namesWhatIsWrongAtItsField_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QByteArray>("wrong"); // the property with the error; empty: nothing is wrong
    const auto row = [](const char *name, const QByteArray &field, const QVariant &value, const QByteArray &wrong) {
        QTest::newRow(name) << field << value << wrong;
    };
    row("the usual", "name", u"Spring"_s, "");
    row("a window", "window", u"22:00-04:30"_s, "");
    row("a window as people write it", "window", u" 1:00 \u2013 24:00"_s, "");
    row("blanks only", "window", u"  "_s, "");
    row("a window of no length", "window", u"01:00-01:00"_s, "windowError");
    row("a window without an end", "window", u"01:00"_s, "windowError");
    row("a window without a begin", "window", u"-04:30"_s, "windowError");
    row("three times", "window", u"01:00-04:30-05:00"_s, "windowError");
    row("no such time", "window", u"25:00-04:30"_s, "windowError");
    row("no waves: the usual ones", "waves", u""_s, "");
    row("waves with blanks", "waves", u" 1 ,50 %,100%"_s, "");
    row("a wave of none", "waves", u"0, 100%"_s, "wavesError");
    row("a wave in words", "waves", u"some"_s, "wavesError");
    row("more waves than there may be", "waves", QStringList(21, u"1"_s).join(u','), "wavesError");
    row("no limit: the usual one", "failures", u""_s, "");
    row("more than all", "failures", u"101%"_s, "failuresError");
    row("so many must run it", "healthy", u"3"_s, "");
    row("nothing of it: the usual", "healthy", u" "_s, "");
    row("more than all must run it", "healthy", u"101%"_s, "healthyError");
    row("vanishing in words", "vanished", u"many"_s, "vanishedError");
    row("growth that isn't used", "growthFirst", 0, "");
    row("a day to come", "end", u"2999-12-24"_s, "");
    row("a day to come, with its time", "end", u"24.12.2999 18:00"_s, "");
    row("a day that is over", "end", u"2020-12-24"_s, "endError");
    row("no such day", "end", u"2999-02-30"_s, "endError");
    row("a day in words", "end", u"tomorrow"_s, "endError");
    row("none at a time", "inFlight", 0, "error");
    row("longer than a month", "soakMinutes", 43'201, "error");
    row("longer than there are seconds", "soakMinutes", 71'582'789, "error"); // 44 seconds, if it wrapped round
}

void StagingFormTest::namesWhatIsWrongAtItsField()
{
    QFETCH(const QByteArray, field);
    QFETCH(const QVariant, value);
    QFETCH(const QByteArray, wrong);
    StagingForm form;
    form.reset();
    form.setProperty("staged", true);
    QVERIFY(form.setProperty(field, value));
    QCOMPARE(form.isSound(), wrong.isEmpty());
    QCOMPARE(form.plan({}).has_value(), wrong.isEmpty());
    for (const char *const error : {"wavesError", "failuresError", "windowError", "healthyError", "vanishedError",
                                    "growthError", "endError", "error"}) {
        QCOMPARE(form.property(error).toString().isEmpty(), error != wrong);
    }
    // What isn't used isn't wrong.
    form.setProperty("staged", false);
    QVERIFY(form.isSound());
}

void StagingFormTest::plansAWindow_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QTime>("from");
    QTest::addColumn<QTime>("to");
    QTest::newRow("night") << u"22:00-04:30"_s << QTime(22, 0) << QTime(4, 30);
    QTest::newRow("to midnight") << u"22:00 - 24:00"_s << QTime(22, 0) << QTime(0, 0);
    QTest::newRow("none") << u" "_s << QTime() << QTime();
}

void StagingFormTest::plansAWindow()
{
    QFETCH(const QString, text);
    QFETCH(const QTime, from);
    QFETCH(const QTime, to);
    StagingForm form;
    form.reset();
    form.setProperty("window", text);
    const auto plan = form.plan({u"a@example.org"_s});
    QVERIFY(plan);
    QCOMPARE(plan->window.has_value(), from.isValid());
    if (plan->window) {
        QCOMPARE(plan->window->from, from);
        QCOMPARE(plan->window->to, to);
        QVERIFY(plan->window->isDownloadAnytime);
    }
}

void StagingFormTest::growsOnlyWhereItIsWanted()
{
    StagingForm form;
    form.reset();
    form.setProperty("growthFirst", 2);
    QVERIFY(!form.plan({}).value().growth);
    form.setProperty("grows", true);
    QCOMPARE(form.plan({}).value().growth, std::optional(rollouts::Growth{2, 5}));
    form.setProperty("growthAfter", 0);
    QVERIFY(!form.growthError().isEmpty());
    QVERIFY(!form.plan({}));
    form.reset();
    QVERIFY(form.growthError().isEmpty());
    QVERIFY(!form.plan({}).value().growth);
}

void StagingFormTest::plansLimitsNetworksAndItsEnd()
{
    StagingForm form;
    form.reset();
    const rollouts::RolloutPlan usual = form.plan({}).value();
    rollouts::RolloutPlan plain;
    plain.targets.all = true;
    QCOMPARE(usual, plain);

    form.setProperty("healthy", u"50%"_s);
    form.setProperty("vanished", u"2"_s);
    form.setProperty("end", u"2999-12-24 18:00"_s);
    form.setProperty("overWifi", true);
    form.setProperty("overEthernet", true);
    const rollouts::RolloutPlan plan = form.plan({}).value();
    QCOMPARE(plan.gate.healthy.text(), u"50%"_s);
    QCOMPARE(plan.gate.soak, usual.gate.soak);
    QCOMPARE(plan.stop.vanished.text(), u"2"_s);
    QCOMPARE(plan.stop.failed, usual.stop.failed);
    QCOMPARE(plan.notAfter, QDateTime(QDate(2999, 12, 24), QTime(18, 0)).toUTC());
    QCOMPARE(plan.networks, (QStringList{u"ethernet"_s, u"wifi"_s}));
    form.reset();
    QVERIFY(form.plan({}).value().networks.isEmpty());
}

QTEST_GUILESS_MAIN(StagingFormTest)
#include "tst_staging_form.moc"
