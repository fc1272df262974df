// SPDX-License-Identifier: GPL-3.0-or-later
#include "DemoFleet.h"

#include <csignal>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn::test;
using namespace Qt::StringLiterals;

// The whole on one machine: what a newcomer sees with `sgn demo`, done step by step with sgnctl.
class FirstLightTest : public QObject
{
    Q_OBJECT

    static constexpr int devices = 3;

    DemoFleet m_fleet;
    QTemporaryDir m_folder;

    // The single target of a command's answer, or its only one for this device.
    static QJsonObject target(const DemoFleet::Answer &answer)
    {
        return answer.object()[u"targets"_s].toArray().first().toObject();
    }

    // Whether one other process of the program runs within two minutes. Asked once more it may be gone for a
    // moment: between exec() of env and of the interpreter a process has no command line.
    bool runsAnew(const QString &program, const QList<qint64> &before) const
    {
        return QTest::qWaitFor(
            [&] {
                const QList<qint64> now = m_fleet.pids(program);
                return now.size() == 1 && now != before;
            },
            120'000);
    }

    // A release of the agent: the given program and a version file, packed by an ordinary tool.
    QString agentRelease(const QByteArray &program, int version)
    {
        const QString name = u"JabberClient-%1.zip"_s.arg(version);
        QDir folder(m_folder.path());
        const QString source = u"agent-%1/JabberClient"_s.arg(version);
        if (!folder.mkpath(source)) {
            return {};
        }
        QFile agent(folder.filePath(source + u"/sgn-agent"_s));
        QFile versionFile(folder.filePath(source + u"/version"_s));
        if (!agent.open(QIODevice::WriteOnly) || agent.write(program) != program.size() ||
            !agent.setPermissions(QFile::Permissions(0x7755)) || !versionFile.open(QIODevice::WriteOnly)) {
            return {};
        }
        versionFile.write(QByteArray::number(version));
        versionFile.close();
        agent.close();
        QProcess zip;
        zip.setWorkingDirectory(folder.filePath(u"agent-%1"_s.arg(version)));
        zip.start(u"python3"_s, {u"-m"_s, u"zipfile"_s, u"-c"_s, folder.filePath(name), u"JabberClient/"_s});
        return zip.waitForFinished() && zip.exitCode() == 0 ? folder.filePath(name) : QString();
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        const QString problem = m_fleet.start(devices);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
    }

    void showsTheTableAndLeavesAPicture()
    {
        for (const char *name : {"altimeter_0001", "altimeter_0002", "altimeter_0003", "ocr", "uplink", "display"}) {
            QVERIFY2(m_fleet.printed().contains(name), m_fleet.printed().constData());
        }
        for (const QString &theme : {u"light"_s, u"dark"_s}) {
            QFile picture(u"%1/fleet-%2.png"_s.arg(m_fleet.pictures(), theme));
            QVERIFY2(picture.open(QIODevice::ReadOnly), qPrintable(picture.fileName()));
            QVERIFY(picture.readAll().startsWith("\x89PNG"));
            // An empty window compresses to almost nothing.
            QVERIFY2(picture.size() > 15'000, qPrintable(QString::number(picture.size())));
        }
    }

    void everyDeviceReportsItsProcesses()
    {
        const DemoFleet::Answer answer = m_fleet.sgnctl({u"versions"_s, u"--all"_s, u"--json"_s});
        QCOMPARE(answer.exitCode, 0);
        const QJsonArray reports = answer.object()[u"devices"_s].toArray();
        QCOMPARE(reports.size(), devices);
        for (const QJsonValue &device : reports) {
            QVERIFY(device[u"answered"_s].toBool());
            QCOMPARE(device[u"agent_version"_s].toInt(), 1);
            const QJsonArray processes = device[u"processes"_s].toArray();
            QCOMPARE(processes.size(), 3);
            for (const QJsonValue &process : processes) {
                QCOMPARE(process[u"version"_s].toInt(), 1);
                QVERIFY(!process[u"isDead"_s].toBool());
                QCOMPARE(process[u"state"_s].toString(), u"running"_s);
            }
        }
    }

    void startsAKilledProcessAgain()
    {
        const QString program = u"altimeter_0001/technospurs/SmartMeter/ocr.py"_s;
        const QList<qint64> before = m_fleet.pids(program);
        QCOMPARE(before.size(), 1);
        QCOMPARE(::kill(static_cast<pid_t>(before.first()), SIGKILL), 0);
        QVERIFY(runsAnew(program, before));
    }

    void restartsAProcessOnRequest()
    {
        const QString program = u"altimeter_0002/technospurs/SmartMeter/uplink.py"_s;
        const QList<qint64> before = m_fleet.pids(program);
        QCOMPARE(before.size(), 1);
        const auto answer = m_fleet.sgnctl({u"restart"_s, u"altimeter_0002"_s, u"uplink"_s, u"--json"_s});
        QVERIFY2(answer.exitCode == 0, (answer.output + answer.errors).constData());
        QVERIFY(runsAnew(program, before));
    }

    void refusesToRestartAStranger()
    {
        const auto answer = m_fleet.sgnctl({u"restart"_s, u"altimeter_0002"_s, u"no-such-process"_s, u"--json"_s});
        QCOMPARE(answer.exitCode, 1);
        QCOMPARE(target(answer)[u"state"_s].toString(), u"failed"_s);
        QVERIFY(!target(answer)[u"remarks"_s].toString().isEmpty());
    }

    void updatesTheWholeFleet()
    {
        const auto answer = m_fleet.sgnctl({u"update"_s, u"smart-meter"_s, m_fleet.release(u"SmartMeter-2.zip"_s),
                                            u"--all"_s, u"--wait"_s, u"--json"_s},
                                           180);
        QVERIFY2(answer.exitCode == 0, (answer.output + answer.errors).constData());
        const QJsonArray targets = answer.object()[u"targets"_s].toArray();
        QCOMPARE(targets.size(), devices);
        for (const QString &process : {u"ocr"_s, u"uplink"_s, u"display"_s}) {
            const auto report = [&] {
                return m_fleet.process(u"altimeter_0003"_s, process);
            };
            QTRY_COMPARE_WITH_TIMEOUT(report()[u"version"_s].toInt(), 2, 120'000);
            QTRY_COMPARE_WITH_TIMEOUT(report()[u"state"_s].toString(), u"running"_s, 120'000);
        }
    }

    void reportsWhatIsInstalledAlready()
    {
        const auto answer = m_fleet.sgnctl({u"update"_s, u"smart-meter"_s, m_fleet.release(u"SmartMeter-2.zip"_s),
                                            u"--process"_s, u"ocr=2"_s, u"--process"_s, u"uplink=2"_s, u"--process"_s,
                                            u"display=2"_s, u"--to"_s, u"altimeter_0001"_s, u"--wait"_s, u"--json"_s});
        QVERIFY2(answer.exitCode == 0, (answer.output + answer.errors).constData());
        QCOMPARE(target(answer)[u"remarks"_s].toString(), u"already installed"_s);
    }

    void refusesADowngrade()
    {
        const auto answer =
            m_fleet.sgnctl({u"update"_s, u"smart-meter"_s, m_fleet.release(u"SmartMeter-2.zip"_s), u"--process"_s,
                            u"ocr=1"_s, u"--to"_s, u"altimeter_0001"_s, u"--wait"_s, u"--json"_s});
        QCOMPARE(answer.exitCode, 1);
        QCOMPARE(target(answer)[u"error"_s].toString(), u"downgrade"_s);
    }

    void putsTheOldReleaseBackWhenTheNewOneFails()
    {
        const auto answer =
            m_fleet.sgnctl({u"update"_s, u"smart-meter"_s, m_fleet.release(u"SmartMeter-3-broken.zip"_s), u"--to"_s,
                            u"altimeter_0001"_s, u"--wait"_s, u"--json"_s},
                           240);
        QCOMPARE(answer.exitCode, 1);
        QCOMPARE(target(answer)[u"state"_s].toString(), u"failed"_s);
        QCOMPARE(target(answer)[u"error"_s].toString(), u"not_healthy"_s);
        for (const QString &process : {u"ocr"_s, u"uplink"_s, u"display"_s}) {
            QTRY_COMPARE_WITH_TIMEOUT(m_fleet.process(u"altimeter_0001"_s, process)[u"version"_s].toInt(), 2, 120'000);
            QTRY_COMPARE_WITH_TIMEOUT(m_fleet.process(u"altimeter_0001"_s, process)[u"state"_s].toString(),
                                      u"running"_s, 120'000);
        }
    }

    void updatesTheAgentItself()
    {
        QFile program(QStringLiteral(SGN_BIN_DIR "/sgn-agent"));
        QVERIFY(program.open(QIODevice::ReadOnly));
        const QString zip = agentRelease(program.readAll(), 2);
        QVERIFY(!zip.isEmpty());
        const auto answer = m_fleet.sgnctl({u"update"_s, u"agent"_s, zip, u"--version"_s, u"2"_s, u"--to"_s,
                                            u"altimeter_0002"_s, u"--wait"_s, u"--json"_s},
                                           180);
        QVERIFY2(answer.exitCode == 0, (answer.output + answer.errors).constData());
        QTRY_COMPARE_WITH_TIMEOUT(m_fleet.device(u"altimeter_0002"_s)[u"agent_version"_s].toInt(), 2, 120'000);
        QCOMPARE(m_fleet.pids(u"altimeter_0002/technospurs/JabberClient/sgn-agent"_s).size(), 1);
    }

    void keepsItsAgentWhenTheNewOneIsNoProgram()
    {
        const QString zip = agentRelease("#!/bin/sh\nexit 1\n", 3);
        const auto answer = m_fleet.sgnctl({u"update"_s, u"agent"_s, zip, u"--version"_s, u"3"_s, u"--to"_s,
                                            u"altimeter_0002"_s, u"--wait"_s, u"--json"_s},
                                           180);
        QCOMPARE(answer.exitCode, 1);
        QCOMPARE(target(answer)[u"state"_s].toString(), u"failed"_s);
        QVERIFY(!target(answer)[u"remarks"_s].toString().isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(m_fleet.device(u"altimeter_0002"_s)[u"agent_version"_s].toInt(), 2, 120'000);
    }

    void fetchesLogsWithoutSecrets()
    {
        const QString out = m_folder.filePath(u"logs"_s);
        const auto answer = m_fleet.sgnctl({u"logs"_s, u"altimeter_0001"_s, u"--out"_s, out, u"--json"_s}, 120);
        QVERIFY2(answer.exitCode == 0, (answer.output + answer.errors).constData());
        QByteArray all;
        QStringList names;
        QDirIterator it(out, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            QFile file(it.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            all += file.readAll();
            names += it.fileName();
        }
        QVERIFY2(names.contains(u"agent.log"_s) && names.contains(u"watchdog.log"_s) && names.contains(u"ocr.log"_s),
                 qPrintable(names.join(u' ')));
        QFile password(QFileInfo(m_fleet.panelFile()).dir().filePath(u"password"_s));
        QVERIFY(password.open(QIODevice::ReadOnly));
        QVERIFY(!all.contains(password.readAll().trimmed()));
    }

    void showsADeadProcess()
    {
        // Without its execute bit a program can't be started again.
        const QString program = m_fleet.deviceRoot(u"altimeter_0003"_s) + u"/SmartMeter/display.py"_s;
        QVERIFY(QFile::setPermissions(program, QFile::Permissions(0x6644)));
        const QList<qint64> running = m_fleet.pids(u"altimeter_0003/technospurs/SmartMeter/display.py"_s);
        QCOMPARE(running.size(), 1);
        QCOMPARE(::kill(static_cast<pid_t>(running.first()), SIGKILL), 0);
        QTRY_VERIFY_WITH_TIMEOUT(m_fleet.process(u"altimeter_0003"_s, u"display"_s)[u"isDead"_s].toBool(), 120'000);
        const auto dead = m_fleet.sgnctl({u"dead"_s, u"--json"_s}).object()[u"dead"_s].toArray();
        QCOMPARE(dead.size(), 1);
        QCOMPARE(dead.first()[u"process_name"_s].toString(), u"display"_s);

        QVERIFY(QFile::setPermissions(program, QFile::Permissions(0x7755)));
        QTRY_VERIFY_WITH_TIMEOUT(!m_fleet.process(u"altimeter_0003"_s, u"display"_s)[u"isDead"_s].toBool(), 120'000);
    }

    void ctrlCEndsAllOfIt()
    {
        QVERIFY2(m_fleet.stop(), m_fleet.printed().constData());
        QCOMPARE(m_fleet.pids(u""_s), QList<qint64>());
    }
};

QTEST_GUILESS_MAIN(FirstLightTest)
#include "tst_first_light.moc"
