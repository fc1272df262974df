// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/PanelDesk.h"

#include <QTemporaryDir>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

#define SGN_EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 30'000)

namespace {

constexpr int devices = 3;

const DeviceNotes someNotes{{{u"address"_s, u"Höhenstraße 3, \"rear\" <yard>"_s}},
                            u"Ring twice.\nThe dog is harmless."_s};

DeviceNotes notesOf(Panel &panel, int n)
{
    const Device *device = panel.fleet().find(deviceJid(n));
    return device ? device->notes : DeviceNotes();
}

bool areShared(Panel &panel)
{
    return panel.notes().reach() == SharedNotes::Reach::AllDesks;
}

} // namespace

// Names, tags, notes and retired devices: what belongs to the fleet and not to a desk.
class SharedNotesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void namesAndTagsAreThoseOfAllDesks();
    void namesOutliveTheServersGroups();
    void whatIsRefusedIsReported();
    void notesAreThoseOfAllDesks();
    void anOfflineDesksNotesFollow();
    void theLaterNoteStays();
    void notesOfDifferentDevicesDontTouch();
    void aServerThatHasLostThemGetsThemBack();
    void aServerWithoutNodesKeepsThemHere();
    void aDeviceRetiredElsewhereIsGone();
    void anotherClientsNamesCount();
    void viewsAreThoseOfAllDesks();

private:
    [[nodiscard]] std::unique_ptr<Panel> desk(const QString &store)
    {
        auto panel = openDesk(*m_server, m_folder->filePath(store + u".sqlite"_s), m_clock);
        const bool isReady =
            panel && settles(*panel) &&
            QTest::qWaitFor(
                [&] {
                    return panel->fleet().count() == devices && panel->notes().reach() != SharedNotes::Reach::Unknown;
                },
                30'000);
        return isReady ? std::move(panel) : nullptr;
    }
    // Signs off, so that the server takes the session for ended.
    void leave(Panel &panel)
    {
        QSignalSpy stopped(&panel.connection(), &xmpp::Session::stopped);
        panel.stop();
        SGN_EVENTUALLY(!stopped.isEmpty());
    }

    std::unique_ptr<FleetServer> m_server;
    SystemClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
};

void SharedNotesTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = FleetServer::make();
    QVERIFY2(m_server->start(accounts(devices)), qPrintable(m_server->errorString()));
}

void SharedNotesTest::namesAndTagsAreThoseOfAllDesks()
{
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    const QStringList before = one->fleet().find(deviceJid(1))->tags; // the server's own group
    int done = 0;
    const auto finish = [&done](const Labels::Failures &failures) {
        done += failures.isEmpty() ? 1 : 100;
    };
    QVERIFY(one->labels().rename(deviceJid(1), u"  High Street 1 "_s, finish));
    SGN_EVENTUALLY(done == 1);
    QVERIFY(one->labels().tag({deviceJid(1), deviceJid(2)}, {u"north"_s, u"pilot"_s}, {}, finish));
    SGN_EVENTUALLY(done == 2);
    const auto isThere = [&](Panel &panel) {
        const Device *first = panel.fleet().find(deviceJid(1));
        const Device *second = panel.fleet().find(deviceJid(2));
        return first->name() == u"High Street 1" && first->tags.contains(u"north") && first->tags.contains(u"pilot") &&
               second->tags.contains(u"north") && second->label.isEmpty();
    };
    SGN_EVENTUALLY(isThere(*one) && isThere(*other));
    // ejabberd leaves its group out of the changed contact, so that it comes with the label.
    for (const QString &tag : before) {
        SGN_EVENTUALLY(other->fleet().find(deviceJid(1))->tags.contains(tag));
    }
    // The other desk takes one of the two off; a third desk finds the same, and so does a store without a connection.
    QVERIFY(other->labels().tag({deviceJid(1)}, {}, {u"pilot"_s}, finish));
    SGN_EVENTUALLY(done == 3 && !one->fleet().find(deviceJid(1))->tags.contains(u"pilot"));
    auto third = desk(u"third"_s);
    QVERIFY(third);
    QCOMPARE(third->fleet().find(deviceJid(1))->label, u"High Street 1"_s);
    QCOMPARE(third->fleet().find(deviceJid(1))->tags, one->fleet().find(deviceJid(1))->tags);
    leave(*third);
    third.reset();
    auto unconnected = openDesk(*m_server, m_folder->filePath(u"third.sqlite"_s), m_clock);
    QVERIFY(unconnected);
    QCOMPARE(unconnected->fleet().find(deviceJid(1))->label, u"High Street 1"_s);
    QVERIFY(unconnected->fleet().find(deviceJid(2))->tags.contains(u"north"));
}

// Prosody doesn't store contacts that its groups have made.
void SharedNotesTest::namesOutliveTheServersGroups()
{
    for (const auto &[n, name] : {std::pair{1, u"one"_s}, std::pair{2, u"two"_s}}) {
        auto panel = desk(u"desk%1"_s.arg(n));
        QVERIFY(panel);
        bool isDone = false;
        QSignalSpy saved(&panel->notes(), &SharedNotes::saved);
        QVERIFY(panel->labels().describe(deviceJid(n), name, {u"north"_s},
                                         [&isDone](const Labels::Failures &failures) { isDone = failures.isEmpty(); }));
        SGN_EVENTUALLY(isDone);
        SGN_EVENTUALLY(!saved.isEmpty());
        leave(*panel);
        panel.reset();
        QVERIFY(m_server->restart());
    }
    auto panel = desk(u"new"_s);
    QVERIFY(panel);
    for (const auto &[n, name] : {std::pair{1, u"one"_s}, std::pair{2, u"two"_s}}) {
        const Device *device = panel->fleet().find(deviceJid(n));
        QCOMPARE(device->label, name);
        QVERIFY(device->tags.contains(u"north"));
    }
}

void SharedNotesTest::whatIsRefusedIsReported()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel);
    const auto never = [](const Labels::Failures &) {
        QFAIL("nothing was to be done");
    };
    QVERIFY(!panel->labels().rename(deviceJid(1), QString(records::maxLabel + 1, u'x'), never));
    QVERIFY(!panel->labels().tag({deviceJid(1)}, {u"a,b"_s}, {}, never));
    QVERIFY(!panel->labels().tag({deviceJid(1)}, {u" "_s}, {}, never));
    QVERIFY(!panel->notes().setNotes(deviceJid(1), {{}, QString(8'000, u'x')}));
    leave(*panel);
    const Expected<> refused = panel->labels().rename(deviceJid(1), u"x"_s, never);
    QVERIFY(!refused && refused.error().facts.constFirst().code == FactCode::NotConnected);
}

void SharedNotesTest::notesAreThoseOfAllDesks()
{
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other && areShared(*one) && areShared(*other));
    QElapsedTimer time;
    time.start();
    QVERIFY(one->notes().setNotes(deviceJid(1), someNotes));
    QCOMPARE(notesOf(*one, 1), someNotes);
    SGN_EVENTUALLY(notesOf(*other, 1) == someNotes);
    qInfo() << "a note is at the other desk after" << time.elapsed() << "ms";
    QVERIFY(other->notes().setNotes(deviceJid(1), {}));
    SGN_EVENTUALLY(notesOf(*one, 1).isEmpty());
}

void SharedNotesTest::anOfflineDesksNotesFollow()
{
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    leave(*other);
    QVERIFY(other->notes().setNotes(deviceJid(2), someNotes));
    other.reset(); // closed before it is online again
    QVERIFY(notesOf(*one, 2).isEmpty());
    other = desk(u"other"_s);
    QVERIFY(other);
    QCOMPARE(notesOf(*other, 2), someNotes);
    SGN_EVENTUALLY(notesOf(*one, 2) == someNotes);
}

void SharedNotesTest::theLaterNoteStays()
{
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    leave(*other);
    const DeviceNotes earlier{{}, u"written first, arrives last"_s};
    QVERIFY(other->notes().setNotes(deviceJid(1), earlier));
    // Later by the server's time, of which the two desks know no more than their logins were quick.
    const auto writtenAt = [](Panel &panel) {
        return panel.store().sharedEntries().value(deviceJid(1)).changedAt;
    };
    SGN_EVENTUALLY(writtenAt(*other).isValid());
    const QDateTime earlierAt = writtenAt(*other);
    int drafts = 0;
    SGN_EVENTUALLY(one->notes().setNotes(deviceJid(1), {{}, u"draft %1"_s.arg(++drafts)}) &&
                   writtenAt(*one) > earlierAt);
    QVERIFY(one->notes().setNotes(deviceJid(1), someNotes));
    other->start();
    SGN_EVENTUALLY(notesOf(*other, 1) == someNotes);
    QCOMPARE(notesOf(*one, 1), someNotes);
}

// Even if they share an item on the server and two desks write at the same moment.
void SharedNotesTest::notesOfDifferentDevicesDontTouch()
{
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    const QString own = u"device-1@localhost"_s;
    QString neighbour;
    for (int n = 2; neighbour.isEmpty(); ++n) {
        const QString jid = u"device-%1@localhost"_s.arg(n);
        neighbour = sharedChunkOf(jid) == sharedChunkOf(own) ? jid : QString();
    }
    QVERIFY(one->notes().setNotes(own, {{}, u"one"_s}));
    QVERIFY(other->notes().setNotes(neighbour, {{}, u"other"_s}));
    const auto areBoth = [&](Panel &panel) {
        const SharedEntries entries = panel.store().sharedEntries();
        return entries.value(own).notes.text == u"one" && entries.value(neighbour).notes.text == u"other";
    };
    SGN_EVENTUALLY(areBoth(*one) && areBoth(*other));
    auto third = desk(u"third"_s);
    QVERIFY(third);
    SGN_EVENTUALLY(areBoth(*third));
}

void SharedNotesTest::aServerThatHasLostThemGetsThemBack()
{
    auto one = desk(u"one"_s);
    QVERIFY(one);
    QSignalSpy saved(&one->notes(), &SharedNotes::saved);
    QVERIFY(one->notes().setNotes(deviceJid(1), someNotes));
    SGN_EVENTUALLY(!saved.isEmpty());
    leave(*one);
    one.reset();
    // A new server, as after a restored backup.
    m_server = FleetServer::make();
    QVERIFY(m_server->start(accounts(devices)));
    one = desk(u"one"_s);
    QVERIFY(one);
    auto other = desk(u"other"_s);
    QVERIFY(other);
    SGN_EVENTUALLY(notesOf(*other, 1) == someNotes);
}

void SharedNotesTest::aServerWithoutNodesKeepsThemHere()
{
    m_server = FleetServer::make({.privateNodes = false});
    QVERIFY(m_server->start(accounts(devices)));
    auto one = desk(u"one"_s);
    QVERIFY(one);
    QCOMPARE(one->notes().reach(), SharedNotes::Reach::ThisStore);
    QVERIFY(one->notes().setNotes(deviceJid(1), someNotes));
    leave(*one);
    one.reset();
    one = desk(u"one"_s);
    QVERIFY(one);
    QCOMPARE(notesOf(*one, 1), someNotes);
}

// The server's groups hold it, so the contacts don't show that an operator has retired it.
void SharedNotesTest::aDeviceRetiredElsewhereIsGone()
{
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    QVERIFY(one->membership().retire({deviceJid(3)}));
    SGN_EVENTUALLY(other->fleet().indexOf(deviceJid(3)) < 0);
    // The server reads its groups again, so that a new desk finds it among the contacts, and that it is retired.
    leave(*other);
    leave(*one);
    auto third = openDesk(*m_server, m_folder->filePath(u"third.sqlite"_s), m_clock);
    QVERIFY(third && settles(*third));
    SGN_EVENTUALLY(third->membership().newcomers().contains(deviceJid(3)));
    QVERIFY(third->fleet().indexOf(deviceJid(3)) < 0);
    // A change of the contact doesn't take it in.
    std::optional<Outcome> renamed;
    third->connection().setContact({deviceJid(3), u"renamed"_s, {}},
                                   [&](const Outcome &outcome) { renamed = outcome; });
    SGN_EVENTUALLY(renamed);
    QVERIFY(third->fleet().indexOf(deviceJid(3)) < 0);
    // Taken in again there, it is a device at each desk that finds it among its contacts.
    one->start();
    SGN_EVENTUALLY(one->membership().newcomers().contains(deviceJid(3)));
    third->membership().accept({deviceJid(3)});
    SGN_EVENTUALLY(third->fleet().indexOf(deviceJid(3)) >= 0 && one->fleet().indexOf(deviceJid(3)) >= 0);
    QVERIFY(!one->membership().newcomers().contains(deviceJid(3)));
}

// It changes the contact and knows nothing of what the desks publish.
void SharedNotesTest::anotherClientsNamesCount()
{
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    const auto nameOf = [](Panel &panel) {
        return panel.fleet().find(deviceJid(1))->label;
    };
    QVERIFY(one->labels().rename(deviceJid(1), u"by a desk"_s, {}));
    SGN_EVENTUALLY(nameOf(*one) == u"by a desk" && nameOf(*other) == u"by a desk" &&
                   one->notes().labelOf(deviceJid(1)) && other->notes().labelOf(deviceJid(1)));
    one->connection().setContact({deviceJid(1), u"by a client"_s, {u"attic"_s}}, [](const Outcome &) {});
    const auto isTaken = [&](Panel &panel) {
        return nameOf(panel) == u"by a client" && panel.fleet().find(deviceJid(1))->tags.contains(u"attic") &&
               panel.notes().labelOf(deviceJid(1))->name == u"by a client";
    };
    SGN_EVENTUALLY(isTaken(*one) && isTaken(*other));
}

void SharedNotesTest::viewsAreThoseOfAllDesks()
{
    const ViewContent north{u"tag=north"_s, u"attention"_s, {}, {}};
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    QVERIFY(one->views().save(u" North "_s, north));
    SGN_EVENTUALLY(other->views().names() == QStringList{u"North"_s});
    QCOMPARE(other->views().content(u"North"_s), north);
    // What is refused.
    QVERIFY(!one->views().save(u" "_s, north));
    QVERIFY(!one->views().save(u"all"_s, {}));
    QVERIFY(!one->views().save(QString(records::maxViewName + 1, u'x'), north));

    leave(*other);
    QVERIFY(other->views().save(u"South"_s, {u"tag=south"_s, {}, {}, {}})); // without a connection
    one->views().remove(u"North"_s);
    other.reset();
    other = desk(u"other"_s);
    QVERIFY(other);
    SGN_EVENTUALLY(one->views().names() == QStringList{u"South"_s} && other->views().names() == one->views().names());
    leave(*one);
    one.reset();
    one = openDesk(*m_server, m_folder->filePath(u"one.sqlite"_s), m_clock);
    QVERIFY(one);
    QCOMPARE(one->views().names(), QStringList{u"South"_s});
}

QTEST_GUILESS_MAIN(SharedNotesTest)
#include "tst_shared_notes.moc"
