// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Jws.h"
#include "release/ReleaseSignature.h"
#include "support/Manifests.h"

#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;
using sgn::test::meterManifest;

namespace {

ReleaseManifest withFiles(int count)
{
    ReleaseManifest manifest = meterManifest();
    for (int i = 0; i < count; ++i) {
        manifest.files.insert(u"SmartMeter/site-packages/module/file_%1.py"_s.arg(i),
                              test::fileOf(QByteArray::number(i)));
    }
    return manifest;
}

} // namespace

class TestReleaseSignature : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_old = newSigningKey(u"release"_s).value();
        m_new = newSigningKey(u"release"_s).value();
        m_stranger = newSigningKey(u"release"_s).value();
        m_trusted = {publicKeyOf(m_old).value(), publicKeyOf(m_new).value()};
    }

    void takesEachKeyOfARotation()
    {
        for (const SigningKey *key : {&m_old, &m_new}) {
            QCOMPARE(verifyRelease(signRelease(meterManifest(), *key).value(), m_trusted).value(), meterManifest());
        }
        // The old key has gone.
        const auto late = verifyRelease(signRelease(meterManifest(), m_old).value(), {m_trusted.at(1)});
        QCOMPARE(late.error().code, ErrorCode::BadSignature);
    }

    void refusesOthers_data()
    {
        QTest::addColumn<QByteArray>("jws");
        QTest::addColumn<QString>("error");
        const QByteArray good = signRelease(meterManifest(), m_new).value();
        QTest::newRow("nothing") << QByteArray() << u"bad_signature"_s;
        QTest::newRow("an unknown key") << signRelease(meterManifest(), m_stranger).value() << u"bad_signature"_s;
        const SigningKey pretender{m_new.kid, SecureBytes(m_stranger.seed.view())};
        QTest::newRow("another key under a trusted id")
            << signRelease(meterManifest(), pretender).value() << u"bad_signature"_s;
        QTest::newRow("unsigned") << encode(meterManifest()) << u"bad_signature"_s;
        QByteArray changed = good;
        changed[good.indexOf('.') + 20] = changed.at(good.indexOf('.') + 20) == 'A' ? 'B' : 'A';
        QTest::newRow("a changed byte") << changed << u"bad_signature"_s;
        const QByteArray other = signRelease(test::agentManifest(), m_new).value();
        QTest::newRow("the signature of another release")
            << good.left(good.lastIndexOf('.')) + other.mid(other.lastIndexOf('.')) << u"bad_signature"_s;
        QTest::newRow("a signed command")
            << signJws(R"({"command":"reboot_system","command_no":1})", m_new).value() << u"bad_request"_s;
        QTest::newRow("signed rubbish") << signJws("\xff\x00", m_new).value() << u"bad_request"_s;
        QTest::newRow("without end") << QByteArray(9 * 1024 * 1024, 'A') << u"too_large"_s;
    }

    void refusesOthers()
    {
        QFETCH(QByteArray, jws);
        QFETCH(QString, error);
        const auto verified = verifyRelease(jws, m_trusted);
        QVERIFY(!verified);
        QCOMPARE(QString(nameOf(verified.error().code)), error);
    }

    void leavesFilesOutOfACommandThatCouldNotHoldThem_data()
    {
        QTest::addColumn<int>("files");
        QTest::addColumn<bool>("listed");
        QTest::newRow("60 files") << 60 << true;
        QTest::newRow("400 files") << 400 << false;
        QTest::newRow("15,000 files") << 15'000 << false;
    }

    void leavesFilesOutOfACommandThatCouldNotHoldThem()
    {
        QFETCH(int, files);
        QFETCH(bool, listed);
        const ReleaseManifest manifest = withFiles(files);
        const auto made = signForCommand(manifest, m_new);
        QVERIFY(made.has_value());
        QVERIFY(made->release.size() <= maxInlineRelease);
        const auto verified = verifyRelease(made->release, m_trusted);
        QVERIFY(verified.has_value());
        QCOMPARE(!verified->files.isEmpty(), listed);
        QCOMPARE(verified->sha256, manifest.sha256);
        QCOMPARE(made->listed.isEmpty(), listed);
        if (!listed) {
            QVERIFY(made->listed.size() <= maxFileList);
            QCOMPARE(verifyFileList(made->listed, *verified, m_trusted).value(), manifest.files);
        }
    }

    void refusesAnotherFileList_data()
    {
        QTest::addColumn<QByteArray>("listed");
        ReleaseManifest manifest = withFiles(400);
        QTest::newRow("of a stranger") << signRelease(manifest, m_stranger).value();
        manifest.created = manifest.created.addSecs(1);
        QTest::newRow("of the same zip, signed another time") << signRelease(manifest, m_new).value();
        manifest = withFiles(400);
        manifest.sha256[0] = static_cast<char>(manifest.sha256[0] ^ 1);
        QTest::newRow("of another zip") << signRelease(manifest, m_new).value();
        QTest::newRow("cut") << signRelease(withFiles(400), m_new).value().chopped(10);
        QTest::newRow("nothing") << QByteArray();
    }

    void refusesAnotherFileList()
    {
        QFETCH(const QByteArray, listed);
        const auto release = verifyRelease(signForCommand(withFiles(400), m_new).value().release, m_trusted);
        QVERIFY(release.has_value());
        const auto files = verifyFileList(listed, *release, m_trusted);
        QVERIFY(!files.has_value());
        QCOMPARE(files.error().code, ErrorCode::BadSignature);
    }

    void reportsAManifestThatStaysTooLarge()
    {
        ReleaseManifest manifest = meterManifest();
        for (int i = 0; i < 250; ++i) {
            manifest.processes += ProcessVersion{QString(100, u'p') + QString::number(i), 1};
        }
        QCOMPARE(signForCommand(manifest, m_new).error().code, ErrorCode::TooLarge);
    }

private:
    SigningKey m_old;
    SigningKey m_new;
    SigningKey m_stranger;
    QList<PublicKey> m_trusted;
};

QTEST_GUILESS_MAIN(TestReleaseSignature)
#include "tst_release_signature.moc"
