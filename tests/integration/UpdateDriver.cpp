// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Agent.h"
#include "support/FakeWatchdog.h"
#include "support/HttpServer.h"
#include "support/ReleaseKit.h"

#include <csignal>
#include <cstdio>
#include <QCoreApplication>
#include <sys/prctl.h>

using namespace sgn;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr auto panel = "panel@example.org"_L1;

// The server and the panel behind it: whatever is sent is recorded permanently, a line each in a file.
class PanelFile final : public agent::PanelLink
{
public:
    explicit PanelFile(const QString &path)
        : m_file(path)
    {
        (void)m_file.open(QIODevice::ReadWrite | QIODevice::Append | QIODevice::Unbuffered);
    }

    [[nodiscard]] bool isOnline() const override { return m_online; }
    quint64 send(const QByteArray &body, xmpp::Keeping) override
    {
        m_file.write(body + '\n');
        const quint64 id = ++m_lastId;
        QMetaObject::invokeMethod(
            this, [this, id] { Q_EMIT acknowledged(id); }, Qt::QueuedConnection);
        return id;
    }
    [[nodiscard]] bool canUpload() const override { return false; }
    void upload(const QString &, QObject *, UploadAnswer) override {}

    [[nodiscard]] bool isTold()
    {
        m_file.seek(0);
        return m_file.readAll().contains("\"command_no\"");
    }
    // A panel sends a command again until it is answered.
    void goOnline(const QByteArray &command)
    {
        m_online = true;
        Q_EMIT online();
        Q_EMIT serverTimeKnown(0ms);
        if (!isTold()) {
            xmpp::IncomingMessage message;
            message.from = panel + "/phone"_L1;
            message.fromBare = panel;
            message.body = command;
            message.stamp = QDateTime::currentDateTimeUtc();
            Q_EMIT messageReceived(message);
        }
    }

private:
    QFile m_file;
    bool m_online = false;
    quint64 m_lastId = 0;
};

agent::AgentSettings settingsFor(const DeviceTree &tree)
{
    DeviceConfig config;
    config.clientJid = u"device@example.org"_s;
    config.panelJid = panel;
    config.rpiUniqueId = u"b8:27:eb:00:00:01"_s;
    config.allowHttp = true;
    agent::AgentSettings settings{config, tree};
    settings.watchdogPort = 1;
    settings.swapTimes = {.confirm = 60ms, .settle = 0ms, .watchdogAway = 1s, .poll = 2ms};
    settings.downloadLimits.firstPause = 1ms;
    settings.downloadLimits.longestPause = 2ms;
    settings.downloadLimits.reservedBytes = 0;
    return settings;
}

// The agent with one update to carry through: a program to be killed anywhere. It ends when the panel knows the result
// and nothing is left to do.
// With a `grace` the panel's knowing is enough after so long.
int carryThrough(const QString &root, const QByteArray &url, const QString &panelFile,
                 std::optional<std::chrono::milliseconds> grace)
{
    const DeviceTree tree(root);
    if (!tree.ensureFolders()) {
        return 1;
    }
    test::FakeWatchdog watchdog(root);
    PanelFile link(panelFile);
    const SystemClock clock;
    agent::Agent agent(settingsFor(tree), link, watchdog, clock);
    agent.start();
    link.goOnline(R"({"command":"smart_meter_update","command_no":1,"url":")" + url +
                  R"(","processes":[{"process_name":"ocr","version":2},{"process_name":"dlms","version":2}]})");
    QElapsedTimer toldAt;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, qApp, [&] {
        if (!link.isTold()) {
            return;
        }
        if (grace && !toldAt.isValid()) {
            toldAt.start();
        }
        if (toldAt.isValid() && toldAt.elapsed() > grace->count()) {
            QCoreApplication::exit(4);
        }
        if (!QFile::exists(tree.updateJournal()) && QDir(tree.outbox()).isEmpty(QDir::Files | QDir::Hidden)) {
            QCoreApplication::exit(0);
        }
    });
    look.start(2ms);
    if (grace) {
        QTimer::singleShot(3s, qApp, [] { QCoreApplication::exit(3); });
    }
    return QCoreApplication::exec();
}

int serve(const QString &zip)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that is killed leaves no server and no mount behind
    test::HttpServer server([&zip](const test::HttpRequest &request, QTcpSocket *socket) {
        test::HttpServer::serve(request, socket, test::readWhole(zip));
    });
    std::puts(server.url().toEncoded().constData());
    std::fflush(stdout);
    return QCoreApplication::exec();
}

} // namespace

//   update_driver serve ZIP               prints the address
//   update_driver run ROOT URL PANELFILE [GRACE]   GRACE in ms
int main(int argc, char *argv[])
{
    const QCoreApplication app(argc, argv);
    // OpenSSL 3.0 never frees the error state of another thread than the main one that uses it first; the real agent
    // opens its configuration before anything else.
    (void)Sha256::hash({});
    const QStringList arguments = QCoreApplication::arguments();
    return arguments.at(1) == "serve"_L1
               ? serve(arguments.at(2))
               : carryThrough(arguments.at(2), arguments.at(3).toLatin1(), arguments.at(4),
                              arguments.size() > 5 ? std::optional(std::chrono::milliseconds(arguments.at(5).toInt()))
                                                   : std::nullopt);
}
