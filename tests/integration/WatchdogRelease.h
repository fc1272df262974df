// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/Zip.h"
#include "crypto/ConfigEnvelope.h"
#include "crypto/Sha256.h"
#include "integration/WatchdogDevice.h"
#include "support/ReleaseKit.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace sgn::test {

inline QByteArray agentProgram()
{
    return readWhole(QStringLiteral(SGN_BIN_DIR "/sgn-agent"));
}

// A device whose watchdog lies in a release folder of its own, out of the reach of the device's owner, as on a card.
class ReleasedDevice : public WatchdogDevice
{
public:
    ReleasedDevice()
    {
        ::chmod(QFile::encodeName(m_home.path()).constData(), 0755);
        m_program = home(u"WatchDog/sgn-watchdog"_s);
        install(u"WatchDog"_s, 1);
        makeFolder(u"cfg"_s);
        writeConfig({});
    }
    ~ReleasedDevice()
    {
        stop();
        killWatchdogs();
    }

    [[nodiscard]] QString home(const QString &below) const { return m_home.path() + u'/' + below; }
    [[nodiscard]] int installedVersion() const { return readHome(u"WatchDog/version"_s).toInt(); }
    [[nodiscard]] QByteArray readHome(const QString &below) const
    {
        QFile file(home(below));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    // Beside the watchdog's release.
    void writeHome(const QString &name, const QByteArray &content, mode_t mode = 0644) const
    {
        QFile file(home(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
        QVERIFY(::fchmod(file.handle(), mode) == 0);
    }

    // What the watchdog reads for itself.
    void writeConfig(const QJsonObject &more) const
    {
        const auto file = configFile(more);
        QVERIFY(file.has_value());
        write(u"cfg/config_file.bin"_s, *file);
    }
    [[nodiscard]] static Result<QByteArray> configFile(const QJsonObject &more = {})
    {
        QJsonObject config{{u"xmpp_client"_s, QJsonObject{{u"client_jid"_s, u"device@localhost"_s},
                                                          {u"client_password"_s, u"x"_s},
                                                          {u"cpanel_jid"_s, u"panel@localhost"_s}}},
                           {u"rpi_unique_id"_s, u"b8:27:eb:00:00:01"_s}};
        for (auto it = more.begin(); it != more.end(); ++it) {
            config.insert(it.key(), it.value());
        }
        return encryptV1(QJsonDocument(config).toJson());
    }

    // A release in downloads/, as the agent leaves it. `program`: instead of the real watchdog.
    [[nodiscard]] control::Swap offer(int version, const QByteArray &program = {}) const
    {
        const QString zip = path(u"downloads/WatchDog.zip.part"_s);
        const QByteArray content = releaseZip(version, program);
        write(u"downloads/WatchDog.zip.part"_s, content);
        return requestFor(version, zip, content);
    }
    [[nodiscard]] static control::Swap requestFor(int version, const QString &zip, const QByteArray &content)
    {
        return {Component::WatchDog, u"10:%1"_s.arg(version), version, 20,
                control::SwapZip{zip, Sha256::hash(content), {}, false}};
    }
    [[nodiscard]] static control::SwapZip &zipOf(control::Swap &request)
    {
        return std::get<control::SwapZip>(request.source);
    }
    [[nodiscard]] static QByteArray releaseZip(int version, const QByteArray &program)
    {
        const QTemporaryDir folder;
        QList<PackFile> files;
        const auto pack = [&](const QString &name, const QByteArray &content) {
            QFile file(folder.filePath(name));
            if (file.open(QIODevice::WriteOnly) && file.write(content) == content.size()) {
                files += PackFile{file.fileName(), u"WatchDog/"_s + name};
            }
        };
        pack(u"version"_s, QByteArray::number(version) + '\n');
        pack(u"sgn-watchdog"_s, program.isEmpty() ? readAll(watchdog) : program);
        pack(u"sgn-watchdog-update"_s, readAll(updater));
        const QString zip = folder.filePath(u"release.zip"_s);
        return packZip(files, zip) ? readAll(zip) : QByteArray();
    }

    [[nodiscard]] static control::Swap previousRelease(const QString &key)
    {
        return {Component::WatchDog, key, 0, 20, control::SwapPrevious{}};
    }

    // As after an update from version 1 to 2.
    void layOutUpdated() const
    {
        QFile version(home(u"WatchDog/version"_s));
        QVERIFY(version.open(QIODevice::WriteOnly));
        version.write("2\n");
        install(u"WatchDog.update/previous"_s, 1);
        QVERIFY(::chmod(QFile::encodeName(home(u"WatchDog.update"_s)).constData(), 0700) == 0);
    }
    // Another program in the release that was replaced last.
    void replacePrevious(const QByteArray &program) const
    {
        QFile file(home(u"WatchDog.update/previous/sgn-watchdog"_s));
        QVERIFY(file.remove()); // it may run
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(program);
        QVERIFY(::fchmod(file.handle(), 0755) == 0);
    }

    // The pids of all that runs from the watchdog's folders with such arguments.
    [[nodiscard]] QList<qint64> pidsWhere(const std::function<bool(const QByteArray &arguments)> &wanted) const
    {
        QList<qint64> pids;
        const QByteArray mark = QFile::encodeName(m_home.path() + u'/');
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
            const QByteArray arguments = readAll(u"/proc/"_s + entry + u"/cmdline"_s);
            if (entry.toInt() > 0 && arguments.contains(mark) && wanted(arguments) &&
                !readAll(u"/proc/"_s + entry + u"/stat"_s).contains(") Z ")) {
                pids += entry.toLongLong();
            }
        }
        return pids;
    }
    [[nodiscard]] QList<qint64> guardians() const
    {
        return pidsWhere([](const QByteArray &arguments) { return arguments.contains("--guard"); });
    }
    // Only watchdogs proper.
    [[nodiscard]] QList<qint64> mains() const
    {
        return pidsWhere([](const QByteArray &arguments) {
            return arguments.contains("/sgn-watchdog") && !arguments.contains("/sgn-watchdog-update") &&
                   !arguments.contains("--guard") && !arguments.contains("--self-test");
        });
    }
    void killWatchdogs() const
    {
        for (int round = 0; round < 5; ++round) {
            for (const qint64 pid : pidsWhere([](const QByteArray &) { return true; })) {
                ::kill(static_cast<pid_t>(pid), SIGKILL);
            }
        }
    }

    void install(const QString &folder, int version) const
    {
        QVERIFY(QDir().mkpath(home(folder)));
        QVERIFY(QFile::copy(watchdog, home(folder + u"/sgn-watchdog"_s)));
        QVERIFY(QFile::copy(updater, home(folder + u"/sgn-watchdog-update"_s)));
        QFile file(home(folder + u"/version"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::number(version) + '\n');
    }

    [[nodiscard]] static QByteArray readAll(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static inline const QString watchdog = QStringLiteral(SGN_BIN_DIR "/sgn-watchdog");
    static inline const QString updater = QStringLiteral(SGN_BIN_DIR "/sgn-watchdog-update");

private:
    QTemporaryDir m_home;
};

// A watchdog that passes its self-test and then goes wrong. `ways` is Python that runs after it has the arguments.
inline QByteArray brokenWatchdog(const QByteArray &ways)
{
    QByteArray script = R"(#!/usr/bin/python3 -S
import json, os, signal, socket, sys, time
if "--self-test" in sys.argv: sys.exit(0)
args = dict(zip(sys.argv[1::2], sys.argv[2::2]))
def serve(version, processes=[], seconds=1e9):
    # Answers as a watchdog of that version would.
    path = args["--socket"]
    try: os.unlink(path)
    except OSError: pass
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(8)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        s.settimeout(max(0.01, end - time.monotonic()))
        try: c, _ = s.accept()
        except OSError: break
        c.settimeout(1)
        try:
            for line in c.makefile("r"):
                r = json.loads(line)
                a = {"reply": "swap_status", "component": "WatchDog", "state": "none", "running": version} \
                    if r["request"] == "swap_status" else {"reply": "status", "processes": processes}
                c.sendall(json.dumps({"id": r["id"], **a}).encode() + b"\n")
        except OSError: pass
        c.close()
WAYS
)";
    return script.replace("WAYS", ways);
}

inline control::SwapStatusReply ownSwapStatus(const QString &socketPath)
{
    ControlClient client(socketPath);
    if (!client.isConnected()) {
        return {};
    }
    const auto reply = client.ask(control::SwapStatus{Component::WatchDog});
    const auto *const status = reply ? std::get_if<control::SwapStatusReply>(&*reply) : nullptr;
    return status == nullptr ? control::SwapStatusReply{} : *status;
}
inline control::SwapStatusReply ownSwapStatus(const WatchdogDevice &device)
{
    return ownSwapStatus(device.socketPath());
}

} // namespace sgn::test
