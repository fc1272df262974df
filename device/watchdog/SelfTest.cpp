// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/SelfTest.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "system/ExitNotifier.h"
#include "system/Launcher.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <QCoreApplication>
#include <QFile>
#include <sys/socket.h>
#include <sys/un.h>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

SelfTest::SelfTest(const WatchdogSettings &settings, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_clock(clock)
    , m_socketPath(settings.tree.wdog() + u"/self-test-"_s + QString::number(QCoreApplication::applicationPid()))
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        finish(u"no answer within 10 s: "_s + QStringList(m_open.cbegin(), m_open.cend()).join(u", "_s));
    });
}

SelfTest::~SelfTest()
{
    QFile::remove(m_socketPath);
}

void SelfTest::begin()
{
    m_limit.start(std::chrono::seconds(10));
    m_open = {u"heartbeat socket"_s, u"control socket"_s, u"start of a program"_s};
    for (const auto &check : {&SelfTest::askForVersions, &SelfTest::askForStatus, &SelfTest::startProgram}) {
        if (const auto outcome = (this->*check)(); !outcome) {
            finish(outcome.error().message);
            return;
        }
    }
    if (const auto folders = checkFolders(); !folders) {
        finish(folders.error().message);
    }
}

Outcome SelfTest::checkFolders() const
{
    for (const QString &folder : {m_settings.tree.wdog(), m_settings.tree.logs()}) {
        const QString probe = folder + u"/.self-test"_s;
        if (auto written = writeFileAtomically(probe, "ok"); !written) {
            return written;
        }
        if (auto removed = removeFileDurably(probe); !removed) {
            return removed;
        }
    }
    return {};
}

Outcome SelfTest::askForVersions()
{
    auto socket = HeartbeatSocket::open(0, m_settings.owner.user, m_clock);
    if (!socket) {
        return fail(std::move(socket).error());
    }
    m_heartbeats = *std::move(socket);
    m_heartbeats->serve(
        [](const Heartbeat &, const supervision::HeartbeatSender &) { return supervision::Credit::Full; },
        [] { return QList<ProcessReport>(); });
    m_datagramClient = Descriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(m_heartbeats->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const QByteArray question = R"({"command": "version_req"})";
    if (::sendto(m_datagramClient.get(), question.constData(), static_cast<std::size_t>(question.size()), 0,
                 reinterpret_cast<const sockaddr *>(&address), sizeof address) < 0) {
        return fail(systemError(u"cannot send a datagram on the loopback device"_s, errno));
    }
    auto *const notifier = new QSocketNotifier(m_datagramClient.get(), QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this, notifier] {
        notifier->setEnabled(false);
        passed(u"heartbeat socket"_s);
    });
    return {};
}

Outcome SelfTest::askForStatus()
{
    auto server = ControlServer::open(m_socketPath, m_settings.owner.user, m_settings.owner.group, m_clock);
    if (!server) {
        return fail(std::move(server).error());
    }
    m_control = *std::move(server);
    connect(
        m_control.get(), &ControlServer::requestReceived, this,
        [](ControlPeer *peer, const control::Request &request) { peer->reply(request.id, control::StatusReply{}); });
    m_controlClient = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const QByteArray path = QFile::encodeName(m_socketPath);
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size())); // open() checked the length
    const QByteArray question = control::encode(control::Request{1, control::Status{}});
    const auto *const generic = reinterpret_cast<const sockaddr *>(&address);
    if (::connect(m_controlClient.get(), generic, sizeof address) != 0 ||
        ::send(m_controlClient.get(), question.constData(), static_cast<std::size_t>(question.size()), MSG_NOSIGNAL) <
            0) {
        return fail(systemError(u"cannot connect to the control socket "_s + m_socketPath, errno));
    }
    auto *const notifier = new QSocketNotifier(m_controlClient.get(), QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this, notifier] {
        notifier->setEnabled(false);
        passed(u"control socket"_s);
    });
    return {};
}

Outcome SelfTest::startProgram()
{
    auto program = system::launch({u"/bin/true"_s, {}, {}, m_settings.owner, -1});
    if (!program) {
        return fail(std::move(program).error());
    }
    m_program.emplace(*std::move(program));
    auto *const notifier = new system::ExitNotifier(*m_program, this);
    connect(notifier, &system::ExitNotifier::ended, this, [this] {
        if (m_program->reap().code == 0) {
            passed(u"start of a program"_s);
        } else {
            finish(u"a program that should succeed failed"_s);
        }
    });
    return {};
}

void SelfTest::passed(const QString &what)
{
    m_open.remove(what);
    if (m_open.isEmpty()) {
        finish({});
    }
}

void SelfTest::finish(const QString &problem)
{
    if (m_limit.isActive()) {
        m_limit.stop();
        Q_EMIT finished(problem);
    }
}

} // namespace sgn::watchdog
