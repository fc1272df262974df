// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/DeviceImport.h"
#include "integration/PanelDesk.h"

#include <QSignalSpy>
#include <QTemporaryDir>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

#define SGN_EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 30'000)

namespace {

constexpr int devices = 40;

// Lists the devices `first` to `last` with a name, a tag and an address each.
DeviceList listOf(int first, int last)
{
    DeviceList list;
    for (int n = first; n <= last; ++n) {
        list.devices += {deviceJid(n),
                         u"Mill %1"_s.arg(n),
                         QStringList{u"north"_s},
                         std::nullopt,
                         {{u"address"_s, u"High Street %1"_s.arg(n)}}};
    }
    return list;
}

bool isDescribed(Panel &panel, int n)
{
    const Device *device = panel.fleet().find(deviceJid(n));
    return device && device->label == u"Mill %1"_s.arg(n) && device->tags.contains(u"north") &&
           device->notes.fields.value(u"address"_s) == u"High Street %1"_s.arg(n);
}

} // namespace

// Lists of devices against a real server without groups, so that no device is a contact by itself.
class DeviceImportTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void everyDeskHasIt();
    void isAtTheServerWhenItEnds();
    void aSecondTimeChangesNothing();
    void keepsWhatTheListDoesNotName();
    void waitsForWhatOtherDesksKnow();
    void endsWithTheConnection();
    void acceptsOnceMoreWhatWasNotConfirmed();
    void leavesOutWhatTheServerDoesNotConfirm();
    void endsWithMoreThanOtherDesksRead();
    void theOwnAccountIsNoDevice();
    void namesWhatHasNoRoom();

private:
    [[nodiscard]] std::unique_ptr<Panel> desk(const QString &store)
    {
        auto panel = openDesk(*m_server, m_folder->filePath(store + u".sqlite"_s), m_clock);
        const bool isReady =
            panel && settles(*panel) &&
            QTest::qWaitFor([&] { return panel->notes().reach() == SharedNotes::Reach::AllDesks; }, 30'000);
        return isReady ? std::move(panel) : nullptr;
    }
    // Whether it came to an end without a failure.
    [[nodiscard]] static bool imports(Panel &panel, const DeviceList &list, EmptyCells cells = EmptyCells::Keep)
    {
        DeviceImport import(panel);
        QSignalSpy finished(&import, &DeviceImport::finished);
        if (const auto started = import.start(list, cells); !started) {
            qWarning() << started.error();
            return false;
        }
        if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, 30'000)) {
            qWarning() << import.stepsDone() << "of" << import.stepsTotal();
            return false;
        }
        for (const auto &[jid, problem] : import.failures()) {
            qWarning() << jid << problem;
        }
        return import.failures().isEmpty() && !import.isRunning();
    }

    std::unique_ptr<FleetServer> m_server;
    SystemClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
};

void DeviceImportTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = FleetServer::make({.groups = false});
    QVERIFY2(m_server->start(accounts(devices)), qPrintable(m_server->errorString()));
}

void DeviceImportTest::everyDeskHasIt()
{
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    QVERIFY(imports(*one, listOf(1, devices)));
    for (int n = 1; n <= devices; ++n) {
        QVERIFY(isDescribed(*one, n));
        SGN_EVENTUALLY(isDescribed(*other, n));
    }
}

// A program that ends then, as sgnctl does, leaves nothing undone.
void DeviceImportTest::isAtTheServerWhenItEnds()
{
    auto one = desk(u"one"_s);
    QVERIFY(one && imports(*one, listOf(1, devices)));
    DeviceList notesAlone;
    for (int n = 1; n <= devices; ++n) {
        notesAlone.devices += {deviceJid(n), {}, {}, u"note %1"_s.arg(n), {}};
    }
    QVERIFY(imports(*one, notesAlone));
    one.reset();
    auto other = desk(u"other"_s);
    QVERIFY(other);
    for (int n = 1; n <= devices; ++n) {
        SGN_EVENTUALLY(isDescribed(*other, n) && other->fleet().find(deviceJid(n))->isContact);
        QCOMPARE(other->fleet().find(deviceJid(n))->notes.text, u"note %1"_s.arg(n));
    }
}

void DeviceImportTest::aSecondTimeChangesNothing()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel && imports(*panel, listOf(1, 3)));
    const DeviceImport again(*panel);
    const ImportPlan plan = again.plan(listOf(1, 3), EmptyCells::Keep);
    QVERIFY(plan.accepted.isEmpty() && plan.labels.isEmpty() && plan.notes.isEmpty());
    QCOMPARE(plan.unchanged, 3);
    QVERIFY(imports(*panel, listOf(1, 3)));
}

// A device that was retired comes back with what was written about it.
void DeviceImportTest::keepsWhatTheListDoesNotName()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel && imports(*panel, listOf(1, 1)));
    DeviceNotes notes = panel->fleet().find(deviceJid(1))->notes;
    notes.fields.insert(u"cupboard"_s, u"12"_s);
    notes.text = u"ring twice"_s;
    QVERIFY(panel->notes().setNotes(deviceJid(1), notes));
    QVERIFY(panel->membership().retire({deviceJid(1)}));
    SGN_EVENTUALLY(!panel->fleet().find(deviceJid(1)) && panel->notes().isSaved());
    DeviceList list = listOf(1, 1);
    list.devices[0].fields[u"address"_s] = u"Low Street 1"_s;
    QVERIFY(imports(*panel, list));
    const Device *device = panel->fleet().find(deviceJid(1));
    QVERIFY(device);
    notes.fields[u"address"_s] = u"Low Street 1"_s;
    QCOMPARE(device->notes, notes);
    QCOMPARE(device->label, u"Mill 1"_s);
}

void DeviceImportTest::waitsForWhatOtherDesksKnow()
{
    auto panel = openDesk(*m_server, m_folder->filePath(u"one.sqlite"_s), m_clock);
    QVERIFY(panel);
    DeviceImport import(*panel);
    QVERIFY(!import.isReady());
    QVERIFY(!import.start(listOf(1, 1), EmptyCells::Keep));
    QCOMPARE(panel->fleet().count(), 0);
    QSignalSpy changed(&import, &DeviceImport::changed);
    QVERIFY(settles(*panel));
    SGN_EVENTUALLY(import.isReady());
    QVERIFY(!changed.isEmpty());
}

void DeviceImportTest::endsWithTheConnection()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel);
    DeviceImport import(*panel);
    QSignalSpy finished(&import, &DeviceImport::finished);
    m_server->freeze();
    QVERIFY(import.start(listOf(1, devices), EmptyCells::Keep));
    m_server->kill();
    SGN_EVENTUALLY(!finished.isEmpty());
    QVERIFY(!import.isRunning());
    QCOMPARE(import.failures().size(), 1);
    QVERIFY(import.failures().constFirst().second.has(FactCode::ImportCutShort));
    // Once more, and all is there.
    QVERIFY(m_server->start());
    SGN_EVENTUALLY(import.isReady() && panel->session().isSettled());
    QVERIFY(imports(*panel, listOf(1, devices)));
    for (int n = 1; n <= devices; ++n) {
        QVERIFY(isDescribed(*panel, n));
    }
    QCOMPARE(finished.size(), 1);
}

// As after a program that was killed: this store has the devices, the server has no contacts.
void DeviceImportTest::acceptsOnceMoreWhatWasNotConfirmed()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel);
    m_server->freeze();
    panel->membership().accept({deviceJid(1), deviceJid(2)});
    m_server->kill();
    SGN_EVENTUALLY(!panel->session().isOnline());
    QVERIFY(panel->fleet().find(deviceJid(1)));
    QVERIFY(m_server->start());
    SGN_EVENTUALLY(panel->session().isSettled() && panel->session().isOnline());
    SGN_EVENTUALLY(panel->notes().reach() == SharedNotes::Reach::AllDesks);
    const DeviceImport import(*panel);
    QCOMPARE(import.plan(listOf(1, 2), EmptyCells::Keep).accepted, (QStringList{deviceJid(1), deviceJid(2)}));
    QVERIFY(imports(*panel, listOf(1, 2)));
    auto other = desk(u"other"_s);
    QVERIFY(other);
    SGN_EVENTUALLY(isDescribed(*other, 1) && isDescribed(*other, 2));
}

// The server spells it in lower case.
void DeviceImportTest::leavesOutWhatTheServerDoesNotConfirm()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel);
    DeviceList list = listOf(1, 2);
    list.devices[0].jid = u"\u00c4b@"_s + deviceJid(1).section(u'@', 1);
    DeviceImport import(*panel);
    QSignalSpy finished(&import, &DeviceImport::finished);
    QVERIFY(import.start(list, EmptyCells::Keep));
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 60'000);
    QCOMPARE(import.failures().size(), 1);
    QCOMPARE(import.failures().constFirst().first, list.devices[0].jid);
    QVERIFY(import.failures().constFirst().second.has(FactCode::NotAccepted));
    QVERIFY(isDescribed(*panel, 2));
}

void DeviceImportTest::endsWithMoreThanOtherDesksRead()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel);
    DeviceList list = listOf(1, 2);
    for (int n = 0; n < 70; ++n) {
        list.devices[0].fields.insert(u"field %1"_s.arg(n), u"x"_s);
    }
    list.devices[1].text = u"a\uffffb"_s;
    DeviceImport import(*panel);
    QSignalSpy finished(&import, &DeviceImport::finished);
    QVERIFY(import.start(list, EmptyCells::Keep));
    SGN_EVENTUALLY(!finished.isEmpty());
    QCOMPARE(import.failures().size(), 1);
    QVERIFY(import.failures().constFirst().second.has(FactCode::TooManyFields));
    QSignalSpy saved(&panel->notes(), &SharedNotes::saved);
    QTest::qWait(3'000); // longer than a desk waits before it publishes once more
    QVERIFY(saved.isEmpty());
}

void DeviceImportTest::theOwnAccountIsNoDevice()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel);
    DeviceList list = listOf(1, 1);
    list.devices += {panelJid, u"the panel"_s, {}, {}, {}};
    QVERIFY(imports(*panel, list));
    QCOMPARE(panel->fleet().count(), 1);
}

void DeviceImportTest::namesWhatHasNoRoom()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel);
    DeviceList list = listOf(1, 3);
    list.devices[1].text = QString(5'000, u'x');
    DeviceImport import(*panel);
    QSignalSpy finished(&import, &DeviceImport::finished);
    QVERIFY(import.start(list, EmptyCells::Keep));
    SGN_EVENTUALLY(!finished.isEmpty());
    QCOMPARE(import.failures().size(), 1);
    QCOMPARE(import.failures().constFirst().first, deviceJid(2));
    QVERIFY(import.failures().constFirst().second.has(FactCode::NotesTooLong));
    QVERIFY(isDescribed(*panel, 1) && isDescribed(*panel, 3));
    QCOMPARE(panel->fleet().find(deviceJid(2))->label, u"Mill 2"_s);
}

QTEST_GUILESS_MAIN(DeviceImportTest)
#include "tst_device_import.moc"
