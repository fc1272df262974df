// SPDX-License-Identifier: GPL-3.0-or-later
// A release for a fleet on a cluster whose node is killed under it, with the desk that drives. Nodes, PostgreSQL,
// sgn-sim and sgnctl are the real programs.
//
// By hand, at other sizes: SGN_CLUSTER_DEVICES=3000 build/dev/tests/tst_cluster_rollout. It measures an undisturbed
// rollout before, for comparison; SGN_CLUSTER_CURVE=FILE keeps the devices online over time as CSV.
#include "support/ClusterServers.h"
#include "support/EjabberdServer.h"
#include "support/Sanitizer.h"

#include <algorithm>
#include <QElapsedTimer>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtEndian>
#include <QTest>
#include <vector>

using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int usualDevices = sgn::test::isSanitized ? 40 : 160;
constexpr int firstWave = 10;
// By hand a rollout takes some five minutes at every size; here it only has to be in full swing.
constexpr int mostInFlight = 40;
constexpr int partInFlight = 50;
// An event loop watches all of its connections each time around: many devices need several programs.
constexpr int devicesOfASim = 500;
// A desk that was killed has a lease for 60 s more.
constexpr int rolloutLimitMs = 300'000;
constexpr int msForDevice = 1'000;
constexpr int msForSwitchingOn = 30;
// The aim for a fleet of 10,000.
constexpr int returnLimitMs = 300'000;
const QString panelJid = u"panel@localhost"_s;
const QByteArray panelPassword = "panel-secret"_ba;

struct Ran
{
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
};

QString jid(int n)
{
    return u"meter-%1@localhost"_s.arg(n, 5, 10, QChar(u'0'));
}

QByteArray password(int n)
{
    return "secret-" + QByteArray::number(n);
}

// Established connections to that address and port, which is on this machine.
int connectionsTo(const XmppServer &server)
{
    QFile file(u"/proc/net/tcp"_s);
    if (!file.open(QIODevice::ReadOnly)) {
        return -1;
    }
    // Its files have addresses in the machine's own order of bytes; a state of 01 is "established".
    const quint32 address = qToBigEndian(QHostAddress(server.address()).toIPv4Address());
    const QByteArray end = QByteArray::number(address, 16).rightJustified(8, '0').toUpper() + ':' +
                           QByteArray::number(server.port(), 16).rightJustified(4, '0').toUpper();
    int count = 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        const QByteArrayList fields = line.simplified().split(' ');
        count += fields.value(1) == end && fields.value(3) == "01" ? 1 : 0;
    }
    return count;
}

double seconds(qint64 ms)
{
    return static_cast<double>(ms) / 1'000;
}

} // namespace

class ClusterRolloutTest : public QObject
{
    Q_OBJECT

    const int m_devices = qEnvironmentVariable("SGN_CLUSTER_DEVICES", QString::number(usualDevices)).toInt();
    const bool m_isMeasured = qEnvironmentVariableIsSet("SGN_CLUSTER_DEVICES");
    ClusterPorts m_ports;
    std::unique_ptr<PostgresServer> m_postgres;
    std::unique_ptr<ClusterNode> m_first;
    std::unique_ptr<ClusterNode> m_second;
    std::vector<std::unique_ptr<QProcess>> m_sims;
    QTemporaryDir m_folder;

    QSet<QString> m_online;
    QHash<QString, int> m_installs; // of the present release
    QElapsedTimer m_clock;
    QList<std::pair<qint64, qsizetype>> m_curve; // ms of m_clock, devices online
    qint64 m_undisturbedMs = 0;

    void setUpNodes();
    void makeAccounts();
    void switchDevicesOn();
    [[nodiscard]] std::unique_ptr<QProcess> startSim(int firstDevice, int count);
    void read(QProcess &sim);
    [[nodiscard]] bool write(const QString &name, const QByteArray &content) const;
    [[nodiscard]] QString panelFile(const QString &name, const ClusterNode &node) const;
    [[nodiscard]] static Ran ctl(const QString &panel, const QStringList &arguments);
    [[nodiscard]] static std::unique_ptr<QProcess> drive(const QString &panel, const QString &rollout);
    [[nodiscard]] bool isAllBack() const { return m_online.size() == m_devices; }
    [[nodiscard]] int limit(int base) const { return base + m_devices * msForDevice; }
    void begin(const QString &panel, const QString &rollout, int version);
    void endsRight(QProcess &desk, const QString &panel, const QString &rollout);
    void showCurve() const;

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void undisturbed();
    void aKilledNodeAndAKilledDeskLoseAndDoubleNothing();
    void everyDeviceReturnsAfterTheWholeCluster();
};

void ClusterRolloutTest::initTestCase()
{
    if (EjabberdServer::version().isEmpty() || PostgresServer::programs().isEmpty()) {
        QSKIP("ejabberd or PostgreSQL isn't installed");
    }
    QVERIFY(m_folder.isValid());
    QVERIFY2(m_devices >= 2 * firstWave, "SGN_CLUSTER_DEVICES is too few");
    for (const auto step :
         {&ClusterRolloutTest::setUpNodes, &ClusterRolloutTest::makeAccounts, &ClusterRolloutTest::switchDevicesOn}) {
        (this->*step)();
        if (QTest::currentTestFailed()) {
            return;
        }
    }
}

void ClusterRolloutTest::setUpNodes()
{
    m_postgres = std::make_unique<PostgresServer>();
    QVERIFY(m_postgres->start());
    m_first = std::make_unique<ClusterNode>(1, m_ports);
    const auto installed = m_first->run(m_first->installation(*m_postgres));
    QVERIFY2(installed.isGood(), qPrintable(installed.errors));
    QVERIFY(m_first->start());
    m_second = std::make_unique<ClusterNode>(2, m_ports);
    const QString file = m_folder.filePath(u"second.json"_s);
    const auto written = m_first->run({u"node-file"_s, file, u"--node-address"_s, m_second->address(), u"--listen"_s,
                                       m_second->address(), u"--file-host"_s, u"files2.localhost"_s});
    QVERIFY2(written.isGood(), qPrintable(written.errors));
    const auto prepared = m_second->run({u"join"_s, file});
    QVERIFY2(prepared.isGood(), qPrintable(prepared.errors));
    QVERIFY(m_second->start());
    const auto joined = m_second->run({u"join"_s});
    QVERIFY2(joined.isGood(), qPrintable(joined.errors));
}

void ClusterRolloutTest::makeAccounts()
{
    QByteArray table = "jid,password\n";
    for (int n = 1; n <= m_devices; ++n) {
        table += jid(n).toUtf8() + ',' + password(n) + '\n';
    }
    QVERIFY(write(u"accounts.csv"_s, table) && write(u"password"_s, panelPassword + '\n'));
    // Nodes and devices share this machine, which logins cost most.
    const QByteArray behaviour = m_isMeasured ? R"({"update_ms":[2000,10000],"switch_on_ms":)" +
                                                    QByteArray::number(m_devices * msForSwitchingOn) + '}'
                                              : R"({"update_ms":[1000,3000],"switch_on_ms":3000})"_ba;
    QVERIFY(write(u"behaviour"_s, behaviour));
    const auto panel = m_first->run({u"account"_s, u"add"_s, u"panel"_s, u"--password-stdin"_s}, panelPassword + '\n');
    QVERIFY2(panel.isGood(), qPrintable(panel.errors));
    const auto devices = m_first->run({u"account"_s, u"import"_s, m_folder.filePath(u"accounts.csv"_s)});
    QVERIFY2(devices.isGood(), qPrintable(devices.errors));
}

std::unique_ptr<QProcess> ClusterRolloutTest::startSim(int firstDevice, int count)
{
    const QString accounts = u"accounts-%1"_s.arg(firstDevice);
    QByteArray lines;
    for (int n = firstDevice; n < firstDevice + count; ++n) {
        lines += jid(n).toUtf8() + ':' + password(n) + '\n';
    }
    if (!write(accounts, lines)) {
        return nullptr;
    }
    auto sim = std::make_unique<QProcess>();
    sim->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    connect(sim.get(), &QProcess::readyReadStandardOutput, this, [this, process = sim.get()] { read(*process); });
    QStringList arguments{u"--ca"_s,        m_first->caFile(),
                          u"--accounts"_s,  m_folder.filePath(accounts),
                          u"--devices"_s,   QString::number(count),
                          u"--behaviour"_s, m_folder.filePath(u"behaviour"_s),
                          u"--panel"_s,     panelJid,
                          u"--json"_s};
    for (const ClusterNode *node : {m_first.get(), m_second.get()}) {
        arguments += {u"--server"_s, u"%1:%2"_s.arg(node->address()).arg(node->port())};
    }
    sim->start(QStringLiteral(SGN_BIN_DIR "/sgn-sim"), arguments);
    return sim;
}

void ClusterRolloutTest::switchDevicesOn()
{
    m_clock.start();
    for (int first = 1; first <= m_devices; first += devicesOfASim) {
        m_sims.push_back(startSim(first, std::min(devicesOfASim, m_devices - first + 1)));
        QVERIFY(m_sims.back());
    }
    QTRY_VERIFY_WITH_TIMEOUT(isAllBack(), limit(60'000));
    const int one = connectionsTo(*m_first);
    const int two = connectionsTo(*m_second);
    qInfo("%d devices online after %.1f s, %d at the first node and %d at the second one", m_devices,
          seconds(m_clock.elapsed()), one, two);
    QVERIFY(one >= m_devices / 4 && two >= m_devices / 4);
}

void ClusterRolloutTest::cleanupTestCase()
{
    for (const auto &sim : m_sims) {
        sim->terminate();
    }
    for (const auto &sim : m_sims) {
        sim->waitForFinished();
    }
    m_sims.clear();
    m_second.reset();
    m_first.reset();
    m_postgres.reset();
}

void ClusterRolloutTest::read(QProcess &sim)
{
    while (sim.canReadLine()) {
        const QJsonObject line = QJsonDocument::fromJson(sim.readLine()).object();
        const QString device = line["device"_L1].toString();
        if (line.contains("installed"_L1)) {
            ++m_installs[device];
        } else if (line["state"_L1] == u"online"_s) {
            m_online.insert(device);
        } else {
            m_online.remove(device);
        }
    }
    m_curve.emplaceBack(m_clock.elapsed(), m_online.size());
}

bool ClusterRolloutTest::write(const QString &name, const QByteArray &content) const
{
    QFile file(m_folder.filePath(name));
    return file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) &&
           file.write(content) == content.size();
}

// A desk at that node, with a store of its own.
QString ClusterRolloutTest::panelFile(const QString &name, const ClusterNode &node) const
{
    const QJsonObject panel{{u"jid"_s, panelJid},        {u"password_file"_s, u"password"_s},
                            {u"host"_s, node.address()}, {u"port"_s, node.port()},
                            {u"ca"_s, node.caFile()},    {u"store"_s, name + u".sqlite"_s},
                            {u"operator"_s, name}};
    return write(name + u".json"_s, QJsonDocument(panel).toJson()) ? m_folder.filePath(name + u".json"_s) : QString();
}

Ran ClusterRolloutTest::ctl(const QString &panel, const QStringList &arguments)
{
    QProcess process;
    process.start(QStringLiteral(SGN_BIN_DIR "/sgnctl"), QStringList{u"--panel"_s, panel} + arguments);
    if (!QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 120'000)) {
        process.kill();
        process.waitForFinished();
    }
    return {.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            .out = process.readAllStandardOutput(),
            .err = process.readAllStandardError()};
}

std::unique_ptr<QProcess> ClusterRolloutTest::drive(const QString &panel, const QString &rollout)
{
    auto desk = std::make_unique<QProcess>();
    desk->setProcessChannelMode(QProcess::MergedChannels);
    desk->start(QStringLiteral(SGN_BIN_DIR "/sgnctl"), {u"--panel"_s, panel, u"rollout"_s, u"drive"_s, rollout});
    return desk;
}

void ClusterRolloutTest::begin(const QString &panel, const QString &rollout, int version)
{
    m_installs.clear();
    const int inFlight = m_isMeasured ? std::max(1, m_devices / partInFlight) : mostInFlight;
    const Ran started =
        ctl(panel, {u"rollout"_s, u"start"_s, u"smart-meter"_s, u"https://example.org/%1.zip"_s.arg(rollout),
                    u"--process"_s, u"ocr=%1"_s.arg(version), u"--name"_s, rollout, u"--all"_s, u"--wave"_s,
                    QString::number(firstWave), u"--wave"_s, u"50%"_s, u"--wave"_s, u"100%"_s, u"--in-flight"_s,
                    QString::number(inFlight), u"--soak"_s, u"0"_s});
    QVERIFY2(started.exitCode == 0, started.err);
}

// The desk ends by itself when the rollout is done: every device has it, once.
void ClusterRolloutTest::endsRight(QProcess &desk, const QString &panel, const QString &rollout)
{
    const bool hasEnded =
        QTest::qWaitFor([&desk] { return desk.state() == QProcess::NotRunning; }, limit(rolloutLimitMs));
    QVERIFY2(hasEnded && desk.exitCode() == 0, desk.readAll());
    const Ran shown = ctl(panel, {u"rollout"_s, u"show"_s, rollout, u"--json"_s});
    QVERIFY2(shown.exitCode == 0, shown.err);
    const QJsonObject json = QJsonDocument::fromJson(shown.out).object();
    const QJsonArray devices = json["devices"_L1].toArray();
    const auto confirmed =
        std::ranges::count_if(devices, [](const QJsonValue &device) { return device["state"_L1] == u"confirmed"_s; });
    const auto doubled = std::ranges::count_if(m_installs, [](int installs) { return installs > 1; });
    qInfo("%d devices: %d lost, %d doubled, %d stuck", m_devices, static_cast<int>(m_devices - m_installs.size()),
          static_cast<int>(doubled), static_cast<int>(devices.size() - confirmed));
    QCOMPARE(json["rollout"_L1]["state"_L1].toString(), u"done"_s);
    QCOMPARE(devices.size(), m_devices);
    QCOMPARE(confirmed, m_devices);
    QCOMPARE(m_installs.size(), m_devices);
    QCOMPARE(doubled, 0);
}

void ClusterRolloutTest::undisturbed()
{
    if (!m_isMeasured) {
        QSKIP("only for comparison, with SGN_CLUSTER_DEVICES");
    }
    const QString panel = panelFile(u"Berta"_s, *m_second);
    begin(panel, u"quiet"_s, 2);
    QElapsedTimer time;
    time.start();
    const auto desk = drive(panel, u"quiet"_s);
    endsRight(*desk, panel, u"quiet"_s);
    if (QTest::currentTestFailed()) {
        return;
    }
    m_undisturbedMs = time.elapsed();
    qInfo("undisturbed: %.1f s", seconds(m_undisturbedMs));
}

void ClusterRolloutTest::aKilledNodeAndAKilledDeskLoseAndDoubleNothing()
{
    const QString ofAnna = panelFile(u"Anna"_s, *m_first);
    const QString ofBerta = panelFile(u"Berta"_s, *m_second);
    begin(ofAnna, u"disturbed"_s, 3);
    QElapsedTimer time;
    time.start();
    const auto anna = drive(ofAnna, u"disturbed"_s);
    QTRY_VERIFY2_WITH_TIMEOUT(m_installs.size() > firstWave, anna->peek(2'000), limit(60'000));
    // She can't have the lease: the other one drives already.
    const auto berta = drive(ofBerta, u"disturbed"_s);
    QTRY_VERIFY_WITH_TIMEOUT(m_installs.size() >= m_devices / 4, limit(60'000));
    QVERIFY(anna->state() == QProcess::Running && berta->state() == QProcess::Running);
    const auto installed = m_installs.size();
    QVERIFY2(installed < m_devices * 3 / 4, "the rollout is over too soon to be disturbed");
    const int atTheFirst = connectionsTo(*m_first);
    m_clock.restart();
    m_first->kill();
    anna->kill();
    QVERIFY(anna->waitForFinished());
    QTRY_VERIFY_WITH_TIMEOUT(m_online.size() < m_devices, limit(60'000));
    QTRY_VERIFY_WITH_TIMEOUT(isAllBack(), limit(120'000));
    qInfo("killed the first node, %d connections, and the desk that drove, when %d of %d devices had the release: all "
          "devices at the other node after %.1f s",
          atTheFirst, static_cast<int>(installed), m_devices, seconds(m_clock.elapsed()));
    endsRight(*berta, ofBerta, u"disturbed"_s);
    if (QTest::currentTestFailed()) {
        return;
    }
    qInfo("disturbed: %.1f s", seconds(time.elapsed()));
    if (m_undisturbedMs > 0) {
        qInfo("disturbed / undisturbed: %.2f", seconds(time.elapsed()) / seconds(m_undisturbedMs));
    }
}

void ClusterRolloutTest::everyDeviceReturnsAfterTheWholeCluster()
{
    if (!m_first->isRunning()) {
        QVERIFY(m_first->start());
    }
    QVERIFY(isAllBack());
    m_curve.clear();
    m_clock.restart();
    m_first->kill();
    m_second->kill();
    // Whichever of them ended last, the other one waits for it.
    m_first->launch();
    m_second->launch();
    QVERIFY(m_first->awaitStart() && m_second->awaitStart());
    const qint64 up = m_clock.elapsed();
    QTRY_VERIFY_WITH_TIMEOUT(isAllBack(), std::max(returnLimitMs, limit(60'000)));
    const qint64 back = m_clock.elapsed();
    qInfo("the whole cluster killed: both nodes answer after %.1f s, all %d devices are online after %.1f s, %d at the "
          "first node and %d at the second one",
          seconds(up), m_devices, seconds(back), connectionsTo(*m_first), connectionsTo(*m_second));
    showCurve();
    const Ran seen = ctl(panelFile(u"Clara"_s, *m_first), {u"devices"_s, u"--json"_s});
    QCOMPARE(seen.exitCode, 0);
    const QJsonArray devices = QJsonDocument::fromJson(seen.out)["devices"_L1].toArray();
    QCOMPARE(std::ranges::count_if(devices, [](const QJsonValue &device) { return device["online"_L1].toBool(); }),
             m_devices);
}

// How many were online at the end of each second: as a small picture, and as a table where one was ordered.
void ClusterRolloutTest::showCurve() const
{
    QList<qsizetype> online;
    for (const auto &[ms, count] : m_curve) {
        online.resize(ms / 1'000 + 1, online.isEmpty() ? 0 : online.last());
        online.last() = count;
    }
    constexpr qsizetype lines = 20;
    constexpr qsizetype width = 60;
    const qsizetype step = std::max<qsizetype>(1, (online.size() + lines - 1) / lines);
    for (qsizetype second = 0; second < online.size(); second += step) {
        const QByteArray bar(online.at(second) * width / m_devices, '#');
        qInfo("%4d s %6d %s", static_cast<int>(second), static_cast<int>(online.at(second)), bar.constData());
    }
    if (QFile file(qEnvironmentVariable("SGN_CLUSTER_CURVE"));
        !file.fileName().isEmpty() && file.open(QIODevice::WriteOnly)) {
        file.write("second,online\n");
        for (qsizetype second = 0; second < online.size(); ++second) {
            file.write(QByteArray::number(second) + ',' + QByteArray::number(online.at(second)) + '\n');
        }
    }
}

QTEST_GUILESS_MAIN(ClusterRolloutTest)
#include "tst_cluster_rollout.moc"
