// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Base64Url.h"
#include "crypto/PublicKey.h"

#include <QJsonDocument>
#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class TestPublicKey : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // RFC 8037 appendix A.2.
    void readsAndWritesAJwk()
    {
        const QJsonObject jwk{{u"kty"_s, u"OKP"_s},
                              {u"crv"_s, u"Ed25519"_s},
                              {u"kid"_s, u"release-2026"_s},
                              {u"x"_s, u"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"_s}};
        const auto key = publicKeyFromJwk(jwk);
        QVERIFY(key.has_value());
        QCOMPARE(key->kid, u"release-2026"_s);
        QCOMPARE(key->bytes.toHex(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        QCOMPARE(toJwk(*key), jwk);
    }

    // Signatures that verify with such a key need no private key.
    void refusesKeysForWhichEveryoneCanSign_data()
    {
        QTest::addColumn<QByteArray>("hex");
        QTest::newRow("order 1") << "01"_ba + QByteArray(62, '0');
        QTest::newRow("order 1, x negative") << "01"_ba + QByteArray(60, '0') + "80";
        QTest::newRow("order 2") << "ec"_ba + QByteArray(60, 'f') + "7f";
        QTest::newRow("order 2, x negative") << "ec"_ba + QByteArray(60, 'f') + "ff";
        QTest::newRow("order 4") << QByteArray(64, '0');
        QTest::newRow("order 4, x negative") << QByteArray(62, '0') + "80";
        QTest::newRow("order 4 as p") << "ed"_ba + QByteArray(60, 'f') + "7f";
        QTest::newRow("order 1 as p + 1") << "ee"_ba + QByteArray(60, 'f') + "7f";
        QTest::newRow("y too large") << QByteArray(62, 'f') + "7f";
        QTest::newRow("order 8") << "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"_ba;
        QTest::newRow("order 8, x negative") << "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"_ba;
        QTest::newRow("another of order 8") << "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"_ba;
        QTest::newRow("another of order 8, x negative")
            << "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"_ba;
    }

    void refusesKeysForWhichEveryoneCanSign()
    {
        QFETCH(const QByteArray, hex);
        const PublicKey key{u"k"_s, QByteArray::fromHex(hex)};
        QCOMPARE(key.bytes.size(), PublicKey::size);
        const auto read = publicKeyFromJwk(toJwk(key));
        QVERIFY(!read.has_value());
        QCOMPARE(read.error(), (Error{ErrorCode::BadFile, u"'x' is no public key: everyone could sign for it"_s}));
    }

    void refusesOtherJwks_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("field");
        const QByteArray x = R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";
        const QByteArray rest = R"("kty":"OKP","crv":"Ed25519","kid":"k",)";
        QTest::newRow("nothing") << QByteArray("{}") << u"'kty'"_s;
        QTest::newRow("RSA") << R"({"kty":"RSA","kid":"k",)" + x + "}" << u"'kty'"_s;
        QTest::newRow("other curve") << R"({"kty":"OKP","crv":"X25519","kid":"k",)" + x + "}" << u"'crv'"_s;
        QTest::newRow("no kid") << R"({"kty":"OKP","crv":"Ed25519",)" + x + "}" << u"'kid'"_s;
        QTest::newRow("empty kid") << R"({"kty":"OKP","crv":"Ed25519","kid":"",)" + x + "}" << u"'kid'"_s;
        QTest::newRow("kid is a number") << R"({"kty":"OKP","crv":"Ed25519","kid":1,)" + x + "}" << u"'kid'"_s;
        QTest::newRow("kid with a line break")
            << R"({"kty":"OKP","crv":"Ed25519","kid":"a\nb",)" + x + "}" << u"'kid'"_s;
        QTest::newRow("no x") << "{" + rest + R"("y":1})" << u"'x'"_s;
        QTest::newRow("x too short") << "{" + rest + R"("x":"11qY"})" << u"'x'"_s;
        QTest::newRow("x with padding") << "{" + rest + R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="})"
                                        << u"'x'"_s;
        QTest::newRow("x in plain base64")
            << "{" + rest + R"("x":"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"})" << u"'x'"_s;
        QTest::newRow("x with stray bits")
            << "{" + rest + R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"})" << u"'x'"_s;
        QTest::newRow("private key") << "{" + rest + x + R"(,"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"})"
                                     << u"private"_s;
    }

    void refusesOtherJwks()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, field);
        const QJsonDocument document = QJsonDocument::fromJson(json);
        QVERIFY(document.isObject());
        const auto key = publicKeyFromJwk(document.object());
        QVERIFY(!key.has_value());
        QCOMPARE(key.error().code, ErrorCode::BadFile);
        QVERIFY2(key.error().message.contains(field), qPrintable(key.error().message));
        QVERIFY(!key.error().message.contains(u"nWGxne"_s));
    }

    // RFC 7515 appendix C, and every other spelling of the same bytes.
    void base64UrlHasOneSpelling_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("RFC 7515") << QByteArray("A-z_4ME") << true;
        QTest::newRow("nothing") << QByteArray() << true;
        QTest::newRow("padding") << QByteArray("A-z_4ME=") << false;
        QTest::newRow("other alphabet") << QByteArray("A+z/4ME") << false;
        QTest::newRow("space") << QByteArray("A-z_ 4ME") << false;
        QTest::newRow("line break") << QByteArray("A-z_4ME\n") << false;
        QTest::newRow("stray bits") << QByteArray("A-z_4MF") << false;
        QTest::newRow("impossible length") << QByteArray("A-z_4") << false;
        QTest::newRow("NUL") << QByteArray("A-z_4M\0", 7) << false;
        QTest::newRow("not ASCII") << QByteArray("A-z_4M\xc3") << false;
    }

    void base64UrlHasOneSpelling()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, allowed);
        const auto bytes = fromBase64Url(text);
        QCOMPARE(bytes.has_value(), allowed);
        if (bytes) {
            QCOMPARE(toBase64Url(*bytes), text);
        }
    }
};

QTEST_GUILESS_MAIN(TestPublicKey)
#include "tst_public_key.moc"
