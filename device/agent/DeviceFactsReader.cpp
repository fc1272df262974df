// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/DeviceFactsReader.h"

#include "base/AtomicFile.h"
#include "base/FileSystem.h"

#include <QFile>
#include <sys/statvfs.h>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxFileSize = 64 * 1024;
constexpr double milli = 1000;

QByteArray contentOf(const QString &path)
{
    return readFile(path, maxFileSize).value_or(QByteArray());
}

// The rest of the line that begins with `key`.
QByteArray lineAfter(const QByteArray &text, QByteArrayView key)
{
    for (const QByteArray &line : text.split('\n')) {
        if (line.startsWith(key)) {
            return line.sliced(key.size()).trimmed();
        }
    }
    return {};
}

QString unquoted(QByteArray text)
{
    if (text.size() >= 2 && text.startsWith('"') && text.endsWith('"')) {
        text = text.sliced(1, text.size() - 2);
    }
    return QString::fromUtf8(text);
}

std::optional<double> number(const QByteArray &text)
{
    bool ok = false;
    const double value = text.trimmed().split(' ').first().toDouble(&ok);
    return ok ? std::optional(value) : std::nullopt;
}

} // namespace

DeviceFacts readDeviceFacts(const QString &root, const QString &prefix)
{
    DeviceFacts facts;
    facts.os = unquoted(lineAfter(contentOf(prefix + u"/etc/os-release"_s), "PRETTY_NAME="));
    // The device tree ends its strings with a null byte.
    facts.model = QString::fromUtf8(contentOf(prefix + u"/proc/device-tree/model"_s).replace('\0', "")).trimmed();
    if (const auto uptime = number(contentOf(prefix + u"/proc/uptime"_s))) {
        facts.uptimeS = static_cast<qint64>(*uptime);
    }
    if (const auto kib = number(lineAfter(contentOf(prefix + u"/proc/meminfo"_s), "MemAvailable:"))) {
        facts.memAvailableMb = static_cast<qint64>(*kib) / 1024;
    }
    if (const auto temperature = number(contentOf(prefix + u"/sys/class/thermal/thermal_zone0/temp"_s))) {
        facts.temperatureC = *temperature / milli;
    }
    struct statvfs disk
    {
    };
    if (::statvfs(QFile::encodeName(root).constData(), &disk) == 0) {
        facts.diskFreeMb = static_cast<qint64>(disk.f_bavail) * static_cast<qint64>(disk.f_frsize) >> 20;
    }
    facts.readOnly = isReadOnlyFileSystem(root);
    return facts;
}

} // namespace sgn::agent
