// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/FleetFile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace Qt::StringLiterals;

class FleetFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsRecords_data();
    void readsRecords();
    void refusesAnythingElse_data();
    void refusesAnythingElse();
    void namesAMissingFile();

private:
    [[nodiscard]] QString write(const QByteArray &content) const
    {
        QFile file(m_folder.filePath(u"fleet.json"_s));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) {
            qFatal("cannot write a test file");
        }
        return file.fileName();
    }

    QTemporaryDir m_folder;
};

void FleetFileTest::readsRecords_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QStringList>("jids");
    QTest::newRow("one record") << QByteArray("{\"format\":1,\"jid\":\"a@home\",\"id\":\"x\"}")
                                << QStringList{u"a@home"_s};
    QTest::newRow("all") << QByteArray(
                                "{\"format\":1,\"devices\":[{\"jid\":\"b@home\"},{\"jid\":\"A@home\",\"tags\":[]}]}")
                         << QStringList{u"b@home"_s, u"a@home"_s};
    QTest::newRow("one twice") << QByteArray("{\"format\":1,\"devices\":[{\"jid\":\"a@home\"},{\"jid\":\"a@home\"}]}")
                               << QStringList{u"a@home"_s};
    QTest::newRow("none yet") << QByteArray("{\"format\":1,\"devices\":[]}") << QStringList{};
}

void FleetFileTest::readsRecords()
{
    QFETCH(const QByteArray, content);
    const auto jids = readFleetFile(write(content));
    QVERIFY(jids);
    QTEST(*jids, "jids");
}

void FleetFileTest::refusesAnythingElse_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<records::FactCode>("code");
    using records::FactCode;
    QTest::newRow("nothing") << QByteArray() << FactCode::BadFleetFile;
    QTest::newRow("no JSON") << QByteArray("a@home\nb@home\n") << FactCode::BadFleetFile;
    QTest::newRow("a list") << QByteArray("[\"a@home\"]") << FactCode::BadFleetFile;
    QTest::newRow("another JSON") << QByteArray("{\"jid\":\"a@home\",\"password_file\":\"x\"}")
                                  << FactCode::BadFleetFile;
    QTest::newRow("a later format") << QByteArray("{\"format\":2,\"devices\":[]}") << FactCode::BadFleetFile;
    QTest::newRow("a bad JID") << QByteArray("{\"format\":1,\"devices\":[{\"jid\":\"a@home\"},{\"jid\":\"home\"}]}")
                               << FactCode::BadDeviceJid;
    QTest::newRow("no JID") << QByteArray("{\"format\":1,\"devices\":[{}]}") << FactCode::BadDeviceJid;
}

void FleetFileTest::refusesAnythingElse()
{
    QFETCH(const QByteArray, content);
    QFETCH(const records::FactCode, code);
    const auto jids = readFleetFile(write(content));
    QVERIFY(!jids);
    QVERIFY(jids.error().has(code));
}

void FleetFileTest::namesAMissingFile()
{
    const auto jids = readFleetFile(m_folder.filePath(u"missing.json"_s));
    QVERIFY(!jids);
    QCOMPARE(jids.error().error, ErrorCode::NotFound);
}

QTEST_APPLESS_MAIN(FleetFileTest)
#include "tst_fleet_file.moc"
