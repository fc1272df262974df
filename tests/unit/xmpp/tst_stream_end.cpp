// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/StreamEnd.h"

#include <array>
#include <QSignalSpy>
#include <QTest>
#include <sys/socket.h>

using namespace sgn;
using namespace sgn::xmpp;

namespace {

// More than both buffers of a pair take.
const QByteArray large = QByteArray("0123456789abcdef").repeated(512 * 1024 / 16);

// What has come to that end so far.
QByteArray taken(const Descriptor &end)
{
    QByteArray all;
    std::array<char, 4096> buffer{};
    ssize_t got = 0;
    while ((got = ::recv(end.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
        all.append(buffer.data(), got);
    }
    return all;
}

} // namespace

class StreamEndTest : public QObject
{
    Q_OBJECT

    Descriptor m_other;
    std::unique_ptr<StreamEnd> m_end;

    void send(const QByteArray &bytes) const
    {
        QCOMPARE(::send(m_other.get(), bytes.constData(), static_cast<size_t>(bytes.size()), MSG_NOSIGNAL),
                 static_cast<ssize_t>(bytes.size()));
    }

private Q_SLOTS:
    void init()
    {
        std::array<int, 2> ends{};
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
        m_other = Descriptor(ends[0]);
        m_end = std::make_unique<StreamEnd>();
        m_end->open(Descriptor(ends[1]));
    }

    void passesBytesBothWays()
    {
        QSignalSpy ready(m_end.get(), &StreamEnd::readyRead);
        m_end->write("one");
        m_end->write("two");
        QCOMPARE(taken(m_other), "onetwo");
        send("three");
        QVERIFY(ready.wait());
        QCOMPARE(m_end->readAll(), "three");
        QCOMPARE(m_end->readAll(), QByteArray());
        QVERIFY(m_end->isOpen());
    }

    // Also before the signal, as whoever ends a stream does.
    void readsWhatIsThereAlready()
    {
        send("early");
        QCOMPARE(m_end->readAll(), "early");
    }

    void keepsWhatTheOtherEndDoesNotTake()
    {
        m_end->write(large);
        m_end->write("end");
        QByteArray all;
        QTRY_VERIFY_WITH_TIMEOUT((all += taken(m_other)).size() == large.size() + 3, 30'000);
        QVERIFY(all == large + "end");
    }

    void finishesWhenAllIsWritten()
    {
        QSignalSpy ended(m_end.get(), &StreamEnd::ended);
        m_end->write(large);
        m_end->finish();
        m_end->finish();
        m_end->write("too late");
        QCOMPARE(ended.size(), 0);
        send("still read");
        QByteArray all;
        QTRY_VERIFY_WITH_TIMEOUT((all += taken(m_other)).size() == large.size() && ended.size() == 1, 30'000);
        QVERIFY(!m_end->isOpen());
        QCOMPARE(m_end->readAll(), "still read");
        // The end of its input, no error.
        char byte = 0;
        QCOMPARE(::recv(m_other.get(), &byte, 1, 0), 0);
    }

    void finishesAtOnceWithNothingToWrite()
    {
        QSignalSpy ended(m_end.get(), &StreamEnd::ended);
        m_end->finish();
        QCOMPARE(ended.size(), 1);
    }

    void reportsTheEndAfterTheLastBytes()
    {
        QByteArrayList order;
        connect(m_end.get(), &StreamEnd::readyRead, this, [this, &order] { order += m_end->readAll(); });
        connect(m_end.get(), &StreamEnd::ended, this, [&order] { order += "ended"; });
        send("last");
        m_other = {};
        QTRY_COMPARE(order, QByteArrayList({"last", "ended"}));
        QVERIFY(!m_end->isOpen());
        m_end->write("into nothing");
        QCOMPARE(m_end->readAll(), QByteArray());
    }

    void mayBeAbortedOrDestroyedInItsSignals()
    {
        QSignalSpy ended(m_end.get(), &StreamEnd::ended);
        connect(m_end.get(), &StreamEnd::readyRead, this, [this] { m_end->abort(); });
        send("x");
        QTRY_VERIFY(!m_end->isOpen());
        QCOMPARE(ended.size(), 0);
        init();
        connect(m_end.get(), &StreamEnd::readyRead, this, [this] { m_end.reset(); });
        send("x");
        m_other = {};
        QTRY_VERIFY(!m_end);
    }
};

QTEST_GUILESS_MAIN(StreamEndTest)
#include "tst_stream_end.moc"
