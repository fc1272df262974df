// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Registry.h"

#include <QJsonDocument>
#include <QtTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::supervision;
using namespace std::chrono_literals;

namespace {

const QByteArray boot = "boot-1";

Registry sample()
{
    RegistryEntry ocr;
    ocr.name = u"ocr"_s;
    ocr.runCommand = u"/r/SmartMeter/ocr.py"_s;
    ocr.version = 7;
    ocr.identity = ProcessIdentity{444, 123456789};
    ocr.lastExit = LastExit{{}, 9, QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC), 3.5, {u"line \u20ac"_s}};
    ocr.restarts.add(5h);
    RegistryEntry idle;
    idle.name = u"idle"_s;
    idle.runCommand = u"/r/SmartMeter/idle"_s;
    Registry registry;
    registry.processes = {ocr, idle};
    registry.agent = ProcessIdentity{17, 99};
    registry.holdUntil = 90min;
    return registry;
}

Result<Registry> parse(const QByteArray &text, const QByteArray &bootId = boot)
{
    return parseRegistry(QJsonDocument::fromJson(text).object(), bootId);
}

} // namespace

class TestRegistry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsTheLimitsOfTheConfiguration()
    {
        Registry registry;
        registry.heartbeatTimeoutS = 90;
        registry.startTimeoutS = 600;
        const QJsonObject saved = QJsonDocument::fromJson(encodeRegistry(registry, "boot")).object();
        for (const QByteArray &boot : {QByteArray("boot"), QByteArray("another boot")}) {
            const auto read = parseRegistry(saved, boot);
            QVERIFY(read.has_value());
            QCOMPARE(read->heartbeatTimeoutS, std::optional(90));
            QCOMPARE(read->startTimeoutS, std::optional(600));
        }
        QVERIFY(!parseRegistry(QJsonDocument::fromJson(encodeRegistry({}, "boot")).object(), "boot")->startTimeoutS);
    }

    void readsWhatItWrote()
    {
        const auto read = parse(encodeRegistry(sample(), boot));
        QVERIFY(read.has_value());
        QVERIFY(read->sameBoot);
        QCOMPARE(read->agent, sample().agent);
        QCOMPARE(read->holdUntil, sample().holdUntil);
        QCOMPARE(read->processes.size(), 2);
        const RegistryEntry &ocr = read->processes.front();
        QCOMPARE(ocr.name, u"ocr"_s);
        QCOMPARE(ocr.runCommand, u"/r/SmartMeter/ocr.py"_s);
        QCOMPARE(ocr.version, 7);
        QCOMPARE(ocr.identity, sample().processes.front().identity);
        QCOMPARE(ocr.lastExit, sample().processes.front().lastExit);
        QCOMPARE(ocr.restarts.total(5h), 1);
        QVERIFY(!read->processes.back().identity);
        QCOMPARE(encodeRegistry(*read, boot), encodeRegistry(sample(), boot));
    }

    void keepsNoPidsOverABoot()
    {
        const auto read = parse(encodeRegistry(sample(), boot), "boot-2");
        QVERIFY(read.has_value());
        QVERIFY(!read->sameBoot);
        QVERIFY(!read->agent && !read->holdUntil && !read->processes.front().identity);
        QCOMPARE(read->processes.front().restarts.total(5h), 0);
        QVERIFY(read->processes.front().lastExit); // why it died before is still worth knowing
    }

    void quarantinesADamagedFileAndContinues_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("zeros after a power cut") << QByteArray(512, '\0');
        QTest::newRow("no JSON") << QByteArray("hello");
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("cut") << encodeRegistry(sample(), boot).left(200);
        QTest::newRow("no processes") << QByteArray(R"({"boot_id": "boot-1"})");
        QTest::newRow("processes of the wrong type") << QByteArray(R"({"processes": {}})");
        QTest::newRow("an entry of the wrong type") << QByteArray(R"({"processes": [3]})");
        const auto entry = [](const char *fields) {
            return QByteArray(R"({"processes": [{"process_name": "a", "version": 1, "isDead": false, )") + fields +
                   "}]}";
        };
        QTest::newRow("no run_command") << entry(R"("x": 1)");
        QTest::newRow("relative run_command") << entry(R"("run_command": "a.py")");
        QTest::newRow("pid 1") << entry(R"("run_command": "/a", "identity": {"pid": 1, "start_time": 1})");
        QTest::newRow("negative pid") << entry(R"("run_command": "/a", "identity": {"pid": -1, "start_time": 1})");
        QTest::newRow("bad death") << entry(R"("run_command": "/a", "last_exit": {"code": "x"})");
        QTest::newRow("a slash in a name") << QByteArray(
            R"({"processes": [{"process_name": "../x", "version": 1, "isDead": false, "run_command": "/a"}]})");
        const QByteArray one = R"({"process_name": "a", "version": 1, "isDead": false, "run_command": "/a"})";
        QTest::newRow("the same name twice") << QByteArray(R"({"processes": [)" + one + ',' + one + "]}");
        QTest::newRow("too many") << QByteArray(R"({"processes": [)" + QByteArray("{},").repeated(64) + "{}]}");
    }

    void quarantinesADamagedFileAndContinues()
    {
        QFETCH(const QByteArray, content);
        const QTemporaryDir dir;
        const QString path = dir.path() + u"/processes.json"_s;
        const QString copy = path + u".copy"_s;
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"starting with an empty process table"_s));
        const Registry registry = loadRegistry(path, copy, boot);
        QVERIFY(registry.processes.isEmpty() && !registry.agent && !registry.holdUntil);
        QVERIFY(!QFile::exists(path));
        QFile aside(path + u".damaged"_s);
        QVERIFY(aside.open(QIODevice::ReadOnly));
        QCOMPARE(aside.readAll(), content);
    }

    void startsWithTheCopyOfADamagedFile()
    {
        const QTemporaryDir dir;
        const QString path = dir.path() + u"/processes.json"_s;
        const QString copy = path + u".copy"_s;
        Registry registry = sample();
        registry.retired.insert(u"old"_s, u"/SmartMeter/older.py"_s);
        for (const auto &[name, content] :
             {std::pair(path, QByteArray("{}")), std::pair(copy, encodePrograms(registry))}) {
            QFile file(name);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(content);
        }
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"starting with the copy of the process table"_s));
        const Registry read = loadRegistry(path, copy, boot);
        QVERIFY(!read.sameBoot && !read.agent && !read.holdUntil);
        QCOMPARE(read.retired, registry.retired);
        QCOMPARE(read.processes.size(), registry.processes.size());
        for (qsizetype i = 0; i < read.processes.size(); ++i) {
            QCOMPARE(read.processes[i].name, registry.processes[i].name);
            QCOMPARE(read.processes[i].runCommand, registry.processes[i].runCommand);
            QCOMPARE(read.processes[i].version, registry.processes[i].version);
            QVERIFY(!read.processes[i].identity && !read.processes[i].lastExit);
        }
        // And the file that is missing now, should it not have been written since.
        QVERIFY(!QFile::exists(path));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"starting with the copy of the process table"_s));
        QCOMPARE(loadRegistry(path, copy, boot).processes.size(), registry.processes.size());
        // What changes all the time isn't in it.
        registry.processes.front().identity.reset();
        registry.agent.reset();
        QCOMPARE(encodePrograms(registry), encodePrograms(read));
    }

    void startsEmptyWithoutAFile()
    {
        const QTemporaryDir dir;
        QVERIFY(loadRegistry(dir.path() + u"/none.json"_s, dir.path() + u"/none.copy"_s, boot).processes.isEmpty());
    }

    void countsRestartsOfTheLastDay()
    {
        RestartCount restarts;
        for (int i = 0; i < 3; ++i) {
            restarts.add(1h);
        }
        restarts.add(20h);
        QCOMPARE(restarts.total(20h), 4);
        QCOMPARE(restarts.total(25h + 1min), 1);
        QCOMPARE(restarts.total(48h), 0);
        restarts.add(25h); // the same place in the ring as hour 1
        QCOMPARE(restarts.total(25h), 2);
    }

    void restartCountsIgnoreNonsense()
    {
        const QByteArray text = R"([[1, 2], [-5, 3], [2], "x", [3, -1], [4, 1e12], [5, 1], null])";
        QCOMPARE(RestartCount::fromJson(QJsonDocument::fromJson(text).array()).total(6h), 3);
    }
};

QTEST_GUILESS_MAIN(TestRegistry)
#include "tst_registry.moc"
