// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ProcessCensus.h"

#include <QList>
#include <QRandomGenerator>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace Qt::StringLiterals;

namespace {

ProcessReport process(const QString &name, int version, const QString &text = {})
{
    ProcessReport report;
    report.name = name;
    report.version = version;
    report.versionText = text;
    return report;
}

} // namespace

class ProcessCensusTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsVersionsOfBothKinds()
    {
        ProcessCensus census;
        census.add(process(u"ocr"_s, 10));
        census.add(process(u"ocr"_s, 2));
        census.add(process(u"ocr"_s, 2));
        census.add(process(u"ocr"_s, 0, u"1.3.2"_s));
        QCOMPARE(census.versionsOf(u"ocr"_s), (VersionCounts{{u"1.3.2"_s, 1}, {u"2"_s, 2}, {u"10"_s, 1}}));
        QCOMPARE(census.highestVersion(u"ocr"_s), 10);
        QVERIFY(census.versionsOf(u"camera"_s).empty());
        QCOMPARE(census.highestVersion(u"camera"_s), 0);
    }

    void forgetsWhatNoDeviceHas()
    {
        ProcessCensus census;
        census.add(process(u"ocr"_s, 1));
        QVERIFY(census.takeChange());
        census.add(process(u"ocr"_s, 2));
        QVERIFY(!census.takeChange());
        census.remove(process(u"ocr"_s, 1));
        QCOMPARE(census.versionsOf(u"ocr"_s), (VersionCounts{{u"2"_s, 1}}));
        census.remove(process(u"ocr"_s, 2));
        QVERIFY(census.takeChange());
        QVERIFY(census.mostUsed(9).isEmpty());
        census.remove(process(u"ocr"_s, 2)); // what isn't there
        QVERIFY(census.mostUsed(9).isEmpty());
    }

    void sharesTheName()
    {
        ProcessCensus census;
        const QString first = census.add(process(u"ocr"_s, 1));
        QCOMPARE(census.add(process(QString(u"oc"_s + u'r'), 2)).constData(), first.constData());
    }

    void isWhatCountingWouldGive()
    {
        QRandomGenerator random(1);
        ProcessCensus census;
        QList<ProcessReport> fleet;
        for (int i = 0; i < 5'000; ++i) {
            if (!fleet.isEmpty() && random.bounded(2) == 0) {
                census.remove(fleet.takeAt(random.bounded(static_cast<int>(fleet.size()))));
            } else {
                const int version = random.bounded(4);
                fleet += process(QString(QChar(u'a' + random.bounded(3))), version,
                                 version == 3 ? u"1.%1"_s.arg(random.bounded(3)) : QString());
                census.add(fleet.last());
            }
        }
        for (const QString &name : {u"a"_s, u"b"_s, u"c"_s}) {
            VersionCounts counted;
            for (const ProcessReport &report : std::as_const(fleet)) {
                if (report.name == name) {
                    ++counted[versionOf(report)];
                }
            }
            QCOMPARE(census.versionsOf(name), counted);
        }
    }
};

QTEST_GUILESS_MAIN(ProcessCensusTest)
#include "tst_process_census.moc"
