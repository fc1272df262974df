// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/OperatorCheck.h"
#include "crypto/Jws.h"
#include "crypto/SigningKey.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace Qt::StringLiterals;

namespace {

const QString device = u"altimeter_0001@example.org"_s;

Command restart(const QString &process = u"ocr"_s)
{
    Command command;
    command.body = RestartProcess{process};
    command.number = 12;
    return command;
}

QByteArray payload(const QString &audience = device)
{
    return encode(restart(),
                  {audience, QDateTime({2026, 11, 25}, {12, 0}, Qt::UTC), QDateTime({2026, 12, 2}, {12, 0}, Qt::UTC)});
}

} // namespace

class TestOperatorCheck : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_old = newSigningKey(u"operator"_s).value();
        m_new = newSigningKey(u"operator"_s).value();
        m_stranger = newSigningKey(u"operator"_s).value();
        m_check = std::make_unique<OperatorCheck>(
            QList<PublicKey>{publicKeyOf(m_old).value(), publicKeyOf(m_new).value()}, device);
    }

    void isRequiredOnlyWithKeys()
    {
        QVERIFY(m_check->isRequired());
        QVERIFY(!OperatorCheck({}, device).isRequired());
    }

    void acceptsEachKeyOfARotation()
    {
        for (const SigningKey *key : {&m_old, &m_new}) {
            const auto opened = m_check->open(encode(restart(), signJws(payload(), *key).value()));
            QVERIFY(opened.has_value());
            QCOMPARE(opened->body, payload());
            QCOMPARE(opened->claims.audience, device);
        }
    }

    void readsOnlyWhatWasSigned()
    {
        const auto opened = m_check->open(encode(restart(u"another"_s), signJws(payload(), m_new).value()));
        QCOMPARE(parseCommand(opened.value().body).value(), restart());
    }

    void acceptsAnotherSpellingOfItsName()
    {
        QVERIFY(m_check->open(encode(restart(), signJws(payload(u"Altimeter_0001@Example.org"_s), m_new).value())));
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<ErrorCode>("code");
        const auto with = [](const QByteArray &jws) {
            return encode(restart(), jws);
        };
        QTest::newRow("unsigned") << encode(restart()) << ErrorCode::NotSigned;
        QTest::newRow("no JSON") << QByteArray("restart") << ErrorCode::NotSigned;
        QTest::newRow("an empty signature") << with("") << ErrorCode::NotSigned;
        QTest::newRow("words") << with("trust me") << ErrorCode::BadSignature;
        QTest::newRow("an unknown key") << with(signJws(payload(), m_stranger).value()) << ErrorCode::BadSignature;
        const SigningKey pretender{m_new.kid, SecureBytes(m_stranger.seed.view())};
        QTest::newRow("another key under a trusted id")
            << with(signJws(payload(), pretender).value()) << ErrorCode::BadSignature;
        QTest::newRow("for another device")
            << with(signJws(payload(u"altimeter_0002@example.org"_s), m_new).value()) << ErrorCode::BadSignature;
        QTest::newRow("for a longer name")
            << with(signJws(payload(device + u"/sgn-agent"_s), m_new).value()) << ErrorCode::BadSignature;
        QTest::newRow("without an audience")
            << with(signJws(encode(restart()), m_new).value()) << ErrorCode::BadSignature;
        QTest::newRow("signed rubbish") << with(signJws("\xff", m_new).value()) << ErrorCode::BadSignature;
        QByteArray changed = signJws(payload(), m_new).value();
        changed[changed.indexOf('.') + 5] = changed.at(changed.indexOf('.') + 5) == 'A' ? 'B' : 'A';
        QTest::newRow("a changed byte") << with(changed) << ErrorCode::BadSignature;
    }

    void refuses()
    {
        QFETCH(QByteArray, body);
        QFETCH(ErrorCode, code);
        const auto opened = m_check->open(body);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, code);
    }

private:
    SigningKey m_old;
    SigningKey m_new;
    SigningKey m_stranger;
    std::unique_ptr<OperatorCheck> m_check;
};

QTEST_GUILESS_MAIN(TestOperatorCheck)
#include "tst_operator_check.moc"
