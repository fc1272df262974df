// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/SavedViews.h"

#include <QJsonDocument>
#include <QTest>

using namespace sgn::records;
using namespace Qt::StringLiterals;

namespace {

QDateTime at(qint64 ms)
{
    return QDateTime::fromMSecsSinceEpoch(1'700'000'000'000 + ms, Qt::UTC);
}

SavedView viewOf(qint64 ms, const QString &text)
{
    return {.changedAt = at(ms), .content = {text, {}, {}, {}}};
}

} // namespace

class SavedViewsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void survivesTheWayThroughJson();
    void readsWhatItCan_data();
    void readsWhatItCan();
    void keepsWhatANewerProgramHasAdded();
    void theLaterOneStays();
};

void SavedViewsTest::survivesTheWayThroughJson()
{
    const SavedViews views{
        {u"North, \"behind\""_s,
         {.changedAt = at(1), .content = {u"tag=north"_s, u"attention"_s, u"ocr"_s, u"1.3.2"_s}}},
        {u"Ü"_s, {.changedAt = at(2), .content = {}, .isRemoved = true}},
    };
    QCOMPARE(savedViewsFrom(toJson(views)), views);
}

void SavedViewsTest::readsWhatItCan_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<int>("count");
    QTest::newRow("nothing") << QByteArray() << 0;
    QTest::newRow("no JSON") << QByteArray("<a/>") << 0;
    QTest::newRow("a list") << QByteArray("[1]") << 0;
    QTest::newRow("no time") << QByteArray(R"({"a": {"text": "x"}})") << 0;
    QTest::newRow("a time beyond all times") << QByteArray(R"({"a": {"at": 1e300}})") << 0;
    QTest::newRow("no name") << QByteArray(R"({" ": {"at": 1700000000000}})") << 0;
    QTest::newRow("one good among bad ones")
        << QByteArray(R"({"a": {"at": 1700000000000, "text": [1], "group": {}}, "b": null, "c": 5})") << 1;
}

void SavedViewsTest::readsWhatItCan()
{
    QFETCH(const QByteArray, json);
    QTEST(static_cast<int>(savedViewsFrom(json).size()), "count");
}

void SavedViewsTest::keepsWhatANewerProgramHasAdded()
{
    SavedViews views = savedViewsFrom(R"({"a": {"at": 1700000000000, "columns": ["ocr"]}})");
    views[u"a"_s].content.text = u"changed here"_s;
    const QJsonObject written = QJsonDocument::fromJson(toJson(views)).object()["a"_L1].toObject();
    QVERIFY(written["columns"_L1].isArray());
    QCOMPARE(written["text"_L1].toString(), u"changed here"_s);
}

void SavedViewsTest::theLaterOneStays()
{
    SavedViews ours{{u"a"_s, viewOf(5, u"ours"_s)}, {u"b"_s, viewOf(5, u"ours"_s)}, {u"d"_s, viewOf(5, u"x"_s)}};
    const SavedViews theirs{{u"a"_s, viewOf(6, u"theirs"_s)},
                            {u"b"_s, viewOf(4, u"theirs"_s)},
                            {u"c"_s, viewOf(1, u"theirs"_s)},
                            {u"d"_s, viewOf(5, u"y"_s)}}; // at the same moment
    SavedViews atTheirDesk = theirs;
    const SharedMerge merged = mergeNewer(ours, theirs);
    QCOMPARE(merged.changed, (QStringList{u"a"_s, u"c"_s, u"d"_s}));
    QVERIFY(merged.areOursNewer);
    (void)mergeNewer(atTheirDesk, SavedViews{{u"b"_s, viewOf(5, u"ours"_s)}, {u"d"_s, viewOf(5, u"x"_s)}});
    QCOMPARE(ours, atTheirDesk);
}

QTEST_APPLESS_MAIN(SavedViewsTest)
#include "tst_saved_views.moc"
