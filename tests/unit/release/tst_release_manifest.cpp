// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/Manifests.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;
using sgn::test::agentManifest;
using sgn::test::meterManifest;

namespace {

QByteArray jsonOf(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QJsonObject objectOf(const ReleaseManifest &manifest)
{
    return QJsonDocument::fromJson(encode(manifest)).object();
}

QJsonObject entry(const QJsonValue &mode, const QJsonValue &size = 1)
{
    return {{u"sha256"_s, QString(64, u'a')}, {u"size"_s, size}, {u"mode"_s, mode}};
}

QJsonObject oneFile(const QString &path, const QJsonObject &what)
{
    return {{path, what}};
}

UpdateCommand meterCommand()
{
    UpdateCommand command;
    command.component = Component::SmartMeter;
    command.processes = {{u"upload"_s, 2}, {u"ocr"_s, 3}};
    command.sha256 = Sha256::hash("zip");
    command.size = 4711;
    return command;
}

UpdateCommand agentCommand()
{
    UpdateCommand command = meterCommand();
    command.component = Component::JabberClient;
    command.processes.clear();
    command.version = 7;
    return command;
}

} // namespace

class TestReleaseManifest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void comesBackAsItWas_data()
    {
        QTest::addColumn<ReleaseManifest>("manifest");
        QTest::newRow("meter release") << meterManifest();
        QTest::newRow("agent release") << agentManifest();
        ReleaseManifest manifest = meterManifest();
        manifest.files.clear();
        QTest::newRow("without files") << manifest;
        manifest.allowsDowngrade = true;
        QTest::newRow("may replace a newer one") << manifest;
    }

    void comesBackAsItWas()
    {
        QFETCH(ReleaseManifest, manifest);
        const auto again = parseReleaseManifest(encode(manifest));
        QVERIFY2(again, again ? "" : qPrintable(again.error().message));
        QCOMPARE(*again, manifest);
    }

    void hasTheFieldsOfTheProtocol()
    {
        const QJsonObject object = objectOf(meterManifest());
        QCOMPARE(object.keys(), (QStringList{u"component"_s, u"created"_s, u"files"_s, u"processes"_s, u"release"_s,
                                             u"sha256"_s, u"size"_s}));
        QCOMPARE(object[u"component"_s], u"SmartMeter"_s);
        QCOMPARE(object[u"created"_s], u"2026-11-25T12:00:00Z"_s);
        QCOMPARE(object[u"files"_s][u"SmartMeter/ocr.py"_s][u"mode"_s], u"0755"_s);
        QVERIFY(objectOf(agentManifest()).contains(u"version"_s));
        QVERIFY(!objectOf(agentManifest()).contains(u"processes"_s));
    }

    void refusesWhatIsWrong_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QJsonValue>("value"); // undefined: without the field
        const QJsonValue missing(QJsonValue::Undefined);
        for (const QString &field :
             {u"component"_s, u"release"_s, u"processes"_s, u"sha256"_s, u"size"_s, u"created"_s}) {
            QTest::addRow("no %s", qPrintable(field)) << field << missing;
        }
        QTest::newRow("strange component") << u"component"_s << QJsonValue(u"Kitchen"_s);
        QTest::newRow("component is a number") << u"component"_s << QJsonValue(1);
        QTest::newRow("release without a name") << u"release"_s << QJsonValue(u""_s);
        QTest::newRow("release with line break") << u"release"_s << QJsonValue(u"a\nb"_s);
        QTest::newRow("long release") << u"release"_s << QJsonValue(QString(129, u'x'));
        QTest::newRow("no process") << u"processes"_s << QJsonValue(QJsonArray{});
        QTest::newRow("short hash") << u"sha256"_s << QJsonValue(QString(63, u'a'));
        QTest::newRow("hash of other letters") << u"sha256"_s << QJsonValue(QString(64, u'g'));
        QTest::newRow("hash with spaces") << u"sha256"_s << QJsonValue(QString(62, u'a') + u"  "_s);
        QTest::newRow("empty zip") << u"size"_s << QJsonValue(0);
        QTest::newRow("negative size") << u"size"_s << QJsonValue(-1);
        QTest::newRow("huge size") << u"size"_s << QJsonValue(1e15);
        QTest::newRow("half a byte") << u"size"_s << QJsonValue(1.5);
        QTest::newRow("no time") << u"created"_s << QJsonValue(u"yesterday"_s);
        QTest::newRow("downgrade by word") << u"allow_downgrade"_s << QJsonValue(u"yes"_s);
        QTest::newRow("files in a list") << u"files"_s << QJsonValue(QJsonArray{u"SmartMeter/a"_s});
        for (const QString &path :
             {u"/etc/passwd"_s, u"SmartMeter/../x"_s, u"../SmartMeter/x"_s, u"SmartMeter/./x"_s, u"SmartMeter//x"_s,
              u"SmartMeter"_s, u"SmartMeter/"_s, u""_s, u"JabberClient/x"_s, u"SmartMeterX/x"_s, u"SmartMeter\\x"_s,
              u"SmartMeter/a\\b"_s, u"SmartMeter/a\nb"_s, u"SmartMeter/a"_s + QChar(0) + u"b"_s,
              u"SmartMeter/"_s + QString(256, u'x'), u"SmartMeter"_s + u"/ab"_s.repeated(400)}) {
            QTest::addRow("path %s", qPrintable(path.left(40)))
                << u"files"_s << QJsonValue(oneFile(path, entry(u"0644"_s)));
        }
        // Half of a surrogate pair already keeps the text from being JSON.
        QTest::newRow("path without characters")
            << u"JSON"_s << QJsonValue(QJsonObject{{u"SmartMeter/"_s + QChar(0xd800), entry(u"0644"_s)}});
        for (const QJsonValue &mode : {QJsonValue(u"0777"_s), QJsonValue(u"4755"_s), QJsonValue(u"644"_s),
                                       QJsonValue(u"100644"_s), QJsonValue(420), QJsonValue(u""_s), missing}) {
            QTest::addRow("mode %s", qPrintable(mode.toVariant().toString()))
                << u"files"_s << QJsonValue(oneFile(u"SmartMeter/a"_s, entry(mode)));
        }
        QTest::newRow("negative file") << u"files"_s << QJsonValue(oneFile(u"SmartMeter/a"_s, entry(u"0644"_s, -1)));
        QTest::newRow("file that is none") << u"files"_s << QJsonValue(QJsonObject{{u"SmartMeter/a"_s, 5}});
        QTest::newRow("file and folder") << u"files"_s
                                         << QJsonValue(QJsonObject{{u"SmartMeter/a"_s, entry(u"0644"_s)},
                                                                   {u"SmartMeter/a/b"_s, entry(u"0644"_s)}});
        QTest::newRow("3 GiB in all") << u"files"_s
                                      << QJsonValue(QJsonObject{{u"SmartMeter/a"_s, entry(u"0644"_s, 1'600'000'000)},
                                                                {u"SmartMeter/b"_s, entry(u"0644"_s, 1'600'000'000)}});
    }

    void refusesWhatIsWrong()
    {
        QFETCH(QString, field);
        QFETCH(QJsonValue, value);
        QJsonObject object = objectOf(meterManifest());
        object[field] = value; // undefined removes
        const auto parsed = parseReleaseManifest(jsonOf(object));
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::BadRequest);
        QVERIFY2(parsed.error().message.contains(field), qPrintable(parsed.error().message));
    }

    void countsItsFiles()
    {
        QJsonObject files;
        for (int i = 0; i < maxReleaseFiles; ++i) {
            files[u"SmartMeter/%1"_s.arg(i)] = entry(u"0644"_s);
        }
        QJsonObject object = objectOf(meterManifest());
        object[u"files"_s] = files;
        const auto parsed = parseReleaseManifest(jsonOf(object));
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->files.size(), maxReleaseFiles);
        files[u"SmartMeter/more"_s] = entry(u"0644"_s);
        object[u"files"_s] = files;
        QVERIFY(!parseReleaseManifest(jsonOf(object)));
    }

    void refusesWhatIsNoObject_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("no JSON") << QByteArray("{");
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("a command") << QByteArray(R"({"command":"reboot_system","command_no":1,"aud":"a@b"})");
    }

    void refusesWhatIsNoObject()
    {
        QFETCH(QByteArray, json);
        QVERIFY(!parseReleaseManifest(json));
    }

    void ignoresUnknownFields()
    {
        QJsonObject object = objectOf(meterManifest());
        object[u"from_the_future"_s] = 1;
        QCOMPARE(parseReleaseManifest(jsonOf(object)).value(), meterManifest());
    }

    void fitsItsCommand_data()
    {
        QTest::addColumn<ReleaseManifest>("manifest");
        QTest::addColumn<UpdateCommand>("command");
        QTest::addColumn<QString>("error"); // empty: it fits

        QTest::newRow("meters, in another order") << meterManifest() << meterCommand() << QString();
        QTest::newRow("agent") << agentManifest() << agentCommand() << QString();
        UpdateCommand command = meterCommand();
        command.sha256.clear();
        command.size.reset();
        QTest::newRow("a command without hash and size") << meterManifest() << command << QString();

        QTest::newRow("another component") << agentManifest() << meterCommand() << u"bad_signature"_s;
        command = agentCommand();
        command.version = 8;
        QTest::newRow("another agent version") << agentManifest() << command << u"bad_signature"_s;
        command = meterCommand();
        command.processes[0].version = 9;
        QTest::newRow("another process version") << meterManifest() << command << u"bad_signature"_s;
        command = meterCommand();
        command.processes.removeLast();
        QTest::newRow("a process less") << meterManifest() << command << u"bad_signature"_s;
        command = meterCommand();
        command.processes += ProcessVersion{u"shell"_s, 1};
        QTest::newRow("a process more") << meterManifest() << command << u"bad_signature"_s;
        command = meterCommand();
        command.size = 4712;
        QTest::newRow("another size") << meterManifest() << command << u"hash_mismatch"_s;
        command = meterCommand();
        command.sha256 = Sha256::hash("other zip");
        QTest::newRow("another zip") << meterManifest() << command << u"hash_mismatch"_s;
    }

    void fitsItsCommand()
    {
        QFETCH(ReleaseManifest, manifest);
        QFETCH(UpdateCommand, command);
        QFETCH(QString, error);
        const Outcome checked = checkRelease(manifest, command);
        QCOMPARE(checked ? QString() : QString(nameOf(checked.error().code)), error);
    }
};

QTEST_GUILESS_MAIN(TestReleaseManifest)
#include "tst_release_manifest.moc"
