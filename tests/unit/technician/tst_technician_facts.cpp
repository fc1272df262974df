// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/LocalFacts.h"

#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::technician;

// What `check` reads of this machine.
class TestTechnicianFacts : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

private Q_SLOTS:
    void looksAtFiles()
    {
        const QString path = m_folder.filePath(u"secret"_s);
        QFile content(path);
        QVERIFY(content.open(QIODevice::WriteOnly));
        QCOMPARE(::chmod(QFile::encodeName(path).constData(), 0640), 0);
        FileFacts file = readFileFact(path, FileFacts::Kind::Secret, true, ::geteuid());
        QVERIFY(file.exists && file.isOwners && file.problem.isEmpty());
        QCOMPARE(file.mode, mode_t{0640});
        file = readFileFact(path, FileFacts::Kind::Folder, true, ::geteuid() + 1);
        QVERIFY(!file.isOwners);
        QVERIFY2(file.problem.contains(u"no folder"_s), qPrintable(file.problem));
        QVERIFY(!readFileFact(path + u'x', FileFacts::Kind::Data, true, 0).exists);
        QVERIFY(!readFileFact(path + u"/x"_s, FileFacts::Kind::Data, true, 0).problem.isEmpty());
    }

    // Neither waits for a pipe in place of a file.
    void doesNotReadPipes()
    {
        const DeviceTree tree(m_folder.filePath(u"device"_s));
        QVERIFY(QDir().mkpath(tree.root() + u"/certs"_s) && QDir().mkpath(tree.root() + u"/cfg"_s));
        QCOMPARE(readAccountFacts(tree).oddFiles, QStringList());
        for (const QString &path : {tree.caCertificate(), tree.configFile()}) {
            QCOMPARE(::mkfifo(QFile::encodeName(path).constData(), 0600), 0);
        }
        QVERIFY(QDir().mkpath(tree.deviceKey()));
        QCOMPARE(readAccountFacts(tree).oddFiles, (QStringList{tree.configFile(), tree.deviceKey()}));
        QVERIFY(!readClockFacts(fail(ErrorCode::NotFound, {}), tree).notBefore);
        const FileFacts file = readFileFact(tree.caCertificate(), FileFacts::Kind::Data, true, ::geteuid());
        QVERIFY(file.isOtherKind);
    }

    void looksAtTheDisk()
    {
        const DiskFacts disk = readDiskFacts(m_folder.path());
        QVERIFY(!disk.problem && disk.totalBytes > 0 && disk.freeBytes <= disk.totalBytes);
        QVERIFY(readDiskFacts(m_folder.path() + u"/none"_s).problem.has_value());
    }

    void findsNameServers()
    {
        QCOMPARE(nameServersIn("# nameserver 1.1.1.1\nsearch lan\nnameserver  10.0.0.1\n\tnameserver "
                               "fe80::1%eth0\nnameserver\n"),
                 (QStringList{u"10.0.0.1"_s, u"fe80::1%eth0"_s}));
        QCOMPARE(nameServersIn({}), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestTechnicianFacts)
#include "tst_technician_facts.moc"
