// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "models/Application.h"
#include "support/FakeFleet.h"
#include "support/ManualClock.h"
#include "support/MemoryKeyring.h"
#include "support/TestCa.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::models;
using sgn::test::deviceJid;

namespace {

constexpr int waitLimit = 10'000;
using ReportingMode = QAbstractItemModelTester::FailureReportingMode;

// As after a sign-in that kept the password.
Preferences::LastAccount keptAccount(const test::OfflinePanel &place)
{
    const PanelConfig config = place.config();
    return {.jid = config.jid, .host = config.host, .port = config.port, .caFile = config.caFile, .keepPassword = true};
}

} // namespace

class WorkspaceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyModelIsSound();
    void everyTableSpeaksTheLanguageThatIsChosen();
    void showsTheDeviceThatNeedsEyes();
    void showsHowAnUpdateGoes();
    void showsThatARolloutsDeviceIsAbsent();
    void namesWhatGoesOnInAPausedRollout();
    void retriesWhatFailed();
    void acceptsAndRefusesNewDevices();
    void showsWhatAListWouldChange();
    void sortsNamesInNaturalOrder();
    void keepsColumns();
    void exportsWhatIsShown();
    void acceptsByPattern();
    void savesAndShowsViews();
    void changesTagsOfTheSelection();
    void removingForgetsTheSelection();
    void readsLogsAndSavesThem();
    void requestsLogsOfTheSelection();
    void restartsDeadProcesses();
    void rebootsTheSelection();
    void showsWhatLedToAFailure();
    void takesACaFile();
    void remembersAcrossARestart();
    void refusesABadZip();
    void readsAReleaseZip();
    void signInNamesWhatIsMissing_data();
    void signInNamesWhatIsMissing();
    void resumesWithAKeptPassword();
    void opensThePanelOfAConfiguration();
    void canBeCancelledWhileItOpens();
    void canBeCancelledWhileTheKeyringWaits();
    void signOutForgetsThePassword();
    void remembersWhoSigns();
    void keepsKeysInTheKeyring();
    void awaitsKeysOfTheKeyring();
    void anUpdateWaitsForTheKeyThatSignsIt();
    void keepsPreferences();

private:
    std::unique_ptr<Workspace> workspace(const test::OfflinePanel &place, int devices = 12)
    {
        std::unique_ptr<Panel> panel = place.open();
        test::fill(*panel, devices, m_clock);
        return std::make_unique<Workspace>(std::move(panel), m_clock);
    }

    test::ManualClock m_clock;
};

void WorkspaceTest::everyModelIsSound()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    QObject testers;
    const QList<QAbstractItemModel *> models{shown->fleet(),
                                             shown->dead(),
                                             shown->newcomers(),
                                             shown->versions(),
                                             shown->updates(),
                                             shown->update()->targets(),
                                             shown->newUpdate()->versions(),
                                             shown->logs(),
                                             shown->log()->files(),
                                             shown->log()->lines(),
                                             shown->activity(),
                                             shown->device()->facts(),
                                             shown->device()->processes(),
                                             shown->device()->timeline()};
    for (QAbstractItemModel *model : models) {
        new QAbstractItemModelTester(model, ReportingMode::QtTest, &testers);
    }

    // Everything changes under them.
    for (int i = 0; i < 12; ++i) {
        shown->fleet()->setCurrentRow(i);
    }
    for (int i = 0; i < 5; ++i) {
        m_clock.advance(std::chrono::seconds(5));
        Fleet &fleet = shown->panel().fleet();
        fleet.apply(deviceJid(i), test::report({}, {test::deadProcess(u"ocr"_s, i, m_clock.wallUtc())}),
                    {m_clock.wallUtc()});
        fleet.add(deviceJid(100 + i));
        fleet.setPresence(deviceJid(i + 3), i % 2 == 0);
        fleet.flush();
    }
    shown->getLogsOf(deviceJid(1));
    shown->retranslate();
    QTRY_COMPARE_WITH_TIMEOUT(shown->fleet()->shownCount(), 17, waitLimit);
    QCOMPARE(shown->logs()->totalCount(), 1);
}

void WorkspaceTest::everyTableSpeaksTheLanguageThatIsChosen()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    const QList<TableFilter *> tables{shown->fleet(),     shown->dead(),
                                      shown->newcomers(), shown->updates(),
                                      shown->rollouts(),  shown->update()->targets(),
                                      shown->logs(),      shown->rollout()->devices(),
                                      shown->activity()};
    for (const TableFilter *rows : tables) {
        const TableModel &table = rows->table();
        const QSignalSpy titles(&table, &TableModel::columnsChanged);
        shown->retranslate();
        QVERIFY2(!titles.isEmpty(), table.metaObject()->className());
    }
}

void WorkspaceTest::showsTheDeviceThatNeedsEyes()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    QCOMPARE(shown->fleet()->currentKey(), deviceJid(1));
    DeviceDetails *device = shown->device();
    QVERIFY(device->isKnown());
    QCOMPARE(device->name(), u"altimeter_0001"_s);
    QCOMPARE(device->uniqueId(), u"b8:27:eb:12:34:01"_s);
    const QModelIndex dead = device->processes()->index(0, 0);
    QCOMPARE(dead.data(DeviceProcessModel::NameRole).toString(), u"ocr"_s);
    QVERIFY(dead.data(DeviceProcessModel::DeadRole).toBool());
    QVERIFY(dead.data(DeviceProcessModel::LinesRole).toString().contains(u"can't open camera 0"_s));
    shown->fleet()->setCurrentKey(u"unknown@im.example.net"_s);
    QVERIFY(!device->isKnown());
    QCOMPARE(device->processes()->rowCount(), 0);
}

void WorkspaceTest::showsHowAnUpdateGoes()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    QCOMPARE(shown->updates()->totalCount(), 1);
    TableFilter *targets = shown->update()->targets();
    QCOMPARE(targets->totalCount(), 0);
    shown->updates()->chooseFirst();
    QCOMPARE(targets->totalCount(), 3);
    const auto text = [targets](int row, int column) {
        return targets->data(targets->index(row, column), TableModel::TextRole).toString();
    };
    QCOMPARE(text(0, 1), u"downloading, 62 %"_s);
    QCOMPARE(text(1, 1), u"failed"_s);
    QCOMPARE(text(1, 3), u"download failed: HTTP 404 from im.example.net"_s);
    QCOMPARE(text(2, 1), u"done"_s);
    QVERIFY(shown->update()->isCancellable());
    QCOMPARE(shown->update()->failedCount(), 1);

    ProgressReport progress;
    progress.number = shown->update()->number().toUInt();
    progress.state = u"confirming"_s;
    progress.percent = 10;
    shown->panel().commands().apply(deviceJid(5), progress, {m_clock.wallUtc()});
    shown->panel().commands().flush();
    QCOMPARE(text(0, 1), u"confirming heartbeats, 10 %"_s);
}

void WorkspaceTest::showsThatARolloutsDeviceIsAbsent()
{
    const test::OfflinePanel place(m_clock);
    std::unique_ptr<Panel> panel = place.open();
    test::fill(*panel, 12, m_clock);
    test::addRollout(*panel, m_clock);
    Workspace shown(std::move(panel), m_clock);
    RolloutDetails &rollout = *shown.rollout();
    rollout.setId(u"r1"_s);
    const auto cell = [&rollout](int column) {
        TableFilter *devices = rollout.devices();
        for (int row = 0; row < devices->shownCount(); ++row) {
            if (devices->keyAt(row) == deviceJid(5)) {
                return devices->data(devices->index(row, column), TableModel::TextRole);
            }
        }
        return QVariant();
    };
    constexpr int state = RolloutDevicesModel::StateColumn;
    constexpr int why = RolloutDevicesModel::WhyColumn;
    QCOMPARE(cell(state).toString(), u"downloading, 62 %"_s);
    QCOMPARE(cell(why).toString(), QString());
    shown.panel().fleet().setPresence(deviceJid(5), false);
    rollout.refreshTexts();
    QCOMPARE(cell(state).toString(), u"sent, not reachable"_s);
    QVERIFY2(cell(why).toString().contains(u"its place is kept until"_s), qPrintable(cell(why).toString()));
    m_clock.advance(std::chrono::days(20));
    rollout.refreshTexts();
    QCOMPARE(cell(state).toString(), u"sent, not reachable"_s);
    QVERIFY2(cell(why).toString().contains(u"others may have its place"_s), qPrintable(cell(why).toString()));
    shown.panel().fleet().setPresence(deviceJid(5), true);
    rollout.refreshTexts();
    QCOMPARE(cell(state).toString(), u"downloading, 62 %"_s);
    QCOMPARE(cell(why).toString(), QString());
    // Without a connection it isn't known where it is.
    shown.panel().fleet().forgetPresence();
    rollout.refreshTexts();
    QCOMPARE(cell(state).toString(), u"downloading, 62 %"_s);
}

void WorkspaceTest::namesWhatGoesOnInAPausedRollout()
{
    const test::OfflinePanel place(m_clock);
    std::unique_ptr<Panel> panel = place.open();
    test::fill(*panel, 12, m_clock);
    test::addRollout(*panel, m_clock);
    const auto shown = std::make_unique<Workspace>(std::move(panel), m_clock);
    shown->rollouts()->setCurrentKey(u"r1"_s);
    QTRY_COMPARE_WITH_TIMEOUT(shown->rollout()->name(), u"Meter 3"_s, waitLimit);
    QVERIFY2(!shown->rollout()->why().contains(u"go on"_s), qPrintable(shown->rollout()->why()));
    shown->panel().rollouts().changeWish(
        u"r1"_s, [](rollouts::RolloutWish &wish) { wish.what = rollouts::RolloutWish::What::Pause; });
    QTRY_COMPARE_WITH_TIMEOUT(shown->rollout()->why(),
                              u"1 device(s) were sent the release before and go on with it. Cancel stops those that "
                              "haven't exchanged it yet."_s,
                              waitLimit);

    ProgressReport held;
    held.number = shown->panel().commands().numbers().constFirst();
    held.state = u"waiting"_s;
    held.remarks = u"whatever the device calls it"_s;
    held.waitsFor = ProgressReport::Wait::Hold;
    shown->panel().commands().apply(deviceJid(5), held, {m_clock.wallUtc()});
    shown->panel().commands().flush();
    TableFilter *devices = shown->rollout()->devices();
    const auto why = [devices] {
        return devices->data(devices->index(0, 3), TableModel::TextRole).toString();
    };
    QTRY_COMPARE_WITH_TIMEOUT(why(), u"held by the file cfg/hold on the device"_s, waitLimit);
}

void WorkspaceTest::retriesWhatFailed()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    QSignalSpy notified(shown.get(), &Workspace::notified);
    shown->updates()->chooseFirst();
    shown->update()->retryFailed();
    QTRY_COMPARE_WITH_TIMEOUT(notified.size(), 1, waitLimit);
    QCOMPARE(notified.at(0).at(1).toBool(), false);
    QTRY_COMPARE_WITH_TIMEOUT(shown->updates()->totalCount(), 2, waitLimit);
    QCOMPARE(shown->update()->targets()->totalCount(), 1);
    QCOMPARE(shown->update()->targets()->keyAt(0), deviceJid(6));
}

void WorkspaceTest::acceptsAndRefusesNewDevices()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    TableFilter *newcomers = shown->newcomers();
    QTRY_COMPARE_WITH_TIMEOUT(newcomers->totalCount(), 3, waitLimit);
    newcomers->setFilterText(u"elsewhere"_s);
    QCOMPARE(newcomers->shownCount(), 1);
    newcomers->checkShown(true);
    // Another one shows up; what is checked stays.
    (void)shown->panel().membership().admits(test::newcomerJid(0), {.at = m_clock.wallUtc()});
    QTRY_COMPARE_WITH_TIMEOUT(newcomers->totalCount(), 4, waitLimit);
    QCOMPARE(newcomers->checkedKeys(), QStringList{u"mallory@elsewhere.example"_s});
    shown->refuseNewcomers();
    QTRY_COMPARE_WITH_TIMEOUT(newcomers->totalCount(), 3, waitLimit);
    QCOMPARE(newcomers->checkedCount(), 0);

    newcomers->setFilterText({});
    newcomers->checkShown(true);
    const int before = shown->panel().fleet().count();
    shown->acceptNewcomers();
    QTRY_COMPARE_WITH_TIMEOUT(newcomers->totalCount(), 0, waitLimit);
    QCOMPARE(shown->panel().fleet().count(), before + 3);
    QVERIFY(shown->panel().fleet().find(test::newcomerJid(2)));
}

void WorkspaceTest::showsWhatAListWouldChange()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    QSignalSpy notified(shown.get(), &Workspace::notified);
    ImportForm *form = shown->importForm();
    QVERIFY(form->summary().isEmpty());
    form->begin(QUrl::fromLocalFile(place.folder() + u"/missing.csv"_s));
    QVERIFY2(form->summary().contains(u"missing.csv"_s), qPrintable(form->summary()));
    QVERIFY(!form->isAcceptable() && form->hindrance().isEmpty());

    QFile file(place.folder() + u"/fleet.csv"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("jid,name,floor,mac\naltimeter_7001,Mill,2,\n" + shown->panel().fleet().at(0).jid.toUtf8() +
               ",,,\nnot a jid,,,\n");
    file.close();
    form->begin(QUrl::fromLocalFile(file.fileName()));
    QCOMPARE(form->file(), u"fleet.csv"_s);
    QVERIFY2(form->summary().startsWith(u"2 device"_s), qPrintable(form->summary()));
    QVERIFY2(form->columns().contains(u"floor"_s) && form->columns().contains(u"mac"_s), qPrintable(form->columns()));
    QCOMPARE(form->problemCount(), 1);
    QVERIFY2(form->problems().startsWith(u"Line 4: "_s), qPrintable(form->problems()));
    // Not without the server, and without it nothing is changed.
    QVERIFY(!form->isAcceptable() && !form->hindrance().isEmpty());
    const int before = shown->panel().fleet().count();
    form->start();
    QVERIFY(notified.takeFirst().at(1).toBool());
    QCOMPARE(shown->panel().fleet().count(), before);
    form->clear();
    QVERIFY(form->file().isEmpty() && form->problemCount() == 0 && form->hindrance().isEmpty());
}

// In every table; the fleet's own is in tst_fleet_model.
void WorkspaceTest::sortsNamesInNaturalOrder()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place, 0);
    core::Panel &panel = shown->panel();
    const QStringList jids{u"meter-10@im.example.net"_s, u"meter-2@im.example.net"_s, u"Meter-1@im.example.net"_s};
    for (const QString &jid : jids) {
        panel.fleet().add(jid);
    }
    const auto number = panel.requestLogs(jids);
    QVERIFY(number);
    const QStringList sorted{jids[2], jids[1], jids[0]};
    UpdateTargetsModel model(panel.commands(), panel.fleet(), m_clock);
    TableFilter targets(model);
    model.setNumber(*number);
    QTRY_COMPARE_WITH_TIMEOUT(targets.shownCount(), 3, waitLimit);
    targets.sortBy(0, false);
    QCOMPARE(targets.shownKeys(), sorted);
    for (int i = 0; i < 3; ++i) {
        QVERIFY(!panel.membership().admits(u"new-%1@im.example.net"_s.arg(QStringList{u"10"_s, u"2"_s, u"1"_s}[i]),
                                           {.at = m_clock.wallUtc()}));
    }
    QTRY_COMPARE_WITH_TIMEOUT(shown->newcomers()->shownCount(), 3, waitLimit);
    shown->newcomers()->sortBy(0, false);
    QCOMPARE(shown->newcomers()->keyAt(2), u"new-10@im.example.net"_s);
}

void WorkspaceTest::keepsColumns()
{
    const test::OfflinePanel place(m_clock);
    QTemporaryDir folder;
    Preferences preferences(folder.filePath(u"p.ini"_s));
    const ColumnChoice choice{{}, {u"seen"_s}, {{u"why"_s, 300}}};
    {
        const std::unique_ptr<Workspace> shown = workspace(place);
        shown->keepColumnsIn(preferences);
        shown->fleet()->setColumnChoice(choice);
    }
    const std::unique_ptr<Workspace> again = workspace(place);
    again->keepColumnsIn(preferences);
    QCOMPARE(again->fleet()->columnChoice(), choice);
    QCOMPARE(again->dead()->columnChoice(), ColumnChoice());
}

void WorkspaceTest::exportsWhatIsShown()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    QSignalSpy notified(shown.get(), &Workspace::notified);
    const QString path = place.folder() + u"/out.csv"_s;
    const auto lines = [&path] {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().split('\n') : QByteArrayList();
    };
    shown->exportFleet(QUrl::fromLocalFile(path));
    QVERIFY(!notified.takeFirst().at(1).toBool());
    QCOMPARE(lines().size(), shown->panel().fleet().count() + 1);
    QVERIFY(lines().constFirst().startsWith("\xef\xbb\xbfjid,name,"));
    // The selection, whatever the filter shows; without one what it shows.
    shown->fleet()->toggle(1);
    const QByteArray chosen = shown->fleet()->checkedKeys().constFirst().toUtf8();
    shown->exportFleet(QUrl::fromLocalFile(path));
    QCOMPARE(lines().size(), 2);
    QVERIFY(lines().constLast().startsWith(chosen));
    shown->fleet()->uncheckAll();
    shown->fleet()->setFilterText(u"jid=%1"_s.arg(shown->panel().fleet().at(2).jid));
    QTRY_COMPARE_WITH_TIMEOUT(shown->fleet()->shownCount(), 1, waitLimit);
    shown->exportFleet(QUrl::fromLocalFile(path));
    QCOMPARE(lines().size(), 2);

    notified.clear();
    shown->exportActivity(QUrl::fromLocalFile(path));
    QVERIFY(!notified.takeFirst().at(1).toBool());
    QCOMPARE(lines().size(), shown->activity()->shownCount() + 1);
    shown->exportActivity(QUrl::fromLocalFile(place.folder() + u"/no/such/folder.csv"_s));
    QVERIFY(notified.takeFirst().at(1).toBool());
}

void WorkspaceTest::acceptsByPattern()
{
    const test::OfflinePanel place(m_clock);
    QTemporaryDir folder;
    Preferences preferences(folder.filePath(u"p.ini"_s));
    {
        const std::unique_ptr<Workspace> shown = workspace(place, 0);
        for (const QString &jid : {u"meter-1@im.example.net"_s, u"meter-2@elsewhere"_s, u"stranger@im.example.net"_s}) {
            QVERIFY(!shown->panel().membership().admits(jid, {.at = m_clock.wallUtc()}));
        }
        AcceptPatterns *patterns = shown->acceptPatterns();
        patterns->keepIn(preferences);
        patterns->choose(u"meter-*@*"_s); // any server
        QVERIFY(!patterns->error().isEmpty());
        QCOMPARE(shown->fleet()->totalCount(), 0);
        patterns->choose(u" meter-* ,, x-?@elsewhere "_s);
        QVERIFY(patterns->error().isEmpty());
        QCOMPARE(patterns->text(), u"meter-*, x-?@elsewhere"_s);
        QTRY_COMPARE_WITH_TIMEOUT(shown->fleet()->totalCount(), 1, waitLimit);
        QVERIFY(shown->panel().membership().admits(u"x-1@elsewhere"_s, {.at = m_clock.wallUtc()}));
    }
    QCOMPARE(preferences.accept(), (QStringList{u"meter-*"_s, u"x-?@elsewhere"_s}));
    const std::unique_ptr<Workspace> again = workspace(place, 0);
    again->acceptPatterns()->keepIn(preferences);
    QVERIFY(again->panel().membership().admits(u"meter-9@im.example.net"_s, {.at = m_clock.wallUtc()}));
}

void WorkspaceTest::savesAndShowsViews()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    ViewListModel *views = shown->views();
    QAbstractItemModelTester tester(views, ReportingMode::QtTest);
    QVERIFY(!views->isSavable());
    shown->fleet()->toggleGroup(FleetFilter::Dead);
    QVERIFY(views->isSavable());
    const int dead = shown->fleet()->shownCount();
    views->save(u"Dead ones"_s);
    QCOMPARE(views->count(), 1);
    QCOMPARE(views->current(), u"Dead ones"_s);
    QVERIFY(!views->isSavable() && views->isTaken(u" Dead ones"_s));
    shown->fleet()->clear();
    QVERIFY(views->current().isEmpty());
    views->show(u"Dead ones"_s);
    QCOMPARE(shown->fleet()->shownCount(), dead);
    QVERIFY(views->data(views->index(0), ViewListModel::CurrentRole).toBool());
    QSignalSpy notified(shown.get(), &Workspace::notified);
    views->save(u" "_s);
    QCOMPARE(notified.size(), 1);
    views->remove(u"Dead ones"_s);
    QCOMPARE(views->count(), 0);
    QVERIFY(views->isSavable());
}

void WorkspaceTest::changesTagsOfTheSelection()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    shown->panel().fleet().setLabel(deviceJid(1), {}, {u"north"_s});
    shown->panel().fleet().setLabel(deviceJid(2), {}, {u"pilot"_s, u"north"_s});
    shown->panel().fleet().flush();
    for (const int row : {1, 2}) {
        shown->fleet()->toggle(row);
    }
    shown->prepareTags();
    TagForm *form = shown->tagForm();
    QCOMPARE(form->deviceCount(), 2);
    QCOMPARE(form->present(), (QStringList{u"north"_s, u"pilot"_s}));
    QVERIFY(!form->isAcceptable());
    form->setProperty("added", u"a\x01, b"_s);
    QVERIFY(!form->error().isEmpty() && !form->isAcceptable());
    form->setProperty("added", u" east , "_s);
    QVERIFY(form->error().isEmpty() && form->isAcceptable());
    form->toggleRemoved(u"pilot"_s);
    QCOMPARE(form->removed(), QStringList{u"pilot"_s});
    // Tags are the server's: without a connection they can't be changed, which is reported.
    QSignalSpy notified(shown.get(), &Workspace::notified);
    form->save();
    QCOMPARE(notified.size(), 1);
    QVERIFY(notified.constFirst().at(1).toBool());
}

void WorkspaceTest::removingForgetsTheSelection()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    FleetFilter *fleet = shown->fleet();
    fleet->toggle(0);
    fleet->toggle(1);
    fleet->setCurrentKey(deviceJid(1));
    const QStringList checked = fleet->checkedKeys();
    // As another desk does it.
    shown->panel().fleet().remove({checked.constFirst(), deviceJid(1)});
    QVERIFY(!fleet->checkedKeys().contains(checked.constFirst()));
    QVERIFY(fleet->currentKey() != deviceJid(1));
    QVERIFY(shown->device()->isKnown());
    // Without a server nothing is removed.
    QSignalSpy notified(shown.get(), &Workspace::notified);
    const int before = shown->panel().fleet().count();
    fleet->toggle(0);
    shown->retire();
    QVERIFY(notified.takeFirst().at(1).toBool());
    QCOMPARE(shown->panel().fleet().count(), before);
}

void WorkspaceTest::readsLogsAndSavesThem()
{
    const test::OfflinePanel place(m_clock);
    {
        const std::unique_ptr<Panel> panel = place.open();
        test::addLogs(place, *panel, deviceJid(1), m_clock);
    }
    const std::unique_ptr<Workspace> shown = workspace(place);
    LogDocument *log = shown->log();
    QCOMPARE(log->title(), u"altimeter_0001"_s);
    QCOMPARE(log->files()->rowCount(), 2);
    QTRY_COMPARE_WITH_TIMEOUT(log->lines()->count(), 45, waitLimit);
    log->lines()->setSearchText(u"camera"_s);
    QCOMPARE(log->lines()->matchCount(), 1);

    QSignalSpy notified(log, &LogDocument::notified);
    const QString copy = place.folder() + u"/copy.log"_s;
    log->saveAs(QUrl::fromLocalFile(copy));
    QCOMPARE(notified.takeFirst().at(1).toBool(), false);
    QCOMPARE(QFile(copy).size(), QFile(log->files()->files().at(0).path).size());
    log->saveAs(QUrl::fromLocalFile(place.folder() + u"/no/such/folder/copy.log"_s));
    QCOMPARE(notified.takeFirst().at(1).toBool(), true);

    log->setCurrentFile(7);
    QCOMPARE(log->currentFile(), 0);
    log->setCurrentFile(1);
    QTRY_COMPARE_WITH_TIMEOUT(log->lines()->count(), 1, waitLimit);
    log->remove();
    QCOMPARE(shown->logs()->totalCount(), 0);
    QCOMPARE(log->lines()->count(), 0);
}

void WorkspaceTest::requestsLogsOfTheSelection()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    QSignalSpy asked(shown.get(), &Workspace::logsAsked);
    QSignalSpy notified(shown.get(), &Workspace::notified);
    shown->getLogs();
    QCOMPARE(notified.takeFirst().at(1).toBool(), true);
    shown->fleet()->toggle(0);
    shown->fleet()->toggle(1);
    shown->getLogs();
    QCOMPARE(asked.size(), 1);
    QCOMPARE(shown->logs()->totalCount(), 2);
    QVERIFY(shown->log()->isBusy());
    QVERIFY(!shown->log()->message().isEmpty());
}

void WorkspaceTest::restartsDeadProcesses()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    shown->dead()->checkShown(true);
    QCOMPARE(shown->dead()->checkedCount(), 2);
    const qsizetype before = shown->panel().commands().numbers().size();
    shown->restartDead();
    const QList<CommandNo> numbers = shown->panel().commands().numbers();
    QCOMPARE(numbers.size(), before + 2);
    const IssuedCommand *record = shown->panel().commands().find(numbers.first());
    QVERIFY(record && std::holds_alternative<RestartProcess>(record->command.body));
}

void WorkspaceTest::rebootsTheSelection()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    QSignalSpy notified(shown.get(), &Workspace::notified);
    shown->reboot();
    QCOMPARE(notified.takeFirst().at(1).toBool(), true);
    shown->fleet()->toggle(0);
    shown->fleet()->toggle(1);
    shown->reboot();
    QCOMPARE(notified.takeFirst().at(1).toBool(), false);
    CommandLog &commands = shown->panel().commands();
    const IssuedCommand *record = commands.find(commands.numbers().first());
    QVERIFY(record && std::holds_alternative<RebootSystem>(record->command.body));
    QCOMPARE(commands.targets(record->number).size(), 2);
}

void WorkspaceTest::showsWhatLedToAFailure()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    CommandLog &commands = shown->panel().commands();
    const QString jid = test::deviceJid(1);
    const auto number = shown->panel().rollBack({jid}, Component::SmartMeter);
    QVERIFY(number);
    commands.markHandedOver(*number, jid);
    CommandResult result;
    result.number = *number;
    result.remarks = u"it doesn't run"_s;
    result.log = {u"12:00:00 confirming"_s, u"ocr: no camera"_s};
    QVERIFY(commands.apply(jid, result, {m_clock.wallUtc()}));
    commands.flush();
    UpdateDetails *update = shown->update();
    update->setNumber(QString::number(*number));
    QCOMPARE(update->log(), QString());
    QSignalSpy changed(update, &UpdateDetails::changed);
    update->targets()->setCurrentKey(jid);
    QVERIFY(!changed.isEmpty());
    QCOMPARE(update->log(), u"12:00:00 confirming\nocr: no camera"_s);
}

void WorkspaceTest::takesACaFile()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    NewUpdate *update = shown->newUpdate();
    shown->prepareUpdateForAll();
    QFile broken(place.folder() + u"/broken.pem"_s);
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n");
    broken.close();
    update->choose(QUrl::fromLocalFile(broken.fileName()));
    QCOMPARE(update->stage(), NewUpdate::Empty);
    QVERIFY(!update->error().isEmpty());

    const test::TestCa authority;
    QVERIFY2(authority.isValid(), qPrintable(authority.errorString()));
    update->choose(QUrl::fromLocalFile(authority.caFile()));
    QCOMPARE(update->stage(), NewUpdate::Editing);
    QCOMPARE(update->error(), QString());
    QVERIFY(!update->isPerProcess() && !update->isVersioned());
    QVERIFY(!update->summary().isEmpty());
    QVERIFY(update->isReady());
}

void WorkspaceTest::remembersAcrossARestart()
{
    const test::OfflinePanel place(m_clock);
    workspace(place).reset();
    const Workspace shown(place.open(), m_clock);
    auto &again = const_cast<Workspace &>(shown);
    QCOMPARE(again.fleet()->totalCount(), 12);
    QCOMPARE(again.dead()->totalCount(), 2);
    QCOMPARE(again.updates()->totalCount(), 1);
    QVERIFY(again.activity()->totalCount() > 0);
}

void WorkspaceTest::refusesABadZip()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    NewUpdate *update = shown->newUpdate();
    shown->prepareUpdateForAll();
    QCOMPARE(update->audience(), NewUpdate::Online);
    QVERIFY(!update->isReady());
    QFile file(place.folder() + u"/broken.zip"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("PK no zip at all");
    file.close();
    update->choose(QUrl::fromLocalFile(file.fileName()));
    QTRY_VERIFY_WITH_TIMEOUT(!update->error().isEmpty(), waitLimit);
    QCOMPARE(update->stage(), NewUpdate::Empty);
    QVERIFY(!update->isReady());
    update->start();
    QCOMPARE(update->stage(), NewUpdate::Empty);
    update->choose(QUrl::fromLocalFile(place.folder() + u"/missing.zip"_s));
    QTRY_VERIFY_WITH_TIMEOUT(update->stage() == NewUpdate::Empty && !update->error().isEmpty(), waitLimit);
}

void WorkspaceTest::readsAReleaseZip()
{
    const test::OfflinePanel place(m_clock);
    const std::unique_ptr<Workspace> shown = workspace(place);
    const QString script = place.folder() + u"/ocr.py"_s;
    QFile file(script);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/usr/bin/python3\n");
    file.close();
    const QString zip = place.folder() + u"/release.zip"_s;
    QVERIFY(packZip({{script, u"SmartMeter/ocr.py"_s}}, zip));

    shown->fleet()->toggle(0);
    shown->prepareUpdate();
    NewUpdate *update = shown->newUpdate();
    QCOMPARE(update->audience(), NewUpdate::Chosen);
    QCOMPARE(update->targetCount(), 1);
    update->choose(QUrl::fromLocalFile(zip));
    QTRY_COMPARE_WITH_TIMEOUT(update->stage(), NewUpdate::Editing, waitLimit);
    QCOMPARE(update->error(), QString());
    QVERIFY(update->isPerProcess());
    QCOMPARE(update->versions()->versions(), QList<ProcessVersion>({{u"ocr"_s, 3}}));
    update->versions()->setVersion(0, 7);
    update->versions()->setVersion(0, -1);
    update->versions()->setVersion(5, 1);
    QCOMPARE(update->versions()->versions().at(0).version, 7);
    update->setAudience(NewUpdate::All);
    QCOMPARE(update->targetCount(), 12);
    QVERIFY(update->isReady());

    // Without a connection the upload reports why it can't be done, and nothing is lost.
    QSignalSpy failed(update, &NewUpdate::failed);
    update->start();
    QCOMPARE(update->stage(), NewUpdate::Uploading);
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, waitLimit);
    QCOMPARE(update->stage(), NewUpdate::Editing);
    QVERIFY(!update->error().isEmpty());
    QCOMPARE(shown->updates()->totalCount(), 1);
}

void WorkspaceTest::signInNamesWhatIsMissing_data()
{
    QTest::addColumn<QString>("jid");
    QTest::addColumn<QString>("port");
    QTest::addColumn<QString>("proxy");
    QTest::addColumn<bool>("withCa");
    QTest::addColumn<QString>("words");
    const QString jid = u"panel@im.example.net"_s;
    QTest::newRow("not an address") << u"panel"_s << u"5223"_s << QString() << true << u"name@server"_s;
    QTest::newRow("bad port") << jid << u"70000"_s << QString() << true << u"port"_s;
    QTest::newRow("port 0") << jid << u"0"_s << QString() << true << u"port"_s;
    QTest::newRow("bad proxy") << jid << QString() << u"proxy:8080"_s << true << u"http://host:port"_s;
    QTest::newRow("no authority") << jid << QString() << QString() << false << u"CA certificate"_s;
}

void WorkspaceTest::signInNamesWhatIsMissing()
{
    QFETCH(QString, jid);
    QFETCH(QString, port);
    QFETCH(QString, proxy);
    QFETCH(bool, withCa);
    QFETCH(QString, words);
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    test::MemoryKeyring keeper;
    SignIn form({preferences, keeper, m_clock, place.folder()});
    QVERIFY(!form.isReady());
    form.setJid(jid);
    form.setPassword(u"x"_s);
    form.setPort(port);
    form.setProxy(proxy);
    form.setCaFile(withCa ? place.config().caFile : QString());
    QVERIFY(form.isReady());
    form.submit();
    QTRY_VERIFY_WITH_TIMEOUT(!form.error().isEmpty(), waitLimit);
    QVERIFY2(form.error().contains(words), qPrintable(form.error()));
    QVERIFY(!form.isBusy());
    QVERIFY(keeper.secrets.isEmpty());
}

void WorkspaceTest::resumesWithAKeptPassword()
{
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    test::MemoryKeyring keeper;
    preferences.setLastAccount(keptAccount(place));
    {
        keeper.isLocked = true;
        Application application({preferences, keeper, m_clock, place.folder()});
        application.signIn()->resume();
        QVERIFY(!application.workspace());
        QVERIFY(!application.signIn()->advice().isEmpty());
        QCOMPARE(application.signIn()->jid(), u"panel@im.example.net"_s);
    }
    keeper.isLocked = false;
    keeper.secrets.insert(u"panel@im.example.net"_s, u"secret"_s);
    Application application({preferences, keeper, m_clock, place.folder()});
    application.signIn()->resume();
    QVERIFY(application.signIn()->isBusy());
    QTRY_VERIFY_WITH_TIMEOUT(application.workspace(), waitLimit);
    QVERIFY(!application.signIn()->isBusy());
    QCOMPARE(application.workspace()->account(), u"panel@im.example.net"_s);
}

void WorkspaceTest::opensThePanelOfAConfiguration()
{
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    test::MemoryKeyring keeper;
    Application application({preferences, keeper, m_clock, place.folder()});
    QSignalSpy failed(&application, &Application::openingFailed);
    application.open(place.config());
    QCOMPARE(application.opening(), u"panel@im.example.net"_s);
    QVERIFY(!application.workspace());
    QTRY_VERIFY_WITH_TIMEOUT(application.workspace(), waitLimit);
    QVERIFY(application.opening().isEmpty());
    QCOMPARE(failed.size(), 0);

    PanelConfig config = place.config();
    config.jid = u"other@im.example.net"_s;
    Application second({preferences, keeper, m_clock, place.folder()});
    QSignalSpy secondFailed(&second, &Application::openingFailed);
    second.open(config);
    QTRY_COMPARE_WITH_TIMEOUT(secondFailed.size(), 1, waitLimit);
    QVERIFY(second.opening().isEmpty());
    QVERIFY(!second.workspace());
}

void WorkspaceTest::canBeCancelledWhileItOpens()
{
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    test::MemoryKeyring keeper;
    Application application({preferences, keeper, m_clock, place.folder()});
    SignIn *form = application.signIn();
    form->setJid(u"panel@im.example.net"_s);
    form->setPassword(u"secret"_s);
    form->setHost(u"127.0.0.1"_s);
    form->setPort(u"9"_s);
    form->setCaFile(place.config().caFile);
    QSignalSpy signedIn(form, &SignIn::signedIn);
    form->submit();
    QVERIFY(form->isBusy());
    QVERIFY(!form->isReady());
    form->cancel();
    QVERIFY(!form->isBusy());
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
    QVERIFY(!form->isBusy());
    QVERIFY(form->error().isEmpty());
    QVERIFY(!form->takePanel());
    QCOMPARE(signedIn.size(), 0);
}

void WorkspaceTest::canBeCancelledWhileTheKeyringWaits()
{
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    test::MemoryKeyring keeper;
    keeper.secrets.insert(u"panel@im.example.net"_s, u"secret"_s);
    keeper.isWaiting = true;
    preferences.setLastAccount(keptAccount(place));
    Application application({preferences, keeper, m_clock, place.folder()});
    application.signIn()->resume();
    QVERIFY(application.signIn()->isBusy());
    application.signIn()->cancel();
    keeper.isWaiting = false;
    keeper.waiting();
    QVERIFY(!application.signIn()->isBusy());
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
    QVERIFY(!application.workspace());
}

void WorkspaceTest::signOutForgetsThePassword()
{
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    test::MemoryKeyring keeper;
    keeper.secrets.insert(u"panel@im.example.net"_s, u"secret"_s);
    preferences.setLastAccount(keptAccount(place));
    Application application({preferences, keeper, m_clock, place.folder()});
    application.show(place.open());
    QSignalSpy changed(&application, &Application::workspaceChanged);
    application.signOut();
    QVERIFY(!application.workspace());
    QCOMPARE(changed.size(), 1);
    QVERIFY(keeper.secrets.isEmpty());
    QVERIFY(!preferences.lastAccount().keepPassword);
}

void WorkspaceTest::remembersWhoSigns()
{
    const test::OfflinePanel place(m_clock);
    QTemporaryDir folder;
    Preferences preferences(folder.filePath(u"p.ini"_s));
    test::MemoryKeyring keyring;
    const QString file = folder.filePath(u"release.jwk"_s);
    const SigningKey key = newSigningKey(u"release"_s).value();
    QVERIFY(saveSigningKey(key, file));
    {
        const std::unique_ptr<Workspace> shown = workspace(place);
        shown->keys()->keepIn(preferences, keyring);
        KeyChoice *release = shown->keys()->releaseKey();
        KeyChoice *operators = shown->keys()->operatorKey();
        QVERIFY(release->keyId().isEmpty() && operators->keyId().isEmpty());
        QVERIFY(!release->isKeepable());
        QVERIFY(shown->newUpdate()->signing().isEmpty());
        release->choose(QUrl::fromLocalFile(file));
        QCOMPARE(release->keyId(), key.kid);
        QCOMPARE(release->place(), file);
        QVERIFY(shown->newUpdate()->signing().contains(key.kid));
        operators->choose(QUrl::fromLocalFile(u"/nonexistent"_s));
        QVERIFY(operators->keyId().isEmpty());
        QVERIFY(!operators->error().isEmpty());
        // A wrong choice leaves the right one in place.
        release->choose(QUrl::fromLocalFile(folder.filePath(u"p.ini"_s)));
        QVERIFY(!release->error().isEmpty());
        QCOMPARE(release->keyId(), key.kid);
        QVERIFY(!shown->newUpdate()->isKeyMissing());
    }
    {
        const std::unique_ptr<Workspace> again = workspace(place);
        again->keys()->keepIn(preferences, keyring);
        QCOMPARE(again->keys()->releaseKey()->keyId(), key.kid);
        again->keys()->releaseKey()->forget();
        QVERIFY(again->keys()->releaseKey()->keyId().isEmpty());
        QCOMPARE(preferences.keyPlace(Preferences::ReleaseKey), Preferences::KeyPlace());
        QVERIFY(keyring.secrets.isEmpty());
        again->keys()->releaseKey()->choose(QUrl::fromLocalFile(file));
    }
    // A key that was chosen and isn't there any more must not pass for none.
    QVERIFY(QFile::remove(file));
    const std::unique_ptr<Workspace> last = workspace(place);
    last->keys()->keepIn(preferences, keyring);
    QVERIFY(last->newUpdate()->isKeyMissing());
    QVERIFY(last->newUpdate()->signing().contains(file));
}

void WorkspaceTest::keepsKeysInTheKeyring()
{
    const test::OfflinePanel place(m_clock);
    QTemporaryDir folder;
    Preferences preferences(folder.filePath(u"p.ini"_s));
    test::MemoryKeyring keyring;
    const QString file = folder.filePath(u"operator.jwk"_s);
    const SigningKey key = newSigningKey(u"operator"_s).value();
    QVERIFY(saveSigningKey(key, file));
    {
        const std::unique_ptr<Workspace> shown = workspace(place);
        shown->keys()->keepIn(preferences, keyring);
        KeyChoice *chosen = shown->keys()->operatorKey();
        chosen->choose(QUrl::fromLocalFile(file));
        QVERIFY(chosen->isKeepable());
        keyring.isLocked = true;
        chosen->keepInKeyring();
        QVERIFY(!chosen->error().isEmpty() && chosen->isKeepable() && !chosen->isInKeyring());
        keyring.isLocked = false;
        // The file was exchanged since it was chosen: the key that signs is another one.
        QVERIFY(QFile::remove(file) && saveSigningKey(newSigningKey(u"other"_s).value(), file));
        chosen->keepInKeyring();
        QVERIFY(chosen->error().contains(u"another key"_s) && keyring.secrets.isEmpty());
        QVERIFY(QFile::remove(file) && saveSigningKey(key, file));
        chosen->keepInKeyring();
        QVERIFY2(chosen->error().isEmpty() && chosen->isInKeyring() && !chosen->isKeepable(),
                 qPrintable(chosen->error()));
    }
    QVERIFY(QFile::remove(file));
    QVERIFY(preferences.keyPlace(Preferences::OperatorKey).file.isEmpty());
    const std::unique_ptr<Workspace> again = workspace(place);
    again->keys()->keepIn(preferences, keyring);
    QCOMPARE(again->keys()->operatorKey()->keyId(), key.kid);
}

void WorkspaceTest::awaitsKeysOfTheKeyring()
{
    const test::OfflinePanel place(m_clock);
    QTemporaryDir folder;
    Preferences preferences(folder.filePath(u"p.ini"_s));
    test::MemoryKeyring keyring;
    const SigningKey key = newSigningKey(u"operator"_s).value();
    keyring.secrets[key.kid] = QString::fromUtf8(toPrivateJwk(key).value());
    preferences.setKeyPlace(Preferences::OperatorKey, {{}, key.kid});
    {
        keyring.isWaiting = true;
        const std::unique_ptr<Workspace> waiting = workspace(place);
        waiting->keys()->keepIn(preferences, keyring);
        QVERIFY(waiting->keys()->operatorKey()->isAwaited());
        QVERIFY(waiting->keys()->operatorKey()->keyId().isEmpty());
        keyring.isWaiting = false;
        keyring.waiting();
        QVERIFY(!waiting->keys()->operatorKey()->isAwaited());
        QCOMPARE(waiting->keys()->operatorKey()->keyId(), key.kid);
        // Another file: the key stays in the keyring, it may be the only copy.
        const QString otherFile = folder.filePath(u"other.jwk"_s);
        QVERIFY(saveSigningKey(newSigningKey(u"operator"_s).value(), otherFile));
        waiting->keys()->operatorKey()->choose(QUrl::fromLocalFile(otherFile));
        QVERIFY(!waiting->keys()->operatorKey()->isInKeyring());
        QVERIFY(keyring.secrets.contains(key.kid));
        preferences.setKeyPlace(Preferences::OperatorKey, {{}, key.kid});
    }
    {
        // An answer that comes when it isn't wanted any more.
        keyring.isWaiting = true;
        std::unique_ptr<Workspace> late = workspace(place);
        late->keys()->keepIn(preferences, keyring);
        late.reset();
        keyring.isWaiting = false;
        keyring.waiting();
    }
    {
        keyring.secrets[key.kid] = QString::fromUtf8(toPrivateJwk(newSigningKey(u"operator"_s).value()).value());
        const std::unique_ptr<Workspace> wrong = workspace(place);
        wrong->keys()->keepIn(preferences, keyring);
        QVERIFY(wrong->keys()->operatorKey()->keyId().isEmpty());
        QVERIFY(!wrong->keys()->operatorKey()->error().isEmpty());
        QVERIFY(wrong->keys()->operatorKey()->isInKeyring());
        // Not sent unsigned: the window states why.
        QVERIFY(wrong->keys()->operatorKey()->isMissing());
        QVERIFY(wrong->warning().contains(wrong->keys()->operatorKey()->error()));
        // What the other purpose needs stays.
        preferences.setKeyPlace(Preferences::ReleaseKey, {{}, key.kid});
        wrong->keys()->operatorKey()->forget();
        QVERIFY(keyring.secrets.contains(key.kid));
        QVERIFY(wrong->warning().isEmpty() && !wrong->keys()->operatorKey()->isMissing());
        preferences.setKeyPlace(Preferences::ReleaseKey, {});
        preferences.setKeyPlace(Preferences::OperatorKey, {{}, key.kid});
        wrong->keys()->operatorKey()->forget();
        QVERIFY(keyring.secrets.isEmpty());
        QVERIFY(!wrong->keys()->operatorKey()->isInKeyring());
    }
}

void WorkspaceTest::anUpdateWaitsForTheKeyThatSignsIt()
{
    const test::OfflinePanel place(m_clock);
    const QString zip = place.folder() + u"/SmartMeter.zip"_s;
    QFile script(place.folder() + u"/ocr.py"_s);
    QVERIFY(script.open(QIODevice::WriteOnly) && script.write("#!/usr/bin/python3\n") > 0);
    script.close();
    QVERIFY(packZip({{script.fileName(), u"SmartMeter/ocr.py"_s}}, zip));
    Preferences preferences(place.folder() + u"/p.ini"_s);
    test::MemoryKeyring keyring;
    const SigningKey key = newSigningKey(u"release"_s).value();
    keyring.secrets[key.kid] = QString::fromUtf8(toPrivateJwk(key).value());
    keyring.isWaiting = true;
    preferences.setKeyPlace(Preferences::ReleaseKey, {{}, key.kid});
    const std::unique_ptr<Workspace> shown = workspace(place);
    shown->keys()->keepIn(preferences, keyring);
    NewUpdate *update = shown->newUpdate();
    update->setAudience(NewUpdate::All);
    update->choose(QUrl::fromLocalFile(zip));
    QTRY_COMPARE_WITH_TIMEOUT(update->stage(), NewUpdate::Editing, waitLimit);
    QVERIFY(!update->isReady());
    QVERIFY(!update->signing().isEmpty() && !update->isKeyMissing());
    keyring.isWaiting = false;
    keyring.waiting();
    QVERIFY(update->isReady());
    QVERIFY(update->signing().contains(key.kid));
}

void WorkspaceTest::keepsPreferences()
{
    QTemporaryDir folder;
    const QString file = folder.filePath(u"p.ini"_s);
    {
        Preferences preferences(file);
        QCOMPARE(preferences.theme(), Preferences::SystemTheme);
        preferences.setTheme(Preferences::DarkTheme);
        preferences.setLanguage(u"de"_s);
        // Nothing chosen: what the panel file or this program counts as usual.
        QCOMPARE(preferences.keepDays(), 400);
        preferences.setDefaultKeepDays(30);
        QCOMPARE(preferences.keepDays(), 30);
        preferences.setKeepDays(0);
    }
    {
        Preferences preferences(file);
        QCOMPARE(preferences.theme(), Preferences::DarkTheme);
        QCOMPARE(preferences.language(), u"de"_s);
        QCOMPARE(preferences.keepDays(), 0);
        preferences.overrideTheme(Preferences::LightTheme);
    }
    Preferences preferences(file);
    QCOMPARE(preferences.theme(), Preferences::DarkTheme);
    QFile text(file);
    QVERIFY(text.open(QIODevice::ReadOnly));
    QVERIFY(!text.readAll().contains("password="));
}

QTEST_GUILESS_MAIN(WorkspaceTest)
#include "tst_workspace.moc"
