// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/ProsodyServer.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QUrl>

#include <csignal>

namespace sgn::test {

namespace {
constexpr int startLimitMs = 60'000;
constexpr int stopLimitMs = 15'000;

bool isPlain(const QString &text)
{
    return !text.isEmpty() && !text.contains(QLatin1Char('\n'));
}
} // namespace

ProsodyServer::ProsodyServer(QObject *parent)
    : ProsodyServer(Options(), parent)
{}

ProsodyServer::ProsodyServer(Options options, QObject *parent)
    : QObject(parent)
    , FleetServer(std::move(options))
{}

ProsodyServer::~ProsodyServer()
{
    stop();
}

bool ProsodyServer::start(const Accounts &accounts)
{
    if (isRunning()) {
        return fail(QStringLiteral("the server runs already"));
    }
    if (!m_folder.isValid()) {
        return fail(m_folder.errorString());
    }

    QFile accountsFile(m_folder.filePath(QStringLiteral("accounts")));
    if (!accountsFile.open(QIODevice::WriteOnly)) {
        return fail(accountsFile.errorString());
    }
    for (auto it = accounts.cbegin(); it != accounts.cend(); ++it) {
        accountsFile.write((it.key() + QLatin1Char(':') + it.value() + QLatin1Char('\n')).toUtf8());
    }
    accountsFile.close();

    QStringList arguments{QStringLiteral("--folder"),      m_folder.path(),
                          QStringLiteral("--host"),        m_options.host,
                          QStringLiteral("--accounts"),    accountsFile.fileName(),
                          QStringLiteral("--hibernation"), QString::number(m_options.hibernation)};
    if (!m_options.groups) {
        arguments += QStringLiteral("--no-groups");
    }
    if (!m_panel.isEmpty()) {
        arguments += {QStringLiteral("--panel"), m_panel};
    }
    if (!m_options.privateNodes) {
        arguments += QStringLiteral("--no-pep");
    }
    m_process.start(QStringLiteral(SGN_LOCAL_SERVER), arguments);

    QJsonObject facts;
    if (!awaitLine(&facts)) {
        return false;
    }
    m_port = static_cast<quint16>(facts[QLatin1String("port")].toInt());
    m_startTlsPort = static_cast<quint16>(facts[QLatin1String("starttls_port")].toInt());
    m_uploadHost = facts[QLatin1String("upload_host")].toString();
    m_uploadUrl = facts[QLatin1String("upload_url")].toString();
    m_prosodyPid = facts[QLatin1String("pid")].toInteger();
    m_heldPorts.clear();
    return true;
}

bool ProsodyServer::addAccount(const QString &jid, const QString &password)
{
    if (!isRunning()) {
        return fail(QStringLiteral("the server does not run"));
    }
    if (!isPlain(jid) || !isPlain(password)) {
        return fail(QStringLiteral("a JID or password is empty or has a line break"));
    }
    m_process.write((QStringLiteral("account ") + jid + QLatin1Char(':') + password + QLatin1Char('\n')).toUtf8());
    QJsonObject answer;
    return awaitLine(&answer);
}

void ProsodyServer::stop()
{
    if (!isRunning()) {
        return;
    }
    thaw();
    m_process.closeWriteChannel();
    if (!m_process.waitForFinished(stopLimitMs)) {
        m_process.kill();
        m_process.waitForFinished();
    }
    holdPorts();
}

void ProsodyServer::kill()
{
    if (!isRunning()) {
        return;
    }
    signalProsody(SIGKILL);
    m_process.waitForFinished(stopLimitMs);
    holdPorts();
}

// So that no other test is given them before the next start.
void ProsodyServer::holdPorts()
{
    for (const int port : {static_cast<int>(m_port), static_cast<int>(m_startTlsPort), QUrl(m_uploadUrl).port(0)}) {
        if (port > 0) {
            m_heldPorts.hold(static_cast<quint16>(port));
        }
    }
}

void ProsodyServer::freeze()
{
    signalProsody(SIGSTOP);
}

void ProsodyServer::thaw()
{
    signalProsody(SIGCONT);
}

void ProsodyServer::signalProsody(int number)
{
    // The pid can't have been reused: local-server is its parent, still runs and only collects it when it ends.
    if (isRunning()) {
        ::kill(static_cast<pid_t>(m_prosodyPid), number);
    }
}

bool ProsodyServer::useCertificate(const QString &certificate, const QString &key, const QString &authority)
{
    const QDir certs(m_folder.filePath(QStringLiteral("certs")));
    if (!certs.mkpath(QStringLiteral("."))) {
        return fail(QStringLiteral("cannot make ") + certs.path());
    }
    const QList<std::pair<QString, QString>> files{{certificate, QStringLiteral("server.pem")},
                                                   {key, QStringLiteral("server.key")},
                                                   {authority, QStringLiteral("ca.pem")}};
    for (const auto &[source, name] : files) {
        QFile::remove(certs.filePath(name));
        if (!QFile::copy(source, certs.filePath(name))) {
            return fail(QStringLiteral("cannot copy ") + source);
        }
    }
    return true;
}

bool ProsodyServer::isRunning() const
{
    return m_process.state() != QProcess::NotRunning;
}

QString ProsodyServer::caFile() const
{
    return m_folder.filePath(QStringLiteral("certs/ca.pem"));
}

QString ProsodyServer::log() const
{
    QFile file(m_folder.filePath(QStringLiteral("prosody.log")));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

bool ProsodyServer::awaitLine(QJsonObject *answer)
{
    // Clients under test live in this thread: their events have to go on while we wait.
    const bool came = QTest::qWaitFor([this] { return m_process.canReadLine() || !isRunning(); }, startLimitMs) &&
                      m_process.canReadLine();
    if (!came) {
        const QString reason = QString::fromUtf8(m_process.readAllStandardError()).trimmed();
        const bool running = isRunning();
        m_process.kill();
        m_process.waitForFinished();
        return fail(running ? QStringLiteral("local-server does not answer")
                            : QStringLiteral("local-server ended: ") + reason);
    }
    *answer = QJsonDocument::fromJson(m_process.readLine()).object();
    if (answer->contains(QLatin1String("error"))) {
        return fail(answer->value(QLatin1String("error")).toString());
    }
    return true;
}

} // namespace sgn::test
