// SPDX-License-Identifier: GPL-3.0-or-later
#include "DemoFleet.h"

#include <csignal>
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QRegularExpression>

namespace sgn::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int startLimitMs = 180'000;
constexpr int stopLimitMs = 60'000;

} // namespace

QJsonObject DemoFleet::Answer::object() const
{
    return QJsonDocument::fromJson(output).object();
}

DemoFleet::DemoFleet()
{
    m_demo.setProcessChannelMode(QProcess::MergedChannels);
}

DemoFleet::~DemoFleet()
{
    if (m_demo.state() != QProcess::NotRunning) {
        static_cast<void>(stop());
    }
}

QString DemoFleet::start(int devices, const QStringList &moreOptions)
{
    m_pictures = QDir::tempPath() + u"/sgn-pictures-%1"_s.arg(QCoreApplication::applicationPid());
    m_demo.start(QStringLiteral(SGN_SOURCE_DIR "/deploy/demo/demo"),
                 QStringList{u"--bin"_s, QStringLiteral(SGN_BIN_DIR), u"--devices"_s, QString::number(devices),
                             u"--no-window"_s, u"--pictures"_s, m_pictures} +
                     moreOptions);
    const QDeadlineTimer limit(startLimitMs);
    while (!m_printed.contains("Ctrl-C ends all of it")) {
        if (!m_demo.waitForReadyRead(static_cast<int>(limit.remainingTime()))) {
            return u"the demo did not get ready: "_s + QString::fromUtf8(m_printed + m_demo.readAll());
        }
        m_printed += m_demo.readAll();
    }
    static const QRegularExpression where(u"A fleet of \\d+ runs in (\\S+)"_s);
    m_folder = where.match(QString::fromUtf8(m_printed)).captured(1);
    return m_folder.isEmpty() ? u"the demo does not print where it runs"_s : QString();
}

QByteArray DemoFleet::printedByNow()
{
    m_printed += m_demo.readAll();
    return m_printed;
}

bool DemoFleet::stop()
{
    if (m_demo.processId() > 0) {
        ::kill(static_cast<pid_t>(m_demo.processId()), SIGINT);
    }
    const bool ended = m_demo.waitForFinished(stopLimitMs);
    m_printed += m_demo.readAll();
    QDir(m_pictures).removeRecursively();
    return ended && m_demo.exitStatus() == QProcess::NormalExit && !QDir(m_folder).exists();
}

void DemoFleet::kill(Part part)
{
    qint64 pid = m_demo.processId();
    if (part == Part::Worker) {
        QFile children(u"/proc/%1/task/%1/children"_s.arg(pid));
        pid = children.open(QIODevice::ReadOnly) ? children.readAll().split(' ').first().toLongLong() : 0;
    }
    if (pid > 0) {
        ::kill(static_cast<pid_t>(pid), SIGKILL);
    }
}

QString DemoFleet::deviceRoot(const QString &name) const
{
    return u"%1/%2/technospurs"_s.arg(m_folder, name);
}

QString DemoFleet::release(const QString &zip) const
{
    return u"%1/releases/%2"_s.arg(m_folder, zip);
}

QString DemoFleet::panelFile() const
{
    return m_folder + u"/panel/panel.json"_s;
}

DemoFleet::Answer DemoFleet::sgnctl(const QStringList &arguments, int timeoutS) const
{
    QProcess program;
    program.start(QStringLiteral(SGN_BIN_DIR "/sgnctl"),
                  QStringList{u"--panel"_s, panelFile(), u"--timeout"_s, QString::number(timeoutS)} + arguments);
    if (!program.waitForFinished((timeoutS + 30) * 1000)) {
        program.kill();
        program.waitForFinished();
        return {-1, program.readAllStandardOutput(), "sgnctl did not end"};
    }
    return {program.exitCode(), program.readAllStandardOutput(), program.readAllStandardError()};
}

QJsonObject DemoFleet::device(const QString &name) const
{
    const QJsonArray devices = sgnctl({u"versions"_s, name, u"--json"_s}, 10).object()[u"devices"_s].toArray();
    const QJsonObject found = devices.size() == 1 ? devices.first().toObject() : QJsonObject();
    return found[u"answered"_s].toBool() ? found : QJsonObject();
}

QJsonObject DemoFleet::process(const QString &device, const QString &process) const
{
    const QJsonArray reports = this->device(device)[u"processes"_s].toArray();
    for (const QJsonValue &report : reports) {
        if (report[u"process_name"_s].toString() == process) {
            return report.toObject();
        }
    }
    return {};
}

QList<qint64> DemoFleet::pids(const QString &commandLinePart) const
{
    QList<qint64> found;
    const QStringList entries = QDir(u"/proc"_s).entryList(QDir::Dirs);
    for (const QString &entry : entries) {
        bool isPid = false;
        const qint64 pid = entry.toLongLong(&isPid);
        QFile commandLine(u"/proc/%1/cmdline"_s.arg(entry));
        if (isPid && commandLine.open(QIODevice::ReadOnly)) {
            const QByteArray words = commandLine.readAll();
            if (words.contains(m_folder.toUtf8()) && words.contains(commandLinePart.toUtf8())) {
                found += pid;
            }
        }
    }
    return found;
}

} // namespace sgn::test
