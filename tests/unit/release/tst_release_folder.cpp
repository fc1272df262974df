// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/ReleaseFolder.h"
#include "support/Manifests.h"

#include <fcntl.h>
#include <functional>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace Qt::StringLiterals;
using Kind = ReleaseFile::Kind;

namespace {

const QByteArray script = "#!/bin/sh\n";
const QByteArray table = "1 2 3\n";

void put(const QString &path, const QByteArray &content, mode_t mode)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    QCOMPARE(::chmod(qPrintable(path), mode), 0);
}

} // namespace

class TestReleaseFolder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sees_data()
    {
        using Change = std::function<void(const QString &)>;
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("path"); // named as the one that is wrong; empty: all is well

        QTest::newRow("the release") << Change([](const QString &) {}) << QString();
        QTest::newRow("an empty folder more")
            << Change([](const QString &top) { QDir(top).mkpath(u"lib/empty"_s); }) << QString();
        QTest::newRow("a changed byte") << Change([](const QString &top) {
            put(top + u"/lib/täble.txt"_s, "1 2 4\n", 0644);
        }) << u"SmartMeter/lib/täble.txt"_s;
        QTest::newRow("a byte more") << Change([](const QString &top) {
            put(top + u"/lib/täble.txt"_s, "1 2 3\n\n", 0644);
        }) << u"SmartMeter/lib/täble.txt"_s;
        QTest::newRow("missing") << Change([](const QString &top) { QFile::remove(top + u"/ocr.py"_s); })
                                 << u"SmartMeter/ocr.py"_s;
        QTest::newRow("one more") << Change([](const QString &top) { put(top + u"/lib/x"_s, "", 0644); })
                                  << u"SmartMeter/lib/x"_s;
        QTest::newRow("a hidden one more")
            << Change([](const QString &top) { put(top + u"/.x"_s, "", 0644); }) << u"SmartMeter/.x"_s;
        QTest::newRow("beside the top folder")
            << Change([](const QString &top) { put(top + u"/../x"_s, "", 0644); }) << u"x"_s;
        QTest::newRow("not executable") << Change([](const QString &top) {
            ::chmod(qPrintable(top + u"/ocr.py"_s), 0644);
        }) << u"SmartMeter/ocr.py"_s;
        QTest::newRow("executable") << Change([](const QString &top) {
            ::chmod(qPrintable(top + u"/lib/täble.txt"_s), 0755);
        }) << u"SmartMeter/lib/täble.txt"_s;
        QTest::newRow("setuid") << Change([](const QString &top) { ::chmod(qPrintable(top + u"/ocr.py"_s), 04755); })
                                << u"SmartMeter/ocr.py"_s;
        QTest::newRow("for everyone to write")
            << Change([](const QString &top) { ::chmod(qPrintable(top + u"/ocr.py"_s), 0777); })
            << u"SmartMeter/ocr.py"_s;
        QTest::newRow("a link to the same content") << Change([](const QString &top) {
            QFile::rename(top + u"/lib/täble.txt"_s, top + u"/../../elsewhere"_s);
            QFile::link(u"../../../elsewhere"_s, top + u"/lib/täble.txt"_s);
        }) << u"SmartMeter/lib/täble.txt"_s;
        QTest::newRow("a link to elsewhere") << Change([](const QString &top) {
            QFile::remove(top + u"/current"_s);
            QFile::link(u"/etc"_s, top + u"/current"_s);
        }) << u"SmartMeter/current"_s;
        QTest::newRow("a file instead of the link") << Change([](const QString &top) {
            QFile::remove(top + u"/current"_s);
            put(top + u"/current"_s, "lib", 0644);
        }) << u"SmartMeter/current"_s;
        QTest::newRow("a pipe instead of a file") << Change([](const QString &top) {
            QFile::remove(top + u"/ocr.py"_s);
            ::mkfifo(qPrintable(top + u"/ocr.py"_s), 0755);
        }) << u"SmartMeter/ocr.py"_s;
        QTest::newRow("a folder instead of a file") << Change([](const QString &top) {
            QFile::remove(top + u"/ocr.py"_s);
            QDir(top).mkdir(u"ocr.py"_s);
        }) << u"SmartMeter/ocr.py"_s;
    }

    void sees()
    {
        QFETCH(std::function<void(const QString &)>, change);
        QFETCH(QString, path);
        QTemporaryDir place;
        const QString stage = place.filePath(u"stage"_s);
        const QString top = stage + u"/SmartMeter"_s;
        QVERIFY(QDir().mkpath(top + u"/lib"_s));
        put(top + u"/ocr.py"_s, script, 0755);
        put(top + u"/lib/täble.txt"_s, table, 0644);
        QVERIFY(QFile::link(u"lib"_s, top + u"/current"_s));
        change(top);

        const Outcome checked = checkReleaseFolder(stage, test::meterManifest().files);
        if (path.isEmpty()) {
            QVERIFY2(checked, checked ? "" : qPrintable(checked.error().message));
        } else {
            QVERIFY(!checked);
            QCOMPARE(checked.error().code, ErrorCode::HashMismatch);
            QVERIFY2(checked.error().message.startsWith(u"'%1' "_s.arg(path)), qPrintable(checked.error().message));
        }
    }

    void reportsAMissingFolder()
    {
        const Outcome checked = checkReleaseFolder(u"/nonexistent"_s, {});
        QCOMPARE(checked.error().code, ErrorCode::NotFound);
    }

    void canBeStopped()
    {
        QTemporaryDir place;
        QVERIFY(QDir().mkpath(place.filePath(u"SmartMeter"_s)));
        put(place.filePath(u"SmartMeter/a"_s), table, 0644);
        std::stop_source stop;
        stop.request_stop();
        const Outcome checked =
            checkReleaseFolder(place.path(), {{u"SmartMeter/a"_s, test::fileOf(table)}}, stop.get_token());
        QCOMPARE(checked.error().code, ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestReleaseFolder)
#include "tst_release_folder.moc"
