// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/LoginOffer.h"

#include <QTest>

using namespace sgn::xmpp;

class LoginOfferTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hidesTheSecondSasl_data();
    void hidesTheSecondSasl();
};

void LoginOfferTest::hidesTheSecondSasl_data()
{
    QTest::addColumn<QByteArray>("offered");
    QTest::addColumn<QByteArray>("shown");
    const QByteArray first =
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms>";
    const QByteArray second =
        "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>SCRAM-SHA-1</mechanism></authentication>";
    const QByteArray hidden =
        "<authentication xmlns='urn:sgn:unused'><mechanism>SCRAM-SHA-1</mechanism></authentication>";
    QTest::newRow("first only") << first << first;
    QTest::newRow("second only") << second << hidden;
    QTest::newRow("both") << first + second << first + hidden;
    QTest::newRow("the other quotes") << QByteArray(second).replace('\'', '"') << QByteArray(hidden).replace('\'', '"');
    QTest::newRow("a longer name") << QByteArray("<a xmlns='urn:xmpp:sasl:25'/>")
                                   << QByteArray("<a xmlns='urn:xmpp:sasl:25'/>");
    QTest::newRow("its name as a text") << QByteArray("<a>urn:xmpp:sasl:2</a>") << QByteArray("<a>urn:xmpp:sasl:2</a>");
    QTest::newRow("nothing") << QByteArray() << QByteArray();
}

void LoginOfferTest::hidesTheSecondSasl()
{
    QFETCH(QByteArray, offered);
    QFETCH(QByteArray, shown);
    QCOMPARE(withoutSasl2(offered), shown);
}

QTEST_GUILESS_MAIN(LoginOfferTest)
#include "tst_login_offer.moc"
