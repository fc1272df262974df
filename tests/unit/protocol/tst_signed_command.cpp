// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Json.h"
#include "protocol/SignedCommand.h"

#include <QJsonDocument>
#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

namespace {

Command restart()
{
    Command command;
    command.body = RestartProcess{u"ocr"_s};
    command.number = 12;
    return command;
}

CommandClaims claims()
{
    return {u"altimeter_0001@example.org"_s, QDateTime({2026, 11, 25}, {12, 0}, Qt::UTC),
            QDateTime({2026, 12, 2}, {12, 0}, Qt::UTC)};
}

} // namespace

class TestSignedCommand : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheCommandAndItsClaims()
    {
        const QByteArray payload = encode(restart(), claims());
        const QJsonObject object = QJsonDocument::fromJson(payload).object();
        QCOMPARE(object[u"aud"_s], u"altimeter_0001@example.org"_s);
        QCOMPARE(object[u"iat"_s], QJsonValue(1795608000));
        QCOMPARE(object[u"exp"_s], QJsonValue(1796212800));
        QCOMPARE(parseCommand(payload).value(), restart());
        QCOMPARE(parseCommandClaims(payload).value(), claims());
    }

    void encodesTheSameAgain()
    {
        CommandClaims aMomentLater = claims();
        aMomentLater.issuedAt = aMomentLater.issuedAt.addMSecs(400);
        QCOMPARE(encode(restart(), aMomentLater), encode(restart(), claims()));
    }

    void refusesClaims_data()
    {
        QTest::addColumn<QByteArray>("payload");
        const auto row = [](const char *name, const QString &field, const QJsonValue &value) {
            QJsonObject object = QJsonDocument::fromJson(encode(restart(), claims())).object();
            object[field] = value;
            QTest::newRow(name) << QJsonDocument(object).toJson();
        };
        const QJsonValue missing(QJsonValue::Undefined);
        row("no aud", u"aud"_s, missing);
        row("a list of aud", u"aud"_s, QJsonArray{u"altimeter_0001@example.org"_s});
        row("empty aud", u"aud"_s, u""_s);
        row("no iat", u"iat"_s, missing);
        row("iat as text", u"iat"_s, u"2026-11-25T12:00:00Z"_s);
        row("negative iat", u"iat"_s, -1);
        row("iat in milliseconds", u"iat"_s, qint64{1795608000000});
        row("no exp", u"exp"_s, missing);
        row("exp before iat", u"exp"_s, 1795607999);
        row("exp at iat", u"exp"_s, 1795608000);
        row("endless exp", u"exp"_s, 1e300);
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("a list") << QByteArray("[]");
    }

    void refusesClaims()
    {
        QFETCH(QByteArray, payload);
        const auto parsed = parseCommandClaims(payload);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::BadSignature);
    }

    void travelsBesideTheReadableCommand()
    {
        const QByteArray body = encode(restart(), QByteArray("a.b.c"));
        const auto readable = parseCommand(body);
        QVERIFY(readable && readable->body == restart().body && readable->number == restart().number);
        QVERIFY(readable->isOperatorSigned);
        QCOMPARE(jwsOf(body), QByteArray("a.b.c"));
        QCOMPARE(jwsOf(encode(restart())), QByteArray());
        QCOMPARE(jwsOf(R"({"jws":5})"), QByteArray());
        QCOMPARE(jwsOf("jws"), QByteArray());
        QCOMPARE(jwsOf(R"({"jws":"a.b.c"})"), QByteArray("a.b.c"));
    }
};

QTEST_GUILESS_MAIN(TestSignedCommand)
#include "tst_signed_command.moc"
