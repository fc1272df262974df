// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "base/JsonText.h"
#include "base/Printable.h"
#include "provision/Accounts.h"
#include "provision/Batch.h"
#include "provision/BatchPaths.h"
#include "provision/CardOptions.h"
#include "provision/OrderDigest.h"
#include "provision/ProvisionCommands.h"

#include <cstdio>
#include <QCoreApplication>
#include <QDir>
#include <QLockFile>
#include <unistd.h>

namespace sgn::provision {

using namespace Qt::StringLiterals;
using namespace card;

namespace {

constexpr qint64 maxList = 16 * 1024 * 1024;
constexpr qint64 maxTemplate = 256 * 1024;

// Options that have no part in what is on an image.
const QStringList &plainOptions()
{
    static const QStringList names{u"image"_s,
                                   u"list"_s,
                                   u"out"_s,
                                   u"config"_s,
                                   u"accounts"_s,
                                   u"dry-run"_s,
                                   u"password-file"_s,
                                   u"password-stdin"_s,
                                   u"wifi-passphrase-file"_s,
                                   u"wifi-passphrase-stdin"_s};
    return names;
}

void addOptions(CommandLine &line)
{
    line.addPositionalArgument(u"batch"_s, u"This command."_s, u"batch"_s);
    line.addOptions({
        {u"image"_s, u"The image of Raspberry Pi OS that all are made from, unpacked; it stays as it is."_s, u"FILE"_s},
        {u"list"_s,
         u"The devices, a table in CSV whose first line names the columns: jid, id or mac, and if wanted password "
         "(empty: one is made), hostname, tags and others, which are kept in the birth records."_s,
         u"FILE"_s},
        {u"out"_s, u"The folder for images, birth records and fleet.json; made when it isn't there."_s, u"DIR"_s},
        {u"config"_s, u"What the configurations of all have in common, as JSON; JID, password and id are the list's."_s,
         u"FILE"_s},
        {u"v1"_s, u"Encrypt the configurations in the older format."_s},
        {u"overlays"_s, u"Make sparse files with only what differs from the image, and block maps for bmaptool."_s},
        {u"accounts"_s,
         u"The accounts for the server, a table in CSV (jid,password) that only you may read; "
         "passwords that it has already are used again."_s,
         u"FILE"_s},
        {u"dry-run"_s, u"Judge list and template, and make nothing."_s},
    });
    addOrderOptions(line);
}

Result<FleetList> readFleet(const QCommandLineParser &parser, QJsonObject &common)
{
    const QString path = parser.value(u"list"_s);
    const auto json = readFile(parser.value(u"config"_s), maxTemplate);
    const auto fields = json ? readTemplate(*json) : fail(json.error());
    if (!fields) {
        return fail(fields.error().withContext(parser.value(u"config"_s)));
    }
    common = *fields;
    const auto bytes = readFile(path, maxList);
    const auto rows = bytes ? readCsv(*bytes) : fail(bytes.error());
    auto fleet = rows ? judgeFleet(*rows, common) : fail(rows.error());
    return fleet ? fleet : fail(fleet.error().withContext(path));
}

// Gives each device its password, and has those kept before any of them is used.
Outcome giveAccounts(QList<FleetDevice> &devices, const QString &path)
{
    Accounts accounts;
    if (!path.isEmpty() && QFile::exists(path)) {
        auto known = readAccounts(path);
        if (!known) {
            return fail(std::move(known).error());
        }
        accounts = *std::move(known);
    }
    for (FleetDevice &device : devices) {
        if (device.password.isEmpty() && path.isEmpty()) {
            return fail(ErrorCode::BadRequest,
                        u"line %1 of the list has no password: --accounts has to name the file for those that are "
                        "made"_s.arg(device.line));
        }
        if (device.password.isEmpty()) {
            device.password = accounts.value(device.jid);
        }
        if (device.password.isEmpty()) {
            device.password = newPassword();
        }
        accounts.insert(device.jid, device.password);
    }
    return path.isEmpty() ? Outcome() : writeAccounts(path, accounts);
}

// What a run shows and collects.
class Progress
{
public:
    explicit Progress(qsizetype total)
        : m_total(total)
    {}

    void add(const DeviceResult &result)
    {
        ++m_done;
        const char *const what = !result.made ? "failed: " : result.made->isKept ? "was there" : "ok";
        std::printf("%lld/%lld %s %s%s\n", static_cast<long long>(m_done), static_cast<long long>(m_total),
                    qUtf8Printable(result.device.name), what,
                    result.made ? "" : qUtf8Printable(printable(result.made.error().message)));
        std::fflush(stdout);
        if (result.made) {
            m_records.insert(result.device.line, result.made->record);
        }
    }
    [[nodiscard]] bool isComplete() const { return m_records.size() == m_total; }
    // In the order of the list.
    [[nodiscard]] QList<QJsonObject> records() const { return m_records.values(); }

private:
    qsizetype m_total;
    qsizetype m_done = 0;
    QMap<int, QJsonObject> m_records;
};

Result<QList<DeviceOrder>> ordersOf(const QList<FleetDevice> &devices, const QJsonObject &common,
                                    const BatchSetup &setup, const QByteArray &described)
{
    const auto key = digestKey(setup.folder);
    if (!key) {
        return fail(key.error());
    }
    QList<DeviceOrder> orders;
    for (const FleetDevice &device : devices) {
        const QByteArray config = configOf(common, device);
        orders +=
            {device, config, orderDigest(*key, {setup.origin.baseSha256, described, config, device.hostName.toUtf8()})};
    }
    return orders;
}

BatchPaths pathsOf(const CommandLine &line, const QList<FleetDevice> &devices)
{
    const QCommandLineParser &parser = line.parser();
    BatchPaths paths{
        .inputs = {}, .accounts = parser.value(u"accounts"_s), .folder = parser.value(u"out"_s), .names = {}};
    for (const QString &option : parser.optionNames()) {
        if (option != u"accounts"_s && option != u"out"_s) {
            paths.inputs += line.valuesOf(option); // what is no path, names no file there
        }
    }
    for (const FleetDevice &device : devices) {
        paths.names += device.name;
    }
    return paths;
}

// True: all of them are there.
Result<bool> run(const CommandLine &line, QList<FleetDevice> devices, const QJsonObject &common)
{
    const QCommandLineParser &parser = line.parser();
    const QString folder = parser.value(u"out"_s);
    if (auto free = checkBatchPaths(pathsOf(line, devices)); !free) {
        return fail(std::move(free).error());
    }
    auto order = readOrderOptions(parser);
    if (!order) {
        return fail(std::move(order).error());
    }
    order->files.version = parser.isSet(u"v1"_s) ? EnvelopeVersion::V1 : EnvelopeVersion::V2;
    if (!QDir().mkpath(folder)) {
        return fail(ErrorCode::Io, u"cannot make the folder %1"_s.arg(folder));
    }
    QLockFile lock(folder + u"/.batch.lock"_s);
    lock.setStaleLockTime(0); // a run takes as long as it takes; one that has ended is recognized by its number
    if (!lock.tryLock()) {
        return fail(ErrorCode::Refused, u"another run is working in %1"_s.arg(folder));
    }
    if (auto given = giveAccounts(devices, parser.value(u"accounts"_s)); !given) {
        return fail(std::move(given).error());
    }
    QDir work(folder + u"/.batch"_s);
    work.removeRecursively();
    if (!QDir().mkdir(work.path(), QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner)) {
        return fail(ErrorCode::Io, u"cannot make the folder %1"_s.arg(work.path()));
    }
    const auto output = parser.isSet(u"overlays"_s) ? BatchSetup::Output::Overlays : BatchSetup::Output::WholeImages;
    const auto setup = prepareBatch(parser.value(u"image"_s), folder, output, order->order, order->files);
    const auto described = setup ? describedOrder(line, plainOptions(), order->order) : fail(setup.error());
    const auto orders = described ? ordersOf(devices, common, *setup, *described) : fail(described.error());
    const Outcome fits = orders ? checkRoom(*setup, *orders) : fail(orders.error());
    if (!fits) {
        work.removeRecursively();
        return fail(fits.error());
    }
    Progress progress(orders->size());
    Batch batch(*setup, *orders, [&progress](const DeviceResult &result) { progress.add(result); });
    QObject::connect(&batch, &Batch::finished, QCoreApplication::instance(), &QCoreApplication::quit,
                     Qt::QueuedConnection);
    batch.start();
    QCoreApplication::exec();
    work.removeRecursively();
    if (!progress.isComplete()) {
        complain(
            u"%1 of %2 cards were not made; the others are there, and the same command makes the rest when the cause "
            "is gone"_s.arg(orders->size() - progress.records().size())
                .arg(orders->size()));
    }
    const auto listed = writeFileAtomically(folder + u'/' + fleetFileName,
                                            toJsonText(fleetFile(progress.records()), QJsonDocument::Indented));
    return listed ? Result<bool>(progress.isComplete()) : fail(listed.error());
}

void checkUsage(const QCommandLineParser &parser)
{
    for (const QString &name : {u"image"_s, u"list"_s, u"out"_s, u"config"_s}) {
        const bool isNeeded = !parser.isSet(u"dry-run"_s) || name == u"list"_s || name == u"config"_s;
        if (isNeeded && parser.value(name).isEmpty()) {
            CommandLine::usageError(u"--%1 is missing"_s.arg(name));
        }
    }
}

} // namespace

int runBatch(const QStringList &arguments)
{
    CommandLine line(u"Makes the cards of a whole fleet from one image and a list: for each device an image, or an "
                     "overlay, with a configuration, a key and a host name of its own. It can be run again at any "
                     "time, and makes only what isn't there yet; lines of the list that are wrong are named and left "
                     "out, and the exit code is 1 then."_s,
                     u"sgn-provision batch --image pi.img --list fleet.csv --out cards --config common.json --overlays "
                     "--accounts accounts.csv --timezone Europe/Berlin --cacert cacert.pem"_s);
    addOptions(line);
    line.process(arguments);
    (void)operands(line, {});
    checkUsage(line.parser());
    QJsonObject common;
    const auto fleet = readFleet(line.parser(), common);
    if (!fleet) {
        complain(fleet.error().message);
        return ExitFailed;
    }
    for (const QString &remark : fleet->remarks) {
        complain(u"%1: %2"_s.arg(line.parser().value(u"config"_s), remark));
    }
    for (const QString &problem : fleet->problems) {
        complain(u"%1: %2"_s.arg(line.parser().value(u"list"_s), problem));
    }
    if (::geteuid() == 0 && qEnvironmentVariableIsSet("SUDO_USER")) {
        complain(u"warning: images need no root; run without sudo, or what is made belongs to root alone"_s);
    }
    Result<bool> done = true;
    if (line.parser().isSet(u"dry-run"_s)) {
        std::printf("%lld devices, %lld lines that are wrong; nothing was made (--dry-run)\n",
                    static_cast<long long>(fleet->devices.size()), static_cast<long long>(fleet->problems.size()));
    } else if (!fleet->devices.isEmpty()) {
        done = run(line, fleet->devices, common);
    }
    if (!done) {
        complain(done.error().message);
    }
    return done && *done && fleet->problems.isEmpty() ? ExitDone : ExitFailed;
}

} // namespace sgn::provision
