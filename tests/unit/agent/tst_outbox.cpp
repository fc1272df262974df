// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Outbox.h"
#include "agent/OutboxSender.h"
#include "FakePanelLink.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace Qt::StringLiterals;

class TestOutbox : public QObject
{
    Q_OBJECT

private:
    static void write(const QString &path, const QByteArray &content)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }

private Q_SLOTS:
    void keepsLettersInOrderOverARestart()
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

    void holdsTheSameLetterOnce()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        QVERIFY(outbox.put(u"a"_s, "{}"));
        QVERIFY(outbox.put(u"a"_s, "{}"));
        QCOMPARE(outbox.letters().size(), 1);
    }

    void dropsTheOldestBeyondItsCapacity()
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

    void removesFilesThatAreNoLetters_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << u"000000000001-a.json"_s << QByteArray();
        QTest::newRow("cut") << u"000000000001-a.json"_s << QByteArray("{\"a\":");
        QTest::newRow("a left-over temporary file") << u"000000000001-a.json.Xy12ab"_s << QByteArray("{}");
        QTest::newRow("another name") << u"letter.json"_s << QByteArray("{}");
        QTest::newRow("too long") << u"000000000001-a.json"_s << QByteArray(100'000, ' ') + "{}";
    }

    void removesFilesThatAreNoLetters()
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

    void sendsUntilItIsAcknowledged()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        FakePanelLink link;
        OutboxSender sender(outbox, link);
        sender.post(u"a"_s, R"({"n":1})");
        QVERIFY(link.sent.isEmpty());

        link.acknowledges = false;
        link.goOnline();
        sender.post(u"b"_s, R"({"n":2})");
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

    void dropsWhatCanNeverBeSent()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        FakePanelLink link;
        link.acknowledges = false;
        OutboxSender sender(outbox, link);
        link.goOnline();
        sender.post(u"a"_s, "{}");
        Q_EMIT link.notSent(link.unanswered.first(), Error{ErrorCode::TooLarge, u"too large"_s});
        QVERIFY(outbox.letters().isEmpty());
    }

    // The server acknowledged it and returned it a minute later.
    void sendsAgainWhatTheServerReturns()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        FakePanelLink link;
        OutboxSender sender(outbox, link);
        link.goOnline();
        sender.post(u"a"_s, R"({"n":1})");
        sender.post(u"b"_s, R"({"n":2})");
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
        Q_EMIT link.returned(1);
        Q_EMIT link.returned(1);
        Q_EMIT link.returned(77);
        QCOMPARE(outbox.letters().size(), 1);
        QCOMPARE(link.sent.size(), 2);
        // After a pause, or at a new login.
        link.goOffline();
        link.goOnline();
        QCOMPARE(link.sent.size(), 3);
        QCOMPARE(link.sent.last(), QByteArray(R"({"n":1})"));
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
    }

    void dropsAReturnedLetterThatWasReplaced()
    {
        const QTemporaryDir folder;
        Outbox outbox(folder.path());
        FakePanelLink link;
        OutboxSender sender(outbox, link);
        link.goOnline();
        sender.postNewest(u"ocr"_s, R"({"n":1})");
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
        sender.postNewest(u"ocr"_s, R"({"n":2})");
        QTRY_VERIFY_WITH_TIMEOUT(outbox.letters().isEmpty(), 10'000);
        Q_EMIT link.returned(1);
        QVERIFY(outbox.letters().isEmpty());
        Q_EMIT link.returned(2);
        QCOMPARE(outbox.letters().size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestOutbox)
#include "tst_outbox.moc"
