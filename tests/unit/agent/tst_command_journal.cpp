// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/CommandJournal.h"
#include "agent/CommandLedger.h"
#include "FakePanelLink.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// The commands that outlive a restart, and their replies.
class TestCommandJournal : public QObject
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
    void survivesARestart()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"commands.json"_s);
        {
            CommandJournal journal(path);
            QVERIFY(journal.load());
            QVERIFY(journal.begin(key(1), u"smart_meter_update"_s));
            QVERIFY(journal.begin(key(2), u"restart_process"_s));
            QVERIFY(journal.finish(key(1), u"smart_meter_update"_s, "{\"remarks\":\"\\u00e4\\n\"}"));
        }
        CommandJournal journal(path);
        QVERIFY(journal.load());
        QCOMPARE(journal.find(key(1))->reply, "{\"remarks\":\"\\u00e4\\n\"}");
        QCOMPARE(journal.unfinished().size(), 1);
        QCOMPARE(journal.unfinished().first().key, key(2));
        QVERIFY(journal.find(key(1, 'b')) == nullptr);
        QVERIFY(journal.find(key(3)) == nullptr);
    }

    void isBoundedButKeepsRunningCommands()
    {
        const QTemporaryDir folder;
        CommandJournal journal(folder.filePath(u"commands.json"_s), 3);
        QVERIFY(journal.begin(key(1), u"a"_s));
        for (CommandNo number = 2; number <= 6; ++number) {
            QVERIFY(journal.finish(key(number), u"a"_s, "{}"));
        }
        QVERIFY(journal.find(key(1)) != nullptr);
        QVERIFY(journal.find(key(4)) == nullptr);
        QVERIFY(journal.find(key(5)) != nullptr);
        QVERIFY(journal.find(key(6)) != nullptr);
    }

    void treatsSignaturesBeforeForgottenOnesAsForgotten()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"commands.json"_s);
        const QDateTime start(QDate(2026, 1, 1), QTime(0, 0), Qt::UTC);
        const auto signedKey = [&](CommandNo number, int second) {
            return CommandKey{number, QByteArray(32, 'a'), start.addSecs(second)};
        };
        {
            CommandJournal journal(path, 3);
            // In whatever order they come; the newest of those dropped counts.
            for (const CommandNo number : {2U, 5U, 1U, 6U, 3U}) {
                QVERIFY(!journal.mayBeForgotten(signedKey(number, static_cast<int>(number))));
                QVERIFY(journal.finish(signedKey(number, static_cast<int>(number)), u"a"_s, "{}"));
            }
            QVERIFY(journal.mayBeForgotten(signedKey(2, 2)));
        }
        CommandJournal journal(path, 3);
        QVERIFY(journal.load());
        QVERIFY(journal.mayBeForgotten(signedKey(2, 2)));
        QVERIFY(journal.mayBeForgotten(signedKey(9, 5)));
        QVERIFY(!journal.mayBeForgotten(signedKey(9, 6)));
        QVERIFY(!journal.mayBeForgotten(signedKey(1, 1))); // on record
        QVERIFY(!journal.mayBeForgotten(key(9)));          // not signed
        // Unsigned commands change nothing for signed ones.
        for (CommandNo number = 20; number < 29; ++number) {
            QVERIFY(journal.finish(key(number), u"a"_s, "{}"));
        }
        QVERIFY(journal.mayBeForgotten(signedKey(6, 6)));
        QVERIFY(!journal.mayBeForgotten(signedKey(9, 7)));
    }

    void quarantinesADamagedFile_data()
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

    void quarantinesADamagedFile()
    {
        QFETCH(const QByteArray, content);
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"commands.json"_s);
        write(path, content);
        CommandJournal journal(path);
        QVERIFY(!journal.load());
        QVERIFY(QFile::exists(path + u".damaged"_s));
        QVERIFY(journal.begin(key(1), u"a"_s));
        QVERIFY(CommandJournal(path).load());
    }

    // The files' folders are missing, which fails like a full disk.
    void makesAReplyDurableOnceTheDiskTakesIt()
    {
        const QTemporaryDir folder;
        const QString disk = folder.filePath(u"disk"_s);
        Outbox outbox(disk + u"/outbox"_s);
        CommandJournal journal(disk + u"/commands.json"_s);
        FakePanelLink link;
        OutboxSender sender(outbox, link);
        CommandLedger ledger(journal, sender);
        QVERIFY(!ledger.answer(key(1), u"a"_s, R"({"first":1})"));
        QVERIFY(!ledger.answer(key(1), u"a"_s, R"({"first":1})"));
        QVERIFY(QDir().mkpath(disk + u"/outbox"_s));
        QVERIFY(ledger.answer(key(1), u"a"_s, R"({"first":1})"));

        Outbox again(disk + u"/outbox"_s);
        QVERIFY(again.load());
        QCOMPARE(again.letters().size(), 1);
        CommandJournal journalAgain(disk + u"/commands.json"_s);
        QVERIFY(journalAgain.load());
        QCOMPARE(journalAgain.find(key(1))->reply, R"({"first":1})");
    }

    void keepsOneReplyForEachCommand()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.filePath(u"outbox"_s));
        QVERIFY(outbox.load());
        CommandJournal journal(folder.filePath(u"commands.json"_s));
        FakePanelLink link;
        OutboxSender sender(outbox, link);
        CommandLedger ledger(journal, sender);
        ledger.begin(key(1), u"a"_s);
        ledger.answer(key(1), u"a"_s, R"({"first":1})");
        ledger.answer(key(1), u"a"_s, R"({"second":1})");
        QCOMPARE(outbox.letters().size(), 1);
        QCOMPARE(ledger.find(key(1))->reply, R"({"first":1})");
        // Not sent yet: one letter suffices. Sent: a repeat of the command sends it again.
        ledger.repeat(*ledger.find(key(1)));
        QCOMPARE(outbox.letters().size(), 1);
        link.goOnline();
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
        ledger.repeat(*ledger.find(key(1)));
        QCOMPARE(link.sent, (QList<QByteArray>{R"({"first":1})", R"({"first":1})"}));
    }
};

QTEST_GUILESS_MAIN(TestCommandJournal)
#include "tst_command_journal.moc"
