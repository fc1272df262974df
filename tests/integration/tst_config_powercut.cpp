// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ConfigRecovery.h"
#include "agent/ConfigTrial.h"
#include "base/AtomicFile.h"
#include "crypto/ConfigEnvelope.h"
#include "crypto/DeviceSecret.h"
#include "support/CallFaults.h"
#include "support/DeviceConfigs.h"
#include "support/PowerCutDisk.h"
#include "support/ReleaseKit.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const CommandKey key{7, QByteArray(32, 'f')};
const QString id = u"b8:27:eb:00:00:01"_s;

// What the device does, as a program of its own that can be killed: takes a config_update, starts anew as often as that
// wants, comes online by the new configuration if `comesOnline`, and appends the result to `results`, which is not on
// the disk that loses its power. Ends when the result is there.
class Device : public QObject
{
    Q_OBJECT

public:
    Device(const QString &root, const QString &offered, const QString &results, bool comesOnline)
        : m_tree(root)
        , m_offered(offered)
        , m_results(results)
        , m_comesOnline(comesOnline)
    {}

    void start()
    {
        m_trial.reset();
        const auto recovered = recoverConfig(m_tree);
        if (!recovered) {
            QCoreApplication::exit(3);
            return;
        }
        const bool isNew = recovered->config.clientJid.startsWith(u"new@"_s);
        m_trial = std::make_unique<ConfigTrial>(m_tree);
        connect(m_trial.get(), &ConfigTrial::restartRequested, this, &Device::start, Qt::QueuedConnection);
        connect(m_trial.get(), &ConfigTrial::finished, this, &Device::report);
        m_trial->resume();
        if (!m_trial->current()) {
            const QByteArray file = readFile(m_offered, maxConfigFileSize).value();
            if (!m_trial->begin(key, ConfigUpdate{file, 300}, id)) {
                QCoreApplication::exit(4);
            }
        } else if (isNew && m_comesOnline) {
            m_trial->online();
        } else if (isNew) {
            QMetaObject::invokeMethod(this, &Device::start, Qt::QueuedConnection); // crashes, starts, crashes
        }
    }

private:
    void report(const CommandKey &, const std::optional<Error> &failure)
    {
        QFile file(m_results);
        if (!file.open(QIODevice::Append)) {
            QCoreApplication::exit(5);
            return;
        }
        file.write(failure ? "failed\n" : "done\n");
        file.close();
        m_trial->close();
        QCoreApplication::exit(0);
    }

    DeviceTree m_tree;
    QString m_offered;
    QString m_results;
    bool m_comesOnline;
    std::unique_ptr<ConfigTrial> m_trial;
};

} // namespace

// The power goes at every call of a config_update that changes the file system, and with it everything that was not
// synced: the disk that is left has a whole configuration, and the next boot comes to the one true result.
class TestConfigPowerCut : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString root() const { return m_disk->path() + u"/root"_s; }
    [[nodiscard]] QString results() const { return m_folder.filePath(u"results"_s); }
    [[nodiscard]] QByteArray inPlace() const
    {
        return readFile(DeviceTree(root()).configFile(), maxConfigFileSize).value_or("none");
    }
    [[nodiscard]] FaultyRun run(const CallFault &fault, bool comesOnline) const
    {
        return runWithFault({QCoreApplication::applicationFilePath(), u"--device"_s, root(),
                             m_folder.filePath(u"new"_s), results(), comesOnline ? u"good"_s : u"bad"_s},
                            root(), fault, m_folder.filePath(u"output"_s), 30s);
    }

    QTemporaryDir m_folder{QFileInfo(u"/dev/shm"_s).isWritable() ? u"/dev/shm/sgn-XXXXXX"_s : QString()};
    std::unique_ptr<PowerCutDisk> m_disk;
    QByteArray m_old;
    QByteArray m_new;

private Q_SLOTS:
    void initTestCase()
    {
        m_disk = std::make_unique<PowerCutDisk>(m_folder.path());
        if (!m_disk->isReady()) {
            QSKIP(qPrintable(u"NO POWER CUT WAS TRIED, it needs loop devices and the right to mount: "_s +
                             m_disk->trouble()));
        }
        const auto probe = runWithFault({u"/bin/true"_s}, m_folder.path(), {}, m_folder.filePath(u"output"_s), 10s);
        if (!probe.exitedWell()) {
            QSKIP(qPrintable(u"NO POWER CUT WAS TRIED, it needs seccomp's user notification: "_s + probe.reason));
        }
        QVERIFY(QDir().mkpath(root()));
        const DeviceTree tree(root());
        QVERIFY(tree.ensureFolders().has_value());
        QVERIFY(createDeviceSecret(tree.deviceKey()).has_value());
        const SecureBytes secret = loadDeviceSecret(tree.deviceKey()).value();
        m_old = encryptV2(configText(u"old"_s, id), secret).value();
        m_new = encryptV2(configText(u"new"_s, id, 1), secret).value();
        QVERIFY(writeFileAtomically(tree.configFile(), m_old).has_value());
        QVERIFY(test::writeFile(m_folder.filePath(u"new"_s), m_new));
        QVERIFY2(m_disk->keepAsBeginning(), qPrintable(m_disk->trouble()));
    }
    void cleanupTestCase() { m_disk.reset(); }

    void cutAtEveryCall_data()
    {
        QTest::addColumn<bool>("comesOnline");
        QTest::newRow("comes online") << true;
        QTest::newRow("never comes online") << false;
    }

    void cutAtEveryCall()
    {
        QFETCH(const bool, comesOnline);
        const QByteArray result = comesOnline ? "done\n" : "failed\n";
        QFile::remove(results());
        QVERIFY2(m_disk->begin(), qPrintable(m_disk->trouble()));
        const auto whole = run({}, comesOnline);
        QVERIFY2(whole.exitedWell(), qPrintable(u"%1 %2"_s.arg(static_cast<int>(whole.end)).arg(whole.exitCode)));
        QCOMPARE(readWhole(results()), result);
        QCOMPARE(inPlace(), comesOnline ? m_new : m_old);
        int points = 0;
        for (int point = 1; point <= whole.calls.size(); ++point) {
            QFile::remove(results());
            QVERIFY2(m_disk->begin(), qPrintable(m_disk->trouble()));
            const auto cut = run({CallFault::Kind::Kill, CallFault::Calls::Changing, point}, comesOnline);
            if (!cut.isStruck) {
                continue;
            }
            ++points;
            QVERIFY2(m_disk->cutPower(), qPrintable(m_disk->trouble()));
            const QString where = u"at %1 %2"_s.arg(point).arg(cut.calls.value(point - 1));
            QVERIFY2(inPlace() == m_old || inPlace() == m_new, qPrintable(where));
            if (readWhole(results()).isEmpty()) {
                const auto next = run({}, comesOnline);
                QVERIFY2(next.exitedWell(), qPrintable(where));
            } else {
                QVERIFY2(recoverConfig(DeviceTree(root())).has_value(), qPrintable(where));
            }
            QVERIFY2(readWhole(results()) == result, qPrintable(where));
            QVERIFY2(inPlace() == (comesOnline ? m_new : m_old), qPrintable(where));
        }
        qInfo("%d of %lld points, 0 bad states", points, static_cast<long long>(whole.calls.size()));
        QVERIFY(points > 20);
    }
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == "--device"_L1) {
        Device device(arguments.value(2), arguments.value(3), arguments.value(4), arguments.value(5) == "good"_L1);
        QMetaObject::invokeMethod(&device, &Device::start, Qt::QueuedConnection);
        return QCoreApplication::exec();
    }
    TestConfigPowerCut test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_config_powercut.moc"
