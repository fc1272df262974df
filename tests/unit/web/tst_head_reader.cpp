// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/Response.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn::web;

using State = HeadReader::State;

namespace {

// Feeds line by line, as libcurl does.
State feed(HeadReader &reader, const QByteArray &lines)
{
    State state = State::Reading;
    qsizetype begin = 0;
    while (begin < lines.size()) {
        const qsizetype end = lines.indexOf('\n', begin);
        state = reader.feed(QByteArrayView(lines).sliced(begin, end - begin + 1));
        begin = end + 1;
    }
    return state;
}

} // namespace

class HeadReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsHeads_data()
    {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<bool>("isComplete");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("type");
        const auto row = [](const char *name, const char *lines, bool isComplete, int status, const char *type) {
            QTest::newRow(name) << QByteArray(lines) << isComplete << status << QByteArray(type);
        };
        row("usual", "HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\n", true, 200, "a");
        row("no reason", "HTTP/1.1 204\r\n\r\n", true, 204, "");
        row("not at its end", "HTTP/1.1 200 OK\r\nContent-Type: a\r\n", false, 200, "a");
        row("names in any case, blanks around", "HTTP/1.0 404 No\r\nCONTENT-type:  a b \t\r\n\r\n", true, 404, "a b");
        row("the first of two", "HTTP/1.1 200 OK\r\nContent-Type: a\r\ncontent-type: b\r\n\r\n", true, 200, "a");
        row("an interim response", "HTTP/1.1 103 Hints\r\nContent-Type: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", true, 200,
            "");
        row("only an interim response", "HTTP/1.1 100 Continue\r\n\r\n", false, 100, "");
        row("trailers don't count", "HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\nContent-Type: b\r\nX: y\r\n", true, 200,
            "a");
        row("no colon, no name", "HTTP/1.1 200 OK\r\nnonsense\r\n: a\r\n\r\n", true, 200, "");
        row("no status", "HTTP/1.1\r\n\r\n", false, 0, "");
        row("a status that is none", "HTTP/1.1 abc\r\n\r\n", false, 0, "");
        row("HTTP/2", "HTTP/2 200 \r\n\r\n", true, 200, "");
        row("line ends of Unix", "HTTP/1.1 200 OK\nContent-Type: a\n\n", true, 200, "a");
    }

    void readsHeads()
    {
        QFETCH(const QByteArray, lines);
        QFETCH(const bool, isComplete);
        QFETCH(const int, status);
        QFETCH(const QByteArray, type);
        HeadReader reader;
        QCOMPARE(feed(reader, lines), isComplete ? State::Complete : State::Reading);
        QCOMPARE(reader.head().status, status);
        QCOMPARE(reader.head().field("content-type"), type);
    }

    // However it is spread over lines, heads and trailers.
    void limitsTheWhole_data()
    {
        QTest::addColumn<QByteArray>("begin");
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("one line") << QByteArray("HTTP/1.1 200 OK\r\n") << "X: " + QByteArray(70'000, 'x') + '\n';
        QTest::newRow("many lines") << QByteArray("HTTP/1.1 200 OK\r\n") << QByteArray("X: y\r\n");
        QTest::newRow("interim responses") << QByteArray() << QByteArray("HTTP/1.1 103 Hints\r\n\r\n");
        QTest::newRow("trailers") << QByteArray("HTTP/1.1 200 OK\r\n\r\n") << QByteArray("X: y\r\n");
    }

    void limitsTheWhole()
    {
        QFETCH(const QByteArray, begin);
        QFETCH(const QByteArray, line);
        HeadReader reader;
        State state = feed(reader, begin);
        qsizetype fed = begin.size();
        while (state != State::TooLong && fed <= HeadReader::maxSize) {
            state = feed(reader, line);
            fed += line.size();
        }
        QCOMPARE(state, State::TooLong);
    }

    void knowsLengthAndEncoding_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<std::optional<qint64>>("length");
        QTest::addColumn<bool>("isEncoded");
        QTest::newRow("none") << QByteArray("X: y") << std::optional<qint64>() << false;
        QTest::newRow("length") << QByteArray("Content-Length: 12") << std::optional<qint64>(12) << false;
        QTest::newRow("negative") << QByteArray("Content-Length: -1") << std::optional<qint64>() << false;
        QTest::newRow("too large for a number")
            << QByteArray("Content-Length: 99999999999999999999") << std::optional<qint64>() << false;
        QTest::newRow("gzip") << QByteArray("Content-Encoding: gzip") << std::optional<qint64>() << true;
        QTest::newRow("identity") << QByteArray("Content-Encoding: Identity") << std::optional<qint64>() << false;
    }

    void knowsLengthAndEncoding()
    {
        QFETCH(const QByteArray, field);
        HeadReader reader;
        QCOMPARE(feed(reader, "HTTP/1.1 200 OK\r\n" + field + "\r\n\r\n"), State::Complete);
        QTEST(reader.head().contentLength(), "length");
        QTEST(reader.head().isEncoded(), "isEncoded");
    }
};

QTEST_GUILESS_MAIN(HeadReaderTest)
#include "tst_head_reader.moc"
