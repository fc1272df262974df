// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/ReleaseStep.h"

#include "release/ProgramHead.h"

#include <algorithm>
#include <filesystem>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr mode_t folderMode = 0755;
constexpr mode_t permissionBits = 07777;

} // namespace

Result<Step> releaseStep(const QString &name, const QString &from, const QByteArray &to, uid_t uid, gid_t gid)
{
    Step step{name, {{.path = to, .type = Node::Type::Folder, .mode = folderMode, .uid = uid, .gid = gid}}};
    QStringList paths;
    QDirIterator it(from, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                    QDirIterator::Subdirectories);
    while (it.hasNext()) {
        paths += it.next();
    }
    // A folder comes before what is in it.
    std::ranges::sort(paths);
    for (const QString &path : std::as_const(paths)) {
        struct stat info
        {
        };
        if (::lstat(QFile::encodeName(path).constData(), &info) != 0) {
            return fail(ErrorCode::Io, u"cannot look at %1"_s.arg(path));
        }
        Wish wish{.path = to + QFile::encodeName(path.sliced(from.size())), .uid = uid, .gid = gid};
        if (S_ISDIR(info.st_mode)) {
            wish.type = Node::Type::Folder;
            wish.mode = folderMode;
        } else if (S_ISLNK(info.st_mode)) {
            wish.type = Node::Type::Symlink;
            wish.content = QByteArray::fromStdString(std::filesystem::read_symlink(path.toStdString()).string());
            wish.mode = 0777;
        } else if (!S_ISREG(info.st_mode)) {
            return fail(ErrorCode::Refused, u"%1 is neither a file nor a folder nor a link"_s.arg(path));
        } else {
            wish.source = path;
            wish.mode = info.st_mode & permissionBits;
        }
        if (auto checked = checkWish(wish); !checked) {
            return fail(ErrorCode::Refused, checked.error().message);
        }
        step.wishes += wish;
    }
    return step;
}

QStringList scriptProblems(const Step &step, const std::function<bool(const QByteArray &path)> &exists)
{
    QStringList problems;
    for (const Wish &wish : step.wishes) {
        if (wish.type != Node::Type::File || (wish.mode & 0111) == 0) {
            continue;
        }
        QFile file(wish.source);
        const QByteArray head = file.open(QIODevice::ReadOnly) ? file.read(maxProgramHead) : QByteArray();
        if (const QString problem = headProblem(head, exists); !problem.isEmpty()) {
            problems += u"%1 cannot run: %2"_s.arg(QString::fromUtf8(wish.path), problem);
        }
    }
    return problems;
}

} // namespace sgn::card
