// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/PythonStep.h"

#include "archive/Zip.h"
#include "base/AtomicFile.h"
#include "card/ElfHead.h"
#include "card/PythonTags.h"
#include "card/ReleaseStep.h"

#include <algorithm>
#include <QDir>
#include <QFileInfo>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxMetadata = 1024 * 1024;
constexpr qint64 maxFile = qint64{256} * 1024 * 1024;
constexpr mode_t executable = 0111;

// Unpacks a wheel, which has any number of folders and no links.
Outcome unpack(const QString &wheel, const QString &target)
{
    const auto unpacked = extractZip(wheel, target, {.topFolder = {}, .limits = {}, .progress = {}, .stop = {}});
    return unpacked ? Outcome() : fail(unpacked.error());
}

} // namespace

PythonPackages::PythonPackages(const CardFacts &facts, const QTemporaryDir &work)
    : m_facts(facts)
    , m_work(work)
    , m_local(facts.user.home + "/.local")
    , m_site(m_local + "/lib/python" + facts.python + "/site-packages")
{}

Result<Step> PythonPackages::step(const QStringList &sources)
{
    if (m_facts.python.isEmpty()) {
        return fail(ErrorCode::BadRequest, u"the card has no Python 3 in /usr/bin, so no packages of it"_s);
    }
    m_step = {u"05 Python packages"_s, {}};
    addFolders(m_site);
    for (const QString &source : sources) {
        if (auto added = addSource(source); !added) {
            return fail(added.error().withContext(source));
        }
    }
    return m_step;
}

Outcome PythonPackages::addSource(const QString &source)
{
    const QFileInfo info(source);
    if (!info.exists()) {
        return fail(ErrorCode::NotFound, u"there is no such wheel or folder"_s);
    }
    if (!info.isDir()) {
        return addWheel(source);
    }
    const QDir folder(source);
    if (folder.entryList({u"*.whl"_s}, QDir::Files).isEmpty()) {
        return addTree(source, m_site, source);
    }
    for (const QFileInfo &entry : folder.entryInfoList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name)) {
        if (entry.suffix() != u"whl"_s) {
            return fail(
                ErrorCode::BadRequest,
                u"%1 is no wheel among wheels; 'pip wheel' makes one of a source package"_s.arg(entry.fileName()));
        }
        if (auto added = addWheel(entry.filePath()); !added) {
            return fail(added.error().withContext(entry.fileName()));
        }
    }
    return {};
}

Outcome PythonPackages::addWheel(const QString &wheel)
{
    const auto name = parseWheelName(QFileInfo(wheel).fileName());
    if (!name) {
        return fail(name.error());
    }
    if (const QString problem = wheelProblem(*name, m_facts); !problem.isEmpty()) {
        return fail(ErrorCode::BadRequest, problem);
    }
    const QString target = m_work.filePath(u"wheel-%1"_s.arg(m_unpacked++));
    if (auto unpacked = unpack(wheel, target); !unpacked) {
        return unpacked;
    }
    const QStringList infos = QDir(target).entryList({u"*.dist-info"_s}, QDir::Dirs);
    if (infos.size() != 1 || !QFileInfo::exists(target + u'/' + infos.first() + u"/METADATA"_s)) {
        return fail(ErrorCode::BadArchive, u"it isn't a wheel: it has not one folder *.dist-info with METADATA"_s);
    }
    const QString data = target + u'/' + infos.first().chopped(QStringLiteral(".dist-info").size()) + u".data"_s;
    if (QFileInfo(data).isDir()) {
        if (auto added = addData(data, wheel); !added) {
            return added;
        }
    }
    return addTree(target, m_site, wheel);
}

// What goes elsewhere is moved out of the wheel's folder, because its contents are read when the card is written.
Outcome PythonPackages::addData(const QString &from, const QString &source)
{
    const QString kept = m_work.filePath(u"data-%1"_s.arg(m_unpacked++));
    if (!QDir().rename(from, kept)) {
        return fail(ErrorCode::Io, u"cannot move %1"_s.arg(from));
    }
    for (const auto &[name, to] : {std::pair{u"purelib"_s, m_site},
                                   {u"platlib"_s, m_site},
                                   {u"scripts"_s, m_local + "/bin"},
                                   {u"data"_s, m_local}}) {
        if (const QString folder = kept + u'/' + name; QFileInfo(folder).isDir()) {
            if (auto added = addTree(folder, to, source); !added) {
                return added;
            }
        }
    }
    return {};
}

Outcome PythonPackages::addTree(const QString &from, const QByteArray &to, const QString &source)
{
    auto tree = releaseStep({}, from, to, m_facts.user.uid, m_facts.user.gid);
    if (!tree) {
        return fail(std::move(tree).error());
    }
    addFolders(to);
    for (qsizetype i = 1; i < tree->wishes.size(); ++i) {
        if (auto added = addWish(tree->wishes[i], source); !added) {
            return added;
        }
    }
    return {};
}

Outcome PythonPackages::addWish(Wish wish, const QString &source)
{
    const QString path = QString::fromUtf8(wish.path);
    if (wish.type == Node::Type::Symlink) {
        return fail(ErrorCode::Refused, u"%1 is a link; Python packages have none"_s.arg(path));
    }
    if (const auto other = m_sources.constFind(wish.path); other != m_sources.cend()) {
        return wish.type == Node::Type::Folder ? Outcome()
                                               : fail(ErrorCode::BadArchive, u"%1 is in %2, too"_s.arg(path, *other));
    }
    m_sources.insert(wish.path, source);
    if (wish.type == Node::Type::File) {
        if (auto checked = checkFile(wish, source); !checked) {
            return checked;
        }
        wish.mode = (wish.mode & executable) != 0 ? 0755 : 0644;
        if (wish.path.startsWith(m_local + "/bin/")) {
            wish.mode = 0755;
            auto script = readFile(wish.source, maxFile);
            if (!script) {
                return fail(std::move(script).error());
            }
            // The mark of the format for whatever interpreter it is installed for.
            if (const QByteArray mark = "#!python";
                script->startsWith(mark + '\n') || script->startsWith(mark + "\r\n")) {
                wish.content = "#!/usr/bin/python" + m_facts.python + '\n' + script->sliced(script->indexOf('\n') + 1);
                wish.source.clear();
            }
        }
    }
    m_step.wishes += wish;
    return {};
}

Outcome PythonPackages::checkFile(const Wish &wish, const QString &source) const
{
    const QString name = QString::fromUtf8(wish.path.sliced(wish.path.lastIndexOf('/') + 1));
    const auto refuse = [&](const QString &problem) {
        return fail(ErrorCode::BadRequest, u"%1: %2"_s.arg(name, problem));
    };
    if (const QString problem = moduleProblem(name, m_facts); !problem.isEmpty()) {
        return refuse(problem);
    }
    if (name == u"METADATA"_s && wish.path.contains(".dist-info/")) {
        const auto metadata = readFile(wish.source, maxMetadata);
        if (!metadata) {
            return fail(metadata.error());
        }
        if (const QString problem = requiresProblem(*metadata, m_facts.python); !problem.isEmpty()) {
            return fail(ErrorCode::BadRequest, u"%1: %2"_s.arg(QFileInfo(source).fileName(), problem));
        }
    }
    const auto content = readFile(wish.source, maxFile);
    if (!content) {
        return fail(content.error());
    }
    const auto head = readElfHead(*content);
    if (!head) {
        return name.endsWith(u".so"_s) ? refuse(u"it is no library of Linux (ELF)"_s) : Outcome();
    }
    const QString problem = libraryProblem(*head, m_facts.architecture);
    return problem.isEmpty() ? Outcome() : refuse(problem);
}

// Those from ~/.local on, which a blank card doesn't have.
void PythonPackages::addFolders(const QByteArray &path)
{
    const QByteArrayList below = path.sliced(m_local.size()).split('/');
    QByteArray folder = m_local;
    for (const QByteArray &name : below) {
        folder += name.isEmpty() ? QByteArray() : '/' + name;
        if (!m_sources.contains(folder)) {
            m_sources.insert(folder, {});
            m_step.wishes += {.path = folder,
                              .type = Node::Type::Folder,
                              .mode = 0755,
                              .uid = m_facts.user.uid,
                              .gid = m_facts.user.gid};
        }
    }
}

} // namespace sgn::card
