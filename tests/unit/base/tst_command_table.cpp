// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/CommandTable.h"

#include <functional>
#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class TestCommandTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void describes_data();
    void describes();
};

void TestCommandTable::describes_data()
{
    QTest::addColumn<QByteArray>("made");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const std::function<void(CommandTable &)> &fill, const QByteArray &expected) {
        CommandTable table(u"A \"meter\"."_s, u"meter --port 4951"_s);
        fill(table);
        QTest::newRow(name) << table.toJson()
                            << R"({"description": "A \"meter\".", "example": "meter --port 4951")" + expected + '}';
    };
    row(
        "nothing but itself", [](CommandTable &) {}, "");
    row(
        "an option without value",
        [](CommandTable &table) {
            table.addOption({u"json"_s, u"As JSON."_s}, {});
        },
        R"(, "options": [{"names": ["json"], "description": "As JSON."}])");
    row(
        "an option with everything",
        [](CommandTable &table) {
            table.addOption({{u"i"_s, u"init"_s}, u"What starts it."_s, u"NAME"_s, u"systemd"_s},
                            {u"systemd"_s, u"cron"_s});
        },
        R"(, "options": [{"names": ["i", "init"], "description": "What starts it.", "value": "NAME",
                          "default": "systemd", "words": ["systemd", "cron"]}])");
    row(
        "a hidden option",
        [](CommandTable &table) {
            QCommandLineOption hidden(u"speed"_s, u"For tests."_s, u"N"_s);
            hidden.setFlags(QCommandLineOption::HiddenFromHelp);
            table.addOption(hidden, {});
        },
        "");
    row(
        "arguments, in their order",
        [](CommandTable &table) {
            table.addArgument(u"keys"_s, u"This command."_s, u"keys new"_s, {});
            table.addArgument(u"PURPOSE"_s, {}, {}, {u"release"_s, u"operator"_s});
        },
        R"(, "arguments": [{"name": "keys", "syntax": "keys new", "description": "This command."},
                           {"name": "PURPOSE", "syntax": "PURPOSE", "words": ["release", "operator"]}])");
    row(
        "commands",
        [](CommandTable &table) {
            table.addCommand(u"status"_s, u"what runs"_s);
            table.addCommand(u"check"_s, u"what is wrong"_s);
        },
        R"(, "commands": [{"name": "status", "summary": "what runs"}, {"name": "check", "summary": "what is wrong"}])");
}

void TestCommandTable::describes()
{
    QFETCH(const QByteArray, made);
    QFETCH(const QByteArray, expected);
    const QJsonDocument wanted = QJsonDocument::fromJson(expected);
    QVERIFY(wanted.isObject());
    QCOMPARE(QJsonDocument::fromJson(made), wanted);
}

QTEST_GUILESS_MAIN(TestCommandTable)
#include "tst_command_table.moc"
