// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "integration/WholeDevice.h"

#include <QDirIterator>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int limit = 90'000;
const QString canary = u"canary-pw-7f3a91"_s;
constexpr qint64 megabyte = 1024 * 1024;

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool holdsSecret(const QByteArray &content)
{
    const QByteArray secret = canary.toUtf8();
    return content.contains(secret) || content.contains(secret.toBase64(QByteArray::OmitTrailingEquals)) ||
           content.toLower().contains(secret.toHex());
}

} // namespace

// What a device writes down: bounded, complete when it is asked for, and without a secret. Real watchdog, agent, server
// and meter programs.
class TestAgentLogs : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ProsodyServer> m_server;
    std::unique_ptr<WatchdogDevice> m_device;
    std::unique_ptr<TypingPanel> m_panel;

    void startDevice(const QByteArray &meterCode)
    {
        equip(*m_device, *m_server, canary);
        m_device->addMeter(u"ocr"_s, meterCode);
        QVERIFY(m_device->start());
        QTRY_VERIFY_WITH_TIMEOUT(m_device->read(u"logs/agent.log"_s).contains("online as"), limit);
        ControlClient control(*m_device);
        QVERIFY(control.startMeters({u"ocr"_s}));
    }
    // The unpacked logs that the device sends when it is asked.
    [[nodiscard]] QHash<QString, QByteArray> fetchLogs()
    {
        QHash<QString, QByteArray> logs;
        const auto replies = [this] {
            QByteArrayList all = m_panel->bodies();
            all.removeIf([](const QByteArray &body) { return !body.contains("upload_logs"); });
            return all;
        };
        const qsizetype before = replies().size();
        m_panel->type(R"({"command":"upload_logs"})");
        if (!QTest::qWaitFor([&] { return replies().size() > before; }, limit)) {
            return logs;
        }
        QNetworkAccessManager network;
        QNetworkRequest request(QUrl(QJsonDocument::fromJson(replies().last())[u"url"_s].toString()));
        QSslConfiguration tls = request.sslConfiguration();
        tls.setCaCertificates(QSslCertificate::fromPath(m_server->caFile()));
        request.setSslConfiguration(tls);
        const std::unique_ptr<QNetworkReply> download(network.get(request));
        if (!QTest::qWaitFor([&] { return download->isFinished(); }, limit)) {
            return logs;
        }
        const QTemporaryDir folder;
        QFile zip(folder.filePath(u"logs.zip"_s));
        if (!zip.open(QIODevice::WriteOnly)) {
            return logs;
        }
        zip.write(download->readAll());
        zip.close();
        const QString target = folder.filePath(u"out"_s);
        if (const auto report = extractZip(zip.fileName(), target, {u"logs"_s, {}, {}, {}}); !report) {
            qWarning() << report.error();
            return logs;
        }
        QDirIterator files(target, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = files.next();
            logs.insert(files.fileName(), contentOf(path));
        }
        return logs;
    }
    [[nodiscard]] qint64 sizeOfLogs() const
    {
        qint64 size = 0;
        QDirIterator files(m_device->path(u"logs"_s), QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            files.next();
            size += files.fileInfo().size();
        }
        return size;
    }
    [[nodiscard]] QList<qint64> ownPids() const { return m_device->running() + QList{m_device->pid()}; }
    void nothingHoldsTheSecret() const
    {
        QDirIterator files(m_device->root(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = files.next();
            QVERIFY2(!holdsSecret(contentOf(path)), qPrintable(path));
        }
        const QList<qint64> pids = ownPids();
        QVERIFY(pids.size() >= 3); // watchdog, agent, meter
        for (const qint64 pid : pids) {
            for (const auto *name : {"cmdline", "environ", "comm"}) {
                const QString path = u"/proc/%1/%2"_s.arg(pid).arg(QLatin1StringView(name));
                QVERIFY2(!holdsSecret(contentOf(path)), qPrintable(path));
            }
        }
    }

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start(accountsWith(canary)), qPrintable(m_server->errorString()));
        m_device = std::make_unique<WatchdogDevice>();
        m_panel = std::make_unique<TypingPanel>(*m_server);
        m_panel->session.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
    }

    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->read(u"logs/agent.log"_s) << m_device->read(u"logs/watchdog.log"_s);
        }
        m_panel.reset();
        m_device.reset();
        m_server.reset();
    }

    void aMeterThatPrintsWithoutEndFillsNoDisk()
    {
        // 100 MB as fast as it can, then it goes on as a good one does.
        startDevice("line = 'x' * 99 + '\\n'\n"
                    "beat()\n"
                    "for n in range(1000): sys.stdout.write(line * 1000); sys.stdout.flush()\n"
                    "print('the end', flush=True)\n"
                    "open(root + '/printed', 'w').close()\n");
        const auto size = [this] {
            return QFileInfo(m_device->path(u"logs/ocr.log"_s)).size();
        };
        qint64 most = 0;
        QTRY_VERIFY_WITH_TIMEOUT((most = std::max(most, size()), QFile::exists(m_device->path(u"printed"_s))), limit);
        QTRY_VERIFY_WITH_TIMEOUT(size() <= megabyte, limit);
        qInfo("100 MB were printed; the file had %.1f MB at most, and has %.1f MB now",
              static_cast<double>(most) / megabyte, static_cast<double>(size()) / megabyte);
        QVERIFY(m_device->read(u"logs/ocr.log"_s).contains("the end\n"));
        QVERIFY(sizeOfLogs() <= 8 * megabyte);
        const auto logs = fetchLogs();
        QVERIFY(logs.value(u"ocr.log"_s).contains("the end\n"));
        QVERIFY(logs.contains(u"agent.log"_s) && logs.contains(u"watchdog.log"_s));
    }

    void noSecretIsWrittenDown()
    {
        startDevice("print('a reading', flush=True)\n");
        nothingHoldsTheSecret();
        // Also when the password is what the trouble is about.
        QVERIFY(m_server->addAccount(deviceJid, u"another"_s));
        for (const qint64 pid : m_device->running(u"JabberClient/sgn-agent"_s)) {
            ::kill(static_cast<pid_t>(pid), SIGKILL);
        }
        QTRY_VERIFY_WITH_TIMEOUT(m_device->read(u"logs/agent.log"_s).contains("wrong password"), limit);
        nothingHoldsTheSecret();
        QVERIFY(m_server->addAccount(deviceJid, canary));
        QTRY_COMPARE_WITH_TIMEOUT(m_device->read(u"logs/agent.log"_s).count("online as"), 2, limit);
        const auto logs = fetchLogs();
        for (const QString &name : {u"agent.log"_s, u"watchdog.log"_s, u"ocr.log"_s}) {
            QVERIFY2(logs.contains(name), qPrintable(name));
        }
        for (auto it = logs.cbegin(); it != logs.cend(); ++it) {
            QVERIFY2(!holdsSecret(it.value()), qPrintable(it.key()));
        }
        nothingHoldsTheSecret();
        // The search itself finds what it looks for.
        QVERIFY(holdsSecret("x" + canary.toUtf8() + "y") && holdsSecret(canary.toUtf8().toHex().toUpper()));
    }
};

QTEST_GUILESS_MAIN(TestAgentLogs)
#include "tst_agent_logs.moc"
