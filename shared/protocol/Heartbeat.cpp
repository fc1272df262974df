// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Heartbeat.h"

#include "protocol/Json.h"

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxCommandName = 64;
constexpr qsizetype maxPath = 1024;
constexpr qint64 maxPid = 4194304; // PID_MAX_LIMIT on 64-bit Linux

} // namespace

Result<WatchdogDatagram> parseDatagram(const QByteArray &datagram)
{
    auto object = parseJsonObject(datagram, maxDatagramSize);
    if (!object) {
        return fail(std::move(object).error());
    }
    JsonReader reader(*object);
    const QString command = reader.requiredText("command"_L1, maxCommandName);
    if (command == "version_req"_L1) {
        return LocalVersionRequest{};
    }
    if (!reader.error() && command != "heart_beat"_L1) {
        return fail(ErrorCode::UnknownCommand, u"unknown command \"%1\""_s.arg(command));
    }
    Heartbeat heartbeat;
    heartbeat.processName = reader.requiredText("process_name"_L1, maxProcessNameLength);
    heartbeat.pid = reader.requiredInteger("pid_of_process"_L1, 2, maxPid);
    heartbeat.runCommand = reader.requiredText("run_command"_L1, maxPath);
    heartbeat.version = static_cast<int>(reader.requiredInteger("version"_L1, 0, maxVersion));
    if (!reader.error() && !isValidProcessName(heartbeat.processName)) {
        reader.reject("process_name"_L1, u"must not contain a slash or start with a dot"_s);
    }
    if (!reader.error() && !heartbeat.runCommand.startsWith(u'/')) {
        reader.reject("run_command"_L1, u"must be an absolute path"_s);
    }
    if (reader.error()) {
        return fail(*reader.error());
    }
    return heartbeat;
}

QString processNameIn(const QByteArray &datagram)
{
    const auto object = parseJsonObject(datagram, maxDatagramSize);
    const QString name = object ? object->value("process_name"_L1).toString() : QString();
    return isValidProcessName(name) ? name : QString();
}

QByteArray encode(const Heartbeat &heartbeat)
{
    return toAsciiJson({{"command"_L1, "heart_beat"_L1},
                        {"process_name"_L1, heartbeat.processName},
                        {"pid_of_process"_L1, heartbeat.pid},
                        {"run_command"_L1, heartbeat.runCommand},
                        {"version"_L1, heartbeat.version}});
}

QByteArray encodeLocalVersionReport(const QList<ProcessReport> &processes)
{
    QJsonArray array;
    for (const ProcessReport &process : processes) {
        // The seed's three fields only: local programs know no others, and a datagram has to stay small.
        array += QJsonObject{
            {"process_name"_L1, process.name}, {"version"_L1, process.version}, {"isDead"_L1, process.isDead}};
    }
    return toAsciiJson({{"command"_L1, "version_req"_L1}, {"processes"_L1, array}});
}

} // namespace sgn
