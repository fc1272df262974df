// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/DeviceTree.h"

#include <cerrno>
#include <cstring>
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

QString DeviceTree::below(QStringView path) const
{
    return m_root + u'/' + path;
}

QString DeviceTree::certs() const
{
    return below(u"certs");
}

QString DeviceTree::caCertificate() const
{
    return below(u"certs/cacert.pem");
}

QString DeviceTree::cfg() const
{
    return below(u"cfg");
}

QString DeviceTree::configFile() const
{
    return below(u"cfg/config_file.bin");
}

QString DeviceTree::deviceKey() const
{
    return below(u"cfg/device.key");
}

QString DeviceTree::panelMap() const
{
    return below(u"cfg/panelmap.json");
}

QString DeviceTree::hold() const
{
    return below(u"cfg/hold");
}

QString DeviceTree::wdog() const
{
    return below(u"wdog");
}

QString DeviceTree::processRegistry() const
{
    return below(u"wdog/processes.json");
}

QString DeviceTree::agentSwapJournal() const
{
    return below(u"wdog/agent-swap.json");
}

QString DeviceTree::controlSocket() const
{
    return below(u"wdog/control.sock");
}

QString DeviceTree::downloads() const
{
    return below(u"downloads");
}

QString DeviceTree::updateJournal() const
{
    return below(u"downloads/update.json");
}

QString DeviceTree::commandRecord() const
{
    return below(u"downloads/commands.json");
}

QString DeviceTree::outbox() const
{
    return below(u"downloads/outbox");
}

QString DeviceTree::smartMeter() const
{
    return below(u"SmartMeter");
}

QString DeviceTree::jabberClient() const
{
    return below(u"JabberClient");
}

QString DeviceTree::agentProgram() const
{
    return below(u"JabberClient/sgn-agent");
}

QString DeviceTree::agentVersion() const
{
    return below(u"JabberClient/version");
}

QString DeviceTree::logs() const
{
    return below(u"logs");
}

QString DeviceTree::log(const QString &program) const
{
    return logs() + u'/' + program + u".log"_s;
}

Outcome DeviceTree::ensureFolders() const
{
    if (!QFileInfo(m_root).isDir()) {
        return fail(ErrorCode::Refused, u"the root folder %1 doesn't exist"_s.arg(m_root));
    }
    for (const QString &folder :
         {certs(), cfg(), wdog(), downloads(), outbox(), smartMeter(), jabberClient(), logs()}) {
        if (::mkdir(QFile::encodeName(folder).constData(), 0755) == 0) {
            continue;
        }
        const int error = errno;
        if (error != EEXIST) {
            return fail(error == ENOSPC || error == EDQUOT ? ErrorCode::NoSpace : ErrorCode::Io,
                        u"cannot make the folder %1: %2"_s.arg(folder, QString::fromLocal8Bit(std::strerror(error))));
        }
        if (!QFileInfo(folder).isDir()) {
            return fail(ErrorCode::Refused, u"%1 is not a folder"_s.arg(folder));
        }
    }
    return {};
}

} // namespace sgn
