// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/ConfigSerial.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;

class ConfigSerialTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbersATextAndKeepsTheRest()
    {
        QCOMPARE(withSerial("{\n\t\"a\" : 1\n}\n", 7), QByteArray("{\n\t\"a\" : 1\n,\n\"serial\": 7}\n"));
    }

    // As it is when a configuration is decrypted, changed and encrypted again.
    void isAlwaysAboveTheOneBefore_data()
    {
        QTest::addColumn<qint64>("before");
        QTest::addColumn<qint64>("after");
        QTest::newRow("older") << qint64{3} << qint64{7};
        QTest::newRow("the same") << qint64{7} << qint64{8};
        QTest::newRow("by a clock years ahead") << qint64{99} << qint64{100};
    }

    void isAlwaysAboveTheOneBefore()
    {
        QFETCH(const qint64, before);
        QFETCH(const qint64, after);
        const QByteArray text = withSerial(R"({"a": 1, "serial": )" + QByteArray::number(before) + '}', 7);
        const QJsonObject object = QJsonDocument::fromJson(text).object();
        QCOMPARE(object["serial"_L1].toInteger(), after);
        QCOMPARE(object["a"_L1].toInt(), 1);
    }

    void comparesAllButTheSerial()
    {
        QVERIFY(areSameConfigs(R"({"a": 1, "serial": 5})", R"({ "a":1 })"));
        QVERIFY(!areSameConfigs(R"({"a": 1})", R"({"a": 2})"));
        QVERIFY(!areSameConfigs("nonsense", "nonsense"));
    }
};

QTEST_GUILESS_MAIN(ConfigSerialTest)
#include "tst_config_serial.moc"
