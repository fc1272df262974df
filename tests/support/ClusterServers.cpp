// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/ClusterServers.h"

#include <QDir>
#include <QFile>
#include <QLocalSocket>
#include <QTcpSocket>
#include <QTest>

#include <csignal>
#include <pwd.h>
#include <unistd.h>

namespace sgn::test {

namespace {

constexpr int commandLimitMs = 90'000;
constexpr int startLimitMs = 180'000; // on a machine that does much else
constexpr int stopLimitMs = 20'000;
constexpr int portsOfANode = 4;
const QString databasePassword = QStringLiteral("database: \\secret");
// Who PostgreSQL runs as where the test is root.
constexpr const char *unprivileged = "nobody";

bool waitForEnd(QProcess &process, int limitMs)
{
    return QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, limitMs);
}

bool runs(const QStringList &command, const QByteArray &input = {})
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(command.first(), command.sliced(1));
    process.write(input);
    process.closeWriteChannel();
    if (!waitForEnd(process, commandLimitMs) || process.exitCode() != 0) {
        qWarning().noquote() << command << process.readAll();
        return false;
    }
    return true;
}

bool writeFile(const QString &path, const QByteArray &content)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
}

} // namespace

PostgresServer::PostgresServer()
{
    m_ports.hold();
    if (::geteuid() == 0) {
        if (const passwd *const other = ::getpwnam(unprivileged)) {
            [[maybe_unused]] const int changed =
                ::chown(QFile::encodeName(m_folder.path()).constData(), other->pw_uid, other->pw_gid);
        }
    }
}

PostgresServer::~PostgresServer()
{
    stop();
}

QString PostgresServer::programs()
{
    const QDir versions(QStringLiteral("/usr/lib/postgresql"));
    const QStringList found = versions.entryList({QStringLiteral("*")}, QDir::Dirs | QDir::NoDotAndDotDot);
    return found.isEmpty() ? QString() : versions.filePath(found.last() + QStringLiteral("/bin"));
}

QStringList PostgresServer::asItself(const QStringList &command) const
{
    QStringList words{QStringLiteral("setpriv"), QStringLiteral("--pdeathsig"), QStringLiteral("INT")};
    if (::geteuid() == 0) {
        words += {QStringLiteral("--reuid"), QString::fromLatin1(unprivileged), QStringLiteral("--regid"),
                  QStringLiteral("nogroup"), QStringLiteral("--clear-groups")};
    }
    return words + command;
}

bool PostgresServer::start()
{
    if (!writeFile(passwordFile(), databasePassword.toUtf8() + '\n') ||
        !runs(asItself({programs() + QStringLiteral("/initdb"), QStringLiteral("--pgdata"), data(),
                        QStringLiteral("--username"), QStringLiteral("ejabberd"), QStringLiteral("--auth-local"),
                        QStringLiteral("trust"), QStringLiteral("--auth-host"), QStringLiteral("scram-sha-256"),
                        QStringLiteral("--encoding"), QStringLiteral("UTF8"), QStringLiteral("--locale"),
                        QStringLiteral("C"), QStringLiteral("--no-sync")}))) {
        return false;
    }
    const QStringList client =
        asItself({QStringLiteral("psql"), QStringLiteral("--no-psqlrc"), QStringLiteral("--quiet"),
                  QStringLiteral("--host"), m_folder.path(), QStringLiteral("--port"), QString::number(m_ports.at(0)),
                  QStringLiteral("--username"), QStringLiteral("ejabberd"), QStringLiteral("--dbname"),
                  QStringLiteral("postgres"), QStringLiteral("--set"), QStringLiteral("ON_ERROR_STOP=1")});
    return resume() && runs(client, "ALTER ROLE ejabberd PASSWORD '" + databasePassword.toUtf8() +
                                        "';\nCREATE DATABASE ejabberd;\n");
}

bool PostgresServer::resume()
{
    const QStringList command =
        asItself({programs() + QStringLiteral("/postgres"), QStringLiteral("-D"), data(), QStringLiteral("-k"),
                  m_folder.path(), QStringLiteral("-p"), QString::number(m_ports.at(0)), QStringLiteral("-c"),
                  QStringLiteral("listen_addresses=127.0.0.1"), QStringLiteral("-c"), QStringLiteral("fsync=off")});
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.start(command.first(), command.sliced(1));
    QByteArray output;
    return QTest::qWaitFor(
               [this, &output] {
                   output += m_process.readAll();
                   return output.contains("ready to accept connections") || m_process.state() == QProcess::NotRunning;
               },
               startLimitMs) &&
           m_process.state() == QProcess::Running;
}

QString PostgresServer::data() const
{
    return m_folder.filePath(QStringLiteral("data"));
}

void PostgresServer::stop()
{
    if (m_process.state() == QProcess::NotRunning) {
        return;
    }
    // SIGINT: it ends its clients' sessions, and then itself.
    ::kill(static_cast<pid_t>(m_process.processId()), SIGINT);
    if (!waitForEnd(m_process, stopLimitMs)) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

ClusterPorts::ClusterPorts()
{
    for (int i = 0; i < portsOfANode; ++i) {
        m_ports.hold();
    }
}

ClusterNode::ClusterNode(int number, const ClusterPorts &ports)
    : m_number(number)
    , m_allPorts(ports)
{}

ClusterNode::~ClusterNode()
{
    kill();
}

QStringList ClusterNode::installation(const PostgresServer &postgres) const
{
    return {QStringLiteral("install"),
            QStringLiteral("--domain"),
            QStringLiteral("localhost"),
            QStringLiteral("--panel"),
            QStringLiteral("panel"),
            QStringLiteral("--node-address"),
            address(),
            QStringLiteral("--listen"),
            address(),
            QStringLiteral("--tls-port"),
            QString::number(m_allPorts.tls()),
            QStringLiteral("--starttls-port"),
            QString::number(m_allPorts.startTls()),
            QStringLiteral("--files-port"),
            QString::number(m_allPorts.files()),
            QStringLiteral("--dist-port"),
            QString::number(m_allPorts.distribution()),
            QStringLiteral("--database"),
            postgres.place(),
            QStringLiteral("--database-password-file"),
            postgres.passwordFile(),
            QStringLiteral("--no-database-tls")};
}

ClusterNode::Answer ClusterNode::run(const QStringList &arguments, const QByteArray &input) const
{
    QProcess process;
    process.start(QStringLiteral(SGN_CLUSTER_SERVER), QStringList{QStringLiteral("--root"), root()} + arguments);
    process.write(input);
    process.closeWriteChannel();
    const bool ended = waitForEnd(process, commandLimitMs);
    if (!ended) {
        process.kill();
        process.waitForFinished();
    }
    return {.exitCode = ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            .output = QString::fromUtf8(process.readAllStandardOutput()),
            .errors = QString::fromUtf8(process.readAllStandardError())};
}

bool ClusterNode::start()
{
    launch();
    return awaitStart();
}

void ClusterNode::launch()
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.start(QStringLiteral(SGN_CLUSTER_SERVER), {QStringLiteral("--root"), root(), QStringLiteral("run")});
}

bool ClusterNode::awaitStart()
{
    if (QTest::qWaitFor([this] { return answers() || !isRunning(); }, startLimitMs) && isRunning()) {
        return true;
    }
    qWarning().noquote() << m_process.readAll() << log().right(4'000);
    kill();
    return false;
}

bool ClusterNode::answers() const
{
    QLocalSocket requests;
    requests.connectToServer(path(QStringLiteral("var/lib/ejabberd/sgn/api/socket")));
    QTcpSocket clients;
    clients.connectToHost(address(), port());
    return requests.waitForConnected() && clients.waitForConnected();
}

void ClusterNode::kill()
{
    if (isRunning()) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

bool ClusterNode::awaitEnd()
{
    return waitForEnd(m_process, stopLimitMs);
}

QByteArray ClusterNode::log() const
{
    QFile file(path(QStringLiteral("var/log/ejabberd/ejabberd.log")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace sgn::test
