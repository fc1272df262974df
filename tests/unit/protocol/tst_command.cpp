// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Command.h"
#include "protocol/Json.h"

#include <QTest>

using namespace sgn;
using namespace Qt::StringLiterals;

namespace {

// Word for word from the customer's text, tabs and odd spacing included.
const QByteArray seedSmartMeterUpdate = R"({
				"command":"smart_meter_update",
				"command_no" : 10,
				"url":"https://technospurs.com/imageSets.zip",
				"processes" :
				[
				  {"process_name" : "process1","version":1},
				  {"process_name" : "process2","version":1},
				  {"process_name" : "process3","version":1}
				]
			})";
const QByteArray seedJabberClientUpdate = R"({
			"command"		: "jabber_client_update",
			"command_no"	: 11,
			"url"			: "https://technospurs.com/imageSets.zip",
			"version"		: 2
		})";

QByteArray updateWith(const QByteArray &fields)
{
    return "{\"command\":\"jabber_client_update\",\"command_no\":1,\"url\":\"https://a.example/z.zip\",\"version\":2," +
           fields + "}";
}

} // namespace

class CommandTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTheSeedsSmartMeterUpdate()
    {
        const auto command = parseCommand(seedSmartMeterUpdate);
        QVERIFY(command);
        QCOMPARE(command->number, std::optional<CommandNo>(10));
        const auto &update = std::get<UpdateCommand>(command->body);
        QCOMPARE(update.component, Component::SmartMeter);
        QCOMPARE(update.url, QUrl(u"https://technospurs.com/imageSets.zip"_s));
        const QList<ProcessVersion> expected{{u"process1"_s, 1}, {u"process2"_s, 1}, {u"process3"_s, 1}};
        QCOMPARE(update.processes, expected);
        QVERIFY(!command->progress);
        QVERIFY(!command->notAfter);
    }

    void readsTheSeedsJabberClientUpdate()
    {
        const auto command = parseCommand(seedJabberClientUpdate);
        QVERIFY(command);
        const auto &update = std::get<UpdateCommand>(command->body);
        QCOMPARE(update.component, Component::JabberClient);
        QCOMPARE(update.version, 2);
    }

    void readsTheSeedsRequestsWithoutANumber()
    {
        const auto version = parseCommand(R"({"command":"version_req"})");
        QVERIFY(version && std::holds_alternative<VersionRequest>(version->body));
        QVERIFY(!version->number);
        const auto logs = parseCommand(R"({"command":"upload_logs"})");
        QVERIFY(logs && std::holds_alternative<UploadLogs>(logs->body));
    }

    void comesBackUnchanged_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("smart meter") << seedSmartMeterUpdate;
        QTest::newRow("jabber client") << seedJabberClientUpdate;
        QTest::newRow("everything of ours")
            << updateWith("\"force\":true,\"size\":123,\"sha256\":\"" + QByteArray(64, 'a') +
                          "\",\"release\":\"a.b.c\",\"release_url\":\"https://a.example/r.jws\","
                          "\"not_after\":\"2026-01-31T12:00:00Z\",\"progress\":true");
        QTest::newRow("an address with a fragment")
            << QByteArray("{\"command\":\"watchdog_update\",\"command_no\":5,\"version\":3,"
                          "\"url\":\"https://a.example/z.zip#a#b\"}");
        QTest::newRow("features") << QByteArray(R"({"command":"version_req","features":["events","progress"]})");
        QTest::newRow("with a request") << QByteArray(
            R"({"command":"reboot_system","command_no":5,"request":"b1946ac92492d234"})");
        QTest::newRow("cancel") << QByteArray(R"({"command":"cancel_update","command_no":3,"cancels":2})");
        QTest::newRow("watchdog") << QByteArray(
            "{\"command\":\"watchdog_update\",\"command_no\":5,\"url\":\"https://a.example/z.zip\",\"version\":3}");
        QTest::newRow("python packages") << QByteArray("{\"command\":\"python_package_update\",\"command_no\":6,"
                                                       "\"url\":\"https://a.example/z.zip\",\"version\":3}");
        QTest::newRow("CA file") << QByteArray(
            "{\"command\":\"ca_cert_file_update\",\"command_no\":7,\"url\":\"https://a.example/cacert.pem\"}");
        QTest::newRow("CA file, everything of ours")
            << "{\"command\":\"ca_cert_file_update\",\"command_no\":7,\"url\":\"https://a.example/cacert.pem\","
               "\"size\":123,\"release\":\"a.b.c\",\"sha256\":\"" +
                   QByteArray(64, 'a') + "\"}";
        QTest::newRow("configuration") << QByteArray(
            R"({"command":"config_update","command_no":9,"config":"U0dOMgABAgM=","timeout_s":60})");
        QTest::newRow("reboot") << QByteArray(R"({"command":"reboot_system","command_no":8})");
        for (const char *component : {"SmartMeter", "JabberClient", "WatchDog", "site-packages"}) {
            QTest::addRow("rollback of %s", component)
                << "{\"command\":\"rollback\",\"command_no\":9,\"component\":\"" + QByteArray(component) + "\"}";
        }
        QTest::newRow("restart") << QByteArray(R"({"command":"restart_process","command_no":4,"process_name":"ocr"})");
    }

    void comesBackUnchanged()
    {
        QFETCH(QByteArray, body);
        const auto command = parseCommand(body);
        QVERIFY2(command, command ? "" : qPrintable(command.error().error.message));
        const auto again = parseCommand(encode(*command));
        QVERIFY(again);
        QCOMPARE(*again, *command);
    }

    void writesTheSeedsShape()
    {
        Command command;
        command.number = 10;
        command.body = UpdateCommand{.component = Component::SmartMeter,
                                     .url = QUrl(u"https://a.example/z.zip"_s),
                                     .processes = {{u"ocr"_s, 1}},
                                     .version = 0,
                                     .force = false,
                                     .sha256 = {},
                                     .size = {},
                                     .release = {},
                                     .releaseUrl = {}};
        const QByteArray update = "{\"command\":\"smart_meter_update\",\"command_no\":10,\"processes\":"
                                  "[{\"process_name\":\"ocr\",\"version\":1}],\"url\":\"https://a.example/z.zip\"}";
        QCOMPARE(encode(command), update);

        Command request;
        request.body = VersionRequest{};
        const QByteArray versionReq = R"({"command":"version_req"})";
        QCOMPARE(encode(request), versionReq);
    }

    void refusesAndStatesWhy_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("code");
        QTest::addColumn<qint64>("number"); // 0: none, so no answer is sent
        QTest::addColumn<QString>("reason");
        const int bad = static_cast<int>(ErrorCode::BadRequest);
        const int unknown = static_cast<int>(ErrorCode::UnknownCommand);
        QTest::newRow("not JSON") << QByteArray("version_req") << bad << 0LL << u"JSON"_s;
        QTest::newRow("no command") << QByteArray(R"({"command_no":7})") << bad << 7LL << u"\"command\" is missing"_s;
        QTest::newRow("command is a list") << QByteArray(R"({"command":["version_req"]})") << bad << 0LL << u"text"_s;
        QTest::newRow("unknown") << QByteArray(R"({"command":"format_disk","command_no":7})") << unknown << 7LL
                                 << u"format_disk"_s;
        QTest::newRow("unknown, no number")
            << QByteArray(R"({"command":"format_disk"})") << unknown << 0LL << u"format_disk"_s;
        QTest::newRow("other case") << QByteArray(R"({"command":"Version_Req"})") << unknown << 0LL << u"Version_Req"_s;
        QTest::newRow("number 0") << QByteArray(R"({"command":"version_req","command_no":0})") << bad << 0LL
                                  << u"command_no"_s;
        QTest::newRow("number too large")
            << QByteArray(R"({"command":"version_req","command_no":2147483648})") << bad << 0LL << u"command_no"_s;
        QTest::newRow("update without number")
            << QByteArray("{\"command\":\"jabber_client_update\",\"url\":\"https://a.example/\",\"version\":1}") << bad
            << 0LL << u"\"command_no\" is missing"_s;
        QTest::newRow("no url") << QByteArray(R"({"command":"jabber_client_update","command_no":1,"version":1})") << bad
                                << 1LL << u"\"url\" is missing"_s;
        for (const char *url : {"file:///etc/passwd", "ftp://a.example/", "https://", "javascript:1", "//a.example/z",
                                "z.zip", "https://a example/", ""}) {
            QTest::newRow(qPrintable(u"url "_s + QLatin1StringView(url)))
                << "{\"command\":\"jabber_client_update\",\"command_no\":1,\"version\":1,\"url\":\"" + QByteArray(url) +
                       "\"}"
                << bad << 1LL << u"\"url\""_s;
        }
        QTest::newRow("no processes")
            << QByteArray("{\"command\":\"smart_meter_update\",\"command_no\":1,\"url\":\"https://a.example/\"}") << bad
            << 1LL << u"\"processes\" is missing"_s;
        for (const char *processes :
             {"[]", "{}", "[1]", "[{}]", R"([{"process_name":"a"}])", R"([{"process_name":"a","version":-1}])",
              R"([{"process_name":"a","version":1.5}])", R"([{"process_name":"","version":1}])",
              R"([{"process_name":"../a","version":1}])", R"([{"process_name":".a","version":1}])",
              R"([{"process_name":"a\u0000b","version":1}])", R"([{"process_name":"a","version":"1"}])",
              R"([{"process_name":"a","version":1},{"process_name":"a","version":2}])"}) {
            QTest::newRow(qPrintable(u"processes "_s + QLatin1StringView(processes)))
                << "{\"command\":\"smart_meter_update\",\"command_no\":1,\"url\":\"https://a.example/"
                   "\",\"processes\":" +
                       QByteArray(processes) + "}"
                << bad << 1LL << u"\"processes\""_s;
        }
        QTest::newRow("no version")
            << QByteArray("{\"command\":\"jabber_client_update\",\"command_no\":1,\"url\":\"https://a.example/\"}")
            << bad << 1LL << u"\"version\" is missing"_s;
        QTest::newRow("short sha256") << updateWith("\"sha256\":\"abcd\"") << bad << 1LL << u"sha256"_s;
        QTest::newRow("sha256 of other letters")
            << updateWith("\"sha256\":\"" + QByteArray(64, 'z') + "\"") << bad << 1LL << u"sha256"_s;
        QTest::newRow("size 0") << updateWith("\"size\":0") << bad << 1LL << u"size"_s;
        QTest::newRow("release on the device")
            << updateWith("\"release_url\":\"file:///etc/shadow\"") << bad << 1LL << u"\"release_url\""_s;
        QTest::newRow("force is a word") << updateWith("\"force\":\"yes\"") << bad << 1LL << u"force"_s;
        QTest::newRow("local time") << updateWith("\"not_after\":\"2026-01-31T12:00:00\"") << bad << 1LL
                                    << u"not_after"_s;
        QTest::newRow("watchdog without version")
            << QByteArray("{\"command\":\"watchdog_update\",\"command_no\":1,\"url\":\"https://a.example/z.zip\"}")
            << bad << 1LL << u"\"version\" is missing"_s;
        QTest::newRow("packages without version")
            << QByteArray(
                   "{\"command\":\"python_package_update\",\"command_no\":1,\"url\":\"https://a.example/z.zip\"}")
            << bad << 1LL << u"\"version\" is missing"_s;
        QTest::newRow("CA file from nowhere") << QByteArray(R"({"command":"ca_cert_file_update","command_no":1})")
                                              << bad << 1LL << u"\"url\" is missing"_s;
        QTest::newRow("CA file of the device")
            << QByteArray("{\"command\":\"ca_cert_file_update\",\"command_no\":1,\"url\":\"file:///etc/shadow\"}")
            << bad << 1LL << u"\"url\""_s;
        QTest::newRow("reboot without number")
            << QByteArray(R"({"command":"reboot_system"})") << bad << 0LL << u"\"command_no\" is missing"_s;
        QTest::newRow("rollback of nothing")
            << QByteArray(R"({"command":"rollback","command_no":1})") << bad << 1LL << u"\"component\" is missing"_s;
        for (const char *component : {"", ".", "..", "smartmeter", "SmartMeter/", "certs", "/etc"}) {
            QTest::addRow("rollback of '%s'", component)
                << "{\"command\":\"rollback\",\"command_no\":1,\"component\":\"" + QByteArray(component) + "\"}" << bad
                << 1LL << u"\"component\""_s;
        }
        for (const char *address :
             {" https://a.example/z.zip", "https://a.example/z.zip ", "https://a.example/a b.zip"}) {
            QTest::addRow("address '%s'", address)
                << "{\"command\":\"ca_cert_file_update\",\"command_no\":1,\"url\":\"" + QByteArray(address) + "\"}"
                << bad << 1LL << u"\"url\" has a blank in it"_s;
        }
        QTest::newRow("no configuration")
            << QByteArray(R"({"command":"config_update","command_no":1})") << bad << 1LL << u"\"config\" is missing"_s;
        for (const char *config : {"?", "U0dO=", "U0 dO", "=", "U0dO\\n"}) {
            QTest::addRow("configuration '%s'", config)
                << "{\"command\":\"config_update\",\"command_no\":1,\"config\":\"" + QByteArray(config) + "\"}" << bad
                << 1LL << u"\"config\""_s;
        }
        QTest::newRow("configuration too large")
            << "{\"command\":\"config_update\",\"command_no\":1,\"config\":\"" + QByteArray(40'000, 'A') + "\"}" << bad
            << 1LL << u"\"config\""_s;
        for (const char *seconds : {"29", "3601", "0", "-1", "\"60\""}) {
            QTest::addRow("configuration within %s s", seconds)
                << R"({"command":"config_update","command_no":1,"config":"U0dO","timeout_s":)" + QByteArray(seconds) +
                       "}"
                << bad << 1LL << u"\"timeout_s\""_s;
        }
        QTest::newRow("cancels nothing") << QByteArray(R"({"command":"cancel_update","command_no":1})") << bad << 1LL
                                         << u"cancels"_s;
    }

    void refusesAndStatesWhy()
    {
        QFETCH(QByteArray, body);
        QFETCH(int, code);
        QFETCH(qint64, number);
        QFETCH(QString, reason);
        const auto command = parseCommand(body);
        QVERIFY(!command);
        QCOMPARE(static_cast<int>(command.error().error.code), code);
        QCOMPARE(static_cast<qint64>(command.error().number.value_or(0)), number);
        QVERIFY2(command.error().error.message.contains(reason), qPrintable(command.error().error.message));
    }

    void namesEachComponentOnce()
    {
        QSet<QString> folders;
        QSet<QString> commands;
        for (const Component component : allComponents) {
            QCOMPARE(componentFromFolder(QString(folderName(component))), std::optional(component));
            folders += folderName(component);
            commands += commandName(component);
        }
        QCOMPARE(folders, (QSet<QString>{u"SmartMeter"_s, u"JabberClient"_s, u"WatchDog"_s, u"site-packages"_s}));
        QCOMPARE(commands.size(), folders.size());
    }

    void ignoresUnknownFields() { QVERIFY(parseCommand(R"({"command":"version_req","later":{"a":[1,2]}})")); }

    void survivesEveryTruncation()
    {
        for (qsizetype length = 0; length < seedSmartMeterUpdate.size(); ++length) {
            QVERIFY(!parseCommand(seedSmartMeterUpdate.left(length)));
        }
    }

    void fingerprintsTheContentOnly()
    {
        const QByteArray a = R"({"command":"cancel_update","command_no":1,"cancels":2})";
        const QByteArray sameOtherOrder = R"({ "cancels":2, "command_no":1, "command":"cancel_update" })";
        const QByteArray other = R"({"command":"cancel_update","command_no":1,"cancels":3})";
        QCOMPARE(commandFingerprint(a), commandFingerprint(sameOtherOrder));
        QVERIFY(commandFingerprint(a) != commandFingerprint(other));
    }
};

QTEST_GUILESS_MAIN(CommandTest)
#include "tst_command.moc"
