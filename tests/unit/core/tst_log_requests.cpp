// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/CommandLog.h"
#include "core/LogRequests.h"
#include "store/Store.h"
#include "support/ManualClock.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::store;
using namespace Qt::StringLiterals;

namespace {

const QString a = u"a@localhost"_s;
const QString b = u"b@localhost"_s;

} // namespace

class LogRequestsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void announcesEveryTarget();
    void matchesAReplyWithoutANumberToTheOldestRequest();
    void waitsForLogsThatHaveAnAddress();
    void reportsAFailureOnce_data();
    void reportsAFailureOnce();
    void ignoresWhatWasNotAskedFor_data();
    void ignoresWhatWasNotAskedFor();
    void ignoresTheLogsOfAnotherRequest();
    void leavesLogsOfAnotherClientToIt();

private:
    [[nodiscard]] CommandNo submitted(const QStringList &jids)
    {
        QSignalSpy queued(m_log.get(), &CommandLog::targetsQueued);
        const auto number = m_requests->submit(jids, u"dashboard"_s);
        if (!number || (queued.isEmpty() && !queued.wait(10'000))) {
            return 0;
        }
        return *number;
    }
    [[nodiscard]] CommandNo sent(const QStringList &jids)
    {
        const CommandNo number = submitted(jids);
        for (const QString &jid : jids) {
            m_log->markHandedOver(number, jid);
        }
        return number;
    }
    [[nodiscard]] TargetState stateOf(CommandNo number, const QString &jid)
    {
        return m_log->target(number, jid)->state;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    test::ManualClock m_clock;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<CommandLog> m_log;
    std::unique_ptr<LogRequests> m_requests;
};

void LogRequestsTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    auto store = Store::open(m_folder->filePath(u"panel.sqlite"_s), u"panel@localhost"_s);
    QVERIFY(store);
    m_store = *std::move(store);
    m_log = std::make_unique<CommandLog>(*m_store, m_clock, CommandNumbers([] { return CommandNo{1}; }));
    m_requests = std::make_unique<LogRequests>(*m_log, m_clock);
}

void LogRequestsTest::cleanup()
{
    m_requests.reset();
    m_log.reset();
    m_store.reset();
}

void LogRequestsTest::announcesEveryTarget()
{
    QSet<QString> opened;
    connect(m_requests.get(), &LogRequests::opened, this, [&](CommandNo, const QString &jid) { opened += jid; });
    const CommandNo number = submitted({a, b});
    QCOMPARE(opened, (QSet<QString>{a, b}));
    QVERIFY(m_requests->isOpen(number, a));
    QVERIFY(!m_requests->isOpen(number, u"c@localhost"_s) && !m_requests->isOpen(number + 1, a));
    QVERIFY(m_log->find(number)->command.notAfter == m_clock.wallUtc().addDays(1));
}

void LogRequestsTest::matchesAReplyWithoutANumberToTheOldestRequest()
{
    const CommandNo unsent = submitted({a});
    const CommandNo first = sent({a});
    const CommandNo second = sent({a});
    LogsReply reply;
    reply.success = true;
    QCOMPARE(m_requests->apply(a, reply, {m_clock.wallUtc()}), first);
    QVERIFY(stateOf(first, a) == TargetState::Done);
    QCOMPARE(m_requests->apply(a, reply, {m_clock.wallUtc()}), second);
    QCOMPARE(m_requests->apply(a, reply, {m_clock.wallUtc()}), CommandNo{0});
    QVERIFY(stateOf(unsent, a) == TargetState::Queued);
}

void LogRequestsTest::waitsForLogsThatHaveAnAddress()
{
    const CommandNo first = sent({a});
    const CommandNo second = sent({a});
    LogsReply reply;
    reply.success = true;
    reply.url = QUrl(u"https://localhost/logs.zip"_s);
    QCOMPARE(m_requests->apply(a, reply, {m_clock.wallUtc()}), first);
    QVERIFY(stateOf(first, a) == TargetState::Running);
    QCOMPARE(m_log->target(first, a)->deviceState, u"downloading"_s);
    QCOMPARE(m_requests->apply(a, reply, {m_clock.wallUtc()}), second);
    m_requests->finish(first, a, {});
    QVERIFY(stateOf(first, a) == TargetState::Done);
    m_requests->finish(second, a, fail(ErrorCode::HashMismatch, FactCode::LogsHashDiffers));
    QVERIFY(stateOf(second, a) == TargetState::Failed);
    QCOMPARE(m_log->target(second, a)->facts, (Facts{{FactCode::LogsHashDiffers, {}}}));
}

void LogRequestsTest::reportsAFailureOnce_data()
{
    QTest::addColumn<QString>("remarks");
    QTest::addColumn<Facts>("facts");
    QTest::newRow("with a cause") << u"no space left"_s << Facts{};
    QTest::newRow("without a cause") << QString() << Facts{{FactCode::DeviceUploadFailed, {}}};
}

void LogRequestsTest::reportsAFailureOnce()
{
    QFETCH(const QString, remarks);
    QFETCH(const Facts, facts);
    QList<Problem> failures;
    connect(m_requests.get(), &LogRequests::failed, this,
            [&](CommandNo, const QString &, const Problem &why) { failures += why; });
    const CommandNo number = sent({a});
    LogsReply reply;
    reply.success = false;
    reply.remarks = remarks;
    QCOMPARE(m_requests->apply(a, reply, {m_clock.wallUtc()}), number);
    m_requests->finish(number, a, fail(failures.value(0)));
    QCOMPARE(failures.size(), 1);
    QCOMPARE(failures.at(0).text, remarks);
    QCOMPARE(failures.at(0).facts, facts);
    QVERIFY(stateOf(number, a) == TargetState::Failed);
}

void LogRequestsTest::ignoresWhatWasNotAskedFor_data()
{
    QTest::addColumn<QString>("jid");
    QTest::addColumn<quint32>("number");
    QTest::newRow("another device") << b << quint32{1};
    QTest::newRow("an unknown address") << u"x@evil.example"_s << quint32{1};
    QTest::newRow("another number") << a << quint32{3};
    QTest::newRow("the last number") << a << quint32{2147483647};
    QTest::newRow("another command") << a << quint32{2};
}

void LogRequestsTest::ignoresWhatWasNotAskedFor()
{
    QFETCH(const QString, jid);
    QFETCH(const quint32, number);
    const CommandNo mine = sent({a});
    const auto reboot = m_log->submit(RebootSystem{}, {a}, {});
    QVERIFY(mine == 1 && reboot && *reboot == 2);
    m_log->markHandedOver(*reboot, a);
    LogsReply reply;
    reply.success = true;
    reply.number = number;
    QCOMPARE(m_requests->apply(jid, reply, {m_clock.wallUtc()}), CommandNo{0});
    QVERIFY(stateOf(mine, a) == TargetState::Queued);
    QVERIFY(stateOf(*reboot, a) == TargetState::Queued);
}

void LogRequestsTest::ignoresTheLogsOfAnotherRequest()
{
    const CommandNo number = sent({a});
    LogsReply reply;
    reply.success = true;
    reply.number = number;
    reply.url = QUrl(u"https://localhost/logs.zip"_s);
    reply.request = u"0123456789abcdef"_s;
    QCOMPARE(m_requests->apply(a, reply, {m_clock.wallUtc()}), CommandNo{0});
    reply.request = m_log->find(number)->command.request;
    QCOMPARE(m_requests->apply(a, reply, {m_clock.wallUtc()}), number);
}

void LogRequestsTest::leavesLogsOfAnotherClientToIt()
{
    QSignalSpy opened(m_requests.get(), &LogRequests::opened);
    Command command;
    command.body = UploadLogs{};
    command.number = 70;
    m_log->observe(command, a, m_clock.wallUtc(), u"psi"_s);
    LogsReply reply;
    reply.success = true;
    reply.number = 70;
    reply.url = QUrl(u"https://localhost/logs.zip"_s);
    QCOMPARE(m_requests->apply(a, reply, {m_clock.wallUtc()}), CommandNo{0});
    QVERIFY(stateOf(70, a) == TargetState::Done);
    QVERIFY(opened.isEmpty());
}

QTEST_GUILESS_MAIN(LogRequestsTest)
#include "tst_log_requests.moc"
