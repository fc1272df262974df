// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/EjabberdServer.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <csignal>

namespace sgn::test {

namespace {

constexpr int startLimitMs = 90'000;
constexpr int stopLimitMs = 20'000;
constexpr int ports = 3;
const QByteArray answerMark("sgn: ");

// Debian has the program in a folder that names processor and version: /usr/lib/TRIPLET/ejabberd-VERSION.
QDir programFolder()
{
    const QDir libraries(QStringLiteral("/usr/lib"));
    for (const QString &triplet : libraries.entryList({QStringLiteral("*-linux-*")}, QDir::Dirs)) {
        const QDir folder(libraries.filePath(triplet));
        const QStringList found = folder.entryList({QStringLiteral("ejabberd-*")}, QDir::Dirs);
        if (!found.isEmpty()) {
            return QDir(folder.filePath(found.last()));
        }
    }
    return QDir(QString());
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

EjabberdServer::EjabberdServer()
    : EjabberdServer(Options())
{}

EjabberdServer::EjabberdServer(Options options)
    : EjabberdServer(std::move(options), Setup())
{}

EjabberdServer::EjabberdServer(Options options, Setup setup)
    : FleetServer(std::move(options))
    , m_setup(setup)
{}

EjabberdServer::~EjabberdServer()
{
    stop();
}

QString EjabberdServer::version()
{
    return programFolder().dirName().section(QLatin1Char('-'), 1, 1);
}

bool EjabberdServer::start(const Accounts &accounts)
{
    if (isRunning()) {
        return fail(QStringLiteral("the server runs already"));
    }
    if (version().isEmpty()) {
        return fail(QStringLiteral("ejabberd is not installed"));
    }
    if (!layOut() || !writeConfiguration() || !launch()) {
        return false;
    }
    for (auto it = accounts.cbegin(); it != accounts.cend(); ++it) {
        if (!addAccount(it.key(), it.value())) {
            return false;
        }
    }
    if (!m_options.groups) {
        return true;
    }
    QList<QByteArray> members{host().toUtf8()};
    for (const QString &user : std::as_const(m_members)) {
        members += user.toUtf8();
    }
    return order("group", members);
}

bool EjabberdServer::layOut()
{
    if (!m_folder.isValid()) {
        return fail(m_folder.errorString());
    }
    if (!m_certificate.certificate.isNull()) {
        return true;
    }
    m_certificate = m_ca.issue({host(), uploadHost(), QStringLiteral("localhost"), QStringLiteral("127.0.0.1")});
    if (m_certificate.certificate.isNull()) {
        return fail(m_ca.errorString());
    }
    for (int n = 0; n < ports; ++n) {
        m_ports.hold();
    }
    return true;
}

bool EjabberdServer::writeConfiguration()
{
    QString text = QString::fromUtf8(contentOf(QStringLiteral(SGN_EJABBERD_CONFIG)));
    // A line that begins with #NAME# is there for those who want it.
    const QList<std::pair<QString, bool>> choices{{QStringLiteral("GROUPS"), m_options.groups},
                                                  {QStringLiteral("NODES"), m_options.privateNodes},
                                                  {QStringLiteral("LIMITS"), m_setup.debianLimits}};
    for (const auto &[name, isWanted] : choices) {
        const QRegularExpression line(QStringLiteral("^#%1#(.*)\n").arg(name), QRegularExpression::MultilineOption);
        text.replace(line, isWanted ? QStringLiteral("\\1\n") : QString());
    }
    const QList<std::pair<QString, QString>> values{
        {QStringLiteral("HOST"), host()},
        {QStringLiteral("FOLDER"), folder()},
        {QStringLiteral("CERTIFICATE"), m_certificate.certificateFile},
        {QStringLiteral("KEY"), m_certificate.keyFile},
        {QStringLiteral("PORT"), QString::number(port())},
        {QStringLiteral("STARTTLS_PORT"), QString::number(startTlsPort())},
        {QStringLiteral("UPLOAD_PORT"), QString::number(m_ports.at(2))},
        {QStringLiteral("UPLOAD_HOST"), uploadHost()},
        {QStringLiteral("UPLOAD_URL"), uploadUrl()},
        {QStringLiteral("HIBERNATION"), QString::number(m_options.hibernation)},
        {QStringLiteral("ARCHIVE_IS_READ"),
         m_setup.assumesArchiveIsRead ? QStringLiteral("true") : QStringLiteral("false")}};
    for (const auto &[name, value] : values) {
        text.replace(QStringLiteral("@%1@").arg(name), value);
    }
    QFile file(m_folder.filePath(QStringLiteral("ejabberd.yml")));
    if (text.isEmpty() || !file.open(QIODevice::WriteOnly) || file.write(text.toUtf8()) < 0) {
        return fail(QStringLiteral("cannot write ") + file.fileName());
    }
    return true;
}

bool EjabberdServer::launch()
{
    QFile::remove(m_folder.filePath(QStringLiteral("ejabberd.log")));
    QDir libraries = programFolder();
    libraries.cdUp();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("ERL_LIBS"), libraries.path());
    environment.insert(QStringLiteral("EJABBERD_CONFIG_PATH"), m_folder.filePath(QStringLiteral("ejabberd.yml")));
    environment.insert(QStringLiteral("EJABBERD_LOG_PATH"), m_folder.filePath(QStringLiteral("ejabberd.log")));
    environment.insert(QStringLiteral("ERL_CRASH_DUMP_BYTES"), QStringLiteral("0"));
    environment.insert(QStringLiteral("HOME"), folder());
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    environment.remove(QStringLiteral("ERL_FLAGS"));
    m_process.setProcessEnvironment(environment);
    m_process.setWorkingDirectory(folder());
    // Without busy waiting, which would take the cores from everything else.
    m_process.start(
        QStringLiteral("erl"),
        {QStringLiteral("-noshell"), QStringLiteral("+sbwt"), QStringLiteral("none"), QStringLiteral("+sbwtdcpu"),
         QStringLiteral("none"), QStringLiteral("+sbwtdio"), QStringLiteral("none"), QStringLiteral("-mnesia"),
         QStringLiteral("dir"), QStringLiteral("\"%1\"").arg(m_folder.filePath(QStringLiteral("spool"))),
         QStringLiteral("-ejabberd"), QStringLiteral("quiet"), QStringLiteral("true"), QStringLiteral("-eval"),
         QStringLiteral("file:eval(\"%1\"), halt(1).").arg(QStringLiteral(SGN_EJABBERD_NODE))});
    return awaitAnswer();
}

bool EjabberdServer::addAccount(const QString &jid, const QString &password)
{
    if (!isRunning()) {
        return fail(QStringLiteral("the server does not run"));
    }
    static const QRegularExpression account(QStringLiteral("^([^@/\\s]+)@([^@/\\s]+)$"));
    const QRegularExpressionMatch parts = account.match(jid.toLower());
    if (!parts.hasMatch() || parts.captured(2) != host() || password.isEmpty()) {
        return fail(jid + QStringLiteral(" is not an account of ") + host() + QStringLiteral(", or has no password"));
    }
    if (!order("account", {host().toUtf8(), parts.captured(1).toUtf8(), password.toUtf8()})) {
        return false;
    }
    if (!m_members.contains(parts.captured(1))) {
        m_members += parts.captured(1);
    }
    return true;
}

bool EjabberdServer::order(const QByteArray &name, const QList<QByteArray> &arguments)
{
    QByteArray line = name.toBase64();
    for (const QByteArray &argument : arguments) {
        line += ' ' + argument.toBase64();
    }
    m_process.write(line + '\n');
    return awaitAnswer();
}

bool EjabberdServer::awaitAnswer()
{
    // Clients under test live in this thread: their events have to go on while we wait.
    QByteArray line;
    const auto isAnswer = [this, &line] {
        while (!line.startsWith(answerMark) && m_process.canReadLine()) {
            line = m_process.readLine().trimmed();
        }
        return line.startsWith(answerMark);
    };
    if (QTest::qWaitFor([&] { return isAnswer() || !isRunning(); }, startLimitMs) && isAnswer()) {
        const QByteArray answer = line.sliced(answerMark.size());
        return answer == "ok" || fail(QStringLiteral("ejabberd answers ") + QString::fromUtf8(answer));
    }
    const QString reason = QString::fromUtf8(m_process.readAllStandardError()).right(500) + log().right(2'000);
    const bool isAlive = isRunning();
    kill();
    return fail((isAlive ? QStringLiteral("ejabberd does not answer: ") : QStringLiteral("ejabberd ended: ")) + reason);
}

void EjabberdServer::stop()
{
    if (!isRunning()) {
        return;
    }
    thaw();
    m_process.closeWriteChannel();
    if (!m_process.waitForFinished(stopLimitMs)) {
        kill();
    }
}

void EjabberdServer::kill()
{
    m_process.kill();
    m_process.waitForFinished();
}

void EjabberdServer::freeze()
{
    if (isRunning()) {
        ::kill(static_cast<pid_t>(m_process.processId()), SIGSTOP);
    }
}

void EjabberdServer::thaw()
{
    if (isRunning()) {
        ::kill(static_cast<pid_t>(m_process.processId()), SIGCONT);
    }
}

bool EjabberdServer::isRunning() const
{
    return m_process.state() != QProcess::NotRunning;
}

QString EjabberdServer::log() const
{
    return QString::fromUtf8(contentOf(m_folder.filePath(QStringLiteral("ejabberd.log"))));
}

} // namespace sgn::test
