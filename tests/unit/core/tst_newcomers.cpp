// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Newcomers.h"
#include "store/Store.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace Qt::StringLiterals;

class NewcomersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void collectsWhatIsSeen();
    void keepsThemForTheNextRun();
    void aFloodOfForeignAccountsLeavesRoomForOwnOnes();
    void whoWritesAllTheTimeIsNotWrittenAllTheTime();
    void cutsWhatStrangersWrite();

private:
    void open();

    const QDateTime m_now{QDate(2026, 1, 31), QTime(12, 0), Qt::UTC};
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<Newcomers> m_newcomers;
};

void NewcomersTest::init()
{
    m_newcomers.reset();
    m_store.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    open();
}

void NewcomersTest::open()
{
    m_newcomers.reset();
    m_store.reset();
    auto store = store::Store::open(m_folder->filePath(u"panel.sqlite"_s), u"panel@home"_s);
    QVERIFY(store);
    m_store = *std::move(store);
    m_newcomers = std::make_unique<Newcomers>(*m_store, u"home"_s);
    m_newcomers->restore();
}

void NewcomersTest::collectsWhatIsSeen()
{
    QSignalSpy changed(m_newcomers.get(), &Newcomers::changed);
    m_newcomers->note(u"b@home"_s, {.at = m_now});
    m_newcomers->note(u"b@home"_s, {.at = m_now.addSecs(5), .isAsking = true});
    m_newcomers->note(u"b@home"_s, {.at = m_now.addSecs(6), .claimedId = u"id"_s, .message = u"{\"first\":1}"_s});
    m_newcomers->note(u"b@home"_s, {.at = m_now.addSecs(-60), .claimedId = u"other"_s, .message = u"second"_s});
    m_newcomers->note(u"a@home"_s, {.at = m_now}, m_now.addDays(-1));
    QVERIFY(changed.wait());
    const auto all = m_newcomers->all();
    QCOMPARE(all.size(), 2);
    QCOMPARE(all.at(0).jid, u"a@home"_s);
    QCOMPARE(all.at(0).retiredAt, m_now.addDays(-1));
    const records::Newcomer expected{.jid = u"b@home"_s,
                                     .firstSeen = m_now.addSecs(-60),
                                     .lastSeen = m_now.addSecs(6),
                                     .isAsking = true,
                                     .claimedId = u"id"_s,
                                     .message = u"{\"first\":1}"_s};
    QCOMPARE(all.at(1), expected);
    QVERIFY(m_newcomers->forget(u"a@home"_s));
    QVERIFY(!m_newcomers->forget(u"a@home"_s));
    QCOMPARE(m_newcomers->count(), 1);
}

void NewcomersTest::keepsThemForTheNextRun()
{
    m_newcomers->note(u"a@home"_s, {.at = m_now, .isAsking = true, .message = u"hello"_s}, m_now.addSecs(-1));
    m_newcomers->note(u"b@elsewhere"_s, {.at = m_now});
    m_newcomers->note(u"c@home"_s, {.at = m_now});
    (void)m_newcomers->forget(u"c@home"_s);
    const auto before = m_newcomers->all();
    open();
    QCOMPARE(m_newcomers->all(), before);
}

void NewcomersTest::aFloodOfForeignAccountsLeavesRoomForOwnOnes()
{
    for (int i = 0; i < Newcomers::maxForeign + 10; ++i) {
        m_newcomers->note(u"flood%1@elsewhere"_s.arg(i), {.at = m_now});
    }
    QCOMPARE(m_newcomers->count(), Newcomers::maxForeign);
    QVERIFY(m_newcomers->isFull());
    m_newcomers->note(u"a@home"_s, {.at = m_now});
    QVERIFY(m_newcomers->contains(u"a@home"_s));
    QVERIFY(m_newcomers->forget(u"flood1@elsewhere"_s));
    QVERIFY(!m_newcomers->isFull());
    m_newcomers->note(u"late@elsewhere"_s, {.at = m_now});
    QVERIFY(m_newcomers->contains(u"late@elsewhere"_s));
}

void NewcomersTest::whoWritesAllTheTimeIsNotWrittenAllTheTime()
{
    m_newcomers->note(u"a@home"_s, {.at = m_now, .message = u"x"_s});
    for (int second = 1; second < 59; ++second) {
        m_newcomers->note(u"a@home"_s, {.at = m_now.addSecs(second), .message = u"y"_s});
    }
    QCOMPARE(m_newcomers->all().constFirst().lastSeen, m_now);
    m_newcomers->note(u"a@home"_s, {.at = m_now.addSecs(60)});
    QCOMPARE(m_newcomers->all().constFirst().lastSeen, m_now.addSecs(60));
}

void NewcomersTest::cutsWhatStrangersWrite()
{
    m_newcomers->note(u"a@home"_s, {.at = m_now, .claimedId = QString(5000, u'i'), .message = QString(5000, u'm')});
    QCOMPARE(m_newcomers->all().constFirst().message.size(), Newcomers::maxMessage);
    QVERIFY(m_newcomers->all().constFirst().claimedId.size() <= 128);
}

QTEST_GUILESS_MAIN(NewcomersTest)
#include "tst_newcomers.moc"
