// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/Housekeeper.h"
#include "store/Housekeeping.h"
#include "StoreKit.h"

#include <QCoreApplication>
#include <QProcess>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::records;
using namespace sgn::store;
using namespace sgn::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QDateTime now(QDate(2026, 6, 30), QTime(12, 0), Qt::UTC);

IssuedCommand commandOf(CommandNo number, int daysAgo)
{
    IssuedCommand record;
    record.number = number;
    record.command.body = RestartProcess{u"ocr"_s};
    record.command.number = number;
    record.createdAt = now.addDays(-daysAgo);
    return record;
}

CommandTarget targetOf(const QString &jid, int daysAgo, bool isFinished)
{
    CommandTarget target;
    target.jid = jid;
    target.state = isFinished ? TargetState::Done : TargetState::Sent;
    target.finishedAt = isFinished ? now.addDays(-daysAgo) : QDateTime();
    return target;
}

// A command to so many devices.
void keepCommand(Store &store, CommandNo number, int daysAgo, int devices = 1, bool isFinished = true)
{
    store.keep(commandOf(number, daysAgo));
    for (int i = 0; i < devices; ++i) {
        store.keep(number, i, targetOf(u"device%1@localhost"_s.arg(i), daysAgo, isFinished));
    }
}

ActivityEntry lineOf(const QString &jid, int daysAgo, const QString &subject)
{
    return {0, now.addDays(-daysAgo), ActivityKind::ProcessDied, jid, 0, subject, {}};
}

QList<CommandNo> numbersOf(const Store &store)
{
    QList<CommandNo> numbers;
    for (const IssuedCommand &record : store.commands(1'000)) {
        numbers += record.number;
    }
    return numbers;
}

QStringList subjectsOf(const Store &store)
{
    QStringList subjects;
    for (const ActivityEntry &entry : store.activity({})) {
        subjects += entry.subject;
    }
    return subjects;
}

bool runPython(const QString &script, const QString &file)
{
    return QProcess::execute(u"python3"_s, {u"-c"_s, script, file}) == 0;
}

// The first page of a table becomes garbage, everything else stays as it is.
bool damageTable(const QString &file, const QString &table)
{
    return runPython(uR"(
import sqlite3, sys
d = sqlite3.connect(sys.argv[1])
page, = d.execute("SELECT rootpage FROM sqlite_master WHERE name='%1'").fetchone()
size, = d.execute("PRAGMA page_size").fetchone()
d.close()
with open(sys.argv[1], "r+b") as f:
    f.seek((page - 1) * size)
    f.write(b"\x5a" * size)
)"_s.arg(table),
                     file);
}

} // namespace

class HousekeepingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void removesWhatIsOld();
    void keepsEverythingForever();
    void keepsTheNewestCommands();
    void keepsAsManyTargets();
    void keepsAsManyLines();
    void aTalkativeDeviceKeepsItsNewestLines();
    void isDoneOnceADay();
    void goesOnWhereItWasStopped();
    void aRemovedCommandStaysRemoved();
    void findsDamageBehind_data();
    void findsDamageBehind();
    void damageThatIsReadFirstIsFoundAtOnce();
    void worksInRounds();
    void reportsDamageOnce();

private:
    [[nodiscard]] QString file() const { return m_folder->filePath(u"panel.sqlite"_s); }
    [[nodiscard]] Expected<> keep(const Retention &retention, const QDateTime &at = now) const
    {
        return keepHouse(file(), retention, Thoroughness::Prune, at, {});
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void HousekeepingTest::removesWhatIsOld()
{
    auto store = opened(file());
    keepCommand(*store, 1, 500, 5'000); // more than a slice
    keepCommand(*store, 2, 500, 1, false);
    keepCommand(*store, 3, 399);
    keepCommand(*store, 4, 401);
    for (const int daysAgo : {500, 401, 399, 0}) {
        store->keep(lineOf(u"a@localhost"_s, daysAgo, QString::number(daysAgo)));
    }
    QVERIFY(flushed(*store));

    const Expected<> kept = keep({.days = 400});
    QVERIFY2(kept, qPrintable(kept ? QString() : kept.error().text));
    QCOMPARE(numbersOf(*store), (QList<CommandNo>{3, 2})); // 2 isn't finished
    QVERIFY(store->targets(1).isEmpty());
    QCOMPARE(store->targets(2).size(), 1);
    QCOMPARE(store->targets(3).size(), 1);
    QCOMPARE(subjectsOf(*store), (QStringList{u"0"_s, u"399"_s}));
}

void HousekeepingTest::keepsEverythingForever()
{
    auto store = opened(file());
    keepCommand(*store, 1, 20'000);
    store->keep(lineOf(u"a@localhost"_s, 20'000, u"old"_s));
    QVERIFY(flushed(*store));
    QVERIFY(keep({.days = 0}));
    QCOMPARE(numbersOf(*store), QList<CommandNo>{1});
    QCOMPARE(subjectsOf(*store), QStringList{u"old"_s});
}

void HousekeepingTest::keepsTheNewestCommands()
{
    auto store = opened(file());
    for (CommandNo number = 1; number <= 10; ++number) {
        keepCommand(*store, number, 100 - static_cast<int>(number), 1, number != 2);
    }
    QVERIFY(flushed(*store));
    QVERIFY(keep({.commands = 3}));
    QCOMPARE(numbersOf(*store), (QList<CommandNo>{10, 9, 8, 2}));
}

void HousekeepingTest::keepsAsManyTargets()
{
    auto store = opened(file());
    for (CommandNo number = 1; number <= 5; ++number) {
        keepCommand(*store, number, 100 - static_cast<int>(number), 100);
    }
    QVERIFY(flushed(*store));
    QVERIFY(keep({.targets = 250}));
    QCOMPARE(numbersOf(*store), (QList<CommandNo>{5, 4}));
    QCOMPARE(store->targets(5).size(), 100);
}

void HousekeepingTest::keepsAsManyLines()
{
    auto store = opened(file());
    for (int i = 0; i < 5'000; ++i) {
        ActivityEntry line = lineOf(u"device%1@localhost"_s.arg(i % 7), 1, QString::number(i));
        line.at = line.at.addMSecs(i);
        store->keep(line);
    }
    QVERIFY(flushed(*store));
    QVERIFY(keep({.lines = 3}));
    QCOMPARE(subjectsOf(*store), (QStringList{u"4999"_s, u"4998"_s, u"4997"_s}));
}

void HousekeepingTest::aTalkativeDeviceKeepsItsNewestLines()
{
    auto store = opened(file());
    for (int i = 0; i < 20; ++i) {
        store->keep(lineOf(u"talkative@localhost"_s, 1, u"t%1"_s.arg(i)));
    }
    for (int i = 0; i < 3; ++i) {
        store->keep(lineOf(u"quiet@localhost"_s, 2, u"q%1"_s.arg(i)));
    }
    for (int i = 0; i < 20; ++i) {
        store->keep(lineOf({}, 3, u"of no device %1"_s.arg(i)));
    }
    QVERIFY(flushed(*store));
    QVERIFY(keep({.linesPerDevice = 3}));
    const QStringList subjects = subjectsOf(*store);
    QCOMPARE(subjects.filter(QRegularExpression(u"^t"_s)), (QStringList{u"t19"_s, u"t18"_s, u"t17"_s}));
    QCOMPARE(subjects.size(), 3 + 3 + 20);
}

void HousekeepingTest::isDoneOnceADay()
{
    auto store = opened(file());
    QVERIFY(keep({}));
    keepCommand(*store, 1, 500);
    QVERIFY(flushed(*store));
    QVERIFY(keep({}, now.addSecs(23 * 3600)));
    QCOMPARE(numbersOf(*store), QList<CommandNo>{1});
    QVERIFY(keep({}, now.addSecs(24 * 3600)));
    QVERIFY(numbersOf(*store).isEmpty());
    // A clock that was wrong for a while doesn't end it for years.
    QVERIFY(keep({}, now.addYears(30)));
    keepCommand(*store, 2, 500);
    QVERIFY(flushed(*store));
    QVERIFY(keep({}, now.addDays(2)));
    QVERIFY(numbersOf(*store).isEmpty());
}

void HousekeepingTest::goesOnWhereItWasStopped()
{
    auto store = opened(file());
    keepCommand(*store, 1, 500);
    QVERIFY(flushed(*store));
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(keepHouse(file(), {}, Thoroughness::PruneAndCheck, now, stop.get_token()));
    QCOMPARE(numbersOf(*store), QList<CommandNo>{1});
    QVERIFY(keepHouse(file(), {}, Thoroughness::PruneAndCheck, now, {}));
    QVERIFY(numbersOf(*store).isEmpty());
}

// This program still has it in memory and a device's late reply arrives.
void HousekeepingTest::aRemovedCommandStaysRemoved()
{
    auto store = opened(file());
    keepCommand(*store, 1, 500);
    QVERIFY(flushed(*store));
    QVERIFY(keep({}));
    store->keep(1, 0, targetOf(u"device0@localhost"_s, 0, true));
    store->keep(lineOf(u"a@localhost"_s, 0, u"after it"_s));
    QVERIFY(flushed(*store));
    QVERIFY(store->targets(1).isEmpty());
    QCOMPARE(subjectsOf(*store), QStringList{u"after it"_s});
}

void HousekeepingTest::findsDamageBehind_data()
{
    QTest::addColumn<QString>("table");
    QTest::newRow("timeline") << u"activity"_s;
    QTest::newRow("targets") << u"command_targets"_s;
    QTest::newRow("an index") << u"activity_by_time"_s;
}

// What grows with the years isn't read before the window opens, but behind it.
void HousekeepingTest::findsDamageBehind()
{
    QFETCH(const QString, table);
    {
        auto store = opened(file());
        Device device;
        device.jid = u"a@localhost"_s;
        store->keep(device);
        keepCommand(*store, 1, 1, 100);
        for (int i = 0; i < 100; ++i) {
            store->keep(lineOf(u"a@localhost"_s, 1, QString::number(i)));
        }
        QVERIFY(flushed(*store));
    }
    QVERIFY(damageTable(file(), table));
    {
        auto store = opened(file());
        QVERIFY(store && !store->warning());
        QCOMPARE(store->devices().size(), std::size_t{1});
    }
    QVERIFY(!isKnownAsDamaged(file()));
    const Expected<> kept = keepHouse(file(), {}, Thoroughness::PruneAndCheck, now, {});
    QVERIFY(!kept);
    QCOMPARE(kept.error().error, ErrorCode::BadFile);
    QVERIFY(isKnownAsDamaged(file()));

    auto store = opened(file());
    QVERIFY(store && store->warning());
    QVERIFY(store->warning()->has(FactCode::StoreReplaced));
    QVERIFY(store->devices().empty());
    QVERIFY(!isKnownAsDamaged(file()));
}

void HousekeepingTest::damageThatIsReadFirstIsFoundAtOnce()
{
    for (const QString &table : {u"devices"_s, u"commands"_s, u"meta"_s, u"shared"_s, u"newcomers"_s}) {
        opened(file()).reset();
        QVERIFY(damageTable(file(), table));
        const auto store = opened(file());
        QVERIFY2(store && store->warning() && store->warning()->has(FactCode::StoreReplaced), qPrintable(table));
    }
}

void HousekeepingTest::worksInRounds()
{
    auto store = opened(file());
    store->keep([] {
        IssuedCommand record = commandOf(1, 0);
        record.createdAt = QDateTime::currentDateTimeUtc().addDays(-20);
        return record;
    }());
    QVERIFY(flushed(*store));
    Housekeeper keeper(file(), {.first = 0ms, .second = 0ms, .later = 0ms});
    keeper.setRetention({.days = 10});
    QSignalSpy rounds(&keeper, &Housekeeper::roundEnded);
    keeper.start();
    QTRY_VERIFY_WITH_TIMEOUT(rounds.size() >= 3, 30'000);
    QVERIFY(numbersOf(*store).isEmpty());
}

void HousekeepingTest::reportsDamageOnce()
{
    auto store = opened(file());
    store.reset();
    QVERIFY(damageTable(file(), u"activity"_s));
    Housekeeper keeper(file(), {.first = 0ms, .second = 0ms, .later = 0ms});
    QSignalSpy damage(&keeper, &Housekeeper::damageFound);
    QSignalSpy rounds(&keeper, &Housekeeper::roundEnded);
    keeper.start();
    QTRY_COMPARE_WITH_TIMEOUT(damage.size(), 1, 30'000);
    QVERIFY(rounds.size() <= 2); // and none after it
    QVERIFY(isKnownAsDamaged(file()));
}

QTEST_GUILESS_MAIN(HousekeepingTest)
#include "tst_housekeeping.moc"
