// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/ConfigEnvelope.h"

#include <QProcess>
#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

namespace {

const QByteArray seedConfig =
    R"({"xmpp_client" : {"client_jid" : "altimeter_0001@im.koderoot.net","client_password" : "abcd1234","cpanel_jid" : "technospurs@im.koderoot.net"},"rpi_unique_id" : "mac-address"})";

SecureBytes secret(char first = 0)
{
    SecureBytes bytes(32);
    for (int i = 0; i < 32; ++i) {
        bytes.data()[i] = static_cast<unsigned char>(first + i);
    }
    return bytes;
}

QByteArray opened(QByteArrayView file, const SecureBytes &key = {})
{
    const auto plain = decryptEnvelope(file, key);
    return plain ? plain->view().toByteArray() : '<' + QByteArray(nameOf(plain.error().code).data()) + '>';
}

// The program of that name, as a person would call it.
QByteArray openssl(const QStringList &mode, const QByteArray &input)
{
    QProcess process;
    process.start(u"openssl"_s,
                  QStringList{u"enc"_s} + mode +
                      QStringList{u"-aes-256-cbc"_s, u"-K"_s,
                                  QString::fromLatin1(QByteArray("01234567890123456789012345678901").toHex()), u"-iv"_s,
                                  QString::fromLatin1(QByteArray("0123456789012345").toHex())});
    process.write(input);
    process.closeWriteChannel();
    return process.waitForFinished() && process.exitCode() == 0 ? process.readAllStandardOutput()
                                                                : QByteArray("<failed>");
}

} // namespace

class TestConfigEnvelope : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Made with `openssl enc`, OpenSSL 3.0.
    void v1KnownAnswers_data()
    {
        QTest::addColumn<QByteArray>("plain");
        QTest::addColumn<QByteArray>("file");
        QTest::newRow("nothing") << QByteArray() << QByteArray::fromHex("fe70d794c7d7f339695d22a71db46edf");
        QTest::newRow("one byte") << QByteArray("x") << QByteArray::fromHex("3dcc0100f5b2796ff216aab6731726c0");
        QTest::newRow("one block") << QByteArray("0123456789012345")
                                   << QByteArray::fromHex("f7cb93fe680161747c0194e6a35babea"
                                                          "bb56290f8f682d2545bd3448c04a74b1");
        QTest::newRow("the seed's config")
            << seedConfig
            << QByteArray::fromHex("5b91c4b0bfc602e01cf9a8645d014d33904e79befd4ca18271858404ca646c7b"
                                   "7c8e79157d945c69a4ae84284396474e7c6ae3eaa647208af7490298d0699adc"
                                   "958a500174d20eae0469e26ee7f3e847013b9358e5db81d6451f4a2c227defed"
                                   "3f905fbc573365968db4aba1c77055d236b48004da2ac69069f1838847e5aff6"
                                   "328305eec16431141f005086156f50fb6daf485bb08b6beb8efa6954b25c8029"
                                   "42032a34a897f6e2630f53add81bc52c");
    }

    void v1KnownAnswers()
    {
        QFETCH(QByteArray, plain);
        QFETCH(QByteArray, file);
        QCOMPARE(encryptV1(plain).value().toHex(), file.toHex());
        QCOMPARE(opened(file), plain);
        QCOMPARE(envelopeVersion(file), EnvelopeVersion::V1);
    }

    void v1GoesBothWaysWithTheOpensslProgram()
    {
        QCOMPARE(openssl({u"-d"_s}, encryptV1(seedConfig).value()), seedConfig);
        QCOMPARE(opened(openssl({}, seedConfig)), seedConfig);
    }

    void v1RefusesEveryCut()
    {
        const QByteArray whole = encryptV1(seedConfig).value();
        for (qsizetype length = 0; length < whole.size(); ++length) {
            // Only at block boundaries can the end look like padding, and with this text it never does.
            QCOMPARE(opened(whole.first(length)), "<bad_file>");
        }
    }

    void v1RefusesOtherKeys()
    {
        // Encrypted with `openssl enc` and the key 11…1.
        QCOMPARE(opened(QByteArray::fromHex("37ee9120d1bf51d38f1d7b87ddf08ab4")), "<bad_file>");
    }

    // Computed by another implementation of HKDF and AES-GCM, with fixed salt and nonce: files of today stay readable.
    void v2KnownAnswer()
    {
        const QByteArray file = QByteArray::fromHex("53474e3201000000404142434445464748494a4b4c4d4e4f8081828384858687"
                                                    "88898a8ba93e5409a59ee63b87dc687909710acb82e405142a51db69fff1e1fc"
                                                    "ba57a887be607202a4ce51de33ec9d04dfdca3");
        QCOMPARE(envelopeVersion(file), EnvelopeVersion::V2);
        QCOMPARE(opened(file, secret()), R"({"rpi_unique_id":"mac-address"})");
    }

    void v2ComesBackTheSame_data()
    {
        QTest::addColumn<qsizetype>("size");
        for (const qsizetype size : std::initializer_list<qsizetype>{0, 1, 15, 16, 17, 1000, maxConfigSize}) {
            QTest::addRow("%lld bytes", static_cast<long long>(size)) << size;
        }
    }

    void v2ComesBackTheSame()
    {
        QFETCH(qsizetype, size);
        const QByteArray plain(size, 'p');
        const QByteArray file = encryptV2(plain, secret()).value();
        QCOMPARE(opened(file, secret()), plain);
        QVERIFY(size < 16 || !file.contains(plain.first(16)));
    }

    void v2NeverRepeatsItself()
    {
        const QByteArray first = encryptV2(seedConfig, secret()).value();
        const QByteArray second = encryptV2(seedConfig, secret()).value();
        QVERIFY(first.sliced(8, 16) != second.sliced(8, 16));   // salt
        QVERIFY(first.sliced(24, 12) != second.sliced(24, 12)); // nonce
        QVERIFY(first.sliced(36) != second.sliced(36));
    }

    void v2RefusesEveryChangedBit()
    {
        const QByteArray whole = encryptV2(seedConfig, secret()).value();
        for (qsizetype bit = 0; bit < whole.size() * 8; ++bit) {
            QByteArray changed = whole;
            changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
            const auto plain = decryptEnvelope(changed, secret());
            QVERIFY2(!plain.has_value(), qPrintable(u"bit %1"_s.arg(bit)));
            QCOMPARE(plain.error().code, ErrorCode::BadFile);
            QVERIFY(!plain.error().message.isEmpty());
        }
    }

    void v2RefusesEveryCutAndAddition()
    {
        const QByteArray whole = encryptV2(seedConfig, secret()).value();
        for (qsizetype length = 0; length < whole.size(); ++length) {
            QCOMPARE(opened(whole.first(length), secret()), "<bad_file>");
        }
        QCOMPARE(opened(whole + '\0', secret()), "<bad_file>");
    }

    void v2NeedsTheDevicesKey()
    {
        const QByteArray file = encryptV2(seedConfig, secret()).value();
        QCOMPARE(opened(file, secret(1)), "<bad_file>");
        QCOMPARE(opened(file, SecureBytes(secret().view().first(31))), "<bad_file>");
        QCOMPARE(opened(file), "<not_found>");
        QCOMPARE(encryptV2(seedConfig, SecureBytes(31)).error().code, ErrorCode::Refused);
        QCOMPARE(encryptV2(seedConfig, {}).error().code, ErrorCode::Refused);
    }

    void refusesHugeFiles()
    {
        const QByteArray huge(maxConfigFileSize + 1, 'x');
        QCOMPARE(opened(huge), "<too_large>");
        QCOMPARE(opened("SGN2" + huge, secret()), "<too_large>");
        QCOMPARE(encryptV1(huge).error().code, ErrorCode::TooLarge);
        QCOMPARE(encryptV2(huge, secret()).error().code, ErrorCode::TooLarge);
        QVERIFY(decryptEnvelope(encryptV1(QByteArray(maxConfigSize, 'x')).value(), {}).has_value());
    }
};

QTEST_GUILESS_MAIN(TestConfigEnvelope)
#include "tst_config_envelope.moc"
