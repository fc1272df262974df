// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/CommandJournal.h"
#include "agent/CommandLedger.h"
#include "agent/Outbox.h"
#include "agent/OutboxSender.h"
#include "agent/TrustedTime.h"
#include "FakePanelLink.h"
#include "support/ManualClock.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What outlives a restart: outbox, record of commands, the server's time.
class TestOutbox : public QObject
{
    Q_OBJECT

private:
    static CommandKey key(CommandNo number, char content = 'a') { return {number, QByteArray(32, content)}; }

    static void write(const QString &path, const QByteArray &content)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }

private Q_SLOTS:
    void lettersSurviveARestartInOrder()
    {
        const QTemporaryDir folder;
        QList<Outbox::Letter> letters;
        {
            Outbox outbox(folder.filePath(u"outbox"_s));
            QVERIFY(outbox.load());
            for (int i = 0; i < 12; ++i) {
                QVERIFY(outbox.put(u"k%1"_s.arg(i), R"({"n":)" + QByteArray::number(i) + '}'));
            }
            outbox.remove(outbox.letters().at(3).sequence);
            letters = outbox.letters();
        }
        Outbox again(folder.filePath(u"outbox"_s));
        QVERIFY(again.load());
        QCOMPARE(again.letters(), letters);
        QCOMPARE(again.letters().size(), 11);
        QVERIFY(again.put(u"k12"_s, "{}"));
        QVERIFY(again.letters().last().sequence > letters.last().sequence);
    }

    void theSameLetterIsInTheBoxOnce()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        QVERIFY(outbox.put(u"a"_s, "{}"));
        QVERIFY(outbox.put(u"a"_s, "{}"));
        QCOMPARE(outbox.letters().size(), 1);
    }

    void theBoxIsBounded()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path(), 3);
        for (int i = 0; i < 5; ++i) {
            QVERIFY(outbox.put(u"k%1"_s.arg(i), "{}"));
        }
        QCOMPARE(outbox.letters().size(), 3);
        QCOMPARE(outbox.letters().first().key, u"k2"_s);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 3);
    }

    void whatIsNoLetterIsRemoved_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << u"000000000001-a.json"_s << QByteArray();
        QTest::newRow("cut") << u"000000000001-a.json"_s << QByteArray("{\"a\":");
        QTest::newRow("a left-over temporary file") << u"000000000001-a.json.Xy12ab"_s << QByteArray("{}");
        QTest::newRow("another name") << u"letter.json"_s << QByteArray("{}");
        QTest::newRow("too long") << u"000000000001-a.json"_s << QByteArray(100'000, ' ') + "{}";
    }

    void whatIsNoLetterIsRemoved()
    {
        QFETCH(const QString, name);
        QFETCH(const QByteArray, content);
        const QTemporaryDir folder;
        write(folder.filePath(name), content);
        write(folder.filePath(u"000000000002-b.json"_s), "{}");
        Outbox outbox(folder.path());
        QVERIFY(outbox.load());
        QCOMPARE(outbox.letters().size(), 1);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{u"000000000002-b.json"_s});
    }

    void mailGoesOutUntilItIsAcknowledged()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        FakePanelLink link;
        OutboxSender mail(outbox, link);
        mail.post(u"a"_s, R"({"n":1})");
        QVERIFY(link.sent.isEmpty());

        link.acknowledges = false;
        link.goOnline();
        mail.post(u"b"_s, R"({"n":2})");
        QCOMPARE(link.sent, (QList<QByteArray>{R"({"n":1})", R"({"n":2})"}));
        link.goOffline();
        QCOMPARE(outbox.letters().size(), 2);

        link.acknowledges = true;
        link.goOnline();
        QCOMPARE(link.sent.size(), 4);
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
        link.goOffline();
        link.goOnline();
        QCOMPARE(link.sent.size(), 4);
    }

    void whatCanNeverBeSentIsDropped()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        FakePanelLink link;
        link.acknowledges = false;
        OutboxSender mail(outbox, link);
        link.goOnline();
        mail.post(u"a"_s, "{}");
        Q_EMIT link.notSent(link.unanswered.first(), Error{ErrorCode::TooLarge, u"too large"_s});
        QVERIFY(outbox.letters().isEmpty());
    }

    // The server had it, and gave it back a minute later.
    void whatComesBackIsSentAgain()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        FakePanelLink link;
        OutboxSender mail(outbox, link);
        link.goOnline();
        mail.post(u"a"_s, R"({"n":1})");
        mail.post(u"b"_s, R"({"n":2})");
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
        Q_EMIT link.returned(1);
        Q_EMIT link.returned(1);
        Q_EMIT link.returned(77);
        QCOMPARE(outbox.letters().size(), 1);
        QCOMPARE(link.sent.size(), 2);
        // After a pause; a new login is reason enough too.
        link.goOffline();
        link.goOnline();
        QCOMPARE(link.sent.size(), 3);
        QCOMPARE(link.sent.last(), QByteArray(R"({"n":1})"));
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
    }

    void oldNewsThatComesBackIsDropped()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        FakePanelLink link;
        OutboxSender mail(outbox, link);
        link.goOnline();
        mail.postNewest(u"ocr"_s, R"({"n":1})");
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
        mail.postNewest(u"ocr"_s, R"({"n":2})");
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
        Q_EMIT link.returned(1);
        QVERIFY(outbox.letters().isEmpty());
        Q_EMIT link.returned(2);
        QCOMPARE(outbox.letters().size(), 1);
    }

    void recordSurvivesARestart()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"commands.json"_s);
        {
            CommandJournal record(path);
            QVERIFY(record.load());
            QVERIFY(record.begin(key(1), u"smart_meter_update"_s));
            QVERIFY(record.begin(key(2), u"restart_process"_s));
            QVERIFY(record.finish(key(1), u"smart_meter_update"_s, "{\"remarks\":\"\\u00e4\\n\"}"));
        }
        CommandJournal record(path);
        QVERIFY(record.load());
        QCOMPARE(record.find(key(1))->reply, "{\"remarks\":\"\\u00e4\\n\"}");
        QCOMPARE(record.unfinished().size(), 1);
        QCOMPARE(record.unfinished().first().key, key(2));
        QVERIFY(record.find(key(1, 'b')) == nullptr);
        QVERIFY(record.find(key(3)) == nullptr);
    }

    void recordIsBoundedButKeepsWhatRuns()
    {
        const QTemporaryDir folder;
        CommandJournal record(folder.filePath(u"commands.json"_s), 3);
        QVERIFY(record.begin(key(1), u"a"_s));
        for (CommandNo number = 2; number <= 6; ++number) {
            QVERIFY(record.finish(key(number), u"a"_s, "{}"));
        }
        QVERIFY(record.find(key(1)) != nullptr);
        QVERIFY(record.find(key(4)) == nullptr);
        QVERIFY(record.find(key(5)) != nullptr);
        QVERIFY(record.find(key(6)) != nullptr);
    }

    void whatWasSignedBeforeTheForgottenMayBeOneOfThem()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"commands.json"_s);
        const QDateTime start(QDate(2026, 1, 1), QTime(0, 0), Qt::UTC);
        const auto signedKey = [&](CommandNo number, int second) {
            return CommandKey{number, QByteArray(32, 'a'), start.addSecs(second)};
        };
        {
            CommandJournal record(path, 3);
            // In whatever order they come; the newest of those dropped counts.
            for (const CommandNo number : {2U, 5U, 1U, 6U, 3U}) {
                QVERIFY(!record.mayBeForgotten(signedKey(number, static_cast<int>(number))));
                QVERIFY(record.finish(signedKey(number, static_cast<int>(number)), u"a"_s, "{}"));
            }
            QVERIFY(record.mayBeForgotten(signedKey(2, 2)));
        }
        CommandJournal record(path, 3);
        QVERIFY(record.load());
        QVERIFY(record.mayBeForgotten(signedKey(2, 2)));
        QVERIFY(record.mayBeForgotten(signedKey(9, 5)));
        QVERIFY(!record.mayBeForgotten(signedKey(9, 6)));
        QVERIFY(!record.mayBeForgotten(signedKey(1, 1))); // remembered
        QVERIFY(!record.mayBeForgotten(key(9)));          // nobody signed it
        // What nobody signed tells nothing about those that were.
        for (CommandNo number = 20; number < 29; ++number) {
            QVERIFY(record.finish(key(number), u"a"_s, "{}"));
        }
        QVERIFY(record.mayBeForgotten(signedKey(6, 6)));
        QVERIFY(!record.mayBeForgotten(signedKey(9, 7)));
    }

    void aDamagedRecordIsSetAside_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("zeros") << QByteArray(100, '\0');
        QTest::newRow("cut") << QByteArray(R"({"commands":[{"command_no":1)");
        QTest::newRow("no list") << QByteArray(R"({"commands":{}})");
        QTest::newRow("bad entry") << QByteArray(R"({"commands":[{"command_no":-1,"fingerprint":"00"}]})");
        QTest::newRow("no entry") << QByteArray(R"({"commands":[7]})");
        QTest::newRow("no time") << QByteArray(R"({"commands":[],"forgotten_until":"yesterday"})");
    }

    void aDamagedRecordIsSetAside()
    {
        QFETCH(const QByteArray, content);
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"commands.json"_s);
        write(path, content);
        CommandJournal record(path);
        QVERIFY(!record.load());
        QVERIFY(QFile::exists(path + u".bad"_s));
        QVERIFY(record.begin(key(1), u"a"_s));
        QVERIFY(CommandJournal(path).load());
    }

    // The folders that the files belong into are missing, as good as a full disk.
    void anAnswerIsSafeOnceTheDiskTakesIt()
    {
        const QTemporaryDir folder;
        const QString disk = folder.filePath(u"disk"_s);
        Outbox outbox(disk + u"/outbox"_s);
        CommandJournal record(disk + u"/commands.json"_s);
        FakePanelLink link;
        OutboxSender mail(outbox, link);
        CommandLedger book(record, mail);
        QVERIFY(!book.answer(key(1), u"a"_s, R"({"first":1})"));
        QVERIFY(!book.answer(key(1), u"a"_s, R"({"first":1})"));
        QVERIFY(QDir().mkpath(disk + u"/outbox"_s));
        QVERIFY(book.answer(key(1), u"a"_s, R"({"first":1})"));

        Outbox again(disk + u"/outbox"_s);
        QVERIFY(again.load());
        QCOMPARE(again.letters().size(), 1);
        CommandJournal recordAgain(disk + u"/commands.json"_s);
        QVERIFY(recordAgain.load());
        QCOMPARE(recordAgain.find(key(1))->reply, R"({"first":1})");
    }

    void oneAnswerForEachCommand()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.filePath(u"outbox"_s));
        QVERIFY(outbox.load());
        CommandJournal record(folder.filePath(u"commands.json"_s));
        FakePanelLink link;
        OutboxSender mail(outbox, link);
        CommandLedger book(record, mail);
        book.begin(key(1), u"a"_s);
        book.answer(key(1), u"a"_s, R"({"first":1})");
        book.answer(key(1), u"a"_s, R"({"second":1})");
        QCOMPARE(outbox.letters().size(), 1);
        QCOMPARE(book.find(key(1))->reply, R"({"first":1})");
        // Not sent yet: one letter is enough. Sent: a repeat of the command gets it again.
        book.repeat(*book.find(key(1)));
        QCOMPARE(outbox.letters().size(), 1);
        link.goOnline();
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
        book.repeat(*book.find(key(1)));
        QCOMPARE(link.sent, (QList<QByteArray>{R"({"first":1})", R"({"first":1})"}));
    }

    void timeIsTheServers()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"server-time.json"_s);
        ManualClock clock;
        clock.setWall(QDateTime(QDate(1970, 1, 1), QTime(0, 0), Qt::UTC));
        const QDateTime now(QDate(2026, 3, 1), QTime(12, 0), Qt::UTC);
        {
            TrustedTime time(path, clock);
            QVERIFY(!time.isKnown());
            QVERIFY(!time.isPast(now.addYears(-50))); // nothing is known, nothing is refused
            time.raiseFloor(now.addSecs(-60));
            QVERIFY(time.isPast(now.addSecs(-61)));
            QVERIFY(!time.isPast(now));
            time.set(std::chrono::milliseconds(clock.wallUtc().msecsTo(now)));
            QVERIFY(time.isKnown());
            QVERIFY(!time.isPast(now.addSecs(5)));
            clock.advance(10s);
            QVERIFY(time.isPast(now.addSecs(5)));
            // Only the wall time jumps: no matter.
            clock.setWall(QDateTime(QDate(2036, 1, 1), QTime(0, 0), Qt::UTC));
            QVERIFY(!time.isPast(now.addSecs(60)));
        }
        const TrustedTime restarted(path, clock);
        QVERIFY(!restarted.isKnown());
        QVERIFY(restarted.isPast(now.addSecs(-1)));
        QVERIFY(!restarted.isPast(now.addSecs(60)));
    }
};

QTEST_GUILESS_MAIN(TestOutbox)
#include "tst_outbox.moc"
