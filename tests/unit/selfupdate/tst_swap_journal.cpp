// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/SwapJournal.h"

#include "base/AtomicFile.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::selfupdate;
using sgn::supervision::ProcessIdentity;

namespace {

SwapJournal watchdogJournal()
{
    SwapJournal journal;
    journal.phase = SwapPhase::RollingBack;
    journal.request = {Component::WatchDog, u"10:ab"_s, 3, 90,
                       control::SwapZip{u"/r/downloads/w.zip"_s, QByteArray(32, '\x9f'), u"a.b.c"_s, true}};
    journal.newFolder = 18446744073709551615ULL;
    journal.oldFolder = 7;
    journal.attempts = 1;
    journal.handOver.arguments = {u"--root"_s, u"/home/pi/a folder"_s};
    journal.handOver.hasInit = true;
    journal.handOver.process = {444, 123456789};
    journal.handOver.processes = {{u"ocr"_s, ProcessIdentity{17, 99}, true}, {u"idle"_s, std::nullopt, false}};
    journal.error = ErrorCode::NotHealthy;
    journal.remarks = u"it hangs"_s;
    return journal;
}

SwapJournal agentJournal()
{
    SwapJournal journal;
    journal.phase = SwapPhase::Confirming;
    journal.request = {Component::JabberClient, u"9:cd"_s, 2, 180, control::SwapFolder{u"/r/downloads/s"_s}};
    journal.newFolder = 9007199254740993ULL;
    journal.oldFolder = 1;
    journal.attempts = 2;
    journal.tidied = true;
    return journal;
}

// As format 1 is on the disk of devices. It must stay readable for as long as devices may be updated from it.
const auto formatOne = R"({
    "format": 1, "phase": "confirming", "new_folder": "4711", "old_folder": "12", "attempts": 1, "error": "internal",
    "remarks": "",
    "request": {"id": 0, "request": "swap", "component": "WatchDog", "key": "10:ab", "version": 3, "timeout_s": 90,
                "previous": true},
    "hand_over": {"arguments": ["--root", "/home/pi/technospurs"], "has_init": true,
                  "process": {"pid": 444, "start_time": 123},
                  "processes": [{"name": "ocr", "was_running": true, "identity": {"pid": 17, "start_time": 99}}]},
    "a_field_of_a_later_release": [1, 2, 3]})"_ba;

} // namespace

class TestSwapJournal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsWhatItWrote_data()
    {
        QTest::addColumn<bool>("isAgent");
        QTest::newRow("agent") << true;
        QTest::newRow("watchdog") << false;
    }

    void readsWhatItWrote()
    {
        QFETCH(const bool, isAgent);
        const SwapJournal journal = isAgent ? agentJournal() : watchdogJournal();
        const QTemporaryDir folder;
        const SwapJournalFile file(folder.filePath(u"swap.json"_s), 0600);
        QVERIFY(!file.load());
        QVERIFY(file.save(journal));
        const auto read = file.load();
        QVERIFY(read);
        QVERIFY(*read == journal);
        struct stat info = {};
        QCOMPARE(::stat(QFile::encodeName(folder.filePath(u"swap.json"_s)).constData(), &info), 0);
        QCOMPARE(info.st_mode & 0777U, 0600U);
    }

    void refusesDamage_data()
    {
        QTest::addColumn<bool>("isAgent");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QJsonValue>("value");
        for (const bool isAgent : {true, false}) {
            const char *const whose = isAgent ? "agent" : "watchdog";
            const auto row = [isAgent, whose](const char *name, const QString &field, const QJsonValue &value) {
                QTest::addRow("%s: %s", whose, name) << isAgent << field << value;
            };
            row("no format", u"format"_s, {});
            row("format 0", u"format"_s, 0);
            row("format as text", u"format"_s, u"1"_s);
            row("no phase", u"phase"_s, {});
            row("unknown phase", u"phase"_s, u"resting"_s);
            row("no request", u"request"_s, {});
            row("another request", u"request"_s, QJsonObject{{u"id"_s, 0}, {u"request"_s, u"status"_s}});
            row("folder as a number", u"new_folder"_s, 7);
            row("folder that is no number", u"old_folder"_s, u"abc"_s);
            row("negative attempts", u"attempts"_s, -1);
        }
        QTest::newRow("flag that is none") << true << u"tidied"_s << QJsonValue(1);
        const auto handOver = [](const QString &field, const QJsonValue &value) {
            QJsonObject object = toJson(watchdogJournal())[u"hand_over"_s].toObject();
            object[field] = value;
            return QJsonValue(object);
        };
        const QString field = u"hand_over"_s;
        QTest::newRow("no hand-over") << false << field << QJsonValue();
        QTest::newRow("negative pid") << false << field
                                      << handOver(u"process"_s, QJsonObject{{u"pid"_s, -1}, {u"start_time"_s, 0}});
        QTest::newRow("processes that are none")
            << false << field << handOver(u"processes"_s, QJsonArray{QJsonObject{{u"name"_s, 7}}});
        QTest::newRow("arguments that are none") << false << field << handOver(u"arguments"_s, QJsonArray{1});
    }

    void refusesDamage()
    {
        QFETCH(const bool, isAgent);
        QFETCH(const QString, field);
        QFETCH(const QJsonValue, value);
        QJsonObject object = toJson(isAgent ? agentJournal() : watchdogJournal());
        QVERIFY(swapJournalFromJson(object));
        object[field] = value;
        const auto read = swapJournalFromJson(object);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::BadFile);
        QVERIFY2(read.error().message.contains(field), qPrintable(read.error().message));
    }

    void quarantinesADamagedFile_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("cut") << "{\"format\": 1, \"phase\": \"conf"_ba;
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no object") << "[]"_ba;
        QTest::newRow("another file") << "{\"processes\": []}"_ba;
        QTest::newRow("zero bytes") << QByteArray(4096, '\0');
    }

    void quarantinesADamagedFile()
    {
        QFETCH(const QByteArray, content);
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"swap.json"_s);
        QVERIFY(writeFileAtomically(path, content));
        QVERIFY(!SwapJournalFile(path, 0600).load());
        QVERIFY(!QFile::exists(path));
        QFile damaged(path + u".damaged"_s);
        QVERIFY(damaged.open(QIODevice::ReadOnly));
        QCOMPARE(damaged.readAll(), content);
    }

    void theNextReleaseReadsTheFormatBefore()
    {
        const auto journal = swapJournalFromJson(QJsonDocument::fromJson(formatOne).object());
        QVERIFY2(journal, journal ? "" : qPrintable(journal.error().message));
        QCOMPARE(journal->format, 1);
        QCOMPARE(journal->phase, SwapPhase::Confirming);
        QVERIFY(std::holds_alternative<control::SwapPrevious>(journal->request.source));
        QCOMPARE(journal->newFolder, 4711ULL);
        QCOMPARE(journal->handOver.processes.constFirst().name, u"ocr"_s);
    }

    // The old release's guardian goes on reading a journal that the new release's watchdog has saved.
    void aJournalKeepsTheFormatItWasBegunIn()
    {
        auto journal = swapJournalFromJson(QJsonDocument::fromJson(formatOne).object());
        QVERIFY(journal);
        journal->advance(SwapEvent::Healthy);
        QCOMPARE(toJson(*journal)[u"format"_s].toInt(), 1);
    }

    // A rollback to an older release: the newer guardian still needs the file.
    void aNewerFormatIsLeftAlone()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"swap.json"_s);
        QJsonObject object = toJson(watchdogJournal());
        object[u"format"_s] = SwapJournal::currentFormat + 1;
        object.remove(u"phase"_s);
        QCOMPARE(swapJournalFromJson(object).error().code, ErrorCode::Refused);
        const QByteArray content = QJsonDocument(object).toJson();
        QVERIFY(writeFileAtomically(path, content));
        QVERIFY(!SwapJournalFile(path, 0600).load());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), content);
    }

    void anotherPhaseBeginsItsAttemptsAnew()
    {
        SwapJournal journal = agentJournal();
        journal.advance(SwapEvent::Failed);
        QCOMPARE(journal.phase, SwapPhase::RollingBack);
        QCOMPARE(journal.attempts, 0);
    }

    void reportsItsState()
    {
        const auto reply = statusOf(watchdogJournal(), Component::WatchDog, 2);
        QCOMPARE(reply, (control::SwapStatusReply{Component::WatchDog, control::SwapProgress::Confirming, u"10:ab"_s, 2,
                                                  ErrorCode::NotHealthy, u"it hangs"_s}));
        const auto none = statusOf(std::nullopt, Component::JabberClient, 4);
        QCOMPARE(none, (control::SwapStatusReply{
                           Component::JabberClient, control::SwapProgress::None, {}, 4, ErrorCode::Internal, {}}));
    }
};

QTEST_APPLESS_MAIN(TestSwapJournal)
#include "tst_swap_journal.moc"
