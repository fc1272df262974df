// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/SaslPrep.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn::xmpp;

class SaslPrepTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void preparesPasswords_data()
    {
        QTest::addColumn<QString>("password");
        QTest::addColumn<QString>("prepared");
        // RFC 4013 section 3.
        QTest::newRow("soft hyphen") << u"I\u00ADX"_s << u"IX"_s;
        QTest::newRow("plain") << u"user"_s << u"user"_s;
        QTest::newRow("case is kept") << u"USER"_s << u"USER"_s;
        QTest::newRow("compatibility") << u"\u00AA"_s << u"a"_s;
        QTest::newRow("roman number") << u"\u2168"_s << u"IX"_s;
        QTest::newRow("prohibited: as it is") << u"\u0007"_s << u"\u0007"_s;
        QTest::newRow("both directions: as it is") << u"\u06271"_s << u"\u06271"_s;

        QTest::newRow("decomposed umlaut") << u"Schlu\u0308ssel"_s << u"Schl\u00FCssel"_s;
        QTest::newRow("no-break space") << u"a\u00A0b"_s << u"a b"_s;
        QTest::newRow("empty") << QString() << QString();
        QTest::newRow("nothing would be left") << u"\u00AD"_s << u"\u00AD"_s;
        QTest::newRow("not cut at a zero") << QString(u"a"_s + QChar(0) + u'b') << QString(u"a"_s + QChar(0) + u'b');
        QTest::newRow("newer than Unicode 3.2: as it is") << u"p\U0001F600"_s << u"p\U0001F600"_s;
    }

    void preparesPasswords()
    {
        QFETCH(const QString, password);
        QFETCH(const QString, prepared);
        QCOMPARE(saslPrepared(password), prepared);
    }
};

QTEST_GUILESS_MAIN(SaslPrepTest)
#include "tst_sasl_prep.moc"
