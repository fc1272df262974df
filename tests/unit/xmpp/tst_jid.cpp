// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Account.h"
#include "xmpp/Jid.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn::xmpp;

class JidTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void partsAreTakenApart_data()
    {
        QTest::addColumn<QString>("jid");
        QTest::addColumn<QString>("bare");
        QTest::addColumn<QString>("local");
        QTest::addColumn<QString>("domain");
        QTest::addColumn<QString>("resource");
        QTest::newRow("bare") << u"panel@example.org"_s << u"panel@example.org"_s << u"panel"_s << u"example.org"_s
                              << QString();
        QTest::newRow("full") << u"panel@example.org/desk"_s << u"panel@example.org"_s << u"panel"_s << u"example.org"_s
                              << u"desk"_s;
        QTest::newRow("capitals") << u"Panel@Example.ORG/Desk"_s << u"panel@example.org"_s << u"Panel"_s
                                  << u"Example.ORG"_s << u"Desk"_s;
        QTest::newRow("slash and at in the resource")
            << u"a@b.c/d/panel@example.org"_s << u"a@b.c"_s << u"a"_s << u"b.c"_s << u"d/panel@example.org"_s;
        QTest::newRow("domain only") << u"example.org"_s << u"example.org"_s << QString() << u"example.org"_s
                                     << QString();
        QTest::newRow("empty") << QString() << QString() << QString() << QString() << QString();
        QTest::newRow("only a slash") << u"/panel@example.org"_s << QString() << QString() << QString()
                                      << u"panel@example.org"_s;
        // The Kelvin sign and the Turkish capital I would become k and i if all letters were folded.
        QTest::newRow("look-alikes stay different")
            << u"\u212Aim@example.org"_s << u"\u212Aim@example.org"_s << u"\u212Aim"_s << u"example.org"_s << QString();
        QTest::newRow("dotted I") << u"PANEL\u0130@example.org"_s << u"panel\u0130@example.org"_s << u"PANEL\u0130"_s
                                  << u"example.org"_s << QString();
    }

    void partsAreTakenApart()
    {
        QFETCH(const QString, jid);
        QTEST(bareJid(jid), "bare");
        QTEST(localPartOf(jid), "local");
        QTEST(domainOf(jid), "domain");
        QTEST(resourceOf(jid), "resource");
    }

    void onlyWholeBareAddressesNameAnAccount_data()
    {
        QTest::addColumn<QString>("jid");
        QTest::addColumn<bool>("valid");
        QTest::newRow("account") << u"altimeter_0001@im.koderoot.net"_s << true;
        QTest::newRow("other letters") << u"zähler@beispiel.example"_s << true;
        QTest::newRow("address literal") << u"a@[::1]"_s << true;
        QTest::newRow("full") << u"a@b/c"_s << false;
        QTest::newRow("no local part") << u"example.org"_s << false;
        QTest::newRow("empty local part") << u"@example.org"_s << false;
        QTest::newRow("empty domain") << u"a@"_s << false;
        QTest::newRow("two at") << u"a@b@c"_s << false;
        QTest::newRow("empty") << QString() << false;
        QTest::newRow("space") << u"a b@c"_s << false;
        QTest::newRow("line break") << u"a@c\n"_s << false;
        QTest::newRow("markup") << u"a<b@c"_s << false;
        QTest::newRow("quote") << u"a'b@c"_s << false;
        QTest::newRow("NUL") << QString(QChar(u'\0')) + u"@c"_s << false;
        QTest::newRow("right-to-left override") << u"a\u202Eb@c"_s << false;
        QTest::newRow("too long") << QString(1024, u'a') + u"@c"_s << false;
        QTest::newRow("just fits") << QString(1023, u'a') + u"@c"_s << true;
    }

    void onlyWholeBareAddressesNameAnAccount()
    {
        QFETCH(const QString, jid);
        QTEST(isBareAccountJid(jid), "valid");
    }

    void anAccountIsDescribedWithoutItsPassword()
    {
        Account account{
            .jid = u"Meter@example.org"_s, .password = u"geheim"_s, .host = {}, .caFile = {}, .resource = {}};
        QCOMPARE(account.describe(), u"meter@example.org at example.org"_s);
        account.host = u"10.0.0.1"_s;
        account.port = 443;
        QCOMPARE(account.describe(), u"meter@example.org at 10.0.0.1:443"_s);
    }
};

QTEST_GUILESS_MAIN(JidTest)
#include "tst_jid.moc"
