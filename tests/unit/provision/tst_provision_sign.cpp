// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/SigningKey.h"
#include "release/ReleaseSignature.h"
#include "support/ReleaseKit.h"

#include <QProcess>
#include <QtTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

struct Finished
{
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
};

Finished provision(const QStringList &arguments)
{
    QProcess process;
    process.start(QStringLiteral(SGN_BIN_DIR "/sgn-provision"), arguments);
    if (!process.waitForFinished() || process.exitStatus() != QProcess::NormalExit) {
        return {};
    }
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace

class TestProvisionSign : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    SigningKey m_key;
    QString m_keyFile;

    [[nodiscard]] QString zipOf(const QString &name, const Files &files) const
    {
        const QString zip = m_folder.filePath(name);
        return makeZip(zip, files) ? zip : QString();
    }
    [[nodiscard]] Finished sign(const QStringList &arguments) const
    {
        return provision(QStringList{u"sign"_s} + arguments + QStringList{u"--key"_s, m_keyFile});
    }
    [[nodiscard]] Result<ReleaseManifest> verified(const QByteArray &jws) const
    {
        return verifyRelease(jws.trimmed(), {publicKeyOf(m_key).value()});
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_key = newSigningKey(u"release"_s).value();
        m_keyFile = m_folder.filePath(u"key.jwk"_s);
        QVERIFY(saveSigningKey(m_key, m_keyFile));
    }

    void signsAMeterRelease()
    {
        Files files = meterRelease(2);
        files[u"SmartMeter/upload"_s] = "#!/bin/sh\n";
        files[u"SmartMeter/version"_s] = "5\n";
        const QString zip = zipOf(u"meters-2026.11.zip"_s, files);
        const Finished done = sign({zip, u"--component"_s, u"SmartMeter"_s, u"--process"_s, u"ocr=7"_s});
        QVERIFY2(done.exitCode == 0, done.err);
        const auto manifest = verified(done.out);
        QVERIFY2(manifest, manifest ? "" : qPrintable(manifest.error().message));
        QCOMPARE(manifest->component, u"SmartMeter"_s);
        QCOMPARE(manifest->release, u"meters-2026.11"_s);
        QCOMPARE(manifest->processes, (QList<ProcessVersion>{{u"ocr"_s, 7}, {u"upload"_s, 5}}));
        QCOMPARE(manifest->sha256, Sha256::hash(readWhole(zip)));
        QCOMPARE(manifest->size, QFileInfo(zip).size());
        QCOMPARE(manifest->files.keys(), files.keys());
        QVERIFY(std::abs(manifest->created.secsTo(QDateTime::currentDateTimeUtc())) < 600);
        QVERIFY(!manifest->allowsDowngrade);
    }

    void signsAnAgentReleaseIntoAFile()
    {
        const QString zip = zipOf(u"agent.zip"_s, {{u"JabberClient/sgn-agent"_s, "#!/bin/sh\n"}});
        const QString out = m_folder.filePath(u"agent.jws"_s);
        const Finished done = sign({zip, u"--component=JabberClient"_s, u"--version=3"_s, u"--release=Third"_s,
                                    u"--allow-downgrade"_s, u"--out"_s, out});
        QVERIFY2(done.exitCode == 0, done.err);
        QVERIFY(done.out.isEmpty());
        const auto manifest = verified(readWhole(out));
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->version, 3);
        QCOMPARE(manifest->release, u"Third"_s);
        QVERIFY(manifest->allowsDowngrade);
    }

    void listsManyFilesApart()
    {
        Files files{{u"SmartMeter/ocr.py"_s, "#!/bin/sh\n"}};
        const QString list = m_folder.filePath(u"files.jws"_s);
        const QStringList options{u"--component=SmartMeter"_s, u"--process=ocr=1"_s, u"--files"_s, list};
        Finished done = sign(QStringList{zipOf(u"few.zip"_s, files)} + options);
        QVERIFY2(done.exitCode == 0, done.err);
        QVERIFY2(done.err.contains("isn't needed"), done.err);
        QVERIFY(!QFile::exists(list));
        QCOMPARE(verified(done.out).value().files.size(), 1);

        for (int i = 0; i < 400; ++i) {
            files[u"SmartMeter/lib/%1.py"_s.arg(i)] = QByteArray::number(i);
        }
        done = sign(QStringList{zipOf(u"many.zip"_s, files)} + options);
        QVERIFY2(done.exitCode == 0, done.err);
        const auto manifest = verified(done.out);
        QVERIFY(manifest.has_value());
        QVERIFY(manifest->files.isEmpty());
        const auto listed =
            verifyFileList(readWhole(list).trimmed(), *manifest, QList<PublicKey>{publicKeyOf(m_key).value()});
        QVERIFY2(listed, listed ? "" : qPrintable(listed.error().message));
        QCOMPARE(listed->keys(), files.keys());
    }

    void addsPatchesFromOlderReleases()
    {
        const auto library = [](int version) {
            QByteArray text;
            for (int line = 0; line < 5'000; ++line) {
                text += QByteArray::number(
                            Sha256::hash(QByteArray::number(line)).toHex().first(12).toLongLong(nullptr, 16)) +
                        (line == 2'500 ? QByteArray::number(version) : QByteArray()) + '\n';
            }
            return text;
        };
        const auto release = [&](int version) {
            Files files = meterRelease(version);
            files[u"SmartMeter/lib/large.py"_s] = library(version);
            return files;
        };
        const QString first = zipOf(u"1.zip"_s, release(1));
        const QString second = zipOf(u"2.zip"_s, release(2));
        const QString third = zipOf(u"3.zip"_s, release(3));
        const qint64 before = QFileInfo(third).size();
        const QStringList options{
            third, u"--component=SmartMeter"_s, u"--process=ocr=3"_s, u"--patch-from"_s, first, u"--patch-from"_s,
            second};
        const Finished done = sign(options);
        QVERIFY2(done.exitCode == 0, done.err);
        QCOMPARE(done.err.count("patches of 1 files from"), 2);
        const qint64 grown = QFileInfo(third).size() - before;
        QVERIFY2(grown > 0 && grown < before / 10, qPrintable(QString::number(grown)));
        const auto manifest = verified(done.out);
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->size, QFileInfo(third).size());
        QCOMPARE(manifest->sha256, Sha256::hash(readWhole(third)));
        QCOMPARE(manifest->files.keys(), release(3).keys()); // no patch is a file of the release
        // Again: the same zip.
        const QByteArray patched = readWhole(third);
        QVERIFY(sign(options).exitCode == 0);
        QCOMPARE(readWhole(third), patched);

        // What can't be signed stays as it is, also when the first of two older releases fits.
        for (const QStringList &wrong :
             {QStringList{u"--process=none=3"_s},
              QStringList{u"--process=ocr=4"_s, u"--patch-from"_s, m_folder.filePath(u"gone.zip"_s)}}) {
            QVERIFY(QFile::remove(third) && makeZip(third, release(4)));
            const QByteArray unpatched = readWhole(third);
            const Finished failed =
                sign(QStringList{third, u"--component=SmartMeter"_s, u"--patch-from"_s, first} + wrong);
            QCOMPARE(failed.exitCode, 1);
            QCOMPARE(readWhole(third), unpatched);
        }
        QVERIFY(test::writeFile(third, patched));
        const Finished none =
            sign({third, u"--component=SmartMeter"_s, u"--process=ocr=3"_s, u"--patch-from"_s, m_keyFile});
        QCOMPARE(none.exitCode, 1);
        QVERIFY2(none.err.contains(m_keyFile.toUtf8()), none.err);
        QCOMPARE(readWhole(third), patched);
    }

    void aPatchedZipKeepsItsRightsAndItsLink()
    {
        QByteArray noise;
        for (int i = 0; i < 3'000; ++i) {
            noise += Sha256::hash(QByteArray::number(i));
        }
        // The name of a patch is longer than that of its file, and than a file system takes.
        const QString longName = u"SmartMeter/"_s + QString(184, u'n');
        const auto made = [&](const QString &name, char version) {
            return zipOf(name, {{u"SmartMeter/a"_s, "#!/bin/sh\n"},
                                {u"SmartMeter/a.bin"_s, noise + version},
                                {longName, noise + version}});
        };
        const QString older = made(u"older.zip"_s, '1');
        const QString zip = made(u"newer.zip"_s, '2');
        const QString link = m_folder.filePath(u"link.zip"_s);
        QVERIFY(QFile::link(zip, link));
        constexpr auto rights = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup;
        QVERIFY(QFile::setPermissions(zip, rights));
        const Finished done = sign({link, u"--component=SmartMeter"_s, u"--process=a=2"_s, u"--patch-from"_s, older});
        QVERIFY2(done.exitCode == 0, done.err);
        QVERIFY2(done.err.contains("patches of 1 files from"), done.err);
        QVERIFY(QFileInfo(link).isSymLink());
        QCOMPARE(QFileInfo(zip).permissions() & (rights | QFile::ReadOther), rights);
        QCOMPARE(verified(done.out)->size, QFileInfo(zip).size());
        QCOMPARE(QDir(m_folder.path()).entryList({u".sgn-*"_s}, QDir::Files | QDir::Hidden), QStringList());
    }

    void patchesNoProgram()
    {
        const QString zip = zipOf(u"agent.zip"_s, {{u"JabberClient/sgn-agent"_s, "x"}});
        QCOMPARE(sign({zip, u"--component=JabberClient"_s, u"--version=2"_s, u"--patch-from"_s, zip}).exitCode, 2);
    }

    void signsACertificate()
    {
        const QString file = m_folder.filePath(u"new.pem"_s);
        QVERIFY(test::writeFile(file, "-----BEGIN CERTIFICATE-----\n"));
        const Finished done = sign({file, u"--component=cacert.pem"_s});
        QVERIFY2(done.exitCode == 0, done.err);
        const auto manifest = verified(done.out);
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->component, QString(caCertComponent));
        QCOMPARE(manifest->sha256, Sha256::hash("-----BEGIN CERTIFICATE-----\n"));
    }

    void refuses_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QByteArray>("words");
        const QString meters = zipOf(u"m.zip"_s, {{u"SmartMeter/ocr.py"_s, "#!/bin/sh\n"}});
        const QString agent =
            zipOf(u"a.zip"_s, {{u"JabberClient/sgn-agent"_s, "#!/bin/sh\n"}, {u"JabberClient/version"_s, "3"}});
        const QString component = u"--component=SmartMeter"_s;
        QTest::newRow("no zip") << QStringList{component} << 2 << QByteArray("ZIP is missing");
        QTest::newRow("no component") << QStringList{meters} << 2 << QByteArray("--component");
        QTest::newRow("missing zip") << QStringList{u"/nonexistent.zip"_s, component} << 1
                                     << QByteArray("/nonexistent.zip");
        QTest::newRow("another component")
            << QStringList{meters, u"--component=JabberClient"_s, u"--version=1"_s} << 1 << QByteArray("SmartMeter");
        QTest::newRow("no version") << QStringList{meters, component} << 1 << QByteArray("--process ocr=VERSION");
        QTest::newRow("process that isn't there")
            << QStringList{meters, component, u"--process=ocr=1"_s, u"--process=x=1"_s} << 1 << QByteArray("'x'");
        QTest::newRow("process twice") << QStringList{meters, component, u"--process=ocr=1"_s, u"--process=ocr=2"_s}
                                       << 1 << QByteArray("twice");
        QTest::newRow("process without version")
            << QStringList{meters, component, u"--process=ocr"_s} << 2 << QByteArray("NAME=VERSION");
        QTest::newRow("another version") << QStringList{agent, u"--component=JabberClient"_s, u"--version=4"_s} << 1
                                         << QByteArray("contains 3");
        QTest::newRow("name that goes on for ever")
            << QStringList{agent, u"--component=JabberClient"_s, u"--release="_s + QString(200, u'x')} << 1
            << QByteArray("release");
    }

    void refuses()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QByteArray, words);
        const Finished done = sign(arguments);
        QCOMPARE(done.exitCode, exitCode);
        QVERIFY(done.out.isEmpty());
        QVERIFY2(done.err.contains(words), done.err);
    }

    void requiresAPrivateKeyThatIsPrivate()
    {
        const QString zip = zipOf(u"k.zip"_s, {{u"SmartMeter/ocr.py"_s, "#!/bin/sh\n"}});
        const QStringList arguments{u"sign"_s, zip, u"--component=SmartMeter"_s, u"--process=ocr=1"_s};
        QCOMPARE(provision(arguments).exitCode, 2);
        QCOMPARE(provision(arguments + QStringList{u"--key=/nonexistent"_s}).exitCode, 1);
        const QString open = m_folder.filePath(u"open.jwk"_s);
        QVERIFY(QFile::copy(m_keyFile, open));
        QVERIFY(QFile::setPermissions(open, QFile::ReadOwner | QFile::ReadGroup));
        const Finished done = provision(arguments + QStringList{u"--key"_s, open});
        QCOMPARE(done.exitCode, 1);
        QVERIFY2(done.err.contains("open to others"), done.err);
    }
};

QTEST_GUILESS_MAIN(TestProvisionSign)
#include "tst_provision_sign.moc"
