// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Jws.h"
#include "crypto/SigningKey.h"

#include <QJsonDocument>
#include <QtTest>
#include <sys/stat.h>

using namespace sgn;
using namespace Qt::StringLiterals;

class TestSigningKey : public QObject
{
    Q_OBJECT

private:
    static void write(const QString &path, const QJsonObject &jwk)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QJsonDocument(jwk).toJson());
        file.close();
        QCOMPARE(::chmod(QFile::encodeName(path).constData(), 0600), 0);
    }

private Q_SLOTS:
    void comesBackTheSame()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"key.jwk"_s);
        const auto key = newSigningKey(u"release"_s);
        QVERIFY(key.has_value());
        QVERIFY(key->kid.startsWith(u"release-"_s));
        QVERIFY(saveSigningKey(*key, path).has_value());
        struct stat info
        {
        };
        QCOMPARE(::stat(QFile::encodeName(path).constData(), &info), 0);
        QCOMPARE(info.st_mode & 07777U, 0600U);
        const auto loaded = loadSigningKey(path);
        QVERIFY(loaded.has_value());
        QCOMPARE(publicKeyOf(*loaded).value(), publicKeyOf(*key).value());
        QVERIFY(verifyJws(signJws("x", *loaded).value(), {publicKeyOf(*key).value()}, 1000).has_value());
        QVERIFY(newSigningKey(u"release"_s).value().kid != key->kid);
    }

    void goesThroughAKeyring()
    {
        const SigningKey key = newSigningKey(u"release"_s).value();
        const QByteArray text = toPrivateJwk(key).value();
        QCOMPARE(publicKeyOf(signingKeyFromJwk(text).value()).value(), publicKeyOf(key).value());
        for (const QByteArray &other : {QByteArray(), QByteArray("[]"), QByteArray("a password"), text.chopped(10)}) {
            QCOMPARE(signingKeyFromJwk(other).error().code, ErrorCode::BadFile);
        }
    }

    void refusesOthers()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"key.jwk"_s);
        QCOMPARE(loadSigningKey(path).error().code, ErrorCode::NotFound);

        const auto key = newSigningKey(u"operator"_s);
        QVERIFY(saveSigningKey(*key, path).has_value());
        for (const mode_t mode : {mode_t{0640}, mode_t{0604}, mode_t{0622}}) {
            QCOMPARE(::chmod(QFile::encodeName(path).constData(), mode), 0);
            QCOMPARE(loadSigningKey(path).error().code, ErrorCode::Refused);
        }
        const QJsonObject publicPart = toJwk(publicKeyOf(*key).value());
        write(path, publicPart);
        QVERIFY(loadSigningKey(path).error().message.contains(u"'d'"_s));
        QJsonObject mixed = publicPart;
        mixed.insert(u"d"_s, u"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"_s);
        write(path, mixed);
        QVERIFY(loadSigningKey(path).error().message.contains(u"different keys"_s));
        QVERIFY(!loadSigningKey(path).error().message.contains(u"nWGx"_s));
        write(path, {});
        QCOMPARE(loadSigningKey(path).error().code, ErrorCode::BadFile);
    }
};

QTEST_GUILESS_MAIN(TestSigningKey)
#include "tst_signing_key.moc"
