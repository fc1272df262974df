// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipFormat.h"
#include "archive/ZipMemberReader.h"
#include "support/RawZip.h"

#include <algorithm>
#include <QTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

// Large enough for several buffers, and packed in parts only.
QByteArray content()
{
    QByteArray bytes;
    for (int i = 0; i < 60'000; ++i) {
        bytes += QByteArray::number(i * 7919 % 10'007);
    }
    return bytes;
}

// The zip's members, and its bytes.
struct Zip
{
    QByteArray bytes;
    QList<ZipMember> members;
};

Zip zipOf(const RawZip &raw)
{
    Zip zip{raw.bytes(), {}};
    const auto end = findZipEnd(zip.bytes, zip.bytes.size());
    if (end) {
        const auto directory = QByteArrayView(zip.bytes).sliced(end->start, end->size);
        zip.members = readZipMembers(directory, *end).value_or(QList<ZipMember>());
    }
    return zip;
}

struct Read
{
    Outcome outcome;
    QByteArray content;
};

// The first member, fed in pieces of that size.
Read read(const Zip &zip, qsizetype piece, qint64 length = -1)
{
    Read read;
    const ZipMember member = zip.members.value(0);
    ZipMemberReader reader(member, [&read](QByteArrayView bytes) {
        read.content += bytes;
        return Outcome();
    });
    const qint64 end = member.offset + (length < 0 ? member.length : length);
    for (qint64 at = member.offset; read.outcome && at < end; at += piece) {
        read.outcome = reader.feed(
            QByteArrayView(zip.bytes).sliced(at, std::min<qsizetype>(piece, static_cast<qsizetype>(end - at))));
    }
    if (read.outcome) {
        read.outcome = reader.finish();
    }
    return read;
}

} // namespace

class ZipMemberReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsWholeMembers_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("method");
        QTest::addColumn<int>("piece");
        for (const int piece : {1, 29, 30, 31, 4096, 1'000'000}) {
            for (const int method : {0, 8}) {
                const QByteArray name =
                    (method == 0 ? "stored, pieces of " : "deflated, pieces of ") + QByteArray::number(piece);
                QTest::newRow(name.constData()) << content() << method << piece;
            }
        }
        QTest::newRow("empty, stored") << QByteArray() << 0 << 100;
        QTest::newRow("empty, deflated") << QByteArray() << 8 << 1;
        QTest::newRow("a byte") << QByteArray("x") << 8 << 1;
    }

    void readsWholeMembers()
    {
        QFETCH(const QByteArray, content);
        QFETCH(const int, method);
        QFETCH(const int, piece);
        const Zip zip = zipOf(RawZip()
                                  .add({.name = "A/f", .content = content, .method = static_cast<quint16>(method)})
                                  .add({.name = "A/next", .content = "another"}));
        const Read done = read(zip, piece);
        QVERIFY2(done.outcome, done.outcome ? "" : qPrintable(done.outcome.error().message));
        QCOMPARE(done.content, content);
    }

    void refusesWhatIsWrong_data()
    {
        QTest::addColumn<RawEntry>("entry");
        QTest::addColumn<QString>("words");
        const auto row = [](const char *name, const RawEntry &entry, const QString &words) {
            QTest::newRow(name) << entry << words;
        };
        const QByteArray bomb(20'000'000, '\0');
        row("another checksum", {.name = "A/f", .content = "abc", .statedCrc = 7}, u"checksum"_s);
        row("another checksum, deflated", {.name = "A/f", .content = "abc", .method = 8, .statedCrc = 7},
            u"checksum"_s);
        row("more than is stated", {.name = "A/f", .content = bomb, .method = 8, .statedSize = 1000}, u"larger"_s);
        row("less than is stated", {.name = "A/f", .content = "abc", .method = 8, .statedSize = 4}, u"cut"_s);
        row("encrypted", {.name = "A/f", .content = "abc", .flags = zip::flagEncrypted}, u"encrypted"_s);
        row("another name in its header", {.name = "A/f", .content = "abc", .localName = "A/g"}, u"contradicts"_s);
        row("a longer name in its header", {.name = "A/f", .content = "abc", .localName = "A/ffff"}, u"contradicts"_s);
        row("another method in its header", {.name = "A/f", .content = "abc", .localMethod = 8}, u"contradicts"_s);
        row("packed by bzip2", {.name = "A/f", .content = "abc", .method = 12}, u"method 12"_s);
        // The packer of the test stores what it can't pack.
        row("no deflate", {.name = "A/f", .content = QByteArray(100, '\xff'), .method = 0, .localMethod = 8},
            u"contradicts"_s);
    }

    void refusesWhatIsWrong()
    {
        QFETCH(const RawEntry, entry);
        QFETCH(const QString, words);
        const Zip zip = zipOf(RawZip().add(entry));
        QCOMPARE(zip.members.size(), 1);
        for (const int piece : {1, 4096}) {
            const Read done = read(zip, piece);
            QVERIFY(!done.outcome);
            QCOMPARE(done.outcome.error().code, ErrorCode::BadArchive);
            QVERIFY2(done.outcome.error().message.contains(words), qPrintable(done.outcome.error().message));
            // A bomb is unpacked no further than to what was stated, and a buffer.
            QVERIFY(done.content.size() <= 1000 + 64 * 1024);
        }
    }

    // Each cut, and each byte that is another.
    void noticesWhatIsDamaged_data()
    {
        QTest::addColumn<int>("method");
        QTest::newRow("stored") << 0;
        QTest::newRow("deflated") << 8;
    }

    void noticesWhatIsDamaged()
    {
        QFETCH(const int, method);
        const QByteArray words = content().first(700);
        Zip zip = zipOf(RawZip().add({.name = "A/f", .content = words, .method = static_cast<quint16>(method)}));
        const qint64 length = zip.members.first().length;
        for (qint64 cut = 0; cut < length; ++cut) {
            QVERIFY2(!read(zip, 64, cut).outcome, qPrintable(u"cut at %1"_s.arg(cut)));
        }
        const qsizetype contentAt = zip::localSize + 3;
        for (qsizetype at = contentAt; at < length; ++at) {
            zip.bytes[at] = static_cast<char>(zip.bytes[at] ^ 0x10);
            const Read done = read(zip, 64);
            QVERIFY2(!done.outcome || done.content == words, qPrintable(u"damaged at %1"_s.arg(at)));
            zip.bytes[at] = static_cast<char>(zip.bytes[at] ^ 0x10);
        }
    }

    void aMemberEndsBeforeTheNext()
    {
        Zip zip = zipOf(RawZip().add({.name = "A/f", .content = "abc"}).add({.name = "A/g", .content = "def"}));
        // The directory states more packed bytes than there are up to the next one.
        zip::put32(zip.members[0].directoryEntry, 20, 3'000);
        QVERIFY(read(zip, 10).outcome.error().message.contains(u"reaches into"_s));
    }

    void theSinksFailureEndsIt()
    {
        const Zip zip = zipOf(RawZip().add({.name = "A/f", .content = content(), .method = 8}));
        int calls = 0;
        ZipMemberReader reader(zip.members.first(), [&calls](QByteArrayView) {
            ++calls;
            return Outcome(fail(ErrorCode::NoSpace, u"full"_s));
        });
        QCOMPARE(reader.feed(zip.bytes).error().code, ErrorCode::NoSpace);
        QCOMPARE(calls, 1);
    }
};

QTEST_GUILESS_MAIN(ZipMemberReaderTest)
#include "tst_zip_member_reader.moc"
