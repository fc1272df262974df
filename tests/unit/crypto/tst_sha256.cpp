// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Sha256.h"

#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class TestSha256 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // FIPS 180-4 examples, NIST CSRC.
    void knownAnswers_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("hex");
        QTest::newRow("nothing") << QByteArray()
                                 << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        QTest::newRow("one block") << QByteArray("abc")
                                   << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        QTest::newRow("two blocks") << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                    << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        QTest::newRow("a million") << QByteArray(1'000'000, 'a')
                                   << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    void knownAnswers()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, hex);
        QCOMPARE(Sha256::hash(text).toHex(), hex);

        Sha256 pieces;
        for (qsizetype at = 0; at < text.size(); at += 7777) {
            pieces.addData(QByteArrayView(text).sliced(at, std::min<qsizetype>(7777, text.size() - at)));
        }
        QCOMPARE(pieces.finish().toHex(), hex);
        QCOMPARE(pieces.finish(), Sha256::hash({})); // it started afresh

        QTemporaryFile file;
        QVERIFY(file.open());
        file.write(text);
        file.close();
        QCOMPARE(sha256OfFile(file.fileName()).value().toHex(), hex);
    }

    void moves()
    {
        Sha256 first;
        first.addData("a");
        Sha256 second = std::move(first);
        second.addData("bc");
        QCOMPARE(second.finish(), Sha256::hash("abc"));
    }

    void reportsWhyAFileCannotBeRead()
    {
        const QTemporaryDir folder;
        QCOMPARE(sha256OfFile(folder.filePath(u"none"_s)).error().code, ErrorCode::NotFound);
        QCOMPARE(sha256OfFile(folder.path()).error().code, ErrorCode::Io);
    }

    void isCancelled()
    {
        QTemporaryFile file;
        QVERIFY(file.open());
        std::stop_source source;
        source.request_stop();
        QCOMPARE(sha256OfFile(file.fileName(), source.get_token()).error().code, ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestSha256)
#include "tst_sha256.moc"
