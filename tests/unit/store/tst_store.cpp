// SPDX-License-Identifier: GPL-3.0-or-later
#include "StoreKit.h"

#include <csignal>
#include <limits>
#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::records;
using namespace sgn::store;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

const QDateTime now(QDate(2026, 1, 31), QTime(12, 0, 0, 123), Qt::UTC);

Device sampleDevice(const QString &jid)
{
    Device device;
    device.jid = jid;
    device.rpiUniqueId = u"id '; DROP TABLE devices; --"_s;
    device.isModern = true;
    device.lastSeen = now;
    device.lastReport = now.addSecs(-1);
    device.conflictWith = u"other@localhost"_s;
    device.foreignFrom = u"<b>ü</b>"_s;
    device.unreadable = u"\"pid\" is \"none\""_s;
    device.facts.agentVersion = 2;
    device.facts.os = u"Debian 12"_s;
    device.facts.temperatureC = 54.5;
    DeviceProcess process;
    process.report.name = u"ocr"_s;
    process.report.version = 3;
    process.report.isDead = true;
    process.report.state = ProcessState::CrashLoop;
    process.report.since = now.addSecs(-60);
    process.report.restarts24h = 6;
    LastExit exit;
    exit.code = 1;
    exit.at = now.addSecs(-70).addMSecs(-123);
    exit.lastLines = {u"cv2.error: \"can't\" open camera 0"_s};
    process.report.lastExit = exit;
    process.deadSince = now.addSecs(-60);
    DeviceProcess second;
    second.report.name = u"uplink"_s;
    second.report.versionText = u"1.3.2"_s;
    device.processes = {process, second};
    return device;
}

IssuedCommand sampleCommand(CommandNo number)
{
    IssuedCommand record;
    record.number = number;
    UpdateCommand update;
    update.url = QUrl(u"https://example.com/a.zip"_s);
    update.processes = {{u"ocr"_s, 4}};
    record.command.body = update;
    record.command.number = number;
    record.createdAt = now;
    record.requestedBy = u"dashboard"_s;
    record.title = u"a.zip"_s;
    record.counts[TargetState::Done] = 1;
    record.counts[TargetState::Sent] = 1;
    return record;
}

// As another program would do it.
bool runSql(const QString &file, const QString &statements)
{
    const QString script =
        u"import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.executescript(sys.argv[2]); d.close()"_s;
    return QProcess::execute(u"python3"_s, {u"-c"_s, script, file, statements}) == 0;
}

} // namespace

class StoreTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void bringsBackDevices();
    void aDeviceLosesProcessesThatItNoLongerReports();
    void keepsWhenADeviceWasSeen();
    void keepsAReportAlone();
    void aReportTakesNothingFromAChangeThatWaits();
    void bringsBackCommandsAndTargets();
    void bringsBackWhoIsNoDevice();
    void whatIsFinishedStaysFinished();
    void bringsBackTheTimeline();
    void theSameEventOfTwoProgramsIsOne();
    void theTimelineOfADeviceHasCommandsToMany();
    void bringsBackLogs();
    void findsTheNewestCommandsByTheirTimes();
    void theArchiveIdSurvives();
    void writesByItself();
    void waitingOvertakesNothing();
    void quarantinesADamagedFile_data();
    void quarantinesADamagedFile();
    void belongsToOneAccount();
    void refusesAFileOfANewerProgram();
    void refusesAFolderThatCannotBeMade();
    void nothingCommittedIsLostByAKill();
    void aLargeFleetIsThereAtOnce();

private:
    [[nodiscard]] QString file() const { return m_folder->filePath(u"sub/panel.sqlite"_s); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void StoreTest::bringsBackDevices()
{
    const Device sample = sampleDevice(u"a@localhost"_s);
    {
        auto store = opened(file());
        QVERIFY(store);
        store->keep(sampleCommand(7));
        Device updated = sample;
        auto target = std::make_shared<UpdateTarget>();
        target->number = 7;
        updated.update =
            DeviceUpdate{target, TargetState::Running, 40, u"downloading"_s, {}, {{FactCode::NotSent, {}}}};
        store->keep(updated);
        store->keep(sampleDevice(u"b@localhost"_s));
    }
    auto store = opened(file());
    QVERIFY(store);
    QVERIFY(!store->warning());
    const std::vector<Device> devices = store->devices();
    QCOMPARE(devices.size(), std::size_t{2});
    const Device &device = devices[0].jid == sample.jid ? devices[0] : devices[1];
    QCOMPARE(device.rpiUniqueId, sample.rpiUniqueId);
    QCOMPARE(device.lastSeen, sample.lastSeen);
    QCOMPARE(device.lastReport, sample.lastReport);
    QCOMPARE(device.conflictWith, sample.conflictWith);
    QCOMPARE(device.foreignFrom, sample.foreignFrom);
    QCOMPARE(device.unreadable, sample.unreadable);
    QVERIFY(device.isModern);
    QVERIFY(device.facts == sample.facts);
    QCOMPARE(device.processes.size(), 2);
    QVERIFY(device.processes == sample.processes);
    QVERIFY(device.update);
    QCOMPARE(device.update->percent, 40);
    QCOMPARE(device.update->facts, (Facts{{FactCode::NotSent, {}}}));
    QVERIFY(device.update->state == TargetState::Running);
    QCOMPARE(device.update->target->processes, (QList<ProcessVersion>{{u"ocr"_s, 4}}));
}

void StoreTest::aDeviceLosesProcessesThatItNoLongerReports()
{
    auto store = opened(file());
    Device device = sampleDevice(u"a@localhost"_s);
    store->keep(device);
    QVERIFY(flushed(*store));
    device.processes.removeFirst();
    store->keep(device);
    QVERIFY(flushed(*store));
    QCOMPARE(store->devices().at(0).processes.size(), 1);
    QCOMPARE(store->devices().at(0).processes.at(0).report.name, u"uplink"_s);
}

void StoreTest::keepsWhenADeviceWasSeen()
{
    auto store = opened(file());
    Device device = sampleDevice(u"a@localhost"_s);
    store->keep(device);
    QVERIFY(flushed(*store));
    device.lastSeen = now.addSecs(100);
    store->keepSeen(device);
    QVERIFY(flushed(*store));
    QCOMPARE(store->devices().at(0).lastSeen, now.addSecs(100));
    QCOMPARE(store->devices().at(0).processes.size(), 2);
    store->keep(device);
    device.lastSeen = now.addSecs(200);
    store->keepSeen(device);
    QVERIFY(flushed(*store));
    QCOMPARE(store->devices().at(0).lastSeen, now.addSecs(200));
}

void StoreTest::keepsAReportAlone()
{
    auto store = opened(file());
    Device device = sampleDevice(u"meter1@localhost"_s);
    device.label = u"Main street 1"_s;
    store->keep(device);
    QVERIFY(flushed(*store));
    // Another program of the account has named it meanwhile.
    device.label.clear();
    device.processes[0].report.version = 4;
    device.facts.os = u"Debian 13"_s;
    device.lastSeen = now.addSecs(60);
    store->keepReport(device);
    QVERIFY(flushed(*store));
    const Device kept = store->devices().at(0);
    QCOMPARE(kept.processes.at(0).report.version, 4);
    QCOMPARE(kept.facts.os, u"Debian 13"_s);
    QCOMPARE(kept.lastSeen, now.addSecs(60));
    QCOMPARE(kept.label, u"Main street 1"_s);
}

void StoreTest::aReportTakesNothingFromAChangeThatWaits()
{
    auto store = opened(file());
    Device device = sampleDevice(u"meter1@localhost"_s);
    device.label = u"Main street 1"_s;
    store->keep(device);
    device.processes[0].report.version = 4;
    store->keepReport(device);
    QVERIFY(flushed(*store));
    QCOMPARE(store->devices().at(0).label, u"Main street 1"_s);
    QCOMPARE(store->devices().at(0).processes.at(0).report.version, 4);

    // Nor does one that couldn't be written.
    StoreBatch newer;
    newer.devices.insert(device.jid, {device, true});
    StoreBatch older;
    older.devices.insert(device.jid, {device, false});
    newer.addOlder(older);
    QVERIFY(!newer.devices.value(device.jid).isReportOnly);
}

void StoreTest::bringsBackCommandsAndTargets()
{
    CommandTarget done;
    done.jid = u"a@localhost"_s;
    done.state = TargetState::Done;
    done.remarks = u"already installed"_s;
    done.attempts = 2;
    done.sentAt = now;
    done.firstSentAt = now.addSecs(-60);
    done.repliedAt = done.finishedAt = now.addSecs(5);
    CommandTarget failed = done;
    failed.jid = u"b@localhost"_s;
    failed.state = TargetState::Failed;
    failed.error = ErrorCode::HashMismatch;
    failed.facts = {{FactCode::NotSent, {}}, {FactCode::SignedCommandTooLarge, {u"2"_s, u"1"_s}}};
    failed.log = {u"12:00:00 verifying"_s, u"the hash \"is\" another"_s};
    CommandTarget open;
    open.jid = u"c@localhost"_s;
    open.state = TargetState::Running;
    open.deviceState = u"downloading"_s;
    open.percent = 40;
    {
        auto store = opened(file());
        store->keep(sampleCommand(10));
        store->keep(10, 0, done);
        store->keep(10, 1, failed);
        store->keep(10, 2, open);
        store->keep(sampleCommand(11));
        store->keep(11, 0, done);
    }
    auto store = opened(file());
    const QList<IssuedCommand> commands = store->commands(10);
    QCOMPARE(commands.size(), 2);
    QCOMPARE(commands.at(0).number, CommandNo{11});
    QCOMPARE(commands.at(1).title, u"a.zip"_s);
    QVERIFY(commands.at(1).command == sampleCommand(10).command);
    QVERIFY(commands.at(1).counts == sampleCommand(10).counts);
    QCOMPARE(store->commands(1).size(), 1);
    QVERIFY(store->targets(10) == (QList{done, failed, open}));
    QCOMPARE(store->openCommands(), QList<CommandNo>{10});
    QVERIFY(store->command(10));
    QVERIFY(!store->command(12));
}

void StoreTest::bringsBackWhoIsNoDevice()
{
    const Newcomer newcomer{.jid = u"new@localhost"_s,
                            .firstSeen = now,
                            .lastSeen = now.addSecs(1),
                            .isAsking = true,
                            .claimedId = u"id"_s,
                            .message = u"<b>'\"</b>"_s,
                            .retiredAt = now.addDays(-1)};
    Device contact = sampleDevice(u"stays@localhost"_s);
    contact.isContact = true;
    {
        auto store = opened(file());
        store->keep(contact);
        store->keep(sampleDevice(u"leaves@localhost"_s));
        store->retire(u"leaves@localhost"_s, now);
        store->keep(newcomer);
        store->keep(Newcomer{.jid = u"gone@localhost"_s, .firstSeen = now, .lastSeen = now});
        store->removeNewcomer(u"gone@localhost"_s);
    }
    auto store = opened(file());
    const std::vector<Device> devices = store->devices();
    QCOMPARE(devices.size(), std::size_t{1});
    QCOMPARE(devices.at(0).jid, contact.jid);
    QVERIFY(devices.at(0).isContact);
    QCOMPARE(store->newcomers(), QList{newcomer});
    QCOMPARE(store->retiredDevices(), (QHash<QString, QDateTime>{{u"leaves@localhost"_s, now}}));
    const auto retired = store->retiredDevice(u"leaves@localhost"_s);
    QVERIFY(retired);
    QVERIFY(retired->processes == sampleDevice(u"leaves@localhost"_s).processes);
    QVERIFY(!store->retiredDevice(contact.jid));
    // It comes back, in one batch with its end.
    store->retire(u"leaves@localhost"_s, now);
    store->keep(*retired);
    QVERIFY(flushed(*store));
    QCOMPARE(store->devices().size(), std::size_t{2});
    QVERIFY(store->retiredDevices().isEmpty());
}

void StoreTest::whatIsFinishedStaysFinished()
{
    auto store = opened(file());
    CommandTarget target;
    target.jid = u"a@localhost"_s;
    target.state = TargetState::Done;
    target.finishedAt = now;
    store->keep(sampleCommand(10));
    store->keep(10, 0, target);
    QVERIFY(flushed(*store));
    // Another program that hasn't received the answer.
    target.state = TargetState::Sent;
    target.finishedAt = {};
    store->keep(10, 0, target);
    QVERIFY(flushed(*store));
    QVERIFY(store->targets(10).at(0).state == TargetState::Done);
}

void StoreTest::bringsBackTheTimeline()
{
    auto store = opened(file());
    for (int i = 0; i < 10; ++i) {
        const QString jid = i % 2 == 0 ? u"a@localhost"_s : u"b@localhost"_s;
        store->keep(ActivityEntry{0,
                                  now.addSecs(10 * i),
                                  ActivityKind::CommandDone,
                                  jid,
                                  static_cast<CommandNo>(i + 1),
                                  u"x"_s,
                                  u"<b>'\"</b>"_s,
                                  {{FactCode::NotAnswered, {}}}});
    }
    QVERIFY(flushed(*store));
    const QList<ActivityEntry> all = store->activity({});
    QCOMPARE(all.size(), 10);
    QCOMPARE(all.at(0).number, CommandNo{10});
    QCOMPARE(all.at(0).detail, u"<b>'\"</b>"_s);
    QCOMPARE(all.at(0).facts, (Facts{{FactCode::NotAnswered, {}}}));
    QCOMPARE(all.at(0).at, now.addSecs(90));
    ActivityFilter filter;
    filter.jid = u"a@localhost"_s;
    QCOMPARE(store->activity(filter).size(), 5);
    filter.limit = 2;
    const QList<ActivityEntry> page = store->activity(filter);
    QCOMPARE(page.size(), 2);
    filter.beforeId = page.last().id;
    QCOMPARE(store->activity(filter).at(0).number, CommandNo{5});
    filter = {};
    filter.number = 4;
    QCOMPARE(store->activity(filter).size(), 1);
}

void StoreTest::theSameEventOfTwoProgramsIsOne()
{
    auto first = opened(file());
    auto second = opened(file());
    ActivityEntry entry{0,
                        now,
                        ActivityKind::ProcessDied,
                        u"a@localhost"_s,
                        0,
                        u"ocr"_s,
                        {},
                        {{FactCode::ProcessExit, {u"1"_s, {}, {}}}}};
    first->keep(entry);
    QVERIFY(flushed(*first));
    entry.at = now.addMSecs(30);
    second->keep(entry);
    QVERIFY(flushed(*second));
    QCOMPARE(first->activity({}).size(), 1);
    entry.at = now.addSecs(60);
    second->keep(entry);
    QVERIFY(flushed(*second));
    QCOMPARE(first->activity({}).size(), 2);
}

void StoreTest::theTimelineOfADeviceHasCommandsToMany()
{
    auto store = opened(file());
    store->keep(sampleCommand(10));
    CommandTarget target;
    target.jid = u"a@localhost"_s;
    store->keep(10, 0, target);
    store->keep(ActivityEntry{0, now, ActivityKind::CommandSent, {}, 10, u"smart_meter_update"_s, {}, {}});
    QVERIFY(flushed(*store));
    ActivityFilter filter;
    filter.jid = u"a@localhost"_s;
    QCOMPARE(store->activity(filter).size(), 1);
    filter.jid = u"b@localhost"_s;
    QCOMPARE(store->activity(filter).size(), 0);
}

void StoreTest::bringsBackLogs()
{
    LogDelivery delivery;
    delivery.jid = u"a@localhost"_s;
    delivery.number = 10;
    delivery.state = LogDelivery::State::Ready;
    delivery.requestedAt = now;
    delivery.finishedAt = now.addSecs(4);
    delivery.received = delivery.size = 1234;
    delivery.folder = u"/x/y"_s;
    delivery.facts = {{FactCode::UploadedElsewhere, {}}};
    {
        auto store = opened(file());
        delivery.id = store->newLogId();
        QVERIFY(store->newLogId() != delivery.id);
        store->keep(delivery);
    }
    auto store = opened(file());
    QVERIFY(store->logDeliveries() == QList{delivery});
    QVERIFY(store->newLogId() != delivery.id);
    store->removeLogs(delivery.id);
    QVERIFY(flushed(*store));
    QVERIFY(store->logDeliveries().isEmpty());
}

void StoreTest::findsTheNewestCommandsByTheirTimes()
{
    auto store = opened(file());
    for (const auto &[number, age] : {std::pair(7U, 30), std::pair(2'000'000'000U, 20), std::pair(300U, 10)}) {
        IssuedCommand record;
        record.number = number;
        record.command.number = number;
        record.command.body = RebootSystem{};
        record.command.request = u"0123456789abcdef"_s;
        record.createdAt = now.addSecs(-age);
        store->keep(record);
    }
    QVERIFY(flushed(*store));
    const QList<IssuedCommand> newest = store->commands(2);
    QCOMPARE(newest.size(), 2);
    QCOMPARE(newest.at(0).number, CommandNo{300});
    QCOMPARE(newest.at(1).number, CommandNo{2'000'000'000});
    QCOMPARE(newest.at(0).command.request, u"0123456789abcdef"_s);
}

void StoreTest::theArchiveIdSurvives()
{
    {
        auto store = opened(file());
        QVERIFY(store->archiveId().isEmpty());
        store->keepArchiveId(u"1"_s);
        store->keepArchiveId(u"2"_s);
    }
    QCOMPARE(opened(file())->archiveId(), u"2"_s);
}

void StoreTest::writesByItself()
{
    auto store = opened(file());
    store->keep(sampleDevice(u"a@localhost"_s));
    QTRY_COMPARE_WITH_TIMEOUT(store->devices().size(), std::size_t{1}, 10'000);
    store->keep(sampleDevice(u"b@localhost"_s));
    QTRY_COMPARE_WITH_TIMEOUT(store->devices().size(), std::size_t{2}, 10'000);
}

void StoreTest::waitingOvertakesNothing()
{
    auto store = opened(file());
    constexpr int devices = 3'000;
    for (int i = 0; i < devices; ++i) {
        store->keep(sampleDevice(u"device%1@localhost"_s.arg(i)));
    }
    const QFuture<Outcome> first = store->flush();
    store->keepArchiveId(u"after them"_s);
    store->flush().waitForFinished();
    QVERIFY(first.isFinished());
    QCOMPARE(store->devices().size(), std::size_t{devices});
    QCOMPARE(store->archiveId(), u"after them"_s);
}

void StoreTest::quarantinesADamagedFile_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("garbage") << 0;
    QTest::newRow("cut in half") << 1;
    QTest::newRow("overwritten in the middle") << 2;
}

void StoreTest::quarantinesADamagedFile()
{
    QFETCH(const int, kind);
    {
        auto store = opened(file());
        for (int i = 0; i < 500; ++i) {
            store->keep(sampleDevice(u"device%1@localhost"_s.arg(i)));
        }
    }
    {
        QFile database(file());
        QVERIFY(database.open(QIODevice::ReadWrite));
        QVERIFY(database.size() > 20'000);
        if (kind == 0) {
            database.resize(0);
            database.write(QByteArray(10'000, 'x'));
        } else if (kind == 1) {
            database.resize(database.size() / 2);
        } else {
            database.seek(8192);
            database.write(QByteArray(static_cast<qsizetype>(database.size()) - 10'000, '\x5a'));
        }
    }
    auto store = opened(file());
    QVERIFY(store);
    QVERIFY(store->warning() && store->warning()->has(FactCode::StoreReplaced));
    QVERIFY(store->devices().empty());
    const QStringList quarantined = QDir(m_folder->filePath(u"sub"_s)).entryList({u"panel.sqlite.damaged-*"_s});
    QVERIFY(!quarantined.isEmpty());
    QVERIFY(store->warning()->facts.at(0).values.at(1).endsWith(quarantined.constFirst()));
    store->keep(sampleDevice(u"new@localhost"_s));
    QVERIFY(flushed(*store));
    store.reset();
    store = opened(file());
    QVERIFY(!store->warning());
    QCOMPARE(store->devices().size(), std::size_t{1});
}

void StoreTest::belongsToOneAccount()
{
    opened(file()).reset();
    const auto other = Store::open(file(), u"other@localhost"_s);
    QVERIFY(!other);
    QCOMPARE(other.error().error, ErrorCode::Refused);
    QCOMPARE(other.error().facts, (Facts{{FactCode::StoreOfOther, {account, u"other@localhost"_s}}}));
}

void StoreTest::refusesAFileOfANewerProgram()
{
    opened(file()).reset();
    QVERIFY(runSql(file(), u"INSERT INTO migrations(version, applied) VALUES(999, 0)"_s));
    const auto store = Store::open(file(), account);
    QVERIFY(!store);
    QCOMPARE(store.error().error, ErrorCode::Refused);
    QVERIFY(QDir(m_folder->filePath(u"sub"_s)).entryList({u"*damaged*"_s}).isEmpty());
}

void StoreTest::refusesAFolderThatCannotBeMade()
{
    QFile blocker(m_folder->filePath(u"sub"_s));
    QVERIFY(blocker.open(QIODevice::WriteOnly));
    const auto store = Store::open(file(), account);
    QVERIFY(!store);
    QCOMPARE(store.error().error, ErrorCode::Io);
}

void StoreTest::nothingCommittedIsLostByAKill()
{
    qint64 committed = 0;
    for (int round = 0; round < 3; ++round) {
        QProcess writer;
        writer.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        writer.start(QCoreApplication::applicationFilePath(), {u"--write"_s, file(), QString::number(committed)});
        QVERIFY(writer.waitForStarted(10'000));
        const qint64 goal = committed + 20;
        while (committed < goal) {
            QVERIFY(writer.waitForReadyRead(30'000));
            while (writer.canReadLine()) {
                committed = std::max(committed, writer.readLine().trimmed().toLongLong());
            }
        }
        ::kill(static_cast<pid_t>(writer.processId()), SIGKILL);
        QVERIFY(writer.waitForFinished(10'000));
        for (const QByteArray &line : writer.readAll().split('\n')) {
            committed = std::max(committed, line.trimmed().toLongLong());
        }
        auto store = opened(file());
        QVERIFY(store);
        QVERIFY(!store->warning());
        QSet<QString> known;
        for (const Device &device : store->devices()) {
            known += device.jid;
            QCOMPARE(device.processes.size(), 2);
        }
        for (qint64 i = 1; i <= committed; ++i) {
            QVERIFY2(known.contains(u"device%1@localhost"_s.arg(i)), qPrintable(u"device %1 is lost"_s.arg(i)));
        }
    }
}

void StoreTest::aLargeFleetIsThereAtOnce()
{
    const auto nanosecondsPerDevice = [this](int devices) {
        const QString path = m_folder->filePath(u"%1.sqlite"_s.arg(devices));
        {
            auto store = opened(path);
            for (int i = 0; i < devices; ++i) {
                Device device = sampleDevice(u"device%1@localhost"_s.arg(i));
                device.processes[0].report.lastExit.reset();
                store->keep(device);
            }
        }
        // The best of three, because the machine does other things, too.
        qint64 best = std::numeric_limits<qint64>::max();
        for (int round = 0; round < 3; ++round) {
            QElapsedTimer timer;
            timer.start();
            auto store = opened(path);
            const auto found = store->devices();
            best = std::min(best, timer.nsecsElapsed());
            if (static_cast<int>(found.size()) != devices) {
                return static_cast<qint64>(-1);
            }
        }
        return best / devices;
    };
    const qint64 small = nanosecondsPerDevice(2'000);
    const qint64 large = nanosecondsPerDevice(20'000);
    qInfo("a device is read in %lld ns from a store of 2,000 and in %lld ns from one of 20,000",
          static_cast<long long>(small), static_cast<long long>(large));
    QVERIFY(small > 0);
    QVERIFY2(large < 3 * small, "reading a device costs more the more there are");
}

// The child that is killed: writes one device after the other and prints which are committed.
static int writeForEver(const QString &file, qint64 from)
{
    auto store = opened(file);
    if (!store) {
        return 1;
    }
    for (qint64 i = from + 1;; ++i) {
        store->keep(sampleDevice(u"device%1@localhost"_s.arg(i)));
        if (!flushed(*store)) {
            return 1;
        }
        std::printf("%lld\n", static_cast<long long>(i));
        std::fflush(stdout);
    }
}

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == "--write"_L1) {
        return writeForEver(arguments.value(2), arguments.value(3).toLongLong());
    }
    StoreTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_store.moc"
