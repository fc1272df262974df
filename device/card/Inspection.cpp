// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Inspection.h"

#include "card/PasswordHash.h"
#include "card/Step.h"
#include "card/SystemSteps.h"
#include "config/DeviceConfig.h"
#include "crypto/CaBundle.h"
#include "crypto/ConfigEnvelope.h"
#include "release/ProgramHead.h"

#include <algorithm>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxProgram = qint64{256} * 1024 * 1024;
constexpr qsizetype maxEntries = 5000;
constexpr mode_t othersMayWrite = 0022;
constexpr mode_t executable = 0111;
const QByteArray watchdogFolder = "/home/root/WatchDog"_ba;
const QByteArray unitPath = "/etc/systemd/system/sgn-watchdog.service"_ba;
const QByteArray enabledPath = "/etc/systemd/system/multi-user.target.wants/sgn-watchdog.service"_ba;

QString shown(const QByteArray &path)
{
    return QString::fromUtf8(path);
}

CardFinding finding(const QString &subject, const QString &problem, const QString &cure)
{
    return {subject, problem, problem.isEmpty() ? QString() : cure};
}

QString ownerProblem(const QByteArray &path, const Node &node, uid_t owner)
{
    if (node.uid != owner) {
        return u"%1 belongs to user %2 instead of %3"_s.arg(shown(path)).arg(node.uid).arg(owner);
    }
    return (node.mode & othersMayWrite) != 0
               ? u"%1 may be written by others (mode %2)"_s.arg(shown(path), QString::number(node.mode, 8))
               : QString();
}

QByteArrayList foldersOf(const DeviceTree &tree)
{
    QByteArrayList folders;
    for (const QString &folder : {tree.root(), tree.root() + u"/certs"_s, tree.root() + u"/cfg"_s, tree.wdog(),
                                  tree.downloads(), tree.smartMeter(), tree.jabberClient(), tree.logs()}) {
        folders += folder.toUtf8();
    }
    return folders;
}

// All paths below a folder, links not followed.
Result<QMap<QByteArray, Node>> below(Volume &card, const QByteArray &folder)
{
    QMap<QByteArray, Node> all;
    QByteArrayList folders{folder};
    while (!folders.isEmpty() && all.size() < maxEntries) {
        const QByteArray here = folders.takeFirst();
        const auto names = card.list(here);
        if (!names) {
            return fail(names.error());
        }
        QByteArrayList paths;
        for (const QByteArray &name : *names) {
            if (checkPutPath(here + '/' + name)) {
                paths += here + '/' + name;
            }
        }
        const auto nodes = card.look(paths);
        if (!nodes) {
            return fail(nodes.error());
        }
        for (auto it = nodes->cbegin(); it != nodes->cend(); ++it) {
            all.insert(it.key(), it.value());
            if (it->type == Node::Type::Folder) {
                folders += it.key();
            }
        }
    }
    return all;
}

} // namespace

QString programProblem(const ElfHead &head, const QString &architecture,
                       const std::function<bool(const QByteArray &path)> &exists)
{
    const QString built = architectureOf(head);
    // A program that brings its own libraries may be of the other float ABI, and a 64-bit kernel runs 32-bit ones.
    const bool isRun = built == architecture || built == u"armhf"_s || built == u"armel"_s;
    if (!isRun) {
        return u"it was built for %1, and the card's system is %2"_s.arg(built, architecture);
    }
    return head.interpreter.isEmpty() || exists(head.interpreter)
               ? QString()
               : u"its loader %1 is not on the card (it was built for %2)"_s.arg(shown(head.interpreter), built);
}

Inspection::Inspection(Volume &card, QDateTime now)
    : m_card(card)
    , m_now(std::move(now))
{}

Result<QList<CardFinding>> Inspection::run()
{
    auto facts = readCardFacts(m_card);
    if (!facts) {
        return fail(std::move(facts).error());
    }
    m_facts = *std::move(facts);
    QList<CardFinding> findings;
    for (const Check check : {&Inspection::login, &Inspection::timeZone, &Inspection::folders, &Inspection::certificate,
                              &Inspection::meter, &Inspection::agent, &Inspection::watchdog, &Inspection::rootKeys,
                              &Inspection::start, &Inspection::config, &Inspection::ssh}) {
        auto found = (this->*check)();
        if (!found) {
            return fail(std::move(found).error());
        }
        findings += *std::move(found);
    }
    return findings;
}

Result<QByteArray> Inspection::contentOf(const QByteArray &path)
{
    const auto files = m_card.read({path}, maxProgram);
    return files ? Result<QByteArray>(files->value(path)) : fail(files.error());
}

Result<CardFinding> Inspection::login()
{
    const PresentPaths paths(m_facts);
    const QByteArray userConf = m_facts.bootFolder + "/userconf.txt";
    const auto files = m_card.read({paths.shadow, paths.authorizedKeys, userConf}, maxProgram);
    if (!files) {
        return fail(files.error());
    }
    const QByteArray hash = passwordHashIn(files->value(paths.shadow), m_facts.user.name);
    QString problem;
    if (!isLoginShell(m_facts.user.shell)) {
        problem = u"user %1 has no login shell (%2)"_s.arg(shown(m_facts.user.name), shown(m_facts.user.shell));
    } else if (!hash.startsWith('$') && files->value(paths.authorizedKeys).trimmed().isEmpty()) {
        problem = u"user %1 has neither a password nor a key"_s.arg(shown(m_facts.user.name));
    } else if (m_facts.hasFirstBootWizard && files->value(userConf).isEmpty()) {
        problem = u"the first boot will wait at the screen for a user's name"_s;
    }
    return finding(u"02 login"_s, problem, u"sgn-provision card --password-stdin"_s);
}

Result<CardFinding> Inspection::timeZone()
{
    return finding(u"03 time zone"_s, m_facts.timeZone.isEmpty() ? u"none is set"_s : QString(),
                   u"sgn-provision card --timezone AREA/CITY"_s);
}

Result<CardFinding> Inspection::folders()
{
    const QByteArrayList wanted = foldersOf(treeOf(m_facts.user));
    const auto nodes = m_card.look(wanted);
    if (!nodes) {
        return fail(nodes.error());
    }
    QString problem;
    for (const QByteArray &path : wanted) {
        if (!problem.isEmpty()) {
            break;
        }
        const auto node = nodes->constFind(path);
        problem = node == nodes->cend()              ? u"%1 is missing"_s.arg(shown(path))
                  : node->type != Node::Type::Folder ? u"%1 is no folder"_s.arg(shown(path))
                                                     : ownerProblem(path, *node, m_facts.user.uid);
    }
    return finding(u"06 folders"_s, problem, u"sgn-provision card"_s);
}

Result<CardFinding> Inspection::certificate()
{
    const QByteArray path = treeOf(m_facts.user).caCertificate().toUtf8();
    const auto pem = contentOf(path);
    if (!pem) {
        return fail(pem.error());
    }
    const auto checked =
        pem->isEmpty() ? fail(ErrorCode::NotFound, u"%1 is missing"_s.arg(shown(path))) : checkCaBundle(*pem, m_now);
    return finding(u"07 certificate"_s, checked ? QString() : checked.error().message,
                   u"sgn-provision card --cacert FILE"_s);
}

Result<QString> Inspection::problemOfScripts(const QByteArray &folder)
{
    const auto entries = below(m_card, folder);
    if (!entries) {
        return fail(entries.error());
    }
    if (entries->isEmpty()) {
        return u"there is none in %1"_s.arg(shown(folder));
    }
    QByteArrayList scripts;
    for (auto it = entries->cbegin(); it != entries->cend(); ++it) {
        if (it->type == Node::Type::File && (it->mode & executable) != 0) {
            scripts += it.key();
        }
    }
    if (scripts.isEmpty()) {
        return u"nothing in %1 is executable"_s.arg(shown(folder));
    }
    const auto files = m_card.read(scripts, maxProgram);
    if (!files) {
        return fail(files.error());
    }
    for (const QByteArray &path : std::as_const(scripts)) {
        const QByteArray content = files->value(path);
        QString problem = headProblem(content.first(std::min<qsizetype>(content.size(), maxProgramHead)),
                                      [this](const QByteArray &interpreter) {
                                          const auto there = m_card.look({interpreter});
                                          return there && there->contains(interpreter);
                                      });
        problem = problem.isEmpty() ? problem : u"%1 cannot run: %2"_s.arg(shown(path), problem);
        if (problem.isEmpty()) {
            problem = ownerProblem(path, entries->value(path), m_facts.user.uid);
        }
        if (!problem.isEmpty()) {
            return problem;
        }
    }
    return QString();
}

Result<CardFinding> Inspection::meter()
{
    const auto problem = problemOfScripts(treeOf(m_facts.user).smartMeter().toUtf8());
    return problem ? Result<CardFinding>(finding(u"08 meter"_s, *problem, u"sgn-provision card --smart-meter ZIP"_s))
                   : fail(problem.error());
}

Result<QString> Inspection::problemOfProgram(const QByteArray &path, uid_t owner)
{
    const auto nodes = m_card.look({path});
    const auto content = nodes ? contentOf(path) : fail(nodes.error());
    if (!content) {
        return fail(content.error());
    }
    const auto node = nodes->constFind(path);
    if (node == nodes->cend()) {
        return u"%1 is missing"_s.arg(shown(path));
    }
    if (node->type != Node::Type::File || (node->mode & executable) == 0) {
        return u"%1 is not executable"_s.arg(shown(path));
    }
    if (const QString problem = ownerProblem(path, *node, owner); !problem.isEmpty()) {
        return problem;
    }
    const auto exists = [this](const QByteArray &interpreter) {
        const auto there = checkCardPath(interpreter) ? m_card.look({interpreter}) : fail(ErrorCode::NotFound, {});
        return there && there->contains(interpreter);
    };
    const auto head = readElfHead(*content);
    const QString problem =
        head ? programProblem(*head, m_facts.architecture, exists)
             : headProblem(content->first(std::min<qsizetype>(content->size(), maxProgramHead)), exists);
    return problem.isEmpty() ? QString() : u"%1 cannot run: %2"_s.arg(shown(path), problem);
}

Result<CardFinding> Inspection::agent()
{
    const auto problem =
        problemOfProgram(treeOf(m_facts.user).jabberClient().toUtf8() + "/sgn-agent", m_facts.user.uid);
    return problem ? Result<CardFinding>(finding(u"09 agent"_s, *problem, u"sgn-provision card --agent ZIP"_s))
                   : fail(problem.error());
}

Result<CardFinding> Inspection::watchdog()
{
    auto problem = problemOfProgram(watchdogFolder + "/sgn-watchdog", 0);
    const QByteArrayList above{"/home", "/home/root", watchdogFolder};
    const auto nodes = problem ? m_card.look(above) : fail(problem.error());
    if (!nodes) {
        return fail(nodes.error());
    }
    for (const QByteArray &folder : above) {
        if (problem->isEmpty() && nodes->contains(folder)) {
            problem = ownerProblem(folder, nodes->value(folder), 0);
        }
    }
    return finding(u"11 watchdog"_s, *problem, u"sgn-provision card --watchdog ZIP"_s);
}

Result<CardFinding> Inspection::rootKeys()
{
    const QByteArray path = DeviceTree::rootKeys().toUtf8();
    const auto nodes = m_card.look({path});
    if (!nodes) {
        return fail(nodes.error());
    }
    // A fleet may do without.
    const QString problem = nodes->contains(path) ? ownerProblem(path, nodes->value(path), 0) : QString();
    return finding(u"11 root's keys"_s, problem, u"sgn-provision card --root-keys FILE"_s);
}

Result<CardFinding> Inspection::start()
{
    const QByteArray crontab = PresentPaths(m_facts).rootsCrontab;
    const auto nodes = m_card.look({unitPath, enabledPath});
    const auto content = nodes ? contentOf(crontab) : fail(nodes.error());
    if (!content) {
        return fail(content.error());
    }
    const bool bySystemd = nodes->contains(enabledPath);
    const bool byCron = std::ranges::any_of(content->split('\n'), [](const QByteArray &line) {
        return !line.trimmed().startsWith('#') && line.contains("/sgn-watchdog ");
    });
    QString problem;
    if (bySystemd && byCron) {
        problem = u"both systemd and root's crontab start the watchdog"_s;
    } else if (bySystemd && !nodes->contains(unitPath)) {
        problem = u"%1 is missing"_s.arg(shown(unitPath));
    } else if (!bySystemd && !byCron) {
        problem = u"neither systemd nor root's crontab starts the watchdog"_s;
    }
    return finding(u"12 start at boot"_s, problem, u"sgn-provision card --init systemd"_s);
}

Result<CardFinding> Inspection::config()
{
    const DeviceTree tree = treeOf(m_facts.user);
    const QByteArray path = tree.configFile().toUtf8();
    const QByteArray key = tree.deviceKey().toUtf8();
    const auto nodes = m_card.look({path, key});
    const auto files = nodes ? m_card.read({path, key}, maxProgram) : fail(nodes.error());
    if (!files) {
        return fail(files.error());
    }
    QString problem;
    for (const QByteArray &each : {path, key}) {
        if (problem.isEmpty() && nodes->contains(each)) {
            problem = ownerProblem(each, nodes->value(each), m_facts.user.uid);
            problem = problem.isEmpty() && (nodes->value(each).mode & 0077) != 0
                          ? u"%1 may be read by others"_s.arg(shown(each))
                          : problem;
        }
    }
    if (!files->contains(path)) {
        problem = u"%1 is missing"_s.arg(shown(path));
    } else if (problem.isEmpty()) {
        const auto plain = decryptEnvelope(files->value(path), SecureBytes(QByteArrayView(files->value(key))));
        const auto parsed = plain ? parseDeviceConfig(plain->view()) : fail(plain.error());
        problem = parsed ? QString() : u"%1 cannot be used: %2"_s.arg(shown(path), parsed.error().message);
    }
    return finding(u"13 config_file.bin"_s, problem, u"sgn-provision card --config FILE"_s);
}

Result<CardFinding> Inspection::ssh()
{
    const QByteArray place = "/etc/systemd/system/multi-user.target.wants/"_ba;
    const QByteArray socket = "/etc/systemd/system/sockets.target.wants/ssh.socket"_ba;
    const auto nodes =
        m_card.look({place + "ssh.service", place + "sshd.service", socket, m_facts.bootFolder + "/ssh"});
    if (!nodes) {
        return fail(nodes.error());
    }
    return finding(u"ssh"_s, nodes->isEmpty() ? u"its server doesn't start at boot"_s : QString(),
                   u"sgn-provision card --ssh"_s);
}

} // namespace sgn::card
