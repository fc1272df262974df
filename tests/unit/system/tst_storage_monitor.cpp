// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/MemoryOverlay.h"
#include "system/StorageMonitor.h"

#include <QtTest>
#include <unistd.h>

using namespace sgn;
using namespace sgn::system;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 30'000; // ms
QStringList warnings;            // of the monitor

void collect(QtMsgType type, const QMessageLogContext &, const QString &text)
{
    if (type == QtWarningMsg) {
        warnings += text;
    }
}

} // namespace

class TestStorageMonitor : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<StorageMonitor> make(std::chrono::milliseconds interval = 1h)
    {
        return std::make_unique<StorageMonitor>(
            DeviceTree(u"/device"_s),
            [this](const QStringList &folders) {
                m_asked += folders;
                return m_answer;
            },
            interval);
    }

    QList<QStringList> m_asked;
    Result<bool> m_answer = false;

private Q_SLOTS:
    void init()
    {
        m_asked.clear();
        m_answer = false;
        warnings.clear();
        qInstallMessageHandler(&collect);
    }
    void cleanup() { qInstallMessageHandler(nullptr); }

    void needsALayer_data()
    {
        QTest::addColumn<bool>("isRootReadOnly");
        QTest::addColumn<bool>("isFolderReadOnly");
        QTest::addColumn<uint>("folderOwner");
        QTest::addColumn<Cover>("cover");
        QTest::newRow("a card that takes writes") << false << false << 1000U << Cover::NotNeeded;
        QTest::newRow("a worn card") << true << true << 1000U << Cover::Layer;
        QTest::newRow("has its layer already") << true << false << 1000U << Cover::NotNeeded;
        QTest::newRow("on another card, which is worn") << false << true << 1000U << Cover::NotNeeded;
        QTest::newRow("of root") << true << true << 0U << Cover::Refused;
        QTest::newRow("of another user") << true << true << 33U << Cover::Refused;
        QTest::newRow("of another user, with a layer") << true << false << 33U << Cover::NotNeeded;
    }

    void needsALayer()
    {
        QFETCH(bool, isRootReadOnly);
        QFETCH(bool, isFolderReadOnly);
        QFETCH(uint, folderOwner);
        QFETCH(Cover, cover);
        QCOMPARE(coverFor(isRootReadOnly, isFolderReadOnly, folderOwner, 1000), cover);
    }

    void leavesACardAloneThatTakesWrites()
    {
        const QTemporaryDir folder;
        // Not even the folders are looked at.
        const auto made = makeWritable(folder.path(), {folder.filePath(u"none"_s), u"/proc"_s}, UserAccount());
        QVERIFY(made.has_value());
        QVERIFY(!*made);
    }

    void coversTheSocketsFolderOnlyBeforeTheStart()
    {
        const auto monitor = make(1ms);
        monitor->checkAtStart();
        QCOMPARE(m_asked, QList<QStringList>({{u"/device/wdog"_s, u"/device/logs"_s, u"/device/downloads"_s}}));
        monitor->begin();
        QTRY_VERIFY_WITH_TIMEOUT(m_asked.size() >= 3, patience);
        QCOMPARE(m_asked[1], (QStringList{u"/device/logs"_s, u"/device/downloads"_s}));
        QCOMPARE(m_asked[2], m_asked[1]);
        QVERIFY(warnings.isEmpty());
    }

    void logsAFindingOfTheStartWhenThereIsALog()
    {
        m_answer = true;
        const auto monitor = make();
        monitor->checkAtStart();
        QVERIFY(warnings.isEmpty());
        monitor->begin();
        QCOMPARE(warnings.size(), 1);
        QVERIFY(warnings.front().startsWith(u"the card is read-only: what is written now goes to memory"_s));
    }

    void logsEachFindingOnce()
    {
        const auto monitor = make(1ms);
        monitor->checkAtStart();
        monitor->begin();
        QTRY_VERIFY_WITH_TIMEOUT(m_asked.size() >= 2, patience);
        m_answer = fail(ErrorCode::Io, u"no folder in /run"_s);
        QTRY_COMPARE_WITH_TIMEOUT(warnings.size(), 1, patience);
        QVERIFY(warnings.front().endsWith(u"there is no memory in its place: no folder in /run"_s));
        const qsizetype seen = m_asked.size();
        QTRY_VERIFY_WITH_TIMEOUT(m_asked.size() >= seen + 3, patience);
        QCOMPARE(warnings.size(), 1);
        m_answer = true; // made it now
        QTRY_COMPARE_WITH_TIMEOUT(warnings.size(), 2, patience);
        m_answer = false; // has it
        const qsizetype later = m_asked.size();
        QTRY_VERIFY_WITH_TIMEOUT(m_asked.size() >= later + 3, patience);
        QCOMPARE(warnings.size(), 2);
    }
};

QTEST_GUILESS_MAIN(TestStorageMonitor)
#include "tst_storage_monitor.moc"
