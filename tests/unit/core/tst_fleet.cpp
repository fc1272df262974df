// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Fleet.h"
#include "records/Attention.h"
#include "support/ManualClock.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

ProcessReport process(const QString &name, int version, bool isDead = false, ProcessState state = ProcessState::Unknown)
{
    ProcessReport report;
    report.name = name;
    report.version = version;
    report.isDead = isDead;
    report.state = state;
    return report;
}

VersionReport reportOf(const QString &from, const QList<ProcessReport> &processes)
{
    VersionReport report;
    report.from = from;
    report.processes = processes;
    return report;
}

std::optional<std::chrono::milliseconds> lasting(std::chrono::minutes time)
{
    return time;
}

const QString a = u"a@localhost"_s;
const QString b = u"b@localhost"_s;

} // namespace

class FleetTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void knowsADeviceByAnyMessage();
    void showsADeviceThatKnowsOnlyTheSeed();
    void whatIsReadBehindChangesNothingNewer();
    void showsVersionsThatAreNoWholeNumbers();
    void showsWhatOfADeviceCannotBeRead();
    void keepsTheMomentOfADeath();
    void ignoresAnImplausibleClock();
    void anOlderReportChangesNothing();
    void whatComesLiveIsTheNewest();
    void acceptsStampsOfWholeSeconds();
    void oneDeviceCannotSpeakForAnother();
    void aSecondDeviceWithTheSameIdIsAConflict();
    void anOperatorCanAcceptAnIdentity();
    void presenceThatIsNotConfirmedEnds();
    void aMessageIsASignOfLifeForAWhile();
    void knowsForHowLongADeviceHasBeenAbsent();
    void aDeskThatHasJustStartedKnowsNoAbsence();
    void whatWasSentMeanwhileShortensAnAbsence();
    void ignoresAbsenceThatWasNeverPresence();
    void anAnswerEndsNotAnswering();
    void aProcessEventChangesOneProcess();
    void reportsWhatHappenedToProcesses();
    void anOlderUpdateDoesNotHideANewerOne();
    void columnsAreBoundedWhateverDevicesInvent();
    void countsWhatTheFiguresShow();
    void collectsSignals();
    void restoresWhatWasKnown();
    void removedDevicesLeaveNothingBehind();
    void aRemovedDeviceCanComeBackWithItsHistory();
    void hostileReportsAreOnlyText();
    void costPerDeviceDoesNotRise();

private:
    std::unique_ptr<test::ManualClock> m_clock;
    std::unique_ptr<Fleet> m_fleet;
    QList<ActivityEntry> m_happened;
};

void FleetTest::init()
{
    m_fleet.reset();
    m_happened.clear();
    m_clock = std::make_unique<test::ManualClock>();
    m_fleet = std::make_unique<Fleet>(*m_clock);
    connect(m_fleet.get(), &Fleet::happened, this, [this](const ActivityEntry &entry) { m_happened += entry; });
}

void FleetTest::knowsADeviceByAnyMessage()
{
    m_fleet->recordMessage(a, u"id-a"_s, {m_clock->wallUtc()});
    const Device *device = m_fleet->find(a);
    QVERIFY(device);
    QCOMPARE(device->name(), u"a");
    QCOMPARE(device->rpiUniqueId, u"id-a"_s);
    QVERIFY(device->online);
    QVERIFY(!device->lastReport.isValid());
    QVERIFY(!m_fleet->find(b));
    QCOMPARE(m_fleet->add(a), 0);
    QCOMPARE(m_fleet->count(), 1);
}

void FleetTest::showsADeviceThatKnowsOnlyTheSeed()
{
    const auto message = parseDeviceMessage(R"({"command":"version_req","from":"b8:27","processes":[
        {"process_name":"ocr","version":3,"isDead":false},{"process_name":"uplink","version":1,"isDead":true}]})");
    QVERIFY(message);
    m_fleet->apply(a, std::get<VersionReport>(*message), {m_clock->wallUtc()});
    const Device *device = m_fleet->find(a);
    QVERIFY(!device->isModern);
    QCOMPARE(device->process(u"ocr")->report.version, 3);
    QCOMPARE(device->deadCount(), 1);
    QCOMPARE(device->process(u"uplink")->deadSince, m_clock->wallUtc());
    QCOMPARE(m_fleet->processNames(), (QStringList{u"ocr"_s, u"uplink"_s}));
    QVERIFY(attentionOf(*device).action == Attention::Action::GetLogs);
}

void FleetTest::whatIsReadBehindChangesNothingNewer()
{
    // The newest page of the archive first, then what lies before it, stamped with the same second.
    const QDateTime now = m_clock->wallUtc();
    const auto version = [this] {
        return m_fleet->find(a)->process(u"ocr")->report.version;
    };
    m_fleet->apply(a, reportOf({}, {process(u"ocr"_s, 9)}), {now, false});
    m_fleet->apply(a, reportOf({}, {process(u"ocr"_s, 1)}), {now, false, true});
    QCOMPARE(version(), 9);
    m_fleet->apply(a, ProcessEvent{{}, process(u"ocr"_s, 2)}, {now, false, true});
    QCOMPARE(version(), 9);
    m_fleet->apply(a, ProcessEvent{{}, process(u"ocr"_s, 10)}, {now.addSecs(5), false});
    m_fleet->apply(a, ProcessEvent{{}, process(u"ocr"_s, 3)}, {now.addSecs(4), false, true});
    QCOMPARE(version(), 10);
    // Where the newest page had nothing of a device, what lies before it counts in its order.
    m_fleet->apply(b, reportOf({}, {process(u"ocr"_s, 1)}), {now, false, true});
    m_fleet->apply(b, reportOf({}, {process(u"ocr"_s, 2)}), {now, false, true});
    QCOMPARE(m_fleet->find(b)->process(u"ocr")->report.version, 2);
}

void FleetTest::showsVersionsThatAreNoWholeNumbers()
{
    const auto texted = [](const QString &version) {
        ProcessReport report = process(u"ocr"_s, 0);
        report.versionText = version;
        return reportOf({}, {report});
    };
    m_fleet->apply(a, texted(u"1.3.2"_s), {m_clock->wallUtc()});
    m_fleet->apply(b, texted(u"1.3.10"_s), {m_clock->wallUtc()});
    m_fleet->apply(u"c@localhost"_s, reportOf({}, {process(u"ocr"_s, 1)}), {m_clock->wallUtc()});
    QCOMPARE(m_fleet->versionsOf(u"ocr"_s), (VersionCounts{{u"1"_s, 1}, {u"1.3.2"_s, 1}, {u"1.3.10"_s, 1}}));
    QCOMPARE(m_fleet->versionsOf(u"ocr"_s).rbegin()->first, u"1.3.10"_s);
    QCOMPARE(m_fleet->highestVersion(u"ocr"_s), 1);
    m_happened.clear();
    m_fleet->apply(a, texted(u"1.3.3"_s), {m_clock->wallUtc()});
    QCOMPARE(m_happened.value(0).detail, u"1.3.2 \u2192 1.3.3"_s);

    const auto wanting = [this](int version) {
        auto target = std::make_shared<UpdateTarget>();
        target->number = 1;
        target->createdAt = m_clock->wallUtc();
        target->processes = {{u"ocr"_s, version}};
        DeviceUpdate update;
        update.target = target;
        update.state = TargetState::Running;
        return update;
    };
    m_fleet->setUpdate(a, wanting(2));
    QVERIFY(m_fleet->find(a)->isBehind(u"ocr"));
    m_fleet->setUpdate(a, wanting(1));
    QVERIFY(!m_fleet->find(a)->isBehind(u"ocr"));
}

void FleetTest::showsWhatOfADeviceCannotBeRead()
{
    m_fleet->apply(a, reportOf({}, {process(u"ocr"_s, 1)}), {m_clock->wallUtc()});
    m_fleet->flush();
    m_fleet->setUnreadable(a, u"\"pid\" is \"none\""_s);
    m_fleet->setUnreadable(u"unknown@localhost"_s, u"x"_s);
    QVERIFY(attentionOf(*m_fleet->find(a)).matter == Attention::Matter::Unreadable);
    QCOMPARE(m_fleet->summary().needAttention, 1);
    m_fleet->setUnreadable(a, QString(100'000, u'x'));
    QVERIFY(m_fleet->find(a)->unreadable.size() <= 1000);
    m_fleet->setUnreadable(a, {});
    QCOMPARE(m_fleet->summary().needAttention, 0);
}

void FleetTest::keepsTheMomentOfADeath()
{
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1)}), {m_clock->wallUtc()});
    m_clock->advance(10s);
    const QDateTime died = m_clock->wallUtc();
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1, true)}), {died});
    m_clock->advance(1h);
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1, true)}), {m_clock->wallUtc()});
    QCOMPARE(m_fleet->find(a)->process(u"ocr")->deadSince, died);
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1)}), {m_clock->wallUtc()});
    QVERIFY(!m_fleet->find(a)->process(u"ocr")->deadSince.isValid());
}

void FleetTest::ignoresAnImplausibleClock()
{
    const QDateTime now = m_clock->wallUtc();
    ProcessReport dead = process(u"ocr"_s, 1, true);
    dead.since = now.addSecs(-90);
    m_fleet->apply(a, reportOf(u"x"_s, {dead}), {now});
    QCOMPARE(m_fleet->find(a)->process(u"ocr")->deadSince, now.addSecs(-90));
    dead.since = QDateTime::fromSecsSinceEpoch(60, Qt::UTC);
    m_fleet->apply(b, reportOf(u"y"_s, {dead}), {now});
    QCOMPARE(m_fleet->find(b)->process(u"ocr")->deadSince, now);
    dead.since = now.addYears(10);
    m_fleet->apply(u"c@localhost"_s, reportOf(u"z"_s, {dead}), {now});
    QCOMPARE(m_fleet->find(u"c@localhost"_s)->process(u"ocr")->deadSince, now);
}

void FleetTest::anOlderReportChangesNothing()
{
    const QDateTime now = m_clock->wallUtc();
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 2)}), {now});
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1)}), {now.addSecs(-60), false});
    QCOMPARE(m_fleet->find(a)->process(u"ocr")->report.version, 2);
    QCOMPARE(m_fleet->find(a)->lastReport, now);
    m_fleet->apply(b, reportOf(u"y"_s, {process(u"ocr"_s, 1)}), {now.addSecs(-60), false});
    QVERIFY2(!m_fleet->find(b)->online, "a message of an hour ago is no sign of being online now");
    QCOMPARE(m_fleet->find(b)->lastSeen, now.addSecs(-60));
}

void FleetTest::whatComesLiveIsTheNewest()
{
    // The panel's clock was ahead when it last saw a report, and has been set since.
    const QDateTime now = m_clock->wallUtc();
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 2)}), {now});
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 3)}), {now.addSecs(-3600)});
    QCOMPARE(m_fleet->find(a)->process(u"ocr")->report.version, 3);
    m_fleet->apply(a, ProcessEvent{u"x"_s, process(u"ocr"_s, 4)}, {now.addSecs(-7200)});
    QCOMPARE(m_fleet->find(a)->process(u"ocr")->report.version, 4);
}

void FleetTest::acceptsStampsOfWholeSeconds()
{
    const QDateTime second = QDateTime::fromSecsSinceEpoch(m_clock->wallUtc().toSecsSinceEpoch(), Qt::UTC);
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 2)}), {second.addMSecs(85)});
    // Sent 200 ms later, while the panel was closed.
    m_fleet->apply(a, ProcessEvent{u"x"_s, process(u"ocr"_s, 2, true)}, {second, false});
    QCOMPARE(m_fleet->find(a)->deadCount(), 1);
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1)}), {second.addSecs(-1), false});
    QCOMPARE(m_fleet->find(a)->process(u"ocr")->report.version, 2);
}

void FleetTest::oneDeviceCannotSpeakForAnother()
{
    m_fleet->apply(a, reportOf(u"id-a"_s, {process(u"ocr"_s, 1)}), {m_clock->wallUtc()});
    m_fleet->apply(b, reportOf(u"id-b"_s, {process(u"ocr"_s, 1)}), {m_clock->wallUtc()});
    m_happened.clear();
    m_fleet->apply(b, reportOf(u"id-a"_s, {process(u"ocr"_s, 99, true)}), {m_clock->wallUtc()});
    QCOMPARE(m_fleet->find(a)->process(u"ocr")->report.version, 1);
    QCOMPARE(m_fleet->find(a)->deadCount(), 0);
    QVERIFY(m_fleet->find(a)->foreignFrom.isEmpty());
    QCOMPARE(m_fleet->find(b)->rpiUniqueId, u"id-b"_s);
    QCOMPARE(m_fleet->find(b)->foreignFrom, u"id-a"_s);
    QVERIFY(m_happened.constFirst().kind == ActivityKind::IdentityProblem);
    // Reported once, not with every message.
    const auto before = m_happened.size();
    m_fleet->recordMessage(b, u"id-a"_s, {m_clock->wallUtc()});
    QCOMPARE(m_happened.size(), before);
}

void FleetTest::aSecondDeviceWithTheSameIdIsAConflict()
{
    m_fleet->recordMessage(a, u"same"_s, {m_clock->wallUtc()});
    m_fleet->recordMessage(b, u"same"_s, {m_clock->wallUtc()});
    QCOMPARE(m_fleet->count(), 2);
    QVERIFY(m_fleet->find(a)->conflictWith.isEmpty());
    QCOMPARE(m_fleet->find(b)->conflictWith, a);
    QCOMPARE(m_fleet->summary().needAttention, 1);
}

void FleetTest::anOperatorCanAcceptAnIdentity()
{
    m_fleet->recordMessage(a, u"old"_s, {m_clock->wallUtc()});
    m_fleet->recordMessage(a, u"new"_s, {m_clock->wallUtc()});
    QCOMPARE(m_fleet->find(a)->foreignFrom, u"new"_s);
    m_fleet->acceptIdentity(a);
    QCOMPARE(m_fleet->find(a)->rpiUniqueId, u"new"_s);
    QVERIFY(m_fleet->find(a)->foreignFrom.isEmpty());
    QCOMPARE(m_fleet->summary().needAttention, 0);
    m_fleet->recordMessage(b, u"old"_s, {m_clock->wallUtc()});
    QVERIFY2(m_fleet->find(b)->conflictWith.isEmpty(), "the old id is free again");
}

void FleetTest::presenceThatIsNotConfirmedEnds()
{
    m_fleet->setPresence(a, true);
    m_fleet->setPresence(b, true);
    m_fleet->beginPresence();
    QVERIFY2(m_fleet->find(a)->online, "shown as it was until the new session knows better");
    m_fleet->setPresence(a, true);
    m_fleet->settlePresence();
    QVERIFY(m_fleet->find(a)->online);
    QVERIFY(!m_fleet->find(b)->online);
    QCOMPARE(m_fleet->summary().online, 1);
    m_fleet->forgetPresence();
    QCOMPARE(m_fleet->summary().online, 0);
}

void FleetTest::aMessageIsASignOfLifeForAWhile()
{
    m_fleet->recordMessage(a, {}, {m_clock->wallUtc()});
    m_fleet->setPresence(b, true);
    m_clock->advance(10min);
    m_fleet->expireSilent(15min);
    QVERIFY(m_fleet->find(a)->online);
    m_clock->advance(10min);
    m_fleet->expireSilent(15min);
    QVERIFY(!m_fleet->find(a)->online);
    QVERIFY2(m_fleet->find(b)->online, "the server vouches for this one");
}

void FleetTest::knowsForHowLongADeviceHasBeenAbsent()
{
    m_fleet->setPresence(a, true);
    QVERIFY(!m_fleet->absentFor(a));
    m_clock->advance(5min);
    m_fleet->setPresence(a, false);
    QCOMPARE(m_fleet->absentFor(a), lasting(0min));
    m_clock->advance(5min);
    m_clock->setWall(m_clock->wallUtc().addDays(40)); // the desk's clock is set
    QCOMPARE(m_fleet->absentFor(a), lasting(5min));
    // The desk's link is cut and comes back: it is still absent.
    m_fleet->beginPresence();
    m_fleet->settlePresence();
    QCOMPARE(m_fleet->absentFor(a), lasting(5min));
    m_fleet->setPresence(a, true);
    QVERIFY(!m_fleet->absentFor(a));
    // A dead link: it doesn't answer before the server notices.
    m_fleet->setNotAnswering(a, true);
    m_clock->advance(4min);
    m_fleet->setPresence(a, false);
    m_clock->advance(1min);
    QCOMPARE(m_fleet->absentFor(a), lasting(5min));
    m_fleet->recordMessage(a, {}, {m_clock->wallUtc()});
    QVERIFY(!m_fleet->absentFor(a));
    m_fleet->setNotAnswering(a, true);
    m_fleet->setNotAnswering(a, false);
    QVERIFY(!m_fleet->absentFor(a));
    QVERIFY(!m_fleet->absentFor(b)); // no such device
}

// When one that it finds offline has left isn't known.
void FleetTest::aDeskThatHasJustStartedKnowsNoAbsence()
{
    Device known;
    known.jid = a;
    known.lastSeen = m_clock->wallUtc().addDays(-20);
    m_fleet->restore({known});
    QVERIFY(!m_fleet->absentFor(a));
    m_fleet->beginPresence();
    m_clock->advance(1min);
    m_fleet->add(b);
    QVERIFY(!m_fleet->absentFor(b));
    m_fleet->settlePresence();
    m_clock->advance(3min);
    QCOMPARE(m_fleet->absentFor(a), lasting(3min));
    QCOMPARE(m_fleet->absentFor(b), lasting(3min));
    // The archive names one more.
    const QString late = u"late@localhost"_s;
    m_fleet->add(late);
    m_clock->advance(1min);
    QCOMPARE(m_fleet->absentFor(late), lasting(1min));
    // It signs off, and in again.
    m_fleet->forgetPresence();
    QVERIFY(!m_fleet->absentFor(a));
    m_clock->advance(60min);
    m_fleet->beginPresence();
    m_fleet->settlePresence();
    QCOMPARE(m_fleet->absentFor(a), lasting(0min));
    // One that came while the link was cut and left again: as if it had been there until the login.
    m_fleet->setPresence(b, true);
    m_clock->advance(60min);
    m_fleet->beginPresence();
    m_fleet->settlePresence();
    QCOMPARE(m_fleet->absentFor(b), lasting(0min));
}

// It was there while this desk's link was cut, and is gone again.
void FleetTest::whatWasSentMeanwhileShortensAnAbsence()
{
    m_fleet->setPresence(a, true);
    m_fleet->setPresence(a, false);
    m_clock->advance(60min);
    m_fleet->recordMessage(a, {}, {m_clock->wallUtc().addSecs(-90 * 60), false}); // sent before it left
    QCOMPARE(m_fleet->absentFor(a), lasting(60min));
    m_fleet->recordMessage(a, {}, {m_clock->wallUtc().addSecs(-60), false});
    QCOMPARE(m_fleet->absentFor(a), lasting(1min));
    m_fleet->recordMessage(a, {}, {m_clock->wallUtc().addSecs(-120), false});
    QCOMPARE(m_fleet->absentFor(a), lasting(1min));
}

void FleetTest::ignoresAbsenceThatWasNeverPresence()
{
    m_fleet->recordMessage(a, u"x"_s, {m_clock->wallUtc()});
    m_fleet->setPresence(a, false);
    QVERIFY2(m_fleet->find(a)->online, "it has just spoken");
    m_fleet->setPresence(a, true);
    m_fleet->setPresence(a, false);
    QVERIFY(!m_fleet->find(a)->online);
    m_fleet->recordMessage(a, u"x"_s, {m_clock->wallUtc()});
    m_fleet->beginPresence();
    m_fleet->setPresence(a, false);
    QVERIFY(!m_fleet->find(a)->online);
}

void FleetTest::anAnswerEndsNotAnswering()
{
    m_fleet->setPresence(a, true);
    m_fleet->setNotAnswering(a, true);
    QCOMPARE(m_fleet->summary().needAttention, 1);
    m_fleet->recordMessage(a, u"x"_s, {m_clock->wallUtc()});
    QVERIFY(!m_fleet->find(a)->notAnswering);
    QCOMPARE(m_fleet->summary().needAttention, 0);
}

void FleetTest::aProcessEventChangesOneProcess()
{
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1), process(u"uplink"_s, 2)}), {m_clock->wallUtc()});
    m_fleet->apply(a, ProcessEvent{u"x"_s, process(u"uplink"_s, 2, true, ProcessState::Dead)}, {m_clock->wallUtc()});
    QCOMPARE(m_fleet->find(a)->processes.size(), 2);
    QCOMPARE(m_fleet->find(a)->deadCount(), 1);
    QVERIFY(m_fleet->find(a)->isModern);
    m_fleet->apply(a, ProcessEvent{u"x"_s, process(u"new"_s, 1)}, {m_clock->wallUtc()});
    QCOMPARE(m_fleet->find(a)->processes.size(), 3);
    for (int i = 0; i < 1000; ++i) {
        m_fleet->apply(a, ProcessEvent{u"x"_s, process(QString::number(i), 1)}, {m_clock->wallUtc()});
    }
    QCOMPARE(m_fleet->find(a)->processes.size(), maxProcesses);
}

void FleetTest::reportsWhatHappenedToProcesses()
{
    const auto kinds = [this] {
        QList<ActivityKind> kinds;
        for (const ActivityEntry &entry : std::exchange(m_happened, {})) {
            kinds += entry.kind;
        }
        return kinds;
    };
    const auto event = [this](const ProcessReport &report) {
        m_fleet->apply(a, ProcessEvent{u"x"_s, report}, {m_clock->wallUtc()});
    };
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1, false, ProcessState::Running)}), {m_clock->wallUtc()});
    kinds();
    ProcessReport died = process(u"ocr"_s, 1, false, ProcessState::Backoff);
    LastExit exit;
    exit.code = 1;
    exit.at = m_clock->wallUtc();
    died.lastExit = exit;
    event(died);
    QCOMPARE(m_happened.constFirst().facts, (Facts{{FactCode::ProcessExit, {u"1"_s, {}, {}}}}));
    QCOMPARE(kinds(), QList{ActivityKind::ProcessDied});
    died.isDead = true;
    died.state = ProcessState::Dead;
    event(died);
    QCOMPARE(kinds(), QList<ActivityKind>());
    ProcessReport back = died;
    back.isDead = false;
    back.state = ProcessState::Running;
    back.version = 2;
    event(back);
    QCOMPARE(kinds(), (QList{ActivityKind::ProcessBack, ActivityKind::VersionChanged}));
    event(back);
    QCOMPARE(kinds(), QList<ActivityKind>());
}

void FleetTest::anOlderUpdateDoesNotHideANewerOne()
{
    // Numbers have no order.
    const auto update = [this](CommandNo number, int seconds, TargetState state) {
        auto target = std::make_shared<UpdateTarget>();
        target->number = number;
        target->createdAt = m_clock->wallUtc().addSecs(seconds);
        target->processes = {{u"ocr"_s, 5}};
        DeviceUpdate update;
        update.target = target;
        update.state = state;
        return update;
    };
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 4)}), {m_clock->wallUtc()});
    m_fleet->setUpdate(a, update(11, 20, TargetState::Running));
    QCOMPARE(m_fleet->summary().updating, 1);
    QVERIFY(m_fleet->find(a)->isBehind(u"ocr"));
    QCOMPARE(m_fleet->find(a)->wantedVersion(u"ocr"), std::optional<int>(5));
    m_fleet->setUpdate(a, update(70, 10, TargetState::Failed));
    QCOMPARE(m_fleet->find(a)->update->target->number, CommandNo{11});
    m_fleet->setUpdate(a, update(11, 20, TargetState::Done));
    QCOMPARE(m_fleet->summary().updating, 0);
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 5)}), {m_clock->wallUtc()});
    QVERIFY(!m_fleet->find(a)->isBehind());
    // A rollback of another component, or one from before, changes nothing.
    m_fleet->forgetUpdate(a, Component::JabberClient, m_clock->wallUtc().addSecs(30));
    m_fleet->forgetUpdate(a, Component::SmartMeter, m_clock->wallUtc().addSecs(10));
    QVERIFY(m_fleet->find(a)->update.has_value());
    m_fleet->forgetUpdate(a, Component::SmartMeter, m_clock->wallUtc().addSecs(30));
    QVERIFY(!m_fleet->find(a)->update.has_value());
}

void FleetTest::columnsAreBoundedWhateverDevicesInvent()
{
    for (int device = 0; device < 10; ++device) {
        m_fleet->apply(u"good%1@localhost"_s.arg(device), reportOf(QString::number(device), {process(u"zz"_s, 1)}),
                       {m_clock->wallUtc()});
    }
    for (int round = 0; round < 5; ++round) {
        QList<ProcessReport> many;
        for (int i = 0; i < 300; ++i) {
            many += process(u"evil-%1-%2"_s.arg(round).arg(i), 1);
        }
        m_fleet->apply(a, reportOf(u"x"_s, many), {m_clock->wallUtc()});
    }
    QCOMPARE(m_fleet->find(a)->processes.size(), maxProcesses);
    QCOMPARE(m_fleet->processNames().size(), Fleet::maxProcessColumns);
    QVERIFY2(m_fleet->processNames().contains(u"zz"_s), "what most devices have stays a column");
}

void FleetTest::countsWhatTheFiguresShow()
{
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1, true), process(u"uplink"_s, 1, true)}),
                   {m_clock->wallUtc()});
    m_fleet->add(b);
    FleetSummary expected;
    expected.total = 2;
    expected.online = 1;
    expected.offline = 1;
    expected.deadProcesses = 2;
    expected.devicesWithDead = 1;
    expected.needAttention = 1;
    QVERIFY(m_fleet->summary() == expected);
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 1)}), {m_clock->wallUtc()});
    expected.deadProcesses = expected.devicesWithDead = expected.needAttention = 0;
    QVERIFY(m_fleet->summary() == expected);
    QCOMPARE(m_fleet->versionsOf(u"ocr"_s), (VersionCounts{{u"1"_s, 1}}));
}

void FleetTest::collectsSignals()
{
    QSignalSpy added(m_fleet.get(), &Fleet::devicesAdded);
    QSignalSpy changed(m_fleet.get(), &Fleet::devicesChanged);
    QSignalSpy summary(m_fleet.get(), &Fleet::summaryChanged);
    QSignalSpy names(m_fleet.get(), &Fleet::processNamesChanged);
    for (int i = 0; i < 100; ++i) {
        m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, i)}), {m_clock->wallUtc()});
        m_fleet->apply(b, reportOf(u"y"_s, {process(u"ocr"_s, i)}), {m_clock->wallUtc()});
    }
    QCOMPARE(changed.size(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(changed.size(), 1, 10'000);
    QCOMPARE(added.size(), 1);
    QCOMPARE(added.at(0).at(0).toInt(), 0);
    QCOMPARE(added.at(0).at(1).toInt(), 2);
    QCOMPARE(summary.size(), 1);
    QCOMPARE(names.size(), 1);
    const auto deltas = changed.at(0).at(0).value<QList<DeviceDelta>>();
    QCOMPARE(deltas.size(), 2);
    QVERIFY(deltas.at(0).what.testFlag(DeviceChange::Processes));
    m_clock->advance(1s);
    m_fleet->recordMessage(a, u"x"_s, {m_clock->wallUtc()});
    m_fleet->flush();
    QCOMPARE(changed.size(), 2);
    QVERIFY(changed.at(1).at(0).value<QList<DeviceDelta>>().at(0).what == DeviceChange::Seen);
}

void FleetTest::restoresWhatWasKnown()
{
    Device device;
    device.jid = a;
    device.rpiUniqueId = u"x"_s;
    device.online = true;
    device.processes = {{process(u"ocr"_s, 1, true), m_clock->wallUtc()}};
    QSignalSpy reset(m_fleet.get(), &Fleet::reset);
    m_fleet->restore({device});
    QCOMPARE(reset.size(), 1);
    QVERIFY2(!m_fleet->find(a)->online, "no device is online without a session");
    QCOMPARE(m_fleet->summary().deadProcesses, 1);
    QCOMPARE(m_fleet->processNames(), QStringList{u"ocr"_s});
    m_fleet->recordMessage(b, u"x"_s, {m_clock->wallUtc()});
    QCOMPARE(m_fleet->find(b)->conflictWith, a);
}

void FleetTest::removedDevicesLeaveNothingBehind()
{
    const QString c = u"c@localhost"_s;
    const QString d = u"d@localhost"_s;
    m_fleet->setPresence(a, true);
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"only-here"_s, 1, true)}), {m_clock->wallUtc()});
    m_fleet->setPresence(b, true);
    m_fleet->apply(b, reportOf(u"x"_s, {process(u"ocr"_s, 2)}), {m_clock->wallUtc()});
    m_fleet->setPresence(c, true);
    m_fleet->apply(c, reportOf(u"z"_s, {process(u"ocr"_s, 3, true)}), {m_clock->wallUtc()});
    m_fleet->apply(d, reportOf(u"x"_s, {process(u"ocr"_s, 2)}), {m_clock->wallUtc(), false});
    QCOMPARE(m_fleet->find(b)->conflictWith, a);
    m_happened.clear();
    QSignalSpy reset(m_fleet.get(), &Fleet::reset);
    QSignalSpy changed(m_fleet.get(), &Fleet::devicesChanged);
    m_fleet->remove({a, u"unknown@localhost"_s});
    QCOMPARE(reset.size(), 1);
    QCOMPARE(m_fleet->count(), 3);
    QCOMPARE(m_fleet->indexOf(a), -1);
    for (const QString &jid : {b, c, d}) {
        QCOMPARE(m_fleet->at(m_fleet->indexOf(jid)).jid, jid);
    }
    QCOMPARE(m_fleet->processNames(), QStringList{u"ocr"_s});
    const FleetSummary expected{.total = 3,
                                .online = 2,
                                .offline = 1,
                                .deadProcesses = 1,
                                .devicesWithDead = 1,
                                .needAttention = m_fleet->summary().needAttention};
    QCOMPARE(m_fleet->summary(), expected);
    QCOMPARE(m_happened.size(), 1);
    QCOMPARE(m_happened.at(0).kind, ActivityKind::DeviceRetired);
    QCOMPARE(m_happened.at(0).jid, a);
    // Whoever it was in conflict with has the id now.
    QVERIFY(m_fleet->find(b)->conflictWith.isEmpty());
    QCOMPARE(m_fleet->find(d)->conflictWith, b);
    changed.clear();
    m_fleet->flush();
    QVERIFY2(!changed.isEmpty(), "the end of the conflict is to be kept");

    // And goes on as before.
    m_fleet->setPresence(c, false);
    m_fleet->apply(b, reportOf(u"x"_s, {process(u"ocr"_s, 2, true)}), {m_clock->wallUtc()});
    QCOMPARE(m_fleet->summary().online, 1);
    QCOMPARE(m_fleet->summary().deadProcesses, 2);
    m_fleet->remove({b, c, d});
    QCOMPARE(m_fleet->summary(), FleetSummary{});
    m_fleet->remove({b});
    QCOMPARE(reset.size(), 2);
}

void FleetTest::aRemovedDeviceCanComeBackWithItsHistory()
{
    m_fleet->apply(a, reportOf(u"x"_s, {process(u"ocr"_s, 4)}), {m_clock->wallUtc()});
    const Device before = *m_fleet->find(a);
    m_fleet->remove({a});
    m_fleet->apply(b, reportOf(u"x"_s, {process(u"ocr"_s, 1)}), {m_clock->wallUtc()});
    m_fleet->add(before);
    const Device *again = m_fleet->find(a);
    QCOMPARE(again->process(u"ocr")->report.version, 4);
    QCOMPARE(again->lastReport, before.lastReport);
    QVERIFY(!again->online);
    // Its id has gone to another one meanwhile.
    QCOMPARE(again->rpiUniqueId, u"x"_s);
    QCOMPARE(again->conflictWith, b);
    QCOMPARE(m_fleet->versionsOf(u"ocr"_s).size(), std::size_t{2});
}

void FleetTest::hostileReportsAreOnlyText()
{
    const QString nasty = u"<img src=x onerror=alert(1)>'; DROP TABLE devices; --\u202e%1%n"_s;
    VersionReport report = reportOf(nasty, {process(nasty, maxVersion, true)});
    report.facts.os = QString(256, u'\ufdfd');
    report.facts.model = nasty;
    m_fleet->apply(a, report, {m_clock->wallUtc()});
    const Device *device = m_fleet->find(a);
    QCOMPARE(device->rpiUniqueId, nasty);
    QCOMPARE(device->processes.at(0).report.name, nasty);
    QVERIFY(attentionOf(*device).isNeeded());
}

void FleetTest::costPerDeviceDoesNotRise()
{
    const auto nanosecondsPerReport = [](int devices) {
        test::ManualClock clock;
        Fleet fleet(clock);
        QStringList jids;
        for (int i = 0; i < devices; ++i) {
            jids += u"altimeter_%1@localhost"_s.arg(i);
        }
        const auto round = [&](int version) {
            for (const QString &jid : std::as_const(jids)) {
                fleet.apply(jid,
                            reportOf(jid, {process(u"ocr"_s, version), process(u"uplink"_s, 1), process(u"d"_s, 1)}),
                            {clock.wallUtc()});
            }
            fleet.flush();
        };
        round(1);
        qint64 best = std::numeric_limits<qint64>::max();
        for (int version = 2; version < 7; ++version) {
            QElapsedTimer timer;
            timer.start();
            round(version);
            best = std::min(best, timer.nsecsElapsed() / devices);
        }
        return best;
    };
    const qint64 small = nanosecondsPerReport(1'000);
    const qint64 large = nanosecondsPerReport(20'000);
    qInfo("a report costs %lld ns in a fleet of 1,000 and %lld ns in one of 20,000", static_cast<long long>(small),
          static_cast<long long>(large));
    // Caches are smaller than a large fleet; anything that grows with the fleet would be 20 times as much.
    QVERIFY2(large < 4 * small, "the cost of a report rises with the size of the fleet");
}

QTEST_GUILESS_MAIN(FleetTest)
#include "tst_fleet.moc"
