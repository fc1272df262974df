// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/PartitionTable.h"
#include "card/Tool.h"
#include "support/ReleaseKit.h"

#include <QDir>
#include <QtEndian>
#include <unistd.h>

namespace sgn::test {

// What is in the image of makeCardImage().
inline constexpr card::Partition cardBoot{1024 * 1024, 1024 * 1024};
inline constexpr card::Partition cardRoot{2 * 1024 * 1024, 96 * 1024 * 1024};

inline const QByteArray cardCmdline = "console=tty1 root=PARTUUID=738a4d67-02 rootfstype=ext4 rootwait\n";
inline const QByteArray cardConfig = "dtparam=audio=on\n[pi4]\narm_boost=1\n";

// The root of a card as the seed has it, a Raspbian Buster: as much of it as provisioning looks at.
inline bool layBuster(const QString &root)
{
    const auto put = [&root](const char *path, const QByteArray &content) {
        const QString file = root + QLatin1StringView(path);
        return QDir().mkpath(QFileInfo(file).path()) && writeFile(file, content);
    };
    const auto link = [&root](const char *path, const char *target) {
        return ::symlink(target, QFile::encodeName(root + QLatin1StringView(path)).constData()) == 0;
    };
    for (const char *folder : {"/boot", "/root", "/home/pi", "/usr/bin", "/usr/local/lib", "/etc/wpa_supplicant",
                               "/var/spool/cron/crontabs", "/etc/systemd/system/multi-user.target.wants"}) {
        if (!QDir().mkpath(root + QLatin1StringView(folder))) {
            return false;
        }
    }
    return put("/usr/lib/os-release", "PRETTY_NAME=\"Raspbian GNU/Linux 10 (buster)\"\nID=raspbian\nVERSION_ID=\"10\"\n"
                                      "VERSION_CODENAME=buster\n") &&
           link("/etc/os-release", "../usr/lib/os-release") && link("/bin", "usr/bin") &&
           put("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\npi:x:1000:1000:,,,:/home/pi:/bin/bash\n") &&
           put("/etc/group", "root:x:0:\ncrontab:x:105:\npi:x:1000:\n") &&
           put("/etc/shadow", "root:*:18000:0:99999:7:::\npi:$6$x$y:18000:0:99999:7:::\n") &&
           put("/etc/hostname", "raspberrypi\n") &&
           put("/etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n") &&
           put("/var/lib/dpkg/arch", "armhf\n") && put("/usr/bin/python3.7", "x") &&
           link("/usr/bin/python3", "python3.7");
}

// An image of a card with that root, and with boot files as a card has them. Returns why it couldn't be made.
inline QString makeCardImage(const QString &image, const QString &root)
{
    QByteArray sector(512, '\0');
    const auto partition = [&sector](int number, quint8 type, const card::Partition &where) {
        char *const entry = sector.data() + 446 + 16 * number;
        entry[4] = static_cast<char>(type);
        qToLittleEndian(static_cast<quint32>(where.start / 512), entry + 8);
        qToLittleEndian(static_cast<quint32>(where.size / 512), entry + 12);
    };
    partition(0, 0x0c, cardBoot);
    partition(1, 0x83, cardRoot);
    sector[510] = 0x55;
    sector[511] = static_cast<char>(0xaa);
    QFile file(image);
    if (!file.open(QIODevice::WriteOnly) || !file.resize(cardRoot.start + cardRoot.size) ||
        file.write(sector) != sector.size()) {
        return file.errorString();
    }
    file.close();
    const auto made = card::runTool(
        QStringLiteral("mkfs.ext4"),
        {QStringLiteral("-q"), QStringLiteral("-E"), QStringLiteral("offset=%1,root_owner=0:0").arg(cardRoot.start),
         QStringLiteral("-d"), root, image, QStringLiteral("%1k").arg(cardRoot.size / 1024)},
        QStringLiteral("e2fsprogs"));
    if (!made || made->exitCode != 0) {
        return made ? QString::fromUtf8(made->errors) : made.error().message;
    }
    const QString address = QStringLiteral("%1@@%2").arg(image).arg(cardBoot.start);
    const QString sectors = QString::number(cardBoot.size / 512);
    const auto run = [](const QString &tool, const QStringList &arguments) {
        const auto ran = card::runTool(tool, arguments, QStringLiteral("mtools"));
        return !ran ? ran.error().message : ran->exitCode != 0 ? QString::fromUtf8(ran->errors) : QString();
    };
    QString problem = run(QStringLiteral("mformat"),
                          {QStringLiteral("-i"), address, QStringLiteral("-T"), sectors, QStringLiteral("-h"),
                           QStringLiteral("2"), QStringLiteral("-s"), QStringLiteral("32"), QStringLiteral("::")});
    const QTemporaryDir folder;
    for (const auto &[name, content] : {std::pair{"cmdline.txt", cardCmdline}, {"config.txt", cardConfig}}) {
        const QString source = folder.filePath(QLatin1StringView(name));
        problem = !problem.isEmpty() || !writeFile(source, content)
                      ? problem + source
                      : run(QStringLiteral("mcopy"), {QStringLiteral("-i"), address, source, QStringLiteral("::/")});
    }
    return problem;
}

} // namespace sgn::test
