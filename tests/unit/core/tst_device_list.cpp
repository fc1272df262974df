// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ImportPlan.h"
#include "records/Device.h"
#include "wording/Csv.h"
#include "wording/Problems.h"

#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace sgn;
using namespace sgn::core;
using namespace Qt::StringLiterals;
using records::FactCode;

Q_DECLARE_METATYPE(QList<sgn::core::ListedDevice>)

namespace {

using Fields = QMap<QString, QString>;

DeviceList parsed(const QByteArray &text)
{
    const ListTerms terms{u"home"_s, {{u"zählernummer"_s, u"meter number"_s}}};
    const auto list = parseDeviceList(text, terms);
    if (!list) {
        qWarning() << list.error();
    }
    return list.value_or(DeviceList());
}

QStringList sentences(const DeviceList &list)
{
    QStringList texts;
    for (const records::Problem &problem : list.problems) {
        texts += wording::sentence(problem);
    }
    return texts;
}

} // namespace

class DeviceListTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
    void takesNoPasswords();
    void namesWhatItLeavesOut();
    void namesBadEntries_data();
    void namesBadEntries();
    void refusesAnythingElse_data();
    void refusesAnythingElse();
    void namesTheFile();
    void readsWhatWasExported();
    void plans_data();
    void plans();
};

void DeviceListTest::reads_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QList<ListedDevice>>("devices");
    using Devices = QList<ListedDevice>;
    const auto jidOnly = [](const QString &jid) {
        return ListedDevice{jid, {}, {}, {}, {}};
    };
    QTest::newRow("JIDs alone") << "jid\na@home\nB@Home\n"_ba << Devices{jidOnly(u"a@home"_s), jidOnly(u"b@home"_s)};
    QTest::newRow("names of accounts") << "JID\na\nb@elsewhere\n"_ba
                                       << Devices{jidOnly(u"a@home"_s), jidOnly(u"b@elsewhere"_s)};
    QTest::newRow("all columns, as a spreadsheet in German writes them")
        << "Name;JID;Tags;Notes;Address;Zählernummer;Etage\r\n"
           "Rathaus;a@home;süd, pilot;\"Zweimal klingeln.\nHund\";Am Markt 1;0815;2\r\n"_ba
        << Devices{{u"a@home"_s, u"Rathaus"_s, QStringList{u"pilot"_s, u"süd"_s}, u"Zweimal klingeln.\nHund"_s,
                    Fields{{u"address"_s, u"Am Markt 1"_s}, {u"meter number"_s, u"0815"_s}, {u"Etage"_s, u"2"_s}}}};
    QTest::newRow("empty cells") << "jid,name,tags,notes,floor\na@home,,,,\n"_ba
                                 << Devices{{u"a@home"_s, QString(), QStringList(), QString(), {{u"floor"_s, {}}}}};
    QTest::newRow("a row that is too short")
        << "jid,name,floor\na@home,x\n"_ba << Devices{{u"a@home"_s, u"x"_s, {}, {}, {}}};
    QTest::newRow("separators of tags") << "jid,tags\na@home,north;old\nb@home,north|old\n\"c@home\",\"a;b,\"\n"_ba
                                        << Devices{{u"a@home"_s, {}, QStringList{u"north"_s, u"old"_s}, {}, {}},
                                                   {u"b@home"_s, {}, QStringList{u"north"_s, u"old"_s}, {}, {}},
                                                   {u"c@home"_s, {}, QStringList{u"a;b"_s}, {}, {}}};
    QTest::newRow("marked against formulas")
        << "jid,name,phone\na@home,'=1,'+49 30 1\nb@home,'s Gravenhage,'\n"_ba
        << Devices{{u"a@home"_s, u"=1"_s, {}, {}, {{u"phone"_s, u"+49 30 1"_s}}},
                   {u"b@home"_s, u"'s Gravenhage"_s, {}, {}, {{u"phone"_s, u"'"_s}}}};
    QTest::newRow("one birth record") << "{\"format\":1,\"jid\":\"a@home\",\"id\":\"x\",\"host_name\":\"h\"}"_ba
                                      << Devices{jidOnly(u"a@home"_s)};
    QTest::newRow("all birth records")
        << "{\"format\":1,\"devices\":[{\"jid\":\"b@home\",\"tags\":[\"north\",\"x;y\"],"
           "\"columns\":{\"Name\":\"Mill\",\"cupboard\":\"12\",\"notes\":\"n\"}},"
           "{\"jid\":\"A@home\",\"tags\":[],\"columns\":{}}]}"_ba
        << Devices{{u"b@home"_s, u"Mill"_s, QStringList{u"north"_s, u"x;y"_s}, u"n"_s, {{u"cupboard"_s, u"12"_s}}},
                   jidOnly(u"a@home"_s)};
    QTest::newRow("none yet") << "{\"format\":1,\"devices\":[]}"_ba << Devices{};
    QTest::newRow("a head alone") << "jid,name\n"_ba << Devices{};
}

void DeviceListTest::reads()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QList<ListedDevice>, devices);
    const DeviceList list = parsed(text);
    QCOMPARE(sentences(list), QStringList());
    QCOMPARE(list.devices.size(), devices.size());
    for (qsizetype i = 0; i < devices.size(); ++i) {
        QCOMPARE(list.devices[i].jid, devices[i].jid);
        QCOMPARE(list.devices[i].name, devices[i].name);
        QCOMPARE(list.devices[i].tags, devices[i].tags);
        QCOMPARE(list.devices[i].text, devices[i].text);
        QCOMPARE(list.devices[i].fields, devices[i].fields);
    }
}

// The list from which sgn-provision makes the devices has them, and it is the one at hand.
void DeviceListTest::takesNoPasswords()
{
    const DeviceList list = parsed("jid,Password,mac,id,hostname,street\na@home,s3cret,b8:27:eb:00:00:01,,h,High St\n");
    QCOMPARE(list.devices.size(), 1);
    QCOMPARE(list.devices.constFirst().fields, (Fields{{u"street"_s, u"High St"_s}}));
    QVERIFY(list.ignored.contains(u"Password"_s));
    const DeviceList records = parsed("{\"format\":1,\"devices\":[{\"jid\":\"a@home\",\"password\":\"s3cret\","
                                      "\"columns\":{\"password\":\"s3cret\"}}]}");
    QVERIFY(records.devices.constFirst().fields.isEmpty());
}

void DeviceListTest::namesWhatItLeavesOut()
{
    const DeviceList list = parsed("jid,(online),SIM card,,MAC,colour\na@home,yes,1,,2,red\n");
    QCOMPARE(list.ignored, QStringList{u"MAC"_s});
    QCOMPARE(list.fields, (QStringList{u"sim card"_s, u"colour"_s}));
}

void DeviceListTest::namesBadEntries_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("sentence");
    const QByteArray good = "good@home,,\n";
    const auto row = [&good](const char *name, const QByteArray &line, const QString &sentence) {
        QTest::newRow(name) << "jid,name,tags\n" + line + '\n' + good << u"line 2: "_s + sentence;
    };
    row("no JID", ",x,", u"\"\" is no device's JID"_s);
    row("a resource", "a@home/x,,", u"\"a@home/x\" is no device's JID"_s);
    row("blanks in a JID", "a b@home,,", u"\"a b@home\" is no device's JID"_s);
    row("a long name", "a," + QByteArray(101, 'x') + ",",
        u"\"%1\" can't be a device's name: 1 to 100 characters on one line"_s.arg(QString(100, u'x')));
    row("too many fields", "a,b,c,d", u"it has 4 fields, and the first line names 3"_s);
    row("a long tag", "a,," + QByteArray(51, 'x'),
        u"\"%1\" can't be a tag: 1 to 50 characters without comma, at most 20 for a device"_s.arg(QString(50, u'x')));
    row("a quote inside", "a,x\"y,",
        u"has a quotation mark inside of a field; there it has to be doubled, and the field quoted"_s);
    QTest::newRow("twice") << "jid\ngood\nGOOD@home\n"_ba
                           << u"line 3: good@home is listed before (2); the first one counts"_s;
    QTest::newRow("a record without a JID")
        << "{\"format\":1,\"devices\":[{\"jid\":\"good@home\"},{\"tags\":[\"x\"]}]}"_ba
        << u"record 2: \"\" is no device's JID"_s;
    QTest::newRow("a record that is none")
        << "{\"format\":1,\"devices\":[{\"jid\":\"good@home\"},7]}"_ba << u"record 2: \"\" is no device's JID"_s;
}

void DeviceListTest::namesBadEntries()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QString, sentence);
    const DeviceList list = parsed(text);
    QCOMPARE(sentences(list), QStringList{sentence});
    QCOMPARE(list.devices.size(), 1);
    QCOMPARE(list.devices.constFirst().jid, u"good@home"_s);
}

void DeviceListTest::refusesAnythingElse_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<FactCode>("code");
    QTest::newRow("nothing") << QByteArray() << FactCode::BadFleetFile;
    QTest::newRow("no head") << "a@home\nb@home\n"_ba << FactCode::BadFleetFile;
    QTest::newRow("no column jid") << "name,tags\nx,y\n"_ba << FactCode::BadFleetFile;
    QTest::newRow("a column twice") << "jid,Name,name\na@home,x,y\n"_ba << FactCode::ColumnTwice;
    QTest::newRow("a field twice") << "jid,Address,address\na@home,x,y\n"_ba << FactCode::ColumnTwice;
    QTest::newRow("more columns than a fleet has") << "jid" + QByteArray(",x").repeated(20'000) + "\na\n"
                                                   << FactCode::TooManyColumns;
    QTest::newRow("a spreadsheet's own file") << QByteArray("PK\3\4\0\0\0\0", 8) << FactCode::BadFleetFile;
    QTest::newRow("a list in JSON") << "[\"a@home\"]"_ba << FactCode::BadFleetFile;
    QTest::newRow("another JSON") << "{\"jid\":\"a@home\",\"password_file\":\"x\"}"_ba << FactCode::BadFleetFile;
    QTest::newRow("a later format") << "{\"format\":2,\"devices\":[]}"_ba << FactCode::BadFleetFile;
    QTest::newRow("JSON cut short") << "{\"format\":1,\"devices\":["_ba << FactCode::BadFleetFile;
}

void DeviceListTest::refusesAnythingElse()
{
    QFETCH(const QByteArray, text);
    QFETCH(const FactCode, code);
    const auto list = parseDeviceList(text, {u"home"_s});
    QVERIFY(!list);
    QVERIFY(list.error().has(code));
}

void DeviceListTest::namesTheFile()
{
    const QTemporaryDir folder;
    const auto missing = readDeviceList(folder.filePath(u"missing.csv"_s), {u"home"_s});
    QVERIFY(!missing);
    QCOMPARE(missing.error().error, ErrorCode::NotFound);
    QFile file(folder.filePath(u"list.csv"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("nothing of use");
    file.close();
    const QByteArray pipe = QFile::encodeName(folder.filePath(u"pipe.csv"_s));
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    const auto endless = readDeviceList(QFile::decodeName(pipe), {u"home"_s});
    QVERIFY(!endless && endless.error().has(FactCode::NoRegularFile));
    const auto bad = readDeviceList(file.fileName(), {u"home"_s});
    QVERIFY(!bad && wording::sentence(bad.error()).startsWith(file.fileName()));
}

// What a spreadsheet leaves as it is changes nothing.
void DeviceListTest::readsWhatWasExported()
{
    records::Device one;
    one.jid = u"a@home"_s;
    one.label = u"=Mühle; \"alt\""_s;
    one.tags = {u"x;y"_s};
    one.notes = {{{u"address"_s, u"Höhenstraße 3,\nHof"_s}, {u"name"_s, u"not a label"_s}, {u"phone"_s, u"+49"_s}},
                 u"- ring twice\n- the dog"_s};
    one.notes.fields.insert({{u"Address"_s, u"an operator's own"_s}, {u"Switch"_s, u"1"_s}, {u"switch"_s, u"2"_s}});
    records::Device other;
    other.jid = u"b@elsewhere"_s;
    other.tags = {u"a"_s, u"b;c"_s};
    other.rpiUniqueId = u"b8:27:eb:00:00:01"_s;
    const QByteArray csv = wording::fleetCsv({&one, &other}, {u"ocr"_s}, QDateTime::currentDateTimeUtc());
    const DeviceList list = parsed("\xef\xbb\xbf" + csv);
    QCOMPARE(sentences(list), QStringList());
    QCOMPARE(list.devices.size(), 2);
    for (const EmptyCells emptyCells : {EmptyCells::Keep, EmptyCells::Remove}) {
        const ImportPlan plan = planImport(list, emptyCells, [&](const QString &jid) {
            const records::Device &device = jid == one.jid ? one : other;
            return KnownDevice{true, {device.label, {}}, device.tags, device.notes};
        });
        QCOMPARE(plan.unchanged, 2);
    }
}

void DeviceListTest::plans_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("removes");
    QTest::addColumn<QString>("outcome"); // what changes of a@home, which is known, and of n@home, which isn't
    QTest::newRow("a JID alone") << "jid\na\n"_ba << false << u"unchanged 1"_s;
    QTest::newRow("the same") << "jid,name,tags,notes,floor\na,Mill,\"old,north\",n,1\n"_ba << false
                              << u"unchanged 1"_s;
    QTest::newRow("another name") << "jid,name\na,Tower\n"_ba << false << u"a is Tower"_s;
    QTest::newRow("the tags that are shown") << "jid,tags\na,\"group,old,north\"\n"_ba << false << u"unchanged 1"_s;
    QTest::newRow("other tags") << "jid,tags\na,south\n"_ba << false << u"a is tagged south"_s;
    QTest::newRow("another field") << "jid,cupboard\na,7\n"_ba << false << u"a has cupboard=7 floor=1 'n'"_s;
    QTest::newRow("another note") << "jid,notes\na,m\n"_ba << false << u"a has floor=1 'm'"_s;
    const QByteArray empty = "jid,name,tags,notes,floor\na,,,,\n";
    QTest::newRow("empty cells keep") << empty << false << u"unchanged 1"_s;
    QTest::newRow("empty cells remove") << empty << true << u"a is , a is tagged , a has  ''"_s;
    QTest::newRow("columns that aren't there stay") << "jid,name\na,\n"_ba << true << u"a is "_s;
    QTest::newRow("a new one") << "jid\nn\n"_ba << false << u"n is new"_s;
    QTest::newRow("a new one with all") << "jid,name,tags,floor\nn,Inn,north,2\n"_ba << false
                                        << u"n is new, n is Inn, n is tagged north, n has floor=2 ''"_s;
}

void DeviceListTest::plans()
{
    QFETCH(const QByteArray, text);
    QFETCH(const bool, removes);
    QFETCH(const QString, outcome);
    const ImportPlan plan =
        planImport(parsed(text), removes ? EmptyCells::Remove : EmptyCells::Keep, [](const QString &jid) {
            return jid == u"a@home" ? KnownDevice{true,
                                                  {u"Mill"_s, {u"north"_s, u"old"_s}},
                                                  {u"group"_s, u"north"_s, u"old"_s},
                                                  {{{u"floor"_s, u"1"_s}}, u"n"_s}}
                                    : KnownDevice();
        });
    QStringList parts;
    const auto name = [](const QString &jid) {
        return jid.section(u'@', 0, 0);
    };
    for (const QString &jid : plan.accepted) {
        parts += u"%1 is new"_s.arg(name(jid));
    }
    for (const records::LabelChange &change : plan.labels) {
        if (change.name) {
            parts += u"%1 is %2"_s.arg(name(change.jid), *change.name);
        }
        if (change.tags) {
            parts += u"%1 is tagged %2"_s.arg(name(change.jid), change.tags->join(u' '));
        }
    }
    for (const auto &[jid, notes] : plan.notes) {
        QStringList fields;
        for (auto it = notes.fields.cbegin(); it != notes.fields.cend(); ++it) {
            fields += it.key() + u'=' + it.value();
        }
        parts += u"%1 has %2 '%3'"_s.arg(name(jid), fields.join(u' '), notes.text);
    }
    if (plan.unchanged > 0) {
        parts += u"unchanged %1"_s.arg(plan.unchanged);
    }
    QCOMPARE(parts.join(u", "), outcome);
}

QTEST_APPLESS_MAIN(DeviceListTest)
#include "tst_device_list.moc"
