// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/ConfigEnvelope.h"
#include "crypto/DeviceSecret.h"
#include "support/TreeSnapshot.h"

#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray seedConfig = R"({
	"xmpp_client" : {
		"client_jid" : "altimeter_0001@im.koderoot.net",
		"client_password" : "canary-password",
		"cpanel_jid" : "technospurs@im.koderoot.net"
	},
	"rpi_unique_id"	: "mac-address"
}
)";

struct Finished
{
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
};

// The program itself, as a user runs it.
Finished provision(const QStringList &arguments)
{
    QProcess process;
    process.start(QStringLiteral(SGN_BIN_DIR "/sgn-provision"), arguments);
    if (!process.waitForFinished() || process.exitStatus() != QProcess::NormalExit) {
        return {};
    }
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

struct stat infoOf(const QString &path)
{
    struct stat info
    {
    };
    ::stat(QFile::encodeName(path).constData(), &info);
    return info;
}

// As the author has written it.
QByteArray withoutSerial(const QByteArray &text)
{
    static const QRegularExpression serial(u",\\n\"serial\": \\d+"_s);
    return QString::fromUtf8(text).remove(serial).toUtf8();
}

} // namespace

class TestProvisionConfig : public QObject
{
    Q_OBJECT

private:
    struct Desk
    {
        QTemporaryDir folder;
        QString json = folder.filePath(u"config.json"_s);
        QString bin = folder.filePath(u"cfg/config_file.bin"_s);
        QString key = folder.filePath(u"cfg/device.key"_s);

        explicit Desk(const QByteArray &config = seedConfig)
        {
            QVERIFY(QDir(folder.path()).mkdir(u"cfg"_s));
            write(json, config);
        }

        static void write(const QString &path, const QByteArray &content)
        {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(content), content.size());
        }
        static QByteArray read(const QString &path)
        {
            QFile file(path);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("<none>");
        }
    };

private Q_SLOTS:
    void encryptsAndDecrypts()
    {
        const Desk desk;
        const Finished encrypted = provision({u"encrypt"_s, desk.json, desk.bin});
        QCOMPARE(encrypted.err, QByteArray());
        QCOMPARE(encrypted.exitCode, 0);
        QCOMPARE(encrypted.out, "wrote " + desk.bin.toUtf8() + " and a new key for it, " + desk.key.toUtf8() + '\n');
        QVERIFY(Desk::read(desk.bin).startsWith("SGN2"));
        QCOMPARE(infoOf(desk.bin).st_mode & 07777U, 0600U);
        QCOMPARE(infoOf(desk.key).st_mode & 07777U, 0600U);
        QCOMPARE(Desk::read(desk.key).size(), deviceSecretSize);

        const Finished shown = provision({u"decrypt"_s, desk.bin, u"--show-secrets"_s});
        QCOMPARE(shown.exitCode, 0);
        QCOMPARE(withoutSerial(shown.out), seedConfig);
        QVERIFY(QJsonDocument::fromJson(shown.out)["serial"_L1].toInteger() > 0);

        // The key stays when the config is written again.
        const QByteArray key = Desk::read(desk.key);
        const Finished again = provision({u"encrypt"_s, desk.json, desk.bin});
        QCOMPARE(again.out, "wrote " + desk.bin.toUtf8() + " for the key " + desk.key.toUtf8() + '\n');
        QCOMPARE(Desk::read(desk.key), key);
        QCOMPARE(provision({u"decrypt"_s, desk.bin}).exitCode, 0);
    }

    void acceptsAnotherKeyFile()
    {
        const Desk desk;
        const QString key = desk.folder.filePath(u"my.key"_s);
        QCOMPARE(provision({u"encrypt"_s, u"--key-file"_s, key, desk.json, desk.bin}).exitCode, 0);
        QVERIFY(QFileInfo::exists(key));
        QVERIFY(!QFileInfo::exists(desk.key));
        QCOMPARE(withoutSerial(provision({u"decrypt"_s, desk.bin, u"--key-file="_s + key, u"--show-secrets"_s}).out),
                 seedConfig);
        const Finished without = provision({u"decrypt"_s, desk.bin});
        QCOMPARE(without.exitCode, 1);
        QVERIFY2(without.err.contains("device.key"), without.err);
    }

    void writesWhatOpensslReads()
    {
        const Desk desk;
        QCOMPARE(provision({u"encrypt"_s, u"--v1"_s, desk.json, desk.bin}).exitCode, 0);
        QVERIFY(!QFileInfo::exists(desk.key));
        const QStringList cipher{u"-aes-256-cbc"_s, u"-K"_s,
                                 u"3031323334353637383930313233343536373839303132333435363738393031"_s, u"-iv"_s,
                                 u"30313233343536373839303132333435"_s};
        QProcess openssl;
        openssl.start(u"openssl"_s, QStringList{u"enc"_s, u"-d"_s, u"-in"_s, desk.bin} + cipher);
        QVERIFY(openssl.waitForFinished());
        QCOMPARE(openssl.readAllStandardOutput(), seedConfig);

        const QString theirs = desk.folder.filePath(u"theirs.bin"_s);
        openssl.start(u"openssl"_s, QStringList{u"enc"_s, u"-in"_s, desk.json, u"-out"_s, theirs} + cipher);
        QVERIFY(openssl.waitForFinished());
        QCOMPARE(provision({u"decrypt"_s, theirs, u"--show-secrets"_s}).out, seedConfig);
    }

    void hidesSecrets()
    {
        const QByteArray config =
            QByteArray(seedConfig).replace(R"("rpi_unique_id")", R"("future": [{"apiToken": "canary-token", "n": 1}],
                                           "wifi_passwords": ["canary-list"], "rpi_unique_id")");
        const Desk desk(config);
        QCOMPARE(provision({u"encrypt"_s, desk.json, desk.bin}).exitCode, 0);
        const Finished shown = provision({u"decrypt"_s, desk.bin});
        QCOMPARE(shown.exitCode, 0);
        QVERIFY(!shown.out.contains("canary"));
        QVERIFY(!shown.err.contains("canary"));
        const QJsonObject object = QJsonDocument::fromJson(shown.out).object();
        QCOMPARE(object[u"xmpp_client"_s][u"client_password"_s].toString(), u"********"_s);
        QCOMPARE(object[u"xmpp_client"_s][u"client_jid"_s].toString(), u"altimeter_0001@im.koderoot.net"_s);
        QCOMPARE(object[u"future"_s][0][u"n"_s].toInt(), 1);
    }

    void refusesAWrongConfigBeforeItWritesAnything_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QByteArray>("sentence");
        QTest::newRow("wrong field") << QByteArray(seedConfig).replace("technospurs@", "technospurs")
                                     << QByteArray(
                                            "xmpp_client.cpanel_jid 'technospursim.koderoot.net' is not an account");
        QTest::newRow("missing field") << QByteArray(seedConfig).replace("rpi_unique_id", "id")
                                       << QByteArray("rpi_unique_id is missing");
        QTest::newRow("no JSON") << QByteArray("hello") << QByteArray("not valid JSON");
        QTest::newRow("comma too many") << QByteArray(seedConfig).replace("\"mac-address\"", "\"mac-address\",")
                                        << QByteArray("not valid JSON at byte");
        QTest::newRow("empty") << QByteArray() << QByteArray("not valid JSON");
        QTest::newRow("huge") << QByteArray(300 * 1024, ' ') << QByteArray("is larger than 262144 bytes");
    }

    void refusesAWrongConfigBeforeItWritesAnything()
    {
        QFETCH(QByteArray, config);
        QFETCH(QByteArray, sentence);
        const Desk desk(config);
        Desk::write(desk.bin, "older");
        const TreeSnapshot before = snapshotOf(desk.folder.path());
        const Finished finished = provision({u"encrypt"_s, desk.json, desk.bin});
        QCOMPARE(finished.exitCode, 1);
        QVERIFY2(finished.err.startsWith("sgn-provision: " + desk.json.toUtf8()) ||
                     finished.err.contains(desk.json.toUtf8()),
                 finished.err);
        QVERIFY2(finished.err.contains(sentence), finished.err);
        QCOMPARE(finished.err.count('\n'), 1);
        QVERIFY(!finished.err.contains("canary"));
        QCOMPARE(finished.out, QByteArray());
        QCOMPARE(snapshotOf(desk.folder.path()), before);
    }

    void namesWhatIsWrongWithAFile()
    {
        const Desk desk;
        QCOMPARE(provision({u"encrypt"_s, desk.json, desk.bin}).exitCode, 0);
        const QByteArray good = Desk::read(desk.bin);

        const auto failsWith = [&desk](const QByteArray &file, const QByteArray &words) {
            Desk::write(desk.bin, file);
            const TreeSnapshot before = snapshotOf(desk.folder.path());
            const Finished finished = provision({u"decrypt"_s, desk.bin});
            QCOMPARE(finished.exitCode, 1);
            QCOMPARE(finished.out, QByteArray());
            QVERIFY2(finished.err.contains(words), finished.err);
            QCOMPARE(finished.err.count('\n'), 1);
            QCOMPARE(snapshotOf(desk.folder.path()), before);
        };
        failsWith(good.first(good.size() - 1), "damaged or was encrypted with another key");
        failsWith(good.first(20), "cut off");
        failsWith("", "cut off");
        failsWith(seedConfig, "config_file.bin: ");

        Desk::write(desk.key, QByteArray(32, 'k'));
        failsWith(good, "damaged or was encrypted with another key");
        Desk::write(desk.key, "short");
        failsWith(good, "is not a device key");
        QCOMPARE(::chmod(QFile::encodeName(desk.key).constData(), 0644), 0);
        Desk::write(desk.key, QByteArray(32, 'k'));
        failsWith(good, "is open to every user");
        QVERIFY(QFile::remove(desk.bin));
        QCOMPARE(provision({u"decrypt"_s, desk.bin}).exitCode, 1);
    }

    void showsAConfigThatADeviceWouldRefuse()
    {
        const Desk desk;
        const QByteArray config = QByteArray(seedConfig).replace("mac-address", "");
        Desk::write(desk.bin, encryptV1(config).value());
        const Finished shown = provision({u"decrypt"_s, desk.bin, u"--show-secrets"_s});
        QCOMPARE(shown.exitCode, 0);
        QCOMPARE(shown.out, config);
        QCOMPARE(shown.err, "sgn-provision: a device would refuse this config: rpi_unique_id is empty\n");
    }

    void givesFilesToTheOwnerOfTheFolder()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can give files away");
        }
        const Desk desk;
        QCOMPARE(::chown(QFile::encodeName(QFileInfo(desk.bin).path()).constData(), 1234, 5678), 0);
        QCOMPARE(provision({u"encrypt"_s, desk.json, desk.bin}).exitCode, 0);
        for (const QString &path : {desk.bin, desk.key}) {
            QCOMPARE(infoOf(path).st_uid, uid_t{1234});
            QCOMPARE(infoOf(path).st_gid, gid_t{5678});
        }
    }

    void makesKeysThatAConfigAccepts()
    {
        const Desk desk;
        const QString folder = desk.folder.filePath(u"keys/mine"_s);
        for (const QString &purpose : {u"release"_s, u"operator"_s}) {
            const Finished made = provision({u"keys"_s, u"new"_s, purpose, u"--out"_s, folder});
            QCOMPARE(made.exitCode, 0);
            const QString kid = QString::fromUtf8(made.out.trimmed());
            QVERIFY(kid.startsWith(purpose + u'-'));
            QCOMPARE(infoOf(folder + u'/' + kid + u".private.jwk"_s).st_mode & 07777U, 0600U);
            const QByteArray publicPart = Desk::read(folder + u'/' + kid + u".public.jwk"_s);
            const QByteArray privatePart = Desk::read(folder + u'/' + kid + u".private.jwk"_s);
            QVERIFY(privatePart.contains("\"d\""));

            const QByteArray list = "\"" + purpose.toUtf8() + "_keys\": [";
            const auto configWith = [&list](const QByteArray &jwk) {
                return QByteArray(seedConfig).replace("\"rpi_unique_id\"", list + jwk + "], \"rpi_unique_id\"");
            };
            Desk::write(desk.json, configWith(publicPart));
            QCOMPARE(provision({u"encrypt"_s, desk.json, desk.bin}).exitCode, 0);
            // The private part on a device would be a disaster.
            Desk::write(desk.json, configWith(privatePart));
            const Finished refused = provision({u"encrypt"_s, desk.json, desk.bin});
            QCOMPARE(refused.exitCode, 1);
            QVERIFY2(refused.err.contains("private key"), refused.err);
        }
        QCOMPARE(provision({u"keys"_s, u"new"_s, u"release"_s, u"--out"_s, desk.json}).exitCode, 1);
    }

    void refusesWrongUsage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("nothing") << QStringList() << QByteArray("a command is missing");
        QTest::newRow("unknown command") << QStringList{u"fry"_s} << QByteArray("no command 'fry'");
        QTest::newRow("no input") << QStringList{u"encrypt"_s} << QByteArray("IN.json is missing");
        QTest::newRow("no output") << QStringList{u"encrypt"_s, u"a"_s} << QByteArray("OUT.bin is missing");
        QTest::newRow("too many") << QStringList{u"decrypt"_s, u"a"_s, u"b"_s}
                                  << QByteArray("'b' is one argument too many");
        QTest::newRow("unknown option") << QStringList{u"decrypt"_s, u"--x"_s, u"a"_s} << QByteArray("'x'");
        QTest::newRow("unknown option in front") << QStringList{u"--x"_s} << QByteArray("'x'");
        QTest::newRow("option without value")
            << QStringList{u"decrypt"_s, u"a"_s, u"--key-file"_s} << QByteArray("--key-file");
        QTest::newRow("contradiction") << QStringList{u"encrypt"_s, u"--v1"_s, u"--key-file=k"_s, u"a"_s, u"b"_s}
                                       << QByteArray("--v1");
        QTest::newRow("keys, no purpose") << QStringList{u"keys"_s, u"new"_s} << QByteArray("PURPOSE is missing");
        QTest::newRow("keys, other verb") << QStringList{u"keys"_s, u"old"_s, u"release"_s} << QByteArray("'keys old'");
        QTest::newRow("keys, other purpose")
            << QStringList{u"keys"_s, u"new"_s, u"x"_s, u"--out=."_s} << QByteArray("'release' or 'operator'");
        QTest::newRow("keys, nowhere") << QStringList{u"keys"_s, u"new"_s, u"release"_s}
                                       << QByteArray("--out is missing");
        QTest::newRow("same file") << QStringList{u"encrypt"_s, u"a"_s, u"./a"_s} << QByteArray("OUT.bin");
    }

    void refusesWrongUsage()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, words);
        const Finished finished = provision(arguments);
        QCOMPARE(finished.exitCode, 2);
        QCOMPARE(finished.out, QByteArray());
        QVERIFY2(finished.err.startsWith("sgn-provision: ") && finished.err.contains(words), finished.err);
        QCOMPARE(finished.err.count('\n'), 1);
    }

    void warnsThatReleasesStayUnsigned_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<bool>("isWarned");
        QTest::newRow("release keys") << QStringList{u"--release"_s} << false;
        QTest::newRow("both") << QStringList{u"--release"_s, u"--operator"_s} << false;
        QTest::newRow("operator keys only") << QStringList{u"--operator"_s} << true;
    }

    void warnsThatReleasesStayUnsigned()
    {
        QFETCH(const QStringList, options);
        QFETCH(const bool, isWarned);
        const QTemporaryDir folder;
        QCOMPARE(provision({u"keys"_s, u"new"_s, u"release"_s, u"--out"_s, folder.path()}).exitCode, 0);
        const QStringList keys = QDir(folder.path()).entryList({u"*.public.jwk"_s});
        QCOMPARE(keys.size(), 1);
        QStringList arguments{u"root-keys"_s, u"--out"_s, folder.filePath(u"WatchDog.keys"_s)};
        for (const QString &option : options) {
            arguments += {option, folder.filePath(keys.first())};
        }
        const Finished finished = provision(arguments);
        QCOMPARE(finished.exitCode, 0);
        QCOMPARE(finished.err.contains("releases stay unsigned"), isWarned);
        QVERIFY(QFile::exists(folder.filePath(u"WatchDog.keys"_s)));
    }

    void printsHelp_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("all") << QStringList{u"--help"_s} << QByteArray("decrypt    print a config_file.bin");
        QTest::newRow("encrypt") << QStringList{u"encrypt"_s, u"--help"_s}
                                 << QByteArray("Example:\n  sgn-provision encrypt");
        QTest::newRow("decrypt") << QStringList{u"decrypt"_s, u"--help"_s}
                                 << QByteArray("Example:\n  sgn-provision decrypt");
        QTest::newRow("keys") << QStringList{u"keys"_s, u"--help"_s}
                              << QByteArray("Example:\n  sgn-provision keys new");
        QTest::newRow("root-keys") << QStringList{u"root-keys"_s, u"--help"_s}
                                   << QByteArray("Example:\n  sudo sgn-provision root-keys");
        QTest::newRow("version") << QStringList{u"--version"_s} << QByteArray("sgn-provision " SGN_VERSION_STRING "\n");
    }

    void printsHelp()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, words);
        const Finished finished = provision(arguments);
        QCOMPARE(finished.exitCode, 0);
        QCOMPARE(finished.err, QByteArray());
        QVERIFY2(finished.out.contains(words), finished.out);
    }
};

QTEST_GUILESS_MAIN(TestProvisionConfig)
#include "tst_provision_config.moc"
