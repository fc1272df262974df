// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/TestCa.h"

#include <QDateTime>
#include <QFile>
#include <QHostAddress>
#include <QProcess>

namespace sgn::test {

namespace {
QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString asn1Time(int day)
{
    return QDateTime::currentDateTimeUtc().addDays(day).toString(QStringLiteral("yyyyMMddHHmmss'Z'"));
}
} // namespace

TestCa::TestCa()
{
    if (!m_folder.isValid()) {
        m_error = m_folder.errorString();
        return;
    }
    // `openssl ca` is the one command of OpenSSL 3.0 that takes a start and an end; it wants a small database.
    const auto inFolder = [this](const char *name) {
        return m_folder.filePath(QLatin1String(name));
    };
    QFile config(inFolder("ca.conf"));
    QFile database(inFolder("index.txt"));
    if (!config.open(QIODevice::WriteOnly) || !database.open(QIODevice::WriteOnly)) {
        m_error = config.errorString();
        return;
    }
    config.write("[ca]\ndefault_ca=here\n[here]\ndatabase=" + inFolder("index.txt").toUtf8() +
                 "\nnew_certs_dir=" + m_folder.path().toUtf8() +
                 "\npolicy=any\ndefault_md=sha256\nrand_serial=yes\nunique_subject=no\ncopy_extensions=copy\n"
                 "x509_extensions=server\n[any]\ncommonName=supplied\n"
                 "[server]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                 "extendedKeyUsage=serverAuth\n");
    config.close();
    openssl({QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"), QStringLiteral("ec"),
             QStringLiteral("-pkeyopt"), QStringLiteral("ec_paramgen_curve:prime256v1"), QStringLiteral("-nodes"),
             QStringLiteral("-keyout"), inFolder("ca.key"), QStringLiteral("-out"), caFile(), QStringLiteral("-subj"),
             QStringLiteral("/CN=Test CA"), QStringLiteral("-days"), QStringLiteral("3650"), QStringLiteral("-addext"),
             QStringLiteral("keyUsage=critical,keyCertSign,cRLSign")});
}

QString TestCa::caFile() const
{
    return m_folder.filePath(QStringLiteral("ca.pem"));
}

QSslCertificate TestCa::caCertificate() const
{
    return QSslCertificate(contentOf(caFile()));
}

TestCa::ServerCertificate TestCa::issue(const QString &dnsName)
{
    return issue(dnsName, Validity());
}

TestCa::ServerCertificate TestCa::issue(const QString &dnsName, Validity validity)
{
    return issue(QStringList{dnsName}, validity);
}

TestCa::ServerCertificate TestCa::issue(const QStringList &names)
{
    return issue(names, Validity());
}

TestCa::ServerCertificate TestCa::issue(const QStringList &names, Validity validity)
{
    const QString base = m_folder.filePath(QStringLiteral("server%1").arg(++m_issued));
    QStringList alternatives;
    for (const QString &name : names) {
        const bool isAddress = !QHostAddress(name).isNull();
        alternatives += (isAddress ? QStringLiteral("IP:") : QStringLiteral("DNS:")) + name;
    }
    ServerCertificate issued;
    issued.certificateFile = base + QStringLiteral(".pem");
    issued.keyFile = base + QStringLiteral(".key");
    const QString request = base + QStringLiteral(".csr");
    const bool done =
        openssl({QStringLiteral("req"), QStringLiteral("-new"), QStringLiteral("-newkey"), QStringLiteral("ec"),
                 QStringLiteral("-pkeyopt"), QStringLiteral("ec_paramgen_curve:prime256v1"), QStringLiteral("-nodes"),
                 QStringLiteral("-keyout"), issued.keyFile, QStringLiteral("-out"), request, QStringLiteral("-subj"),
                 QStringLiteral("/CN=") + names.constFirst(), QStringLiteral("-addext"),
                 QStringLiteral("subjectAltName=") + alternatives.join(QLatin1Char(','))}) &&
        openssl({QStringLiteral("ca"), QStringLiteral("-batch"), QStringLiteral("-notext"), QStringLiteral("-config"),
                 m_folder.filePath(QStringLiteral("ca.conf")), QStringLiteral("-cert"), caFile(),
                 QStringLiteral("-keyfile"), m_folder.filePath(QStringLiteral("ca.key")), QStringLiteral("-in"),
                 request, QStringLiteral("-out"), issued.certificateFile, QStringLiteral("-startdate"),
                 asn1Time(validity.fromDay), QStringLiteral("-enddate"), asn1Time(validity.untilDay)});
    if (done) {
        issued.certificate = QSslCertificate(contentOf(issued.certificateFile));
        issued.key = QSslKey(contentOf(issued.keyFile), QSsl::Ec);
    }
    return issued;
}

bool TestCa::openssl(const QStringList &arguments)
{
    QProcess process;
    process.start(QStringLiteral("openssl"), arguments);
    constexpr int limitMs = 30'000;
    if (process.waitForFinished(limitMs) && process.exitCode() == 0) {
        return true;
    }
    m_error = QStringLiteral("openssl: ") + QString::fromUtf8(process.readAllStandardError()).trimmed();
    return false;
}

} // namespace sgn::test
