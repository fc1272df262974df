// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Agent.h"
#include "crypto/PublicKey.h"
#include "support/FakeWatchdog.h"
#include "support/HttpServer.h"
#include "support/ReleaseKit.h"

#include <csignal>
#include <cstdio>
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
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

// One update that the panel requests.
struct Order
{
    QByteArray url;
    QByteArray manifest;   // signed; empty: not
    QList<PublicKey> keys; // that it is checked by
};

Order readOrder(const QStringList &arguments)
{
    Order order{arguments.at(3).toLatin1(), {}, {}};
    if (arguments.size() > 7) {
        order.manifest = test::readWhole(arguments.at(6));
        const auto key = publicKeyFromJwk(QJsonDocument::fromJson(test::readWhole(arguments.at(7))).object());
        order.keys += key.value();
    }
    return order;
}

QByteArray commandFor(const Order &order)
{
    QJsonArray processes;
    for (const QString &name : {u"ocr"_s, u"dlms"_s}) {
        processes += QJsonObject{{u"process_name"_s, name}, {u"version"_s, 2}};
    }
    QJsonObject command{{u"command"_s, u"smart_meter_update"_s},
                        {u"command_no"_s, 1},
                        {u"url"_s, QString::fromLatin1(order.url)},
                        {u"processes"_s, processes}};
    if (!order.manifest.isEmpty()) {
        command[u"release"_s] = QString::fromLatin1(order.manifest);
    }
    return QJsonDocument(command).toJson(QJsonDocument::Compact);
}

agent::AgentSettings settingsFor(const DeviceTree &tree, const Order &order)
{
    DeviceConfig config;
    config.clientJid = u"device@example.org"_s;
    config.panelJid = panel;
    config.rpiUniqueId = u"b8:27:eb:00:00:01"_s;
    config.allowHttp = true;
    config.releaseKeys = order.keys;
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
int carryThrough(const QString &root, const Order &order, const QString &panelFile,
                 std::optional<std::chrono::milliseconds> grace)
{
    const DeviceTree tree(root);
    if (!tree.ensureFolders()) {
        return 1;
    }
    test::FakeWatchdog watchdog(root);
    PanelFile link(panelFile);
    const SystemClock clock;
    agent::Agent agent(settingsFor(tree, order), link, watchdog, clock);
    agent.start();
    link.goOnline(commandFor(order));
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
//   update_driver run ROOT URL PANELFILE GRACE [MANIFEST KEY]   GRACE in ms; 0: none
int main(int argc, char *argv[])
{
    const QCoreApplication app(argc, argv);
    // OpenSSL 3.0 never frees the error state of another thread than the main one that uses it first; the real agent
    // opens its configuration before anything else.
    (void)Sha256::hash({});
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.at(1) == "serve"_L1) {
        return serve(arguments.at(2));
    }
    const int grace = arguments.at(5).toInt();
    return carryThrough(arguments.at(2), readOrder(arguments), arguments.at(4),
                        grace > 0 ? std::optional(std::chrono::milliseconds(grace)) : std::nullopt);
}
