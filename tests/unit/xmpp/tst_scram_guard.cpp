// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ScramGuard.h"

#include <QTest>

using namespace sgn::xmpp;

namespace {

QByteArray challenge(const QByteArray &text)
{
    return "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + text.toBase64() + "</challenge>";
}

} // namespace

class ScramGuardTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judgesChallenges_data()
    {
        QTest::addColumn<QByteArray>("stanzas");
        QTest::addColumn<bool>("isBearable");
        const auto row = [](const char *name, const QByteArray &stanzas, bool isBearable) {
            QTest::newRow(name) << stanzas << isBearable;
        };
        row("none", "<message><body>a challenge</body></message>", true);
        row("usual", challenge("r=abc,s=c2FsdA==,i=10000"), true);
        row("at the limit", challenge("r=a,s=b,i=250000"), true);
        row("hours", challenge("r=a,s=b,i=2000000000"), false);
        row("beyond a number", challenge("r=a,s=b,i=99999999999999999999"), false);
        row("no number", challenge("r=a,s=b,i=0x7fffffff"), false);
        row("the second of two", challenge("r=a,s=b,i=1") + challenge("r=a,s=b,i=2000000000"), false);
        row("with a prefix", "<x:challenge>" + QByteArray("i=2000000000").toBase64() + "</x:challenge>", false);
        row("hidden as entities", "<challenge>&#105;</challenge>", false);
        row("hidden in CDATA", "<challenge><![CDATA[aT0yMDAwMDAwMDAw]]></challenge>", false);
        row("empty", "<challenge/>", true);
        row("an empty text", "<challenge></challenge>", true);
        row("over lines", "<challenge>\n" + QByteArray("r=a,i=4096").toBase64() + "\n</challenge>", true);
    }

    void judgesChallenges()
    {
        QFETCH(const QByteArray, stanzas);
        QFETCH(const bool, isBearable);
        QCOMPARE(areChallengesBearable(stanzas), isBearable);
    }
};

QTEST_GUILESS_MAIN(ScramGuardTest)
#include "tst_scram_guard.moc"
