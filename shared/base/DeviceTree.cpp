// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/DeviceTree.h"

#include "base/SystemError.h"

#include <cerrno>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>

namespace sgn {

using namespace Qt::StringLiterals;

DeviceTree::DeviceTree(const QString &root)
    : m_root(QDir::cleanPath(QDir::current().absoluteFilePath(root)))
{}

QString DeviceTree::defaultRoot()
{
    return u"/home/pi/technospurs"_s;
}

QString DeviceTree::controlSocket()
{
    return u"/run/sgn/watchdog.sock"_s;
}

QString DeviceTree::below(const QString &path) const
{
    return m_root + u'/' + path;
}

QString DeviceTree::rootKeys()
{
    return u"/home/root/WatchDog.keys"_s;
}

QString DeviceTree::caCertificate() const
{
    return below(u"certs/cacert.pem"_s);
}

QString DeviceTree::configFile() const
{
    return below(u"cfg/config_file.bin"_s);
}

QString DeviceTree::configCopy() const
{
    return configFile() + u".good"_s;
}

QString DeviceTree::deviceKey() const
{
    return below(u"cfg/device.key"_s);
}

QString DeviceTree::panelMap() const
{
    return below(u"cfg/panelmap.json"_s);
}

QString DeviceTree::hold() const
{
    return below(u"cfg/hold"_s);
}

QString DeviceTree::wdog() const
{
    return below(u"wdog"_s);
}

QString DeviceTree::processRegistry() const
{
    return below(u"wdog/processes.json"_s);
}

QString DeviceTree::processRegistryCopy() const
{
    return below(u"wdog/processes.json.copy"_s);
}

QString DeviceTree::agentSwapJournal() const
{
    return below(u"wdog/agent-swap.json"_s);
}

QString DeviceTree::watchdogLock() const
{
    return below(u"wdog/lock"_s);
}

QString DeviceTree::downloads() const
{
    return below(u"downloads"_s);
}

QString DeviceTree::updateJournal() const
{
    return below(u"downloads/update.json"_s);
}

QString DeviceTree::commandRecord() const
{
    return below(u"downloads/commands.json"_s);
}

QString DeviceTree::configJournal() const
{
    return below(u"downloads/config-update.json"_s);
}

QString DeviceTree::configSerial() const
{
    return below(u"downloads/config-serial.json"_s);
}

QString DeviceTree::rebootJournal() const
{
    return below(u"downloads/reboot.json"_s);
}

QString DeviceTree::outbox() const
{
    return below(u"downloads/outbox"_s);
}

QString DeviceTree::eventOutbox() const
{
    return below(u"downloads/events"_s);
}

QString DeviceTree::panelFeatures() const
{
    return below(u"downloads/panel.json"_s);
}

QString DeviceTree::agentLock() const
{
    return below(u"downloads/agent.lock"_s);
}

QString DeviceTree::logBundle() const
{
    return below(u"downloads/logs.zip"_s);
}

QString DeviceTree::stick() const
{
    return below(u"downloads/stick"_s);
}

QString DeviceTree::stickHandover() const
{
    return stick() + u"/order.json"_s;
}

QString DeviceTree::stickZip(int index) const
{
    return stick() + u"/%1.zip"_s.arg(index);
}

QString DeviceTree::stickProgress() const
{
    return stick() + u"/progress.json"_s;
}

QString DeviceTree::stickResult() const
{
    return stick() + u"/result.json"_s;
}

QString DeviceTree::stickLogs() const
{
    return stick() + u"/logs.zip"_s;
}

QString DeviceTree::stickRecord() const
{
    return below(u"wdog/stick.json"_s);
}

QString DeviceTree::stickLock() const
{
    return below(u"wdog/stick.lock"_s);
}

QString DeviceTree::smartMeter() const
{
    return below(u"SmartMeter"_s);
}

QString DeviceTree::data() const
{
    return below(u"data"_s);
}

QString DeviceTree::jabberClient() const
{
    return below(u"JabberClient"_s);
}

QString DeviceTree::agentProgram() const
{
    return below(u"JabberClient/sgn-agent"_s);
}

QString DeviceTree::logs() const
{
    return below(u"logs"_s);
}

QString DeviceTree::log(const QString &program) const
{
    return logs() + u'/' + program + u".log"_s;
}

QString DeviceTree::agentOutput() const
{
    return log(u"agent-output"_s);
}

QString DeviceTree::processOutput(const QString &process) const
{
    const bool isOurs = process == "agent"_L1 || process == "agent-output"_L1 || process == "watchdog"_L1;
    return log(isOurs ? u"process-"_s + process : process);
}

Outcome DeviceTree::ensureFolders() const
{
    if (!QFileInfo(m_root).isDir()) {
        return fail(ErrorCode::Refused, u"the root folder %1 doesn't exist"_s.arg(m_root));
    }
    for (const QString &folder :
         {below(u"certs"_s), below(u"cfg"_s), wdog(), downloads(), outbox(), smartMeter(), jabberClient(), logs()}) {
        if (::mkdir(QFile::encodeName(folder).constData(), 0755) == 0) {
            continue;
        }
        const int error = errno;
        if (error != EEXIST) {
            return fail(systemError(u"cannot make the folder "_s + folder, error));
        }
        if (!QFileInfo(folder).isDir()) {
            return fail(ErrorCode::Refused, u"%1 is not a folder"_s.arg(folder));
        }
    }
    // Something else with that name is the user's, and no reason not to run.
    ::mkdir(QFile::encodeName(data()).constData(), 0755);
    return {};
}

} // namespace sgn
