// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/ProgressGate.h"
#include "update/UpdateJournal.h"
#include "update/UpdateState.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::update;
using namespace Qt::StringLiterals;

class TestUpdateState : public QObject
{
    Q_OBJECT

private:
    static constexpr std::array allStates{State::Accepted, State::Downloading, State::Verifying,  State::Staging,
                                          State::Waiting,  State::Swapping,    State::Confirming, State::RollingBack,
                                          State::Done,     State::RolledBack,  State::Failed};

    static void collect(State from, QList<State> path)
    {
        QVERIFY2(!path.contains(from), "the table has a cycle");
        path += from;
        for (const Transition &transition : transitions) {
            if (transition.from == from) {
                collect(transition.to, path);
            }
        }
    }

    static Record fullRecord()
    {
        Record record;
        record.order.number = 10;
        record.order.fingerprint = QByteArray(32, 'f');
        UpdateCommand update;
        update.url = QUrl(u"https://example.com/a%20b.zip?key=1"_s);
        update.processes = {{u"ocr"_s, 2}, {u"zähler"_s, 3}};
        update.sha256 = QByteArray(32, 'a');
        update.size = 1234;
        update.force = true;
        record.order.task = update;
        record.order.progress = true;
        record.order.notAfter = QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);
        record.state = State::Confirming;
        record.starts = 2;
        record.fruitlessStarts = 3;
        record.bytesAtStart = 99;
        record.elapsedMs = 4711;
        record.bytes = 1234;
        record.sha256 = QByteArray(32, 'a');
        record.assembled = true;
        record.stagedId = std::numeric_limits<quint64>::max();
        record.swapped = true;
        record.before = {{u"ocr"_s, 1}};
        record.error = Error{ErrorCode::NotHealthy, u"ocr is hung"_s};
        record.remarks = u"r"_s;
        record.version = 3;
        record.versionBefore = 0;
        record.sitePackages = u"/home/pi/.local/lib/python3.7/site-packages"_s;
        record.log = {u"12:00:00 confirming"_s, u"ocr: Traceback"_s};
        return record;
    }

private Q_SLOTS:
    void endsEveryUpdate() { collect(State::Accepted, {}); }

    void reachesAndLeavesEveryState()
    {
        QSet<State> reached{State::Accepted};
        for (const Transition &transition : transitions) {
            reached += transition.to;
            QVERIFY(!isFinal(transition.from));
        }
        for (const State state : allStates) {
            QVERIFY2(reached.contains(state), nameOf(state).data());
            const bool isLeft = std::ranges::any_of(transitions, [state](const auto &t) { return t.from == state; });
            QCOMPARE(isLeft, !isFinal(state));
            // The work of every state can fail.
            QCOMPARE(nextState(state, Event::Failed).has_value(), !isFinal(state));
        }
    }

    void hasOneOutcomeForEachEvent()
    {
        QSet<std::pair<int, int>> seen;
        for (const Transition &transition : transitions) {
            const std::pair key(static_cast<int>(transition.from), static_cast<int>(transition.event));
            QVERIFY(!seen.contains(key));
            seen += key;
        }
    }

    void cancelsBeforeTheSwapOnly()
    {
        for (const State state : allStates) {
            const bool isBefore = state < State::Swapping;
            QCOMPARE(nextState(state, Event::Cancelled).has_value(), isBefore);
        }
    }

    void readsItsOwnNames()
    {
        for (const State state : allStates) {
            QCOMPARE(stateFromString(QString(nameOf(state))), std::optional(state));
        }
        QVERIFY(!stateFromString(u"flying"_s));
    }

    void readsItsOwnJournal()
    {
        const QTemporaryDir folder;
        const Journal journal(folder.filePath(u"update.json"_s));
        QCOMPARE(journal.load().error().code, ErrorCode::NotFound);
        QVERIFY(journal.save(fullRecord()));
        const auto loaded = journal.load();
        QVERIFY2(loaded.has_value(), loaded ? "" : qPrintable(loaded.error().message));
        QCOMPARE(*loaded, fullRecord());

        UpdateCommand agent;
        agent.component = Component::JabberClient;
        agent.url = QUrl(u"https://example.com/b.zip"_s);
        agent.version = 2;
        CaCertUpdate caFile;
        caFile.url = QUrl(u"https://example.com/cacert.pem"_s);
        for (const Task &task : {Task(agent), Task(caFile), Task(Rollback{Component::SitePackages})}) {
            Record record;
            record.order.number = 11;
            record.order.task = task;
            QVERIFY(journal.save(record));
            QCOMPARE(journal.load().value(), record);
        }
        QVERIFY(journal.remove());
        QCOMPARE(journal.load().error().code, ErrorCode::NotFound);
    }

    void quarantinesADamagedJournal_data()
    {
        QTest::addColumn<QByteArray>("content");
        const QByteArray good = encode(fullRecord());
        const auto with = [&good](const QString &key, const QJsonValue &value) {
            QJsonObject object = QJsonDocument::fromJson(good).object();
            object[key] = value;
            return QJsonDocument(object).toJson();
        };
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("zeros") << QByteArray(512, '\0');
        QTest::newRow("cut") << good.first(good.size() / 2);
        QTest::newRow("other format") << with(u"format"_s, 2);
        QTest::newRow("unknown state") << with(u"state"_s, u"flying"_s);
        QTest::newRow("no command") << with(u"command"_s, QJsonObject());
        QTest::newRow("another command") << with(u"command"_s, QJsonObject{{u"command"_s, u"version_req"_s}});
        QTest::newRow("negative starts") << with(u"starts"_s, -1);
        QTest::newRow("before is text") << with(u"before"_s, u"ocr"_s);
    }

    void quarantinesADamagedJournal()
    {
        QFETCH(const QByteArray, content);
        const QTemporaryDir folder;
        const Journal journal(folder.filePath(u"update.json"_s));
        QFile file(journal.path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        QCOMPARE(journal.load().error().code, ErrorCode::BadFile);
        QCOMPARE(journal.load().error().code, ErrorCode::NotFound);
        QVERIFY(QFile::exists(journal.path() + u".damaged"_s));
    }

    void keepsTheEndOfTheLog()
    {
        Record record = fullRecord();
        for (int i = 0; i < 30; ++i) {
            addLogLine(record, QString::number(i) + u"\n"_s + QString(1000, u'x'));
        }
        QCOMPARE(record.log.size(), maxLogLines);
        QVERIFY(record.log.first().startsWith(u"10 x"_s));
        QCOMPARE(record.log.first().size(), 300);
        QVERIFY(parseRecord(encode(record)));
    }

    void thinsOutProgress()
    {
        using namespace std::chrono_literals;
        ProgressGate gate;
        QVERIFY(gate.allow(State::Downloading, 0, 0ms));
        QVERIFY(!gate.allow(State::Downloading, 50, 900ms)); // too soon
        QVERIFY(!gate.allow(State::Downloading, 4, 5s));     // too little
        QVERIFY(gate.allow(State::Downloading, 5, 5s));
        QVERIFY(!gate.allow(State::Verifying, 0, 5500ms)); // another state, too soon
        QVERIFY(gate.allow(State::Verifying, 0, 6s));
        QVERIFY(!gate.allow(State::Verifying, 0, 9s));
        gate.repeat();
        QVERIFY(!gate.allow(State::Verifying, 0, 6500ms)); // too soon all the same
        QVERIFY(gate.allow(State::Verifying, 0, 9s));
        QVERIFY(!gate.allow(State::Verifying, 0, 12s));
    }
};

QTEST_GUILESS_MAIN(TestUpdateState)
#include "tst_update_state.moc"
