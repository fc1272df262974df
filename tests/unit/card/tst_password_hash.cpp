// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/PasswordHash.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;

namespace {

const QByteArray shadow = "root:*:19000:0:99999:7:::\n"
                          "pi:$6$old$hash:19001:0:99999:7:::\n"
                          "pip:!:19000:0:99999:7:::\n"_ba;

} // namespace

class PasswordHashTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hashesByEachMethod_data()
    {
        QTest::addColumn<HashMethod>("method");
        QTest::addColumn<QByteArray>("prefix");
        QTest::newRow("yescrypt") << HashMethod::Yescrypt << QByteArray("$y$");
        QTest::newRow("SHA-512") << HashMethod::Sha512 << QByteArray("$6$");
        QTest::newRow("MD5") << HashMethod::Md5 << QByteArray("$1$");
    }

    void hashesByEachMethod()
    {
        QFETCH(const HashMethod, method);
        QFETCH(const QByteArray, prefix);
        const auto hash = hashPassword("Welcome123$", method);
        QVERIFY2(hash, hash ? "" : qPrintable(hash.error().message));
        QVERIFY2(hash->startsWith(prefix), hash->constData());
        QVERIFY(!hash->contains(':') && !hash->contains('\n'));
        QVERIFY(matchesPassword("Welcome123$", *hash));
        QVERIFY(!matchesPassword("welcome123$", *hash));
        QVERIFY(hashPassword("Welcome123$", method).value() != *hash); // another salt
    }

    void knowsTheSeedsForm()
    {
        // openssl passwd -1 -salt techno 'Welcome123$'
        QVERIFY(matchesPassword("Welcome123$", "$1$techno$vqoUfG5IWVDA9URzYb3i3/"));
    }

    void refusesWhatNoKeyboardHas_data()
    {
        QTest::addColumn<QByteArray>("password");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("zero") << QByteArray("a\0b", 3);
        QTest::newRow("line break") << QByteArray("a\nb");
        QTest::newRow("endless") << QByteArray(513, 'x');
    }

    void refusesWhatNoKeyboardHas()
    {
        QFETCH(const QByteArray, password);
        const auto hash = hashPassword(password, HashMethod::Sha512);
        QVERIFY(!hash);
        QCOMPARE(hash.error().code, ErrorCode::BadRequest);
        QVERIFY(!hash.error().message.contains(u'x'));
    }

    void changesOneLineOnly()
    {
        const auto changed = withPasswordHash(shadow, "pi", "$y$new", 20000);
        QVERIFY(changed);
        QCOMPARE(*changed, QByteArray(shadow).replace("$6$old$hash:19001", "$y$new:20000"));
        QCOMPARE(passwordHashIn(*changed, "pi"), QByteArray("$y$new"));
        QCOMPARE(passwordHashIn(*changed, "pip"), QByteArray("!"));
        // Also without a line break at the end, and with what other programs leave.
        QCOMPARE(withPasswordHash("a:b:c\n\nnonsense\npi:x:1:", "pi", "y", 2).value(),
                 QByteArray("a:b:c\n\nnonsense\npi:y:2:"));
    }

    void knowsWhoIsMissing()
    {
        QCOMPARE(withPasswordHash(shadow, "p", "x", 1).error().code, ErrorCode::NotFound);
        QCOMPARE(withPasswordHash({}, "pi", "x", 1).error().code, ErrorCode::NotFound);
        QVERIFY(passwordHashIn(shadow, "nobody").isEmpty());
        QVERIFY(!matchesPassword("x", "*"));
        QVERIFY(!matchesPassword("x", "!"));
        QVERIFY(!matchesPassword("", ""));
    }
};

QTEST_GUILESS_MAIN(PasswordHashTest)
#include "tst_password_hash.moc"
