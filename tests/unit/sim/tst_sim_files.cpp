// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/Accounts.h"
#include "sim/Behaviour.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::sim;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestSimFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAccounts()
    {
        const auto accounts = parseAccounts(
            "# a fleet\n\n m1@Example.org:se:cret \npanel@example.org:p\nm2@example.org:x\n", u"panel@example.org"_s);
        QVERIFY(accounts);
        QCOMPARE(*accounts, (QList<DeviceAccount>{{u"m1@example.org"_s, u"se:cret"_s}, {u"m2@example.org"_s, u"x"_s}}));
    }

    void namesBadAccounts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("words");
        QTest::newRow("no colon") << QByteArray("m1@example.org\n") << u"line 1 isn't JID:PASSWORD"_s;
        QTest::newRow("no password") << QByteArray("m1@example.org:\n") << u"line 1 isn't JID:PASSWORD"_s;
        QTest::newRow("no JID") << QByteArray("m1@example.org:a\nm2:secret\n") << u"line 2 isn't JID:PASSWORD"_s;
        QTest::newRow("a full JID") << QByteArray("m1@example.org/x:secret\n") << u"line 1 isn't JID:PASSWORD"_s;
        QTest::newRow("twice") << QByteArray("m1@example.org:a\nM1@example.org:b\n") << u"line 2: the account m1"_s;
    }

    void namesBadAccounts()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const QString, words);
        const auto accounts = parseAccounts(text, {});
        QVERIFY(!accounts);
        QCOMPARE(accounts.error().code, ErrorCode::BadFile);
        QVERIFY2(accounts.error().message.startsWith(words), qPrintable(accounts.error().message));
        QVERIFY(!accounts.error().message.contains(u"secret"_s));
    }

    void readsBehaviourOverDefaults()
    {
        const auto same = parseBehaviour("{}");
        QVERIFY(same);
        QCOMPARE(*same, Behaviour());
        const auto other = parseBehaviour(
            R"({"modern":false,"processes":[{"process_name":"dlms","version":7}],"dead_percent":3,"answer_ms":[0,5],)"
            R"("update_ms":[1000,1000],"update_fails_percent":100,"event_every_ms":60000,"switch_on_ms":0})");
        QVERIFY2(other, other ? "" : qPrintable(other.error().message));
        Behaviour expected;
        expected.modern = false;
        expected.processes = {{u"dlms"_s, 7}};
        expected.deadPercent = 3;
        expected.answer = {0ms, 5ms};
        expected.update = {1s, 1s};
        expected.updateFailsPercent = 100;
        expected.eventEvery = 60s;
        expected.switchOn = 0ms;
        QCOMPARE(*other, expected);
    }

    void namesBadBehaviours_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("words");
        QTest::newRow("no JSON") << QByteArray("modern: yes") << u""_s;
        QTest::newRow("no object") << QByteArray("[]") << u""_s;
        QTest::newRow("unknown field") << QByteArray(R"({"dead":3})") << u"\"dead\""_s;
        QTest::newRow("percent") << QByteArray(R"({"dead_percent":101})") << u"\"dead_percent\""_s;
        QTest::newRow("one bound") << QByteArray(R"({"answer_ms":[5]})") << u"\"answer_ms\""_s;
        QTest::newRow("bounds the wrong way round") << QByteArray(R"({"answer_ms":[5,4]})") << u"\"answer_ms\""_s;
        QTest::newRow("bounds that are texts") << QByteArray(R"({"answer_ms":["5","6"]})") << u"\"answer_ms\""_s;
        QTest::newRow("negative") << QByteArray(R"({"event_every_ms":-1})") << u"\"event_every_ms\""_s;
        QTest::newRow("no process") << QByteArray(R"({"processes":[]})") << u"\"processes\""_s;
        QTest::newRow("a bad process") << QByteArray(R"({"processes":[{"process_name":"a/b","version":1}]})") << u""_s;
    }

    void namesBadBehaviours()
    {
        QFETCH(const QByteArray, json);
        QFETCH(const QString, words);
        const auto behaviour = parseBehaviour(json);
        QVERIFY(!behaviour);
        QCOMPARE(behaviour.error().code, ErrorCode::BadFile);
        QVERIFY2(behaviour.error().message.contains(words), qPrintable(behaviour.error().message));
    }
};

QTEST_GUILESS_MAIN(TestSimFiles)
#include "tst_sim_files.moc"
