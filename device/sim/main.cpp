// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "base/CommandLine.h"
#include "base/Log.h"
#include "base/TerminationSignal.h"
#include "protocol/Json.h"
#include "sim/SimFleet.h"
#include "xmpp/Jid.h"

#include <cstdio>
#include <malloc.h>
#include <QCoreApplication>
#include <QLoggingCategory>
#include <QMetaEnum>
#include <QRegularExpression>
#include <sys/resource.h>

using namespace sgn;
using namespace Qt::StringLiterals;

namespace {

constexpr int mostDevices = 20'000;
constexpr qint64 maxAccountsFile = 16 * 1024 * 1024;
// A connection and a socket pair for each device.
constexpr rlim_t descriptorsPerDevice = 3;
constexpr rlim_t otherDescriptors = 100;
constexpr std::chrono::seconds summaryEvery{1};
// Less than a buffer of Qt's sockets (16 and 32 KB), more than all else that a device keeps.
constexpr int smallestMapping = 12 * 1024;

struct SimArguments
{
    sim::SimFleet::Server server;
    QList<sim::DeviceAccount> accounts;
    sim::Behaviour behaviour;
    bool json = false;
};

// Returns the content of a file that an option names; ends the program with one sentence if it can't be read.
QByteArray contentOf(const QString &option, const QString &path, qint64 limit)
{
    const auto content = readFile(path, limit);
    if (!content) {
        CommandLine::usageError(u"--%1: %2"_s.arg(option, content.error().message));
    }
    return *content;
}

void addOptions(CommandLine &line)
{
    line.addOptions({
        {u"server"_s, u"The XMPP server, direct TLS; of a cluster, each of its nodes by an option of its own."_s,
         u"HOST:PORT"_s},
        {u"ca"_s, u"The certification authority of the server."_s, u"PEM"_s},
        {u"devices"_s, u"How many; the first ones in the accounts file."_s, u"N"_s, u"1"_s},
        {u"accounts"_s, u"One JID:PASSWORD a line."_s, u"FILE"_s},
        {u"panel"_s, u"The control panel's JID (default: technospurs at the domain of the first account)."_s, u"JID"_s},
        {u"behaviour"_s, u"JSON: how they act; the manual page and device/sim/README.md list the fields."_s, u"FILE"_s},
        {u"json"_s,
         u"Print every change of a device's connection, and every release that it installs, as one JSON line."_s},
    });
}

xmpp::Account::Server readNode(const QString &text)
{
    static const QRegularExpression address(u"^\\[?([^\\]]+)\\]?:([0-9]{1,5})$"_s);
    const auto match = address.match(text);
    const int port = match.captured(2).toInt();
    if (!match.hasMatch() || port < 1 || port > 65535) {
        CommandLine::usageError(u"--server takes HOST:PORT, not '%1'"_s.arg(text));
    }
    return {match.captured(1), static_cast<quint16>(port)};
}

sim::SimFleet::Server readServer(const QCommandLineParser &parser)
{
    sim::SimFleet::Server server;
    for (const QString &text : parser.values(u"server"_s)) {
        server.nodes += readNode(text);
    }
    server.caFile = parser.value(u"ca"_s);
    server.panelJid = xmpp::bareJid(parser.value(u"panel"_s));
    if (parser.isSet(u"panel"_s) && !xmpp::isBareAccountJid(server.panelJid)) {
        CommandLine::usageError(u"--panel takes a JID, not '%1'"_s.arg(parser.value(u"panel"_s)));
    }
    return server;
}

// Fills in the panel's JID where no option names it.
QList<sim::DeviceAccount> readAccounts(CommandLine &line, QString &panelJid)
{
    const QByteArray text = contentOf(u"accounts"_s, line.parser().value(u"accounts"_s), maxAccountsFile);
    auto accounts = sim::parseAccounts(text, panelJid);
    if (accounts && !accounts->isEmpty() && panelJid.isEmpty()) {
        panelJid = u"technospurs@"_s + xmpp::domainOf(accounts->first().jid);
        accounts = sim::parseAccounts(text, panelJid);
    }
    if (!accounts) {
        CommandLine::usageError(u"--accounts: "_s + accounts.error().message);
    }
    const int devices = line.number(u"devices"_s, 1, mostDevices);
    if (accounts->size() < devices) {
        CommandLine::usageError(u"--devices: the accounts file has %1"_s.arg(accounts->size()));
    }
    return accounts->first(devices);
}

SimArguments readArguments()
{
    CommandLine line(u"Simulated devices for load and demos: real sessions, made-up answers. Ctrl-C ends them."_s,
                     u"sgn-sim --server localhost:5223 --ca ca.pem --devices 200 --accounts accounts.txt"_s);
    addOptions(line);
    line.process(QCoreApplication::arguments());
    const QCommandLineParser &parser = line.parser();
    if (!parser.positionalArguments().isEmpty()) {
        CommandLine::usageError(u"unexpected argument '%1'"_s.arg(parser.positionalArguments().first()));
    }
    for (const QString &needed : {u"server"_s, u"ca"_s, u"accounts"_s}) {
        if (parser.value(needed).isEmpty()) {
            CommandLine::usageError(u"--%1 is missing"_s.arg(needed));
        }
    }
    SimArguments arguments;
    arguments.server = readServer(parser);
    arguments.accounts = readAccounts(line, arguments.server.panelJid);
    if (parser.isSet(u"behaviour"_s)) {
        const auto behaviour =
            sim::parseBehaviour(contentOf(u"behaviour"_s, parser.value(u"behaviour"_s), maxBodySize));
        if (!behaviour) {
            CommandLine::usageError(u"--behaviour: "_s + behaviour.error().message);
        }
        arguments.behaviour = *behaviour;
    }
    arguments.json = parser.isSet(u"json"_s);
    return arguments;
}

void allowDescriptors(qsizetype devices)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        const rlim_t wanted = static_cast<rlim_t>(devices) * descriptorsPerDevice + otherDescriptors;
        limit.rlim_cur = std::min(limit.rlim_max, std::max(limit.rlim_cur, wanted));
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

// The buffers of Qt's sockets are never freed and nearly empty. Taken from the heap, they reuse pages that a login has
// written to; as mappings of their own they take the few pages that are used.
void keepBuffersOutOfTheHeap()
{
    ::mallopt(M_MMAP_THRESHOLD, smallestMapping);
    ::mallopt(M_TOP_PAD, 0);
}

void print(const QByteArray &line)
{
    std::fputs((line + '\n').constData(), stdout);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char *argv[])
{
    keepBuffersOutOfTheHeap();
    QCoreApplication app(argc, argv);
    TerminationSignal termination;
    QCoreApplication::setApplicationName(u"sgn-sim"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));
    const SimArguments arguments = readArguments();
    installLog();
    // The fleet reports a problem of the connections once for all devices.
    QLoggingCategory::setFilterRules(u"sgn.xmpp*=false"_s);
    allowDescriptors(arguments.accounts.size());

    const SystemClock clock;
    sim::SimFleet fleet(arguments.server, arguments.accounts, arguments.behaviour, clock);
    QObject::connect(&fleet, &sim::SimFleet::offline, &fleet, [](const Error &reason) {
        std::fputs(qUtf8Printable(u"sgn-sim: %1; trying again\n"_s.arg(reason.message)), stderr);
    });
    QTimer summary;
    summary.setSingleShot(true);
    QObject::connect(&summary, &QTimer::timeout, &fleet, [&] {
        print(qUtf8Printable(u"%1 of %2 devices are online"_s.arg(fleet.online()).arg(fleet.size())));
    });
    QObject::connect(&fleet, &sim::SimFleet::stateChanged, &fleet, [&](const QString &jid, xmpp::Session::State state) {
        if (arguments.json) {
            const QString name =
                QString::fromLatin1(QMetaEnum::fromType<xmpp::Session::State>().valueToKey(static_cast<int>(state)));
            print(toAsciiJson(
                {{u"ms"_s, qint64{clock.monotonic().count()}}, {u"device"_s, jid}, {u"state"_s, name.toLower()}}));
        } else if (!summary.isActive()) {
            summary.start(summaryEvery);
        }
    });
    if (arguments.json) {
        QObject::connect(&fleet, &sim::SimFleet::installed, &fleet,
                         [&](const QString &jid, Component component, CommandNo number) {
                             print(toAsciiJson({{u"ms"_s, qint64{clock.monotonic().count()}},
                                                {u"device"_s, jid},
                                                {u"installed"_s, QString(folderName(component))},
                                                {u"command_no"_s, qint64{number}}}));
                         });
    }
    QObject::connect(&termination, &TerminationSignal::received, &fleet, &sim::SimFleet::stop);
    QObject::connect(&fleet, &sim::SimFleet::stopped, &app, &QCoreApplication::quit);
    fleet.start();
    return QCoreApplication::exec();
}
