// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "crypto/CaBundle.h"
#include "support/TestCa.h"

#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class CaBundleTest : public QObject
{
    Q_OBJECT

private:
    test::TestCa m_ca;
    test::TestCa m_other;

    static QByteArray contentOf(const QString &path) { return readFile(path, maxCaBundleSize).value_or(QByteArray()); }

private Q_SLOTS:
    void takesWhatCanVouchForAServer_data()
    {
        QVERIFY2(m_ca.isValid() && m_other.isValid(), qPrintable(m_ca.errorString()));
        const auto server = m_ca.issue(u"localhost"_s);
        QVERIFY2(!server.certificate.isNull(), qPrintable(m_ca.errorString()));
        const QByteArray ca = contentOf(m_ca.caFile());
        const QByteArray leaf = contentOf(server.certificateFile);
        const QDateTime now = QDateTime::currentDateTimeUtc();

        QTest::addColumn<QByteArray>("pem");
        QTest::addColumn<QDateTime>("now");
        QTest::addColumn<QString>("words"); // of the refusal; empty: it is taken
        QTest::newRow("one authority") << ca << now << QString();
        QTest::newRow("two authorities") << ca + contentOf(m_other.caFile()) << now << QString();
        QTest::newRow("words around it") << "# the company's own\n" + ca + "\nend\n" << now << QString();
        QTest::newRow("Windows line ends") << QByteArray(ca).replace("\n", "\r\n") << now << QString();
        QTest::newRow("an authority among others") << leaf + ca << now << QString();
        QTest::newRow("a server's certificate") << leaf << now << u"no certificate of a certification authority"_s;
        QTest::newRow("not valid yet") << ca << now.addYears(-1) << u"isn't valid yet"_s;
        QTest::newRow("expired") << ca << now.addYears(11) << u"has expired"_s;
        QTest::newRow("a clock at its beginning")
            << ca << QDateTime::fromSecsSinceEpoch(0, Qt::UTC) << u"isn't valid yet"_s;
        QTest::newRow("nothing") << QByteArray() << now << u"no certificate"_s;
        QTest::newRow("a page") << QByteArray("<html>not found</html>") << now << u"no certificate"_s;
        QTest::newRow("cut") << ca.first(ca.size() / 2) << now << u"no certificate"_s;
        QTest::newRow("the second is cut") << ca + ca.first(ca.size() / 2) << now << u"certificate 2"_s;
        QTest::newRow("a changed letter")
            << QByteArray(ca).replace(ca.indexOf("-----\n") + 6, 4, "!!!!") << now << QString(u"certificate"_s);
        QTest::newRow("with a private key") << ca + contentOf(server.keyFile) << now << u"private key"_s;
        QTest::newRow("a private key alone") << contentOf(server.keyFile) << now << u"private key"_s;
        QTest::newRow("too large") << ca + QByteArray(maxCaBundleSize, '\n') << now << u"too large"_s;
        QTest::newRow("null bytes") << QByteArray(1000, '\0') << now << u"no certificate"_s;
    }

    void takesWhatCanVouchForAServer()
    {
        QFETCH(const QByteArray, pem);
        QFETCH(const QDateTime, now);
        QFETCH(const QString, words);
        const Outcome outcome = checkCaBundle(pem, now);
        QCOMPARE(outcome.has_value(), words.isEmpty());
        if (!outcome) {
            QCOMPARE(outcome.error().code, ErrorCode::BadFile);
            QVERIFY2(outcome.error().message.contains(words), qPrintable(outcome.error().message));
        }
    }
};

QTEST_GUILESS_MAIN(CaBundleTest)
#include "tst_ca_bundle.moc"
