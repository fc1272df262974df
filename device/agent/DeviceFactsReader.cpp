// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/DeviceFactsReader.h"

#include "base/AtomicFile.h"
#include "base/FileSystem.h"

#include <QFile>

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

// The interface of the default route with the lowest metric; empty: there is none.
QByteArray defaultInterface(const QByteArray &routes)
{
    constexpr qsizetype columns = 8; // Iface Destination Gateway Flags RefCnt Use Metric Mask
    QByteArray best;
    qint64 bestMetric = 0;
    for (const QByteArray &line : routes.split('\n')) {
        const QList<QByteArray> fields = line.simplified().split(' ');
        if (fields.size() < columns || fields.at(1) != "00000000" || fields.at(7) != "00000000") {
            continue;
        }
        const qint64 metric = fields.at(6).toLongLong();
        if (best.isEmpty() || metric < bestMetric) {
            best = fields.at(0);
            bestMetric = metric;
        }
    }
    return best;
}

// By what the kernel knows of the interface, else by its usual name.
QString networkKind(const QString &prefix)
{
    const QByteArray name = defaultInterface(contentOf(prefix + u"/proc/net/route"_s));
    if (name.isEmpty()) {
        return {};
    }
    const QString folder = prefix + u"/sys/class/net/"_s + QString::fromLatin1(name);
    const QByteArray type = lineAfter(contentOf(folder + u"/uevent"_s), "DEVTYPE=");
    if (type == "wwan" || name.startsWith("wwan") || name.startsWith("ppp")) {
        return u"cellular"_s;
    }
    if (type == "wlan" || name.startsWith("wl")) {
        return u"wifi"_s;
    }
    return name.startsWith("eth") || name.startsWith("en") ? u"ethernet"_s : QString();
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
    if (const Result<qint64> available = availableBytes(root)) {
        facts.diskFreeMb = *available >> 20;
    }
    facts.network = networkKind(prefix);
    facts.readOnly = isReadOnlyFileSystem(root);
    return facts;
}

} // namespace sgn::agent
