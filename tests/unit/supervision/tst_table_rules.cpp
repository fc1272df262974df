// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/TableRules.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::supervision;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QString ocr = u"/SmartMeter/ocr.py"_s;
const QString old = u"/SmartMeter/old.py"_s;
const QString uplink = u"/SmartMeter/uplink.py"_s;
const QString first = u"/SmartMeter/first.py"_s;
const QString second = u"/SmartMeter/second.py"_s;
const QString meter = u"/SmartMeter/meter.py"_s;

Heartbeat heartbeat(const QString &name, qint64 pid)
{
    Heartbeat heartbeat;
    heartbeat.processName = name;
    heartbeat.pid = pid;
    return heartbeat;
}

// Two of the programs are links to the same file.
QString fileOf(const QString &program)
{
    return program == first || program == second ? u"/SmartMeter/meter.py"_s : program;
}

} // namespace

class TestTableRules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void admitsHeartbeats_data()
    {
        QTest::addColumn<QList<KnownProcess>>("known");
        QTest::addColumn<QString>("program");   // of a heartbeat of ocr, pid 7
        QTest::addColumn<QStringList>("files"); // that are there
        QTest::addColumn<std::optional<Admission>>("admission");
        QTest::addColumn<QString>("reason");
        using Known = QList<KnownProcess>;
        const auto row = [](const char *name, const Known &known, const QString &program, const QStringList &files,
                            std::optional<Admission> admission, const QString &reason = {}) {
            QTest::newRow(name) << known << program << files << admission << reason;
        };
        const auto full = [](qsizetype size) {
            Known known;
            for (qsizetype i = 0; i < size; ++i) {
                known += {u"p%1"_s.arg(i), u"/SmartMeter/p%1"_s.arg(i), {}, 1000 + i, true};
            }
            return known;
        };
        row("an empty table", {}, ocr, {ocr}, Admission::NewRow);
        row("known, and it runs", Known{{u"ocr"_s, ocr, {}, 7}}, ocr, {ocr}, Admission::Proof);
        row("known under another pid: a worker or a copy", Known{{u"ocr"_s, ocr, {}, 8}}, ocr, {ocr}, Admission::Proof);
        row("known, and not supervised now", Known{{u"ocr"_s, ocr, {}, {}}}, ocr, {ocr}, Admission::Adopt);
        row("known with another program that runs", Known{{u"ocr"_s, old, {}, 8}}, ocr, {ocr}, {},
            u"its run_command is %1 and not %2"_s.arg(old, ocr));
        row("known with another program that runs and is gone from the disk", Known{{u"ocr"_s, old, {}, 8}}, ocr, {ocr},
            {}, u"its run_command is"_s);
        row("known with another program that is there", Known{{u"ocr"_s, old, {}, {}}}, ocr, {ocr, old}, {},
            u"its run_command is"_s);
        row("known with another program that is gone", Known{{u"ocr"_s, old, {}, {}}}, ocr, {ocr}, Admission::NewRow);
        row("the pid of another process", Known{{u"uplink"_s, uplink, {}, 7, true}}, ocr, {ocr}, {},
            u"process 7 is already known as \"uplink\""_s);
        row("the program of another process", Known{{u"uplink"_s, ocr, {}, 8}}, ocr, {ocr}, {},
            u"%1 is already known as \"uplink\""_s.arg(ocr));
        row("the program of another process that doesn't run", Known{{u"uplink"_s, ocr, {}, {}}}, ocr, {ocr},
            Admission::NewRow);
        row("known, but with the pid of another process", Known{{u"ocr"_s, ocr, {}, 8}, {u"uplink"_s, uplink, {}, 7}},
            ocr, {ocr}, {}, u"process 7 is already known as"_s);
        row("the same process under a new name", Known{{u"reader"_s, ocr, {}, 7}}, ocr, {ocr}, Admission::Rename);
        row("under a second name", Known{{u"reader"_s, ocr, {}, 7, true}}, ocr, {ocr}, {},
            u"process 7 is already known as \"reader\""_s);
        row("under a new name and with another program", Known{{u"reader"_s, uplink, {}, 7}}, ocr, {ocr, uplink}, {},
            u"process 7 is already known as"_s);
        row("under the name of one that runs", Known{{u"reader"_s, ocr, {}, 7}, {u"ocr"_s, old, {}, 8}}, ocr, {ocr}, {},
            u"another program is known by that name"_s);
        row("under the name of one that may run again", Known{{u"reader"_s, ocr, {}, 7}, {u"ocr"_s, old, {}, {}}}, ocr,
            {ocr, old}, {}, u"another program is known by that name"_s);
        row("under the name of one that is gone", Known{{u"reader"_s, ocr, {}, 7}, {u"ocr"_s, old, {}, {}}}, ocr, {ocr},
            Admission::Rename);
        row("under its own name of before", Known{{u"reader"_s, ocr, {}, 7}, {u"ocr"_s, ocr, {}, {}}}, ocr, {ocr},
            Admission::Rename);
        row("a new name in a full table", full(maxTableSize - 1) + Known{{u"reader"_s, ocr, {}, 7}}, ocr, {ocr},
            Admission::Rename);
        row("another name of a running process's file", Known{{u"dlms"_s, second, {}, 8}}, first, {first, second},
            Admission::NewRow);
        row("known by the file of its link", Known{{u"ocr"_s, meter, {}, 7}}, first, {first, meter}, Admission::Proof);
        row("known by another link, and not supervised now", Known{{u"ocr"_s, second, {}, {}}}, first, {first, second},
            Admission::Adopt);
        row("one place left", full(maxTableSize - 1), ocr, {ocr}, Admission::NewRow);
        row("a full table", full(maxTableSize), ocr, {ocr}, {}, u"there are 64 processes already"_s);
        row("known in a full table", full(maxTableSize - 1) + Known{{u"ocr"_s, ocr, {}, {}}}, ocr, {ocr},
            Admission::Adopt);
    }

    void admitsHeartbeats()
    {
        QFETCH(QList<KnownProcess>, known);
        QFETCH(QString, program);
        QFETCH(QStringList, files);
        QFETCH(std::optional<Admission>, admission);
        QFETCH(QString, reason);
        for (KnownProcess &process : known) {
            process.file = files.contains(process.program) ? fileOf(process.program) : QString();
        }
        const auto found = admissionOf(heartbeat(u"ocr"_s, 7), Program{program, fileOf(program), 0, 0, {}}, known);
        QCOMPARE(found ? std::optional(*found) : std::nullopt, admission);
        if (!found) {
            QCOMPARE(found.error().code, ErrorCode::Refused);
            QVERIFY2(found.error().message.contains(reason), qPrintable(found.error().message));
        }
    }

    void keepsOnlyHoldsThatCanHaveBeenRequested()
    {
        constexpr MonotonicTime now = 10h;
        QCOMPARE(savedHold(std::nullopt, now), std::nullopt);
        QCOMPARE(savedHold(now - 1ms, now), std::nullopt);
        QCOMPARE(savedHold(now, now), std::nullopt);
        QCOMPARE(savedHold(now + 1ms, now), std::optional(now + 1ms));
        QCOMPARE(savedHold(now + 1h, now), std::optional(now + 1h));
        QCOMPARE(savedHold(now + 1h + 1ms, now), std::nullopt);
        QCOMPARE(savedHold(MonotonicTime::max(), now), std::nullopt);
        QCOMPARE(savedHold(MonotonicTime::min(), now), std::nullopt);
    }

    void looksForANewProcessWhereItWasFirst()
    {
        QCOMPARE(programCandidates(u"ocr"_s, u"/SmartMeter"_s, {}),
                 (QStringList{u"/SmartMeter/ocr"_s, u"/SmartMeter/ocr.py"_s}));
        QCOMPARE(programCandidates(u"ocr"_s, u"/SmartMeter"_s, u"/SmartMeter/bin/read"_s),
                 (QStringList{u"/SmartMeter/bin/read"_s, u"/SmartMeter/ocr"_s, u"/SmartMeter/ocr.py"_s}));
    }

    void retiresWhatTheNewReleaseDoesNotHave()
    {
        const QList<ProcessVersion> others{{u"uplink"_s, 1}};
        QVERIFY(isRetired(u"ocr"_s, others, false, false));
        QVERIFY(!isRetired(u"ocr"_s, others, true, false));
        QVERIFY(!isRetired(u"ocr"_s, others, false, true));
        QVERIFY(!isRetired(u"uplink"_s, others, false, false));
        QVERIFY(!isRetired(u"ocr"_s, {}, false, false));
    }
};

QTEST_GUILESS_MAIN(TestTableRules)
#include "tst_table_rules.moc"
