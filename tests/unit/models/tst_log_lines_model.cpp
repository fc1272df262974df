// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Age.h"
#include "models/Cell.h"
#include "models/LogLinesModel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn::models;

Q_DECLARE_METATYPE(sgn::models::LogLevel)

class LogLinesModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsTheLevelOfALine_data();
    void knowsTheLevelOfALine();
    void splitsText_data();
    void splitsText();
    void searchesAndSteps();
    void takesLargeLogs();
    void showsHowLongAgo_data();
    void showsHowLongAgo();
};

void LogLinesModelTest::knowsTheLevelOfALine_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<LogLevel>("level");
    QTest::newRow("python") << u"2026-01-31 11:59:13,112 ERROR ocr can't open"_s << LogLevel::Error;
    QTest::newRow("ours") << u"2026-01-31T12:00:00.000Z warning sgn.agent: text"_s << LogLevel::Warning;
    QTest::newRow("brackets") << u"[warn] low"_s << LogLevel::Warning;
    QTest::newRow("logfmt") << u"time=1 level=info msg=\"no error\""_s << LogLevel::Info;
    QTest::newRow("traceback") << u"Traceback (most recent call last):"_s << LogLevel::Error;
    QTest::newRow("debug") << u"DEBUG:root:x"_s << LogLevel::Debug;
    QTest::newRow("the first word counts") << u"INFO retry after error"_s << LogLevel::Info;
    QTest::newRow("part of a word") << u"terrorised informer"_s << LogLevel::None;
    QTest::newRow("no mark") << u"hello"_s << LogLevel::None;
    QTest::newRow("empty") << QString() << LogLevel::None;
    QTest::newRow("far in") << QString(200, u'x') + u" ERROR"_s << LogLevel::None;
}

void LogLinesModelTest::knowsTheLevelOfALine()
{
    QFETCH(QString, line);
    QTEST(logLevelOf(line), "level");
}

void LogLinesModelTest::splitsText_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("lines");
    QTest::newRow("empty") << QString() << QStringList();
    QTest::newRow("one") << u"a"_s << QStringList{u"a"_s};
    QTest::newRow("end of line") << u"a\n"_s << QStringList{u"a"_s};
    QTest::newRow("two") << u"a\nb"_s << QStringList{u"a"_s, u"b"_s};
    QTest::newRow("empty lines") << u"\n\nb\n"_s << QStringList{QString(), QString(), u"b"_s};
    QTest::newRow("windows") << u"a\r\nb\r\n"_s << QStringList{u"a"_s, u"b"_s};
    QTest::newRow("markup") << u"<b>x</b>"_s << QStringList{u"<b>x</b>"_s};
    QTest::newRow("endless line") << QString(1'000'000, u'x') << QStringList{QString(4000, u'x')};
}

void LogLinesModelTest::splitsText()
{
    QFETCH(QString, text);
    LogLinesModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setText(text);
    QStringList lines;
    for (int row = 0; row < model.rowCount(); ++row) {
        lines.append(model.data(model.index(row), LogLinesModel::TextRole).toString());
    }
    QTEST(lines, "lines");
}

void LogLinesModelTest::searchesAndSteps()
{
    LogLinesModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setText(u"Camera ok\nnothing\ncamera camera\nCAMERA"_s);
    model.setSearchText(u"camera"_s);
    QCOMPARE(model.matchCount(), 3);
    QCOMPARE(model.currentMatch(), 1);
    QCOMPARE(model.currentRow(), 0);
    model.nextMatch();
    QCOMPARE(model.currentRow(), 2);
    model.nextMatch();
    model.nextMatch();
    QCOMPARE(model.currentRow(), 0);
    model.previousMatch();
    QCOMPARE(model.currentRow(), 3);
    QVERIFY(model.data(model.index(2), LogLinesModel::MatchRole).toBool());
    QVERIFY(!model.data(model.index(1), LogLinesModel::MatchRole).toBool());
    model.setSearchText(u"("_s);
    QCOMPARE(model.matchCount(), 0);
    QCOMPARE(model.currentRow(), -1);
    model.nextMatch();
    model.setText({});
    QCOMPARE(model.rowCount(), 0);
}

void LogLinesModelTest::takesLargeLogs()
{
    QString text;
    constexpr int lines = 200'000;
    for (int i = 0; i < lines; ++i) {
        text += u"2026-01-31 INFO reading %1\n"_s.arg(i);
    }
    LogLinesModel model;
    model.setText(text);
    QCOMPARE(model.rowCount(), lines);
    model.setSearchText(u"reading 199999"_s);
    QCOMPARE(model.matchCount(), 1);
    QCOMPARE(model.currentRow(), lines - 1);
}

void LogLinesModelTest::showsHowLongAgo_data()
{
    QTest::addColumn<int>("seconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("from a wrong clock") << -100 << u"now"_s;
    QTest::newRow("now") << 1 << u"now"_s;
    QTest::newRow("seconds") << 8 << u"8 s"_s;
    QTest::newRow("minutes") << 200 << u"3 min"_s;
    QTest::newRow("hours") << 7300 << u"2 h"_s;
    QTest::newRow("days") << 3 * 86400 << u"3 d"_s;
}

void LogLinesModelTest::showsHowLongAgo()
{
    QFETCH(int, seconds);
    const QDateTime now(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);
    QTEST(ageText(now.addSecs(-seconds), now), "text");
    QCOMPARE(ageText({}, now), u"–"_s);
}

QTEST_GUILESS_MAIN(LogLinesModelTest)
#include "tst_log_lines_model.moc"
