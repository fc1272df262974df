// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "core/Fleet.h"
#include "core/SuggestedVersions.h"
#include "core/UpdateService.h"
#include "crypto/Sha256.h"
#include "support/ManualClock.h"
#include "wording/Problems.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace Qt::StringLiterals;

class ReleaseZipTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheProcessesOfASmartMeterRelease();
    void takesTheVersionOfASmartMeterReleaseAsAHint();
    void readsTheVersionOfAnAgentRelease();
    void knowsEveryComponent();
    void refusesWhatIsNoRelease_data();
    void refusesWhatIsNoRelease();
    void suggestsOneMoreThanTheFleetHas();
    void checksARequest_data();
    void checksARequest();

private:
    using Files = QList<std::pair<QString, QByteArray>>;
    [[nodiscard]] QString pack(const Files &files)
    {
        QTemporaryDir source;
        QList<PackFile> list;
        for (const auto &[name, content] : files) {
            const QString path = source.filePath(name);
            QDir().mkpath(QFileInfo(path).absolutePath());
            QFile file(path);
            if (!file.open(QIODevice::WriteOnly)) {
                qFatal("cannot write a test file");
            }
            file.write(content);
            list += PackFile{path, name};
        }
        const QString zip = m_folder.filePath(u"%1.zip"_s.arg(++m_count));
        if (!packZip(list, zip)) {
            qFatal("cannot pack a test zip");
        }
        return zip;
    }

    QTemporaryDir m_folder;
    int m_count = 0;
};

void ReleaseZipTest::findsTheProcessesOfASmartMeterRelease()
{
    const QString path = pack({{u"SmartMeter/uplink.py"_s, "#!/usr/bin/python3\n"},
                               {u"SmartMeter/ocr.v2.py"_s, "#!/usr/bin/python3\n"},
                               {u"SmartMeter/display"_s, "#!/bin/sh\n"},
                               {u"SmartMeter/README.md"_s, "no script\n"},
                               {u"SmartMeter/.hidden"_s, "#!/bin/sh\n"},
                               {u"SmartMeter/lib/helper.py"_s, "#!/usr/bin/python3\n"},
                               {u"SmartMeter/empty.py"_s, ""}});
    const auto zip = readReleaseZip(path);
    QVERIFY2(zip, zip ? "" : qPrintable(zip.error().message));
    QVERIFY(zip->component == Component::SmartMeter);
    QCOMPARE(zip->processNames, (QStringList{u"display"_s, u"ocr.v2"_s, u"uplink"_s}));
    QCOMPARE(zip->size, QFileInfo(path).size());
    QCOMPARE(zip->sha256, *sha256OfFile(path));
    QCOMPARE(zip->files, 7);
    QVERIFY(!zip->version);
}

void ReleaseZipTest::takesTheVersionOfASmartMeterReleaseAsAHint()
{
    const auto zip = readReleaseZip(pack({{u"SmartMeter/ocr.py"_s, "#!/bin/sh\n"}, {u"SmartMeter/version"_s, "12\n"}}));
    QVERIFY(zip);
    QCOMPARE(zip->version, std::optional<int>(12));
    const auto other =
        readReleaseZip(pack({{u"SmartMeter/ocr.py"_s, "#!/bin/sh\n"}, {u"SmartMeter/version"_s, "1.2.3"}}));
    QVERIFY(other);
    QVERIFY(!other->version);
}

void ReleaseZipTest::readsTheVersionOfAnAgentRelease()
{
    const auto zip =
        readReleaseZip(pack({{u"JabberClient/sgn-agent"_s, "binary"}, {u"JabberClient/version"_s, "7\n"}}));
    QVERIFY(zip);
    QVERIFY(zip->component == Component::JabberClient);
    QCOMPARE(zip->version, std::optional<int>(7));
    const auto without = readReleaseZip(pack({{u"JabberClient/sgn-agent"_s, "binary"}}));
    QVERIFY(without);
    QVERIFY(!without->version);
}

void ReleaseZipTest::knowsEveryComponent()
{
    const auto watchdog = readReleaseZip(pack({{u"WatchDog/sgn-watchdog"_s, "binary"}, {u"WatchDog/version"_s, "3"}}));
    QVERIFY(watchdog);
    QVERIFY(watchdog->component == Component::WatchDog);
    QCOMPARE(watchdog->version, std::optional<int>(3));
    const auto packages = readReleaseZip(pack({{u"site-packages/serial/__init__.py"_s, "import os\n"}}));
    QVERIFY(packages);
    QVERIFY(packages->component == Component::SitePackages);
    QVERIFY(!packages->version);
}

void ReleaseZipTest::refusesWhatIsNoRelease_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("words");
    QFile garbage(m_folder.filePath(u"garbage.zip"_s));
    QVERIFY(garbage.open(QIODevice::WriteOnly));
    garbage.write(QByteArray(1000, 'x'));
    garbage.close();
    QTest::newRow("no file") << m_folder.filePath(u"none.zip"_s) << QString();
    QTest::newRow("no zip") << garbage.fileName() << QString();
    QTest::newRow("another folder") << pack({{u"Other/ocr.py"_s, "#!/bin/sh\n"}}) << u"SmartMeter"_s;
    QTest::newRow("two folders") << pack({{u"SmartMeter/a"_s, "#!/bin/sh\n"}, {u"JabberClient/b"_s, "x"}}) << QString();
    QTest::newRow("nothing to run") << pack({{u"SmartMeter/readme"_s, "x"}}) << u"#! line"_s;
    QTest::newRow("a version that is none") << pack({{u"JabberClient/version"_s, "1.2"}}) << u"whole number"_s;
    QTest::newRow("a negative version") << pack({{u"JabberClient/version"_s, "-1"}}) << u"whole number"_s;
}

void ReleaseZipTest::refusesWhatIsNoRelease()
{
    QFETCH(const QString, path);
    QFETCH(const QString, words);
    const auto zip = readReleaseZip(path);
    QVERIFY(!zip);
    QVERIFY(!zip.error().message.isEmpty());
    QVERIFY2(zip.error().message.contains(words), qPrintable(zip.error().message));
}

void ReleaseZipTest::suggestsOneMoreThanTheFleetHas()
{
    test::ManualClock clock;
    Fleet fleet(clock);
    VersionReport report;
    report.from = u"a"_s;
    ProcessReport process;
    process.name = u"ocr"_s;
    process.version = 4;
    report.processes = {process};
    report.facts.agentVersion = 2;
    report.facts.watchdogVersion = 7;
    fleet.apply(u"a@localhost"_s, report, {clock.wallUtc()});
    report.from = u"b"_s;
    report.processes[0].version = 3;
    fleet.apply(u"b@localhost"_s, report, {clock.wallUtc()});

    ReleaseZip zip;
    zip.processNames = {u"new"_s, u"ocr"_s};
    QCOMPARE(suggestedVersions(zip, fleet), (QList<ProcessVersion>{{u"new"_s, 1}, {u"ocr"_s, 5}}));
    zip.component = Component::JabberClient;
    QCOMPARE(suggestedVersion(zip, fleet), 3);
    zip.component = Component::WatchDog;
    QCOMPARE(suggestedVersion(zip, fleet), 8);
    zip.component = Component::SitePackages;
    QCOMPARE(suggestedVersion(zip, fleet), 1);
    zip.version = 9;
    QCOMPARE(suggestedVersion(zip, fleet), 9);
    QCOMPARE(suggestedVersions(zip, fleet), (QList<ProcessVersion>{{u"new"_s, 9}, {u"ocr"_s, 9}}));

    zip.version.reset();
    report.processes[0].version = maxVersion;
    fleet.apply(u"b@localhost"_s, report, {clock.wallUtc()});
    QCOMPARE(suggestedVersions(zip, fleet).at(1).version, maxVersion);
}

void ReleaseZipTest::checksARequest_data()
{
    QTest::addColumn<UpdateRequest>("request");
    QTest::addColumn<QString>("words");
    UpdateRequest good;
    good.processes = {{u"ocr"_s, 2}};
    good.url = QUrl(u"https://example.com/a.zip"_s);
    good.targets = {u"a@localhost"_s};
    const auto row = [&good](const char *name, const QString &words, const auto &change) {
        UpdateRequest request = good;
        change(request);
        QTest::newRow(name) << request << words;
    };
    row("good", {}, [](UpdateRequest &) {});
    row("no target", u"no device"_s, [](UpdateRequest &r) { r.targets.clear(); });
    row("a target that is none", u"\"a\" is no device's JID"_s, [](UpdateRequest &r) { r.targets = {u"a"_s}; });
    row("no process", u"names no process"_s, [](UpdateRequest &r) { r.processes.clear(); });
    row("a process twice", u"named twice"_s, [](UpdateRequest &r) { r.processes += {u"ocr"_s, 3}; });
    row("a path for a name", u"can't be"_s, [](UpdateRequest &r) { r.processes = {{u"../ocr"_s, 3}}; });
    row("a negative version", u"0 or more"_s, [](UpdateRequest &r) { r.processes = {{u"ocr"_s, -1}}; });
    row("a file for an address", u"no web address"_s, [](UpdateRequest &r) { r.url = QUrl(u"file:///etc/passwd"_s); });
    row("no address", u"no web address"_s, [](UpdateRequest &r) { r.url = QUrl(); });
    row("another component's zip", u"holds JabberClient"_s, [](UpdateRequest &r) {
        r.zip = ReleaseZip();
        r.zip->component = Component::JabberClient;
    });
}

void ReleaseZipTest::checksARequest()
{
    QFETCH(const UpdateRequest, request);
    QFETCH(const QString, words);
    const records::Expected<> outcome = request.check();
    QCOMPARE(outcome.has_value(), words.isEmpty());
    if (!outcome) {
        QVERIFY2(wording::sentence(outcome.error()).contains(words), qPrintable(wording::sentence(outcome.error())));
    }
}

QTEST_GUILESS_MAIN(ReleaseZipTest)
#include "tst_release_zip.moc"
