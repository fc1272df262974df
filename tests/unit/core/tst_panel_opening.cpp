// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/PanelOpening.h"
#include "support/FakeFleet.h"
#include "support/ManualClock.h"

#include <optional>
#include <QLockFile>
#include <QTest>
#include <QThreadPool>
#include <QTimer>

using namespace sgn;
using namespace sgn::core;
using namespace Qt::StringLiterals;

namespace {

constexpr int waitLimit = 10'000;

} // namespace

class PanelOpeningTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void opensWithTheLastKnownState();
    void leavesTheThreadFree();
    void reportsWhatPreventsIt();
    void givesUp();
    void theLastOneCounts();
    void canBeRemovedMeanwhile();

private:
    using Opened = records::Expected<std::unique_ptr<Panel>>;

    void open(PanelOpening &opening, const PanelConfig &config)
    {
        opening.open(config, {}, [this](Opened panel) {
            ++m_calls;
            m_opened = std::move(panel);
        });
    }
    // No store can be opened while it is locked, as while another program opens it.
    [[nodiscard]] QString lockFile() const { return m_place->config().storeFile + u".lock"_s; }

    test::ManualClock m_clock;
    std::unique_ptr<test::OfflinePanel> m_place;
    std::optional<Opened> m_opened;
    int m_calls = 0;
};

void PanelOpeningTest::init()
{
    m_opened.reset();
    m_calls = 0;
    m_place = std::make_unique<test::OfflinePanel>(m_clock);
}

void PanelOpeningTest::opensWithTheLastKnownState()
{
    test::fill(*m_place->open(), 20, m_clock);
    PanelOpening opening(m_clock);
    open(opening, m_place->config());
    QVERIFY(!m_opened);
    QTRY_VERIFY_WITH_TIMEOUT(m_opened, waitLimit);
    QVERIFY(*m_opened);
    QCOMPARE((**m_opened)->fleet().count(), 20);
    QCOMPARE(m_calls, 1);
}

void PanelOpeningTest::leavesTheThreadFree()
{
    QLockFile lock(lockFile());
    QVERIFY(lock.tryLock());
    PanelOpening opening(m_clock);
    open(opening, m_place->config());
    bool isServed = false;
    QTimer::singleShot(0, this, [&isServed] { isServed = true; });
    QTRY_VERIFY_WITH_TIMEOUT(isServed, waitLimit);
    QVERIFY(!m_opened);
    lock.unlock();
    QTRY_VERIFY_WITH_TIMEOUT(m_opened, waitLimit);
    QVERIFY(*m_opened);
}

void PanelOpeningTest::reportsWhatPreventsIt()
{
    (void)m_place->open();
    PanelConfig config = m_place->config();
    config.jid = u"other@im.example.net"_s;
    PanelOpening opening(m_clock);
    open(opening, config);
    QTRY_VERIFY_WITH_TIMEOUT(m_opened, waitLimit);
    QVERIFY(!*m_opened);
    QCOMPARE(m_opened->error().facts.first().code, records::FactCode::StoreOfOther);

    m_opened.reset();
    config = m_place->config();
    config.accept = {u"a@"_s};
    open(opening, config);
    QTRY_VERIFY_WITH_TIMEOUT(m_opened, waitLimit);
    QVERIFY(!*m_opened);
    QCOMPARE(m_opened->error().error, ErrorCode::BadRequest);
}

void PanelOpeningTest::givesUp()
{
    PanelOpening opening(m_clock);
    open(opening, m_place->config());
    opening.giveUp();
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
    QCOMPARE(m_calls, 0);
}

void PanelOpeningTest::theLastOneCounts()
{
    PanelOpening opening(m_clock);
    PanelConfig first = m_place->config();
    first.storeFile += u".first"_s;
    open(opening, first);
    open(opening, m_place->config());
    QTRY_VERIFY_WITH_TIMEOUT(m_opened, waitLimit);
    QVERIFY(*m_opened);
    QCOMPARE((**m_opened)->config().storeFile, m_place->config().storeFile);
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
    QCOMPARE(m_calls, 1);
}

void PanelOpeningTest::canBeRemovedMeanwhile()
{
    auto opening = std::make_unique<PanelOpening>(m_clock);
    open(*opening, m_place->config());
    opening.reset();
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
    QCOMPARE(m_calls, 0);

    // From what it calls, too.
    opening = std::make_unique<PanelOpening>(m_clock);
    opening->open(m_place->config(), {}, [this, &opening](const Opened &panel) {
        m_calls += panel ? 1 : 0;
        opening.reset();
    });
    QTRY_COMPARE_WITH_TIMEOUT(m_calls, 1, waitLimit);
    QVERIFY(!opening);
}

QTEST_GUILESS_MAIN(PanelOpeningTest)
#include "tst_panel_opening.moc"
