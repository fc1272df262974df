// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/TestCa.h"
#include "xmpp/TlsConfig.h"

#include <QFile>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::xmpp;

class TlsConfigTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_ca.isValid(), qPrintable(m_ca.errorString())); }

    void theAuthorityIsRead()
    {
        const auto authorities = loadCa(m_ca.caFile());
        QVERIFY(authorities);
        QCOMPARE(*authorities, QList{m_ca.caCertificate()});
    }

    void severalAuthoritiesAreRead()
    {
        const QString path =
            write(m_ca.caCertificate().toPem() + "a remark\n" + m_ca.issue(u"other"_s).certificate.toPem());
        const auto authorities = loadCa(path);
        QVERIFY(authorities);
        QCOMPARE(authorities->size(), 2);
    }

    void anythingElseIsRefused_data()
    {
        QTest::addColumn<QByteArray>("content");
        const QByteArray pem = m_ca.caCertificate().toPem();
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("words") << QByteArray("this is no certificate\n");
        QTest::newRow("cut in the middle") << pem.left(pem.size() / 2);
        QTest::newRow("damaged") << QByteArray("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        QTest::newRow("a key") << QByteArray("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        QTest::newRow("DER") << m_ca.caCertificate().toDer();
        QTest::newRow("zeros") << QByteArray(4096, '\0');
    }

    void anythingElseIsRefused()
    {
        QFETCH(const QByteArray, content);
        const QString path = write(content);
        const auto authorities = loadCa(path);
        QVERIFY2(!authorities, "an empty list would mean the system's authorities");
        QCOMPARE(authorities.error().code, ErrorCode::BadFile);
        QVERIFY(authorities.error().message.contains(path));
    }

    void aMissingFileIsNamed()
    {
        const auto authorities = loadCa(m_folder.filePath(u"none.pem"_s));
        QVERIFY(!authorities);
        QCOMPARE(authorities.error().code, ErrorCode::NotFound);
        QVERIFY(authorities.error().message.contains(u"none.pem"));
        QVERIFY(!loadCa({}));
    }

    void theListIsPinned()
    {
        const QSslConfiguration tls = pinnedTls({m_ca.caCertificate()});
        QCOMPARE(tls.caCertificates(), QList{m_ca.caCertificate()});
        QCOMPARE(tls.peerVerifyMode(), QSslSocket::VerifyPeer);
    }

    void theGravestFaultOfACertificateIsNamed_data()
    {
        QTest::addColumn<QList<QSslError>>("errors");
        QTest::addColumn<QString>("words");
        const QSslCertificate certificate = m_ca.issue(u"localhost"_s).certificate;
        const QSslError host(QSslError::HostNameMismatch, certificate);
        const QSslError old(QSslError::CertificateExpired, certificate);
        const QSslError young(QSslError::CertificateNotYetValid, certificate);
        const QSslError issuer(QSslError::UnableToGetLocalIssuerCertificate, certificate);
        QTest::newRow("host") << QList{host} << u"another host"_s;
        QTest::newRow("expired") << QList{old} << u"expired on"_s;
        QTest::newRow("not yet valid") << QList{young} << u"isn't valid before"_s;
        QTest::newRow("issuer") << QList{issuer} << u"certification authority"_s;
        QTest::newRow("self-signed") << QList{QSslError(QSslError::SelfSignedCertificate)}
                                     << u"certification authority"_s;
        QTest::newRow("host and issuer") << QList{host, issuer} << u"certification authority"_s;
        QTest::newRow("date and host") << QList{old, host} << u"another host"_s;
        const QString day = certificate.effectiveDate().toUTC().toString(u"yyyy-MM-dd");
        QTest::newRow("its date") << QList{young} << u"the server's certificate isn't valid before "_s + day;
        // The server hasn't sent that authority, so the error comes without a certificate.
        QTest::newRow("an authority's date")
            << QList{QSslError(QSslError::CertificateNotYetValid)}
            << u"the certification authority isn't valid before "_s +
                   m_ca.caCertificate().effectiveDate().toUTC().toString(u"yyyy-MM-dd");
        QTest::newRow("none") << QList<QSslError>{} << u"refused"_s;
    }

    void theGravestFaultOfACertificateIsNamed()
    {
        QFETCH(const QList<QSslError>, errors);
        QFETCH(const QString, words);
        const Error error =
            certificateError(errors, u"example.org"_s, {m_ca.caCertificate()}, QDateTime::currentDateTimeUtc());
        QCOMPARE(error.code, ErrorCode::Refused);
        QVERIFY2(error.message.contains(words), qPrintable(error.message));
    }

    void distinguishesTheFaultsOfACertificate_data()
    {
        QTest::addColumn<QList<QSslError>>("errors");
        QTest::addColumn<CertificateFault>("fault");
        const QSslError host(QSslError::HostNameMismatch);
        const QSslError old(QSslError::CertificateExpired);
        const QSslError issuer(QSslError::UnableToGetLocalIssuerCertificate);
        QTest::newRow("host") << QList{host} << CertificateFault::OtherHost;
        QTest::newRow("expired") << QList{old} << CertificateFault::Expired;
        QTest::newRow("not yet valid") << QList{QSslError(QSslError::CertificateNotYetValid)}
                                       << CertificateFault::NotYetValid;
        QTest::newRow("issuer") << QList{old, host, issuer} << CertificateFault::UnknownAuthority;
        QTest::newRow("date and host") << QList{old, host} << CertificateFault::OtherHost;
        QTest::newRow("another") << QList{QSslError(QSslError::InvalidPurpose)} << CertificateFault::Other;
        QTest::newRow("none") << QList<QSslError>{} << CertificateFault::Other;
    }

    void distinguishesTheFaultsOfACertificate()
    {
        QFETCH(const QList<QSslError>, errors);
        QTEST(certificateFault(errors, {m_ca.caCertificate()}, QDateTime::currentDateTimeUtc()), "fault");
    }

    void aClockYearsAheadIsNamed()
    {
        const QSslError issuer(QSslError::UnableToGetLocalIssuerCertificate);
        const Error error = certificateError({issuer}, u"example.org"_s, {m_ca.caCertificate()},
                                             QDateTime::currentDateTimeUtc().addYears(50));
        QVERIFY2(error.message.contains(u"the certification authority expired on"_s) &&
                     error.message.contains(u"clock"_s),
                 qPrintable(error.message));
        QCOMPARE(certificateFault({issuer}, {m_ca.caCertificate()}, QDateTime::currentDateTimeUtc().addYears(50)),
                 CertificateFault::Expired);
    }

private:
    QString write(const QByteArray &content)
    {
        const QString path = m_folder.filePath(u"ca%1.pem"_s.arg(++m_files));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) {
            qFatal("can't write %s", qPrintable(path));
        }
        return path;
    }

    test::TestCa m_ca;
    QTemporaryDir m_folder;
    int m_files = 0;
};

QTEST_GUILESS_MAIN(TlsConfigTest)
#include "tst_tls_config.moc"
