// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/ManualClock.h"
#include "system/PortGuard.h"
#include "system/ProcFs.h"
#include "system/UdpSockets.h"

#include <algorithm>
#include <arpa/inet.h>
#include <QElapsedTimer>
#include <QtTest>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::system;
using namespace std::chrono_literals;

namespace {

struct Bound
{
    Descriptor socket;
    quint16 port = 0;
    quint64 inode = 0;
};

// `port` 0: any. Shared ones may have a port together.
Bound bindTo(int family, const char *address, quint16 port = 0, bool isShared = false)
{
    Bound bound{Descriptor(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)), 0, 0};
    const int on = isShared ? 1 : 0;
    ::setsockopt(bound.socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_storage where{};
    socklen_t length = 0;
    if (family == AF_INET) {
        auto *const four = reinterpret_cast<sockaddr_in *>(&where);
        *four = {AF_INET, htons(port), {}, {}};
        ::inet_pton(AF_INET, address, &four->sin_addr);
        length = sizeof *four;
    } else {
        auto *const six = reinterpret_cast<sockaddr_in6 *>(&where);
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        ::inet_pton(AF_INET6, address, &six->sin6_addr);
        length = sizeof *six;
    }
    struct stat info
    {
    };
    if (::bind(bound.socket.get(), reinterpret_cast<sockaddr *>(&where), length) != 0 ||
        ::getsockname(bound.socket.get(), reinterpret_cast<sockaddr *>(&where), &length) != 0 ||
        ::fstat(bound.socket.get(), &info) != 0) {
        return {};
    }
    bound.port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in *>(&where)->sin_port
                                         : reinterpret_cast<sockaddr_in6 *>(&where)->sin6_port);
    bound.inode = info.st_ino;
    return bound;
}

} // namespace

class TestUdpSockets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheSocketOfAPort_data()
    {
        QTest::addColumn<int>("family");
        QTest::addColumn<QByteArray>("address");
        QTest::newRow("any address") << AF_INET << QByteArray("0.0.0.0");
        QTest::newRow("loopback") << AF_INET << QByteArray("127.0.0.1");
        QTest::newRow("another loopback address") << AF_INET << QByteArray("127.1.2.3");
        QTest::newRow("version 6, any address") << AF_INET6 << QByteArray("::");
        QTest::newRow("version 4 by version 6") << AF_INET6 << QByteArray("::ffff:127.0.0.1");
    }

    void findsTheSocketOfAPort()
    {
        QFETCH(int, family);
        QFETCH(QByteArray, address);
        Bound bound = bindTo(family, address.constData());
        if (bound.port == 0) {
            QSKIP("this machine has no such address");
        }
        const UdpSockets sockets;
        const QList<UdpSocket> expected{{::getuid(), bound.inode}};
        QCOMPARE(sockets.at(bound.port), expected);
        // The table that is read where the kernel answers no such request.
        const QByteArray table = readProcFile(family == AF_INET ? "/proc/self/net/udp" : "/proc/self/net/udp6");
        QCOMPARE(parseUdpTable(table, bound.port), expected);
        bound.socket = Descriptor();
        QVERIFY(sockets.at(bound.port).isEmpty());
    }

    void findsAllThatShareAPort()
    {
        const Bound first = bindTo(AF_INET, "127.0.0.1", 0, true);
        QVERIFY(first.port != 0);
        const Bound second = bindTo(AF_INET, "0.0.0.0", first.port, true);
        const Bound third = bindTo(AF_INET, "127.0.0.2", first.port, true);
        QVERIFY(second.port != 0 && third.port != 0);
        QCOMPARE(UdpSockets().at(first.port).size(), 3);
    }

    void findsASenderThatWasNeverBound()
    {
        const Bound target = bindTo(AF_INET, "127.0.0.1");
        const Descriptor sender(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{AF_INET, htons(target.port), {htonl(INADDR_LOOPBACK)}, {}};
        QVERIFY(::sendto(sender.get(), "x", 1, 0, reinterpret_cast<sockaddr *>(&address), sizeof address) == 1);
        char byte = 0;
        socklen_t length = sizeof address;
        QVERIFY(::recvfrom(target.socket.get(), &byte, 1, 0, reinterpret_cast<sockaddr *>(&address), &length) == 1);
        struct stat info
        {
        };
        QVERIFY(::fstat(sender.get(), &info) == 0);
        QCOMPARE(UdpSockets().at(ntohs(address.sin_port)), (QList<UdpSocket>{{::getuid(), info.st_ino}}));
    }

    void isQuick()
    {
        const Bound bound = bindTo(AF_INET, "127.0.0.1");
        const UdpSockets sockets;
        constexpr int rounds = 1000;
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < rounds; ++i) {
            QVERIFY(!sockets.at(bound.port).isEmpty());
        }
        qInfo("%.1f us each", static_cast<double>(timer.nsecsElapsed()) / 1000.0 / rounds);
    }

    void leavesOutWhatCannotBeRead()
    {
        const QByteArray table =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref\n"
            "   1: 0100007F:1357 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 4711 2 0 0\n"
            "   2: 0100007F:1357 00000000:0000 07 00000000:00000000 00:00000000 00000000  x        0 4712 2 0 0\n"
            "   3: 0100007F:1358 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 4713 2 0 0\n"
            "   4: 0100007F:1357 00000000";
        QCOMPARE(parseUdpTable(table, 0x1357), (QList<UdpSocket>{{1000, 4711}}));
        QVERIFY(parseUdpTable({}, 0x1357).isEmpty());
    }

    void findsWhoHoldsASocket()
    {
        const Bound bound = bindTo(AF_INET, "127.0.0.1");
        QVERIFY(holdsSocket(::getpid(), bound.inode));
        QVERIFY(!holdsSocket(::getpid(), bound.inode + 1'000'000));
        QVERIFY(!holdsSocket(1, bound.inode));
        QVERIFY(!holdsSocket(4194304, bound.inode));
    }

    void aGuardCountsFromTheNextEmptyQueueOn()
    {
        test::ManualClock clock;
        bool isRefused = false;
        int tries = 0;
        PortGuard guard([&] { return ++tries, isRefused; }, clock);
        QVERIFY(!guard.isClosed());
        guard.everythingWasRead();
        QVERIFY(!guard.isClosed());
        QCOMPARE(tries, 1);
        isRefused = true; // a rule is loaded
        QVERIFY(!guard.isClosed());
        clock.advance(1s);
        QVERIFY(!guard.isClosed()); // what is waiting may have come before it
        guard.everythingWasRead();
        QVERIFY(guard.isClosed());
        clock.advance(1s);
        QVERIFY(guard.isClosed());
        isRefused = false; // and flushed
        clock.advance(1s);
        QVERIFY(!guard.isClosed());
        QCOMPARE(tries, 4);
    }

    void aPortWithoutAFilterIsOpen()
    {
        const Bound bound = bindTo(AF_INET, "127.0.0.1");
        QVERIFY(!othersAreKeptAway(bound.port, ::geteuid()));
    }
};

QTEST_GUILESS_MAIN(TestUdpSockets)
#include "tst_udp_sockets.moc"
