// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/ReportBlob.h"

#include <QCborArray>
#include <QCborValue>
#include <QRandomGenerator>
#include <QTest>

using namespace sgn;
using namespace sgn::store;
using namespace Qt::StringLiterals;

namespace {

const QDateTime now(QDate(2026, 1, 31), QTime(12, 0, 0, 123), Qt::UTC);

DeviceFacts fullFacts()
{
    DeviceFacts facts;
    facts.agentVersion = 2;
    facts.watchdogVersion = ReportedVersion::fromText(u"1.3.2"_s);
    facts.os = u"Debian GNU/Linux 12"_s;
    facts.model = u"Raspberry Pi 4"_s;
    facts.uptimeS = 353'000;
    facts.diskFreeMb = 0;
    facts.memAvailableMb = 1'430;
    facts.temperatureC = -54.5;
    facts.clockOffsetS = 0.25;
    facts.packagesVersion = 7;
    facts.utcOffsetS = -3'600;
    facts.network = u"cellular"_s;
    facts.readOnly = true;
    facts.processesOmitted = 3;
    facts.problem = u"the card is old"_s;
    return facts;
}

records::DeviceProcess fullProcess()
{
    records::DeviceProcess process;
    ProcessReport &report = process.report;
    report.name = u"grün"_s;
    report.version = maxVersion;
    report.isDead = true;
    report.state = ProcessState::CrashLoop;
    report.since = now.addSecs(-60);
    report.restarts24h = 0;
    report.problem = u"it can't be started"_s;
    report.isHopeless = true;
    LastExit exit;
    exit.code = 0;
    exit.signal = 9;
    exit.at = now;
    exit.heartbeatAgeS = 2.5;
    exit.lastLines = {u"one"_s, QString(), u"three"_s};
    report.lastExit = exit;
    process.deadSince = now.addMSecs(-1);
    return process;
}

records::DeviceProcess plainProcess(const QString &name)
{
    records::DeviceProcess process;
    process.report.name = name;
    return process;
}

ReportContent read(const QByteArray &blob)
{
    records::TextPool texts;
    return readReportBlob(blob, texts);
}

} // namespace

class ReportBlobTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bringsBackWhatWasReported()
    {
        records::DeviceProcess spelled = plainProcess(u"uplink"_s);
        spelled.report.versionText = u"1.3.2"_s;
        const QList<records::DeviceProcess> processes{fullProcess(), plainProcess(u"ocr"_s), spelled};
        const ReportContent content = read(reportBlob(fullFacts(), processes));
        QCOMPARE(content.facts, fullFacts());
        QCOMPARE(content.processes, processes);
        const ReportContent little = read(reportBlob({}, {plainProcess(u"ocr"_s)}));
        QCOMPARE(little.facts, DeviceFacts{});
        QCOMPARE(little.processes, QList{plainProcess(u"ocr"_s)});
    }

    void nothingIsAnEmptyValue()
    {
        const QByteArray blob = reportBlob({}, {});
        QVERIFY(blob.isEmpty());
        QVERIFY(!blob.isNull());
        QVERIFY(read(blob).processes.isEmpty());
        QVERIFY(read(QByteArray()).processes.isEmpty());
    }

    void takesFewBytes() { QVERIFY(reportBlob({}, {plainProcess(u"ocr"_s)}).size() <= 8); }

    void whatALaterProgramAppendsIsSkipped()
    {
        const QCborArray process{u"ocr"_s, 3,       nullptr, nullptr,          1,       nullptr,
                                 nullptr,  nullptr, nullptr, nullptr,          nullptr, nullptr,
                                 nullptr,  nullptr, nullptr, QCborArray{1, 2}, u"x"_s};
        QCborArray facts{2};
        while (facts.size() < 15) {
            facts.append(nullptr);
        }
        facts.append(QCborArray{u"more"_s});
        const QCborArray report{facts, QCborArray{process, QCborArray{u"camera"_s}}, u"something new"_s};
        const ReportContent content = read(QCborValue(report).toCbor());
        QCOMPARE(content.facts.agentVersion, ReportedVersion(2));
        QCOMPARE(content.processes.size(), 2);
        QCOMPARE(content.processes.at(0).report.version, 3);
        QCOMPARE(content.processes.at(0).report.state, ProcessState::Running);
        QCOMPARE(content.processes.at(1).report.name, u"camera"_s);
    }

    void whatHasAnotherTypeIsMissing_data()
    {
        QTest::addColumn<QCborValue>("report");
        QTest::addColumn<int>("processes");
        const QCborArray ocr{u"ocr"_s};
        QTest::newRow("a number") << QCborValue(1) << 0;
        QTest::newRow("a map") << QCborValue(QCborMap{{u"a"_s, 1}}) << 0;
        QTest::newRow("no facts") << QCborValue(QCborArray{nullptr, QCborArray{ocr}}) << 1;
        QTest::newRow("facts of other types")
            << QCborValue(QCborArray{QCborArray{QCborArray(), true, 1, 2, u"3"_s, 1.5}, QCborArray{ocr}}) << 1;
        QTest::newRow("a list that is none") << QCborValue(QCborArray{QCborArray(), u"ocr"_s}) << 0;
        QTest::newRow("one without a name")
            << QCborValue(QCborArray{QCborArray(), QCborArray{QCborArray{1}, ocr}}) << 1;
        QTest::newRow("one that is none") << QCborValue(QCborArray{QCborArray(), QCborArray{7, ocr}}) << 1;
        QTest::newRow("an unknown state")
            << QCborValue(QCborArray{QCborArray(), QCborArray{QCborArray{u"ocr"_s, 1, nullptr, nullptr, 99}}}) << 1;
    }

    void whatHasAnotherTypeIsMissing()
    {
        QFETCH(const QCborValue, report);
        QFETCH(const int, processes);
        const ReportContent content = read(report.toCbor());
        QCOMPARE(content.processes.size(), processes);
        QVERIFY(processes == 0 || content.processes.last().report.name == u"ocr"_s);
        QVERIFY(processes == 0 || content.processes.last().report.state == ProcessState::Unknown);
    }

    void takesNoMoreProcessesThanADeviceHas()
    {
        QList<records::DeviceProcess> many;
        for (qsizetype i = 0; i < maxProcesses + 5; ++i) {
            many += plainProcess(QString::number(i));
        }
        QCOMPARE(read(reportBlob({}, many)).processes.size(), maxProcesses);
    }

    void damagedBytesAreReadAsFarAsTheyGo()
    {
        const QByteArray whole = reportBlob(fullFacts(), {fullProcess(), plainProcess(u"ocr"_s)});
        for (qsizetype size = 0; size < whole.size(); ++size) {
            QVERIFY(read(whole.first(size)).processes.size() <= 2);
        }
        QRandomGenerator random(1);
        for (int round = 0; round < 20'000; ++round) {
            QByteArray damaged = whole;
            for (int left = 1 + random.bounded(4); left > 0; --left) {
                damaged[random.bounded(static_cast<int>(damaged.size()))] = static_cast<char>(random.bounded(256));
            }
            QVERIFY(read(damaged).processes.size() <= maxProcesses);
        }
        // A list or a text with a length beyond its bytes.
        QVERIFY(read(QByteArray::fromHex("8280"
                                         "9bffffffffffffffff"))
                    .processes.isEmpty());
        QVERIFY(read(QByteArray::fromHex("8280"
                                         "817b7fffffffffffffff41"))
                    .processes.isEmpty());
    }

    void namesAreShared()
    {
        records::TextPool texts;
        const QByteArray blob = reportBlob({}, {plainProcess(u"ocr"_s)});
        const ReportContent one = readReportBlob(blob, texts);
        const ReportContent other = readReportBlob(blob, texts);
        QCOMPARE(one.processes.at(0).report.name.constData(), other.processes.at(0).report.name.constData());
    }
};

QTEST_GUILESS_MAIN(ReportBlobTest)
#include "tst_report_blob.moc"
