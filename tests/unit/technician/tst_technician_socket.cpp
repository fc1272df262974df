// SPDX-License-Identifier: GPL-3.0-or-later
// What `sgn-device` does with a watchdog's socket that the owner of the folder has put there.
#include "technician/WatchdogSocket.h"

#include <cstring>
#include <linux/sockios.h>
#include <QtTest>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace sgn;
using namespace sgn::technician;

class TestTechnicianSocket : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    Result<WatchdogSocket> m_socket = fail(ErrorCode::NotFound, {});
    Descriptor m_peer;

private Q_SLOTS:
    void init()
    {
        const QString path = m_folder.filePath(u"socket"_s);
        QFile::remove(path);
        const Descriptor server(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const QByteArray name = QFile::encodeName(path);
        QVERIFY(static_cast<std::size_t>(name.size()) < sizeof address.sun_path);
        std::memcpy(address.sun_path, name.constData(), static_cast<std::size_t>(name.size()));
        QVERIFY(::bind(server.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0);
        QVERIFY(::listen(server.get(), 1) == 0);
        m_socket = WatchdogSocket::open(path);
        QVERIFY(m_socket);
        m_peer = Descriptor(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
        QVERIFY(m_peer.isValid());
    }

    void endsWhenNothingComes()
    {
        const auto reply = m_socket->ask(control::Status{}, 50ms);
        QVERIFY(!reply);
        QVERIFY2(reply.error().code == ErrorCode::Timeout, qPrintable(reply.error().message));
    }

    // There may always be one more late reply to read, so that it isn't read until there is none.
    void endsAtItsLimitWhateverComes()
    {
        const QByteArray line = control::encode(control::Reply{99'999, control::Done{}});
        while (::send(m_peer.get(), line.constData(), static_cast<std::size_t>(line.size()),
                      MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
        }
        const auto reply = m_socket->ask(control::Status{}, 0ms);
        QVERIFY(!reply);
        QVERIFY2(reply.error().code == ErrorCode::Timeout, qPrintable(reply.error().message));
        int unread = 0;
        QCOMPARE(::ioctl(m_peer.get(), SIOCOUTQ, &unread), 0);
        QVERIFY(unread > 0);
    }
};

QTEST_GUILESS_MAIN(TestTechnicianSocket)
#include "tst_technician_socket.moc"
