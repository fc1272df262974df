// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Base64Url.h"
#include "crypto/Ed25519.h"
#include "crypto/Jws.h"

#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

namespace {

// RFC 8037 appendix A.1.
const QByteArray rfcSeed = QByteArray::fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const QByteArray rfcPublic = QByteArray::fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

SigningKey rfcKey(const QString &kid = u"k1"_s)
{
    return {kid, SecureBytes(QByteArrayView(rfcSeed))};
}

QList<PublicKey> trusted(const QString &kid = u"k1"_s)
{
    return {{u"other"_s, QByteArray(32, '\x01')}, {kid, rfcPublic}};
}

// Signed with the right key, whatever the header contains.
QByteArray signedWith(const QByteArray &header, const QByteArray &payload = "{}")
{
    const QByteArray input = toBase64Url(header) + '.' + toBase64Url(payload);
    return input + '.' + toBase64Url(ed25519Sign(input, rfcKey().seed).value());
}

} // namespace

class TestJws : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rfc8037Example()
    {
        QCOMPARE(ed25519PublicKey(rfcKey().seed).value(), rfcPublic);
        // Appendix A.4: header {"alg":"EdDSA"}, payload "Example of Ed25519 signing".
        const QByteArray input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        const QByteArray signature =
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        QCOMPARE(toBase64Url(ed25519Sign(input, rfcKey().seed).value()), signature);
        QVERIFY(ed25519Verify(input, *fromBase64Url(signature), rfcPublic));
        // Without a key id it is a good JWS and none of ours.
        QCOMPARE(verifyJws(input + '.' + signature, trusted(), 10'000).error().message,
                 u"the signature doesn't name its key"_s);
    }

    void signsAndVerifies_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("JSON") << QByteArray(R"({"command":"reboot_system","command_no":7})");
        QTest::newRow("bytes") << QByteArray("\0\xff.", 3);
        QTest::newRow("large") << QByteArray(40'000, 'x');
    }

    void signsAndVerifies()
    {
        QFETCH(QByteArray, payload);
        const auto jws = signJws(payload, rfcKey());
        QVERIFY(jws.has_value());
        const auto verified = verifyJws(*jws, trusted(), 64 * 1024);
        QVERIFY(verified.has_value());
        QCOMPARE(verified->payload, payload);
        QCOMPARE(verified->kid, u"k1"_s);
        QCOMPARE(verifyJws(*jws, trusted(), jws->size() - 1).error().code, ErrorCode::TooLarge);
    }

    void refusesEveryChangedBitAndEveryCut()
    {
        const QByteArray whole = signJws(R"({"command_no":7})", rfcKey()).value();
        for (qsizetype bit = 0; bit < whole.size() * 8; ++bit) {
            QByteArray changed = whole;
            changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
            const auto verified = verifyJws(changed, trusted(), 10'000);
            QVERIFY2(!verified.has_value(), changed);
            QCOMPARE(verified.error().code, ErrorCode::BadSignature);
        }
        for (qsizetype length = 0; length < whole.size(); ++length) {
            QCOMPARE(verifyJws(whole.first(length), trusted(), 10'000).error().code, ErrorCode::BadSignature);
        }
    }

    void refusesForgeries_data()
    {
        QTest::addColumn<QByteArray>("jws");
        const QByteArray good = signedWith(R"({"alg":"EdDSA","kid":"k1"})");
        const QByteArray payload = toBase64Url("{}");
        QTest::newRow("alg none") << toBase64Url(R"({"alg":"none","kid":"k1"})") + '.' + payload + '.';
        QTest::newRow("alg none, signed") << signedWith(R"({"alg":"none","kid":"k1"})");
        QTest::newRow("alg HS256") << signedWith(R"({"alg":"HS256","kid":"k1"})");
        QTest::newRow("alg in other case") << signedWith(R"({"alg":"eddsa","kid":"k1"})");
        QTest::newRow("no alg") << signedWith(R"({"kid":"k1"})");
        QTest::newRow("alg is a list") << signedWith(R"({"alg":["EdDSA"],"kid":"k1"})");
        QTest::newRow("no kid") << signedWith(R"({"alg":"EdDSA"})");
        QTest::newRow("unknown kid") << signedWith(R"({"alg":"EdDSA","kid":"k2"})");
        QTest::newRow("kid of another key") << signedWith(R"({"alg":"EdDSA","kid":"other"})");
        QTest::newRow("kid is a number") << signedWith(R"({"alg":"EdDSA","kid":1})");
        QTest::newRow("crit") << signedWith(R"({"alg":"EdDSA","kid":"k1","crit":["x"],"x":1})");
        QTest::newRow("b64") << signedWith(R"({"alg":"EdDSA","kid":"k1","b64":false})");
        QTest::newRow("own key in the header")
            << signedWith(R"({"alg":"EdDSA","kid":"k1","jwk":{"kty":"OKP","crv":"Ed25519","x":""}})");
        QTest::newRow("header is a list") << signedWith("[]");
        QTest::newRow("header is no JSON") << signedWith("x");
        QTest::newRow("empty header") << signedWith("");
        QTest::newRow("huge header") << signedWith(R"({"alg":"EdDSA","kid":"k1","typ":")" + QByteArray(2000, 'x') +
                                                   R"("})");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("one part") << QByteArray("abc");
        QTest::newRow("two parts") << good.first(good.lastIndexOf('.'));
        QTest::newRow("four parts") << good + ".";
        QTest::newRow("dots") << QByteArray("...");
        QTest::newRow("no signature") << good.first(good.lastIndexOf('.') + 1);
        QTest::newRow("padding") << good + "==";
        QTest::newRow("space behind") << good + ' ';
        QTest::newRow("space in front") << ' ' + good;
        QTest::newRow("JSON serialisation") << QByteArray(R"({"payload":"e30","signatures":[]})");
        QTest::newRow("payload of another")
            << good.first(good.indexOf('.') + 1) + toBase64Url("[]") + good.sliced(good.lastIndexOf('.'));
    }

    void refusesForgeries()
    {
        QFETCH(QByteArray, jws);
        const auto verified = verifyJws(jws, trusted(), 10'000);
        QVERIFY(!verified.has_value());
        QCOMPARE(verified.error().code, ErrorCode::BadSignature);
        QVERIFY(!verified.error().message.isEmpty());
    }

    void allowsAType()
    {
        QVERIFY(verifyJws(signedWith(R"({"alg":"EdDSA","kid":"k1","typ":"JOSE"})"), trusted(), 10'000).has_value());
    }

    void trustsNoSignatureWithoutKeys()
    {
        QVERIFY(!verifyJws(signJws("{}", rfcKey()).value(), {}, 10'000).has_value());
        QVERIFY(!verifyJws(signJws("{}", rfcKey()).value(), {{u"k1"_s, rfcPublic.first(31)}}, 10'000).has_value());
    }

    // Adding the group's order to a signature's second half must not give a second good signature (RFC 8032
    // section 5.1.7).
    void refusesAMalleatedSignature()
    {
        const QByteArray message = "x";
        QByteArray signature = ed25519Sign(message, rfcKey().seed).value();
        QVERIFY(ed25519Verify(message, signature, rfcPublic));
        const QByteArray order =
            QByteArray::fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        int carry = 0;
        for (qsizetype i = 0; i < 32; ++i) {
            const int sum = static_cast<quint8>(signature[32 + i]) + static_cast<quint8>(order[i]) + carry;
            signature[32 + i] = static_cast<char>(sum & 0xff);
            carry = sum >> 8;
        }
        QVERIFY(!ed25519Verify(message, signature, rfcPublic));
    }
};

QTEST_GUILESS_MAIN(TestJws)
#include "tst_jws.moc"
