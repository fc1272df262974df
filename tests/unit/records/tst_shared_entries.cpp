// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/SharedEntries.h"

#include <algorithm>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>

using namespace sgn::records;
using namespace Qt::StringLiterals;

namespace {

QDateTime at(qint64 ms)
{
    return QDateTime::fromMSecsSinceEpoch(1'700'000'000'000 + ms, Qt::UTC);
}

SharedEntry noted(qint64 ms, const QString &text)
{
    return {.changedAt = at(ms), .notes = {{}, text}};
}

} // namespace

class SharedEntriesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void survivesTheWayThroughJson();
    void readsWhatItCan_data();
    void readsWhatItCan();
    void keepsWhatANewerProgramHasAdded();
    void devicesHaveTheirPlace();
    void theLaterOneStays();
    void allOrdersEndInTheSame();
};

void SharedEntriesTest::survivesTheWayThroughJson()
{
    const SharedEntries entries{
        {u"a@home"_s,
         {.changedAt = at(5),
          .notes = {{{u"address"_s, u"Höhenweg 3 \"rear\""_s}}, u"two\nlines"_s},
          .label = DeviceLabel{u"Cellar 2"_s, {u"north"_s, u"pilot"_s}},
          .retiredAt = at(7)}},
        {u"b@home"_s, {.changedAt = at(6)}},
        {u"c@home"_s, {.changedAt = at(8), .label = DeviceLabel{}}}, // a name was taken away
    };
    QCOMPARE(sharedEntriesFrom(toJson(entries)), entries);
}

void SharedEntriesTest::readsWhatItCan_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<int>("entries");
    QTest::newRow("nothing") << QByteArray() << 0;
    QTest::newRow("no JSON") << QByteArray("<a/>") << 0;
    QTest::newRow("a list") << QByteArray("[1]") << 0;
    QTest::newRow("no time") << QByteArray("{\"a@home\": {\"text\": \"x\"}}") << 0;
    QTest::newRow("a time that is none") << QByteArray("{\"a@home\": {\"at\": \"now\"}}") << 0;
    QTest::newRow("a time beyond all times") << QByteArray("{\"a@home\": {\"at\": 1e300}}") << 0;
    QTest::newRow("no object") << QByteArray("{\"a@home\": 5}") << 0;
    QTest::newRow("one good among bad ones")
        << QByteArray("{\"a@home\": {\"at\": 1700000000000, \"fields\": [1], \"text\": {}}, \"b\": null}") << 1;
}

void SharedEntriesTest::readsWhatItCan()
{
    QFETCH(QByteArray, json);
    QFETCH(int, entries);
    QCOMPARE(sharedEntriesFrom(json).size(), qsizetype{entries});
}

void SharedEntriesTest::keepsWhatANewerProgramHasAdded()
{
    SharedEntries entries = sharedEntriesFrom("{\"a@home\": {\"at\": 1700000000000, \"photo\": {\"url\": \"x\"}}}");
    entries[u"a@home"_s].notes.text = u"changed here"_s;
    const QJsonObject written = QJsonDocument::fromJson(toJson(entries)).object().value(u"a@home"_s).toObject();
    QCOMPARE(written.value(u"photo"_s).toObject().value(u"url"_s).toString(), u"x"_s);
    QCOMPARE(written.value(u"text"_s).toString(), u"changed here"_s);
}

// Also for programs of other versions: they have to agree on the place.
void SharedEntriesTest::devicesHaveTheirPlace()
{
    QCOMPARE(sharedChunkOf(u"altimeter_0001@example.org"_s), 54);
    QList<int> counts(sharedChunks);
    for (int n = 0; n < 12'800; ++n) {
        ++counts[sharedChunkOf(u"altimeter_%1@example.org"_s.arg(n, 5, 10, QChar(u'0')))];
    }
    QVERIFY2(*std::ranges::max_element(counts) < 200, "some items would be far larger than others");
}

void SharedEntriesTest::theLaterOneStays()
{
    SharedEntries ours{{u"a@home"_s, noted(5, u"ours"_s)}, {u"b@home"_s, noted(5, u"ours"_s)}};
    const SharedEntries theirs{{u"a@home"_s, noted(6, u"theirs"_s)},
                               {u"b@home"_s, noted(4, u"theirs"_s)},
                               {u"c@home"_s, noted(1, u"theirs"_s)}};
    const SharedMerge merged = mergeNewer(ours, theirs);
    QCOMPARE(merged.changed, (QStringList{u"a@home"_s, u"c@home"_s}));
    QVERIFY(merged.areOursNewer);
    QCOMPARE(ours.value(u"b@home"_s).notes.text, u"ours"_s);
    // What is the same on both sides is at rest.
    const SharedEntries same = ours;
    const SharedMerge again = mergeNewer(ours, same);
    QVERIFY(again.changed.isEmpty() && !again.areOursNewer);
}

void SharedEntriesTest::allOrdersEndInTheSame()
{
    QRandomGenerator random(7);
    for (int round = 0; round < 200; ++round) {
        // Often at the same moment.
        QList<SharedEntries> changes;
        for (int n = 0; n < 6; ++n) {
            changes += SharedEntries{{u"a@home"_s, noted(random.bounded(3), QString::number(random.bounded(4)))}};
        }
        SharedEntries one;
        for (const SharedEntries &change : changes) {
            (void)mergeNewer(one, change);
        }
        std::shuffle(changes.begin(), changes.end(), random);
        SharedEntries other;
        for (const SharedEntries &change : changes) {
            (void)mergeNewer(other, change);
        }
        QCOMPARE(one, other);
    }
}

QTEST_APPLESS_MAIN(SharedEntriesTest)
#include "tst_shared_entries.moc"
