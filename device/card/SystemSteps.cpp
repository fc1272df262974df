// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/SystemSteps.h"

#include "card/TextBlock.h"

#include <QRegularExpression>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

Wish rootsFolder(const QByteArray &path)
{
    return {.path = path, .type = Node::Type::Folder, .mode = 0755};
}

} // namespace

Step hardwareWatchdogStep(const CardFacts &facts, const PresentFiles &present)
{
    const QByteArray folder = "/etc/systemd/system.conf.d";
    // The Pi's counts up to 16 s.
    return {u"hardware watchdog"_s,
            {rootsFolder(folder),
             {.path = folder + "/sgn-watchdog.conf",
              .content = "# SPDX-License-Identifier: GPL-3.0-or-later\n[Manager]\nRuntimeWatchdogSec=15\n"},
             {.path = PresentPaths(facts).bootConfig,
              .content = withBlock(present.bootConfig, "[all]\ndtparam=watchdog=on\n"),
              .mode = 0755}}};
}

Result<Step> timeServersStep(const QByteArrayList &servers)
{
    static const QRegularExpression form(u"^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}\\z"_s);
    for (const QByteArray &server : servers) {
        if (!form.match(QString::fromUtf8(server)).hasMatch()) {
            return fail(ErrorCode::BadRequest, u"a time server is a host name or an address, not \"%1\""_s.arg(
                                                   QString::fromUtf8(server.left(64))));
        }
    }
    const QByteArray folder = "/etc/systemd/timesyncd.conf.d";
    return Step{u"time servers"_s,
                {rootsFolder(folder),
                 {.path = folder + "/sgn.conf",
                  .content = "# SPDX-License-Identifier: GPL-3.0-or-later\n[Time]\nNTP=" + servers.join(' ') + '\n'},
                 {.path = "/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service",
                  .type = Node::Type::Symlink,
                  .content = "/lib/systemd/system/systemd-timesyncd.service",
                  .mode = 0777}}};
}

bool isLoginShell(const QByteArray &shell)
{
    return !shell.endsWith("/nologin") && !shell.endsWith("/false");
}

QByteArray withLoginShell(const QByteArray &passwd, const QByteArray &user, const QByteArray &shell)
{
    QByteArrayList lines = passwd.split('\n');
    for (QByteArray &line : lines) {
        QByteArrayList fields = line.split(':');
        if (fields.size() == 7 && fields[0] == user && !isLoginShell(fields[6])) {
            fields[6] = shell;
            line = fields.join(':');
        }
    }
    return lines.join('\n');
}

QList<Wish> loginWishes(const QByteArray &hash, const CardFacts &facts, const PresentFiles &present)
{
    const PresentPaths paths(facts);
    QList<Wish> wishes;
    if (!isLoginShell(facts.user.shell)) {
        wishes += {.path = paths.passwd, .content = withLoginShell(present.passwd, facts.user.name, "/bin/bash")};
    }
    if (facts.hasFirstBootWizard) {
        wishes +=
            {.path = facts.bootFolder + "/userconf.txt", .content = facts.user.name + ':' + hash + '\n', .mode = 0755};
    }
    return wishes;
}

} // namespace sgn::card
