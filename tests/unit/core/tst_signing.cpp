// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "core/OperatorSigner.h"
#include "core/ReleaseSigner.h"
#include "crypto/Jws.h"
#include "protocol/Json.h"
#include "release/ReleaseSignature.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace Qt::StringLiterals;

namespace {

CommandClaims claimsFor(const QString &device)
{
    return {device, QDateTime({2026, 11, 25}, {12, 0}, Qt::UTC), QDateTime({2026, 12, 2}, {12, 0}, Qt::UTC)};
}

Command update(qsizetype releaseSize)
{
    UpdateCommand body;
    body.url = QUrl(u"https://example.org/a.zip"_s);
    body.processes = {{u"ocr"_s, 2}};
    body.release = QString(releaseSize, u'a');
    Command command;
    command.body = body;
    command.number = 12;
    return command;
}

} // namespace

class SigningTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void signsACommandForEachDevice()
    {
        const SigningKey key = newSigningKey(u"operator"_s).value();
        const QList<PublicKey> publicKeys{publicKeyOf(key).value()};
        const OperatorSigner signer(SigningKey{key.kid, SecureBytes(key.seed.view())});
        const auto first = signer.sign(update(100), claimsFor(u"a@b"_s));
        const auto second = signer.sign(update(100), claimsFor(u"b@b"_s));
        QVERIFY(first && second);
        QVERIFY(*first != *second);
        QCOMPARE(signer.sign(update(100), claimsFor(u"a@b"_s)).value(), *first);
        // A device without signatures reads the command itself.
        QVERIFY(parseCommand(*first).value().body == update(100).body);
        const auto verified = verifyJws(jwsOf(*first), publicKeys, maxBodySize);
        QVERIFY(verified.has_value());
        QCOMPARE(parseCommand(verified->payload).value(), update(100));
        QCOMPARE(parseCommandClaims(verified->payload).value(), claimsFor(u"a@b"_s));
    }

    void aMessageHoldsTheLargestSignedRelease()
    {
        const OperatorSigner signer(newSigningKey(u"operator"_s).value());
        QVERIFY(signer.sign(update(maxInlineRelease), claimsFor(u"a@b"_s)).has_value());
        QCOMPARE(signer.sign(update(2 * maxInlineRelease), claimsFor(u"a@b"_s)).error().error, ErrorCode::TooLarge);
    }

    void signsAZipUnderTheVersionsItIsSentWith()
    {
        QTemporaryDir folder;
        QFile script(folder.filePath(u"ocr.py"_s));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\n");
        script.close();
        const QString path = folder.filePath(u"meters.zip"_s);
        QVERIFY(packZip({PackFile{script.fileName(), u"SmartMeter/ocr.py"_s}}, path));
        const auto zip = readReleaseZip(path);
        QVERIFY(zip.has_value());

        SigningKey key = newSigningKey(u"release"_s).value();
        const QList<PublicKey> publicKeys{publicKeyOf(key).value()};
        const ReleaseSigner signer(std::move(key));
        const QDateTime now({2026, 11, 25}, {12, 0}, Qt::UTC);
        auto signing = signer.sign(*zip, {{u"ocr"_s, 4}}, 0, now);
        const auto manifest = verifyRelease(signing.result().value().release, publicKeys);
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->processes, (QList<ProcessVersion>{{u"ocr"_s, 4}}));
        QCOMPARE(manifest->sha256, zip->sha256);
        QCOMPARE(manifest->files.size(), 1);
        QCOMPARE(manifest->created, now);

        QVERIFY(QFile::remove(path));
        QVERIFY(!signer.sign(*zip, {{u"ocr"_s, 4}}, 0, now).result());
    }
};

QTEST_GUILESS_MAIN(SigningTest)
#include "tst_signing.moc"
