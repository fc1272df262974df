// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSslCertificate>
#include <QSslKey>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace sgn::test {

/// A certificate authority of a test's own, made with the openssl program: for servers that tests write themselves, and
/// for certificates that a client has to refuse (another CA, another host, outside their time).
class TestCa
{
public:
    struct ServerCertificate
    {
        QSslCertificate certificate;
        QSslKey key;
        QString certificateFile;
        QString keyFile;
    };
    /// Days from now; a negative number lies in the past.
    struct Validity
    {
        int fromDay = -1;
        int untilDay = 30;
    };

    /// isValid() returns whether openssl could do it, errorString() why not.
    TestCa();

    bool isValid() const { return m_error.isEmpty(); }
    QString errorString() const { return m_error; }
    QString caFile() const;
    QSslCertificate caCertificate() const;

    /// An EC certificate for `dnsName` (which may be an IP address), signed by this CA. Its certificate is null when
    /// openssl failed.
    ServerCertificate issue(const QString &dnsName);
    ServerCertificate issue(const QString &dnsName, Validity validity);
    /// The same for all of the names, of which the first is its subject.
    ServerCertificate issue(const QStringList &names);

private:
    ServerCertificate issue(const QStringList &names, Validity validity);
    bool openssl(const QStringList &arguments);

    QTemporaryDir m_folder;
    QString m_error;
    int m_issued = 0;
};

} // namespace sgn::test
