// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Provisioning.h"

#include "archive/Zip.h"
#include "base/AtomicFile.h"
#include "base/DeviceTree.h"
#include "card/CardLock.h"
#include "card/CardVolume.h"
#include "card/ElfHead.h"
#include "card/ExtVolume.h"
#include "card/FatVolume.h"
#include "card/Inspection.h"
#include "card/LibraryStep.h"
#include "card/MountedVolume.h"
#include "card/PythonStep.h"
#include "card/ReleaseStep.h"
#include "card/SealedConfig.h"

#include <algorithm>
#include <QDate>
#include <QFile>
#include <QFileInfo>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxFile = 4 * 1024 * 1024;
constexpr qint64 maxProgram = qint64{256} * 1024 * 1024;
constexpr qint64 sectorSize = 512;
const QByteArray zoneFolder = "/usr/share/zoneinfo"_ba;

Outcome checkBootFiles(const QList<Step> &steps, const CardFacts &facts)
{
    const QByteArray place = facts.bootFolder + '/';
    for (const Step &step : steps) {
        for (const Wish &wish : step.wishes) {
            if (!facts.hasBootFiles && wish.path.startsWith(place)) {
                return fail(
                    ErrorCode::Refused,
                    u"%1 needs the card's boot partition: mount it at %2 of the card's root, or name its folder "
                    "with --boot"_s.arg(step.name, QString::fromUtf8(facts.bootFolder)));
            }
        }
    }
    return {};
}

Outcome checkImagePath(const QString &image)
{
    const QFileInfo info(image);
    if (info.exists() && !info.isFile()) {
        return fail(ErrorCode::Refused, u"%1 is no file: --image takes the file of an image; mount a card or a folder "
                                        "of one, and name it with --root"_s.arg(image));
    }
    // What is behind it are options of e2fsprogs.
    return info.canonicalFilePath().contains(u'?')
               ? fail(ErrorCode::Refused, u"%1: debugfs can't work with a \"?\" in a path; rename the file or its "
                                          "folder"_s.arg(image))
               : Outcome();
}

// Where the path leads by the links to folders that the step itself makes.
QByteArray throughLinksOf(const Step &step, QByteArray path)
{
    for (const Wish &wish : step.wishes) {
        if (wish.type == Node::Type::Symlink && path.startsWith(wish.path + '/')) {
            path.replace(0, wish.path.size(), wish.content);
        }
    }
    return path;
}

// Why the main program of a release can't run on the card; empty if it can.
QString programFault(const Step &step, const QByteArray &path, const CardFacts &facts, Volume &card)
{
    const auto program = std::ranges::find(step.wishes, path, &Wish::path);
    if (program == step.wishes.end() || program->type != Node::Type::File || (program->mode & 0111) == 0) {
        return u"it has no program %1"_s.arg(QString::fromUtf8(path.sliced(path.lastIndexOf('/') + 1)));
    }
    const auto content = readFile(program->source, maxProgram);
    const auto head = content ? readElfHead(*content) : std::nullopt;
    if (!head) {
        return content ? QString() : content.error().message; // scripts are checked with all others
    }
    const QString problem = programProblem(*head, facts.architecture, [&](const QByteArray &interpreter) {
        const QByteArray place = throughLinksOf(step, interpreter);
        const bool isOwn = std::ranges::find(step.wishes, place, &Wish::path) != step.wishes.end();
        const auto there =
            isOwn || !checkCardPath(interpreter) ? Result<QMap<QByteArray, Node>>() : card.lookThrough({interpreter});
        return isOwn || (there && there->contains(interpreter));
    });
    return problem.isEmpty() ? QString() : u"%1 cannot run on the card: %2"_s.arg(QString::fromUtf8(path), problem);
}

// A release unpacked, and where it goes on the card.
Result<Step> releaseFrom(const QString &zip, const QString &topFolder, const QString &name, const QByteArray &to,
                         const CardUser &owner, const QTemporaryDir &work)
{
    const QString target = work.filePath(topFolder);
    const auto unpacked = extractZip(zip, target, {.topFolder = topFolder, .limits = {}, .progress = {}, .stop = {}});
    if (!unpacked) {
        return fail(unpacked.error().withContext(zip));
    }
    return releaseStep(name, target + u'/' + topFolder, to, owner.uid, owner.gid);
}

} // namespace

Result<std::unique_ptr<Volume>> openMountedCard(const QString &folder, const QString &bootFolder, Access access)
{
    auto lock = CardLock::take(folder, access);
    if (!lock) {
        return fail(std::move(lock).error());
    }
    auto root = MountedVolume::open(folder, MountedVolume::Owners::Count);
    if (!root) {
        return fail(std::move(root).error());
    }
    const auto place = bootFolderOf(**root);
    if (!place) {
        return fail(place.error());
    }
    auto boot = bootFolder.isEmpty() ? (*root)->openBelow(*place, MountedVolume::Owners::Ignored)
                                     : MountedVolume::open(bootFolder, MountedVolume::Owners::Ignored);
    if (!boot && !bootFolder.isEmpty()) {
        return fail(std::move(boot).error());
    }
    std::unique_ptr<Volume> files;
    if (boot) {
        const auto there = (*boot)->look({"/cmdline.txt", "/config.txt"});
        if (!there) {
            return fail(there.error());
        }
        if (there->isEmpty() && !bootFolder.isEmpty()) {
            return fail(ErrorCode::Refused, u"%1 has no boot files of a Raspberry Pi (cmdline.txt)"_s.arg(bootFolder));
        }
        files = there->isEmpty() ? nullptr : *std::move(boot);
    }
    return std::make_unique<CardVolume>(*std::move(lock), *std::move(root), std::move(files), *place);
}

Result<std::unique_ptr<Volume>> openCardImage(const QString &image, Access access, QList<Extent> *changed)
{
    if (auto good = checkImagePath(image); !good) {
        return fail(std::move(good).error());
    }
    auto lock = CardLock::take(image, access);
    if (!lock) {
        return fail(std::move(lock).error());
    }
    QFile file(image);
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::NotFound, u"cannot open %1: %2"_s.arg(image, file.errorString()));
    }
    const auto partitions = readPartitions(file.read(sectorSize), file.size());
    if (!partitions) {
        return fail(partitions.error().withContext(image));
    }
    // By whatever name: what undoes an interrupted change is beside the file itself.
    const QString path = QFileInfo(image).canonicalFilePath();
    auto root = ExtVolume::open(path, partitions->root, access, changed);
    if (!root) {
        return fail(std::move(root).error());
    }
    auto boot = FatVolume::open(path, partitions->boot, access, changed);
    if (!boot) {
        return fail(std::move(boot).error());
    }
    const auto place = bootFolderOf(**root);
    if (!place) {
        return fail(place.error());
    }
    return std::make_unique<CardVolume>(*std::move(lock), *std::move(root), *std::move(boot), *place);
}

Provisioning::Provisioning(CardOrder order, OrderFiles files, Volume &volume)
    : m_order(std::move(order))
    , m_files(std::move(files))
    , m_volume(volume)
{}

Result<QList<Step>> Provisioning::steps()
{
    const auto facts = readCardFacts(m_volume);
    if (!facts) {
        return fail(facts.error());
    }
    if (auto sealed = seal(*facts); !sealed) {
        return fail(sealed.error());
    }
    const auto present = readPresentFiles(*facts, m_volume);
    if (!present) {
        return fail(present.error());
    }
    auto steps = stepsFor(m_order, *facts, *present, QDate::currentDate());
    if (!steps) {
        return fail(std::move(steps).error());
    }
    if (auto known = checkTimeZone(); !known) {
        return fail(known.error());
    }
    if (auto added = addReleases(*steps, *facts); !added) {
        return fail(added.error());
    }
    if (auto added = addPackages(*steps, *facts); !added) {
        return fail(added.error());
    }
    if (auto reachable = checkBootFiles(*steps, *facts); !reachable) {
        return fail(reachable.error());
    }
    // The seed's order; those that it doesn't have are behind.
    std::ranges::stable_sort(*steps, {}, [](const Step &step) { return step.name.first(2); });
    return steps;
}

// By a name that the card doesn't know, its clock would show UTC.
Outcome Provisioning::checkTimeZone()
{
    const QByteArray zone = zoneFolder + '/' + m_order.timeZone;
    const auto there =
        m_order.timeZone.isEmpty() ? Result<QMap<QByteArray, Node>>() : m_volume.lookThrough({zoneFolder, zone});
    if (!there) {
        return fail(there.error());
    }
    return !there->contains(zoneFolder) || there->value(zone, {.type = Node::Type::None}).type == Node::Type::File
               ? Outcome()
               : fail(ErrorCode::BadRequest,
                      u"the card knows no time zone %1; zones are named as Europe/Berlin is, with "
                      "capital letters (timedatectl list-timezones)"_s.arg(QString::fromUtf8(m_order.timeZone)));
}

Outcome Provisioning::addPackages(QList<Step> &steps, const CardFacts &facts)
{
    QList<Result<Step>> made;
    if (!m_files.libraries.isEmpty()) {
        made += libraryStep(m_files.libraries, facts);
    }
    if (!m_files.pythonPackages.isEmpty()) {
        made += PythonPackages(facts, m_work).step(m_files.pythonPackages);
    }
    for (Result<Step> &step : made) {
        if (!step) {
            return fail(std::move(step).error());
        }
        steps += *std::move(step);
    }
    return {};
}

Outcome Provisioning::seal(const CardFacts &facts)
{
    if (m_files.config.isEmpty()) {
        return {};
    }
    const auto json = readFile(m_files.config, maxConfigSize);
    if (!json) {
        return fail(json.error());
    }
    const DeviceTree tree = treeOf(facts.user);
    const QByteArray key = tree.deviceKey().toUtf8();
    const QByteArray config = tree.configFile().toUtf8();
    const auto present = m_volume.read({key, config}, maxFile);
    if (!present) {
        return fail(present.error());
    }
    const auto sealed = sealConfig(*json, m_files.version, {present->value(config), present->value(key)});
    if (!sealed) {
        return fail(sealed.error().withContext(m_files.config));
    }
    m_order.configFile = sealed->file;
    m_order.deviceKey = sealed->deviceKey;
    return {};
}

Outcome Provisioning::addReleases(QList<Step> &steps, const CardFacts &facts)
{
    const CardUser root{"root", 0, 0, "/root", {}};
    const DeviceTree tree = treeOf(facts.user);
    struct Release
    {
        QString zip;
        QString folder;
        QString name;
        QByteArray to;
        CardUser owner;
        QByteArray program; // that it must have
    };
    for (const Release &release :
         {Release{m_files.smartMeter, u"SmartMeter"_s, u"08 meter"_s, tree.smartMeter().toUtf8(), facts.user, {}},
          Release{m_files.agent, u"JabberClient"_s, u"09 agent"_s, tree.jabberClient().toUtf8(), facts.user,
                  "sgn-agent"},
          Release{m_files.watchdog, u"WatchDog"_s, u"11 watchdog"_s, "/home/root/WatchDog", root, "sgn-watchdog"}}) {
        if (release.zip.isEmpty()) {
            continue;
        }
        auto step = releaseFrom(release.zip, release.folder, release.name, release.to, release.owner, m_work);
        if (!step) {
            return fail(std::move(step).error());
        }
        if (release.owner.uid == 0) {
            step->wishes.prepend({.path = "/home/root", .type = Node::Type::Folder, .mode = 0755});
        }
        if (auto leads = addSeedPath(*step, facts); !leads) {
            return leads;
        }
        if (auto runs = checkPrograms(*step, release.to, release.program, facts); !runs) {
            return fail(runs.error().withContext(release.zip));
        }
        steps += *std::move(step);
    }
    return {};
}

Outcome Provisioning::checkPrograms(const Step &step, const QByteArray &folder, const QByteArray &program,
                                    const CardFacts &facts)
{
    if (auto runs = checkScripts(step); !runs) {
        return runs;
    }
    const bool hasProgram = std::ranges::any_of(
        step.wishes, [](const Wish &wish) { return wish.type == Node::Type::File && (wish.mode & 0111) != 0; });
    const QString fault = !program.isEmpty() ? programFault(step, folder + '/' + program, facts, m_volume)
                          : hasProgram       ? QString()
                                             : u"nothing in it is a program: a script begins with \"#!\""_s;
    return fault.isEmpty() ? Outcome() : fail(ErrorCode::BadArchive, fault);
}

// The programs of a bundle (deploy/bundle) are started by the loader at the place that the seed gives them. Where the
// first user isn't pi, a link of root's has to lead from there to the device's folder.
Outcome Provisioning::addSeedPath(Step &step, const CardFacts &facts) const
{
    const QByteArray seed = DeviceTree::defaultRoot().toUtf8();
    const QByteArray root = treeOf(facts.user).root().toUtf8();
    const QByteArray loader = treeOf(facts.user).jabberClient().toUtf8() + "/lib/ld.so";
    const bool isBundle = std::ranges::any_of(step.wishes, [&loader](const Wish &wish) { return wish.path == loader; });
    if (!isBundle || root == seed) {
        return {};
    }
    const QByteArray home = seed.first(seed.lastIndexOf('/'));
    const auto there = m_volume.look({home, seed});
    if (!there) {
        return fail(there.error());
    }
    const auto present = there->constFind(seed);
    if (present != there->cend() && present->type != Node::Type::Symlink) {
        return fail(ErrorCode::Refused,
                    u"%1 is in the way of a link to %2, by which this agent is started; remove or rename it"_s.arg(
                        QString::fromUtf8(seed), QString::fromUtf8(root)));
    }
    // Its owner could exchange the link, and with it what the device's user runs.
    const uid_t owner = there->value(home).uid;
    if (owner != 0 && owner != facts.user.uid) {
        return fail(
            ErrorCode::Refused,
            u"%1, where a link leads to this agent, belongs to another user; remove it or give it to root"_s.arg(
                QString::fromUtf8(home)));
    }
    if (!there->contains(home)) {
        step.wishes += {.path = home, .type = Node::Type::Folder, .mode = 0755};
    }
    step.wishes += {.path = seed, .type = Node::Type::Symlink, .content = root, .mode = 0777};
    return {};
}

Outcome Provisioning::checkScripts(const Step &step)
{
    QByteArrayList wanted;
    (void)scriptProblems(step, [&wanted](const QByteArray &path) {
        wanted += path;
        return false;
    });
    const auto there = m_volume.look(wanted);
    if (!there) {
        return fail(there.error());
    }
    const auto own = [&step](const QByteArray &path) {
        return std::ranges::any_of(step.wishes, [&path](const Wish &wish) { return wish.path == path; });
    };
    const QStringList problems =
        scriptProblems(step, [&](const QByteArray &path) { return there->contains(path) || own(path); });
    return problems.isEmpty() ? Outcome() : fail(ErrorCode::BadArchive, problems.join(u"; "_s));
}

} // namespace sgn::card
