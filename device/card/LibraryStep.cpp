// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/LibraryStep.h"

#include "base/AtomicFile.h"
#include "card/ElfHead.h"
#include "card/Packaging.h"
#include "card/ReleaseStep.h"

#include <QFileInfo>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxFile = qint64{256} * 1024 * 1024;

Outcome checkLibrary(const Wish &wish, const QString &architecture)
{
    if (wish.type == Node::Type::Symlink) {
        return wish.content.startsWith('/') || wish.content.split('/').contains("..")
                   ? fail(ErrorCode::Refused,
                          u"it is a link out of its folder, to %1"_s.arg(QString::fromUtf8(wish.content)))
                   : Outcome();
    }
    if (wish.type != Node::Type::File) {
        return {};
    }
    const auto content = readFile(wish.source, maxFile);
    if (!content) {
        return fail(content.error());
    }
    const auto head = readElfHead(*content);
    const QString problem = head ? libraryProblem(*head, architecture) : QString();
    return problem.isEmpty() ? Outcome() : fail(ErrorCode::BadRequest, problem);
}

} // namespace

Result<Step> libraryStep(const QString &folder, const CardFacts &facts)
{
    if (!QFileInfo(folder).isDir()) {
        return fail(ErrorCode::BadRequest, u"%1 is no folder of libraries"_s.arg(folder));
    }
    auto step = releaseStep(u"04 libraries"_s, folder, "/usr/local/lib", 0, 0);
    if (!step) {
        return step;
    }
    // The folder itself is every card's, with its system's mode.
    step->wishes.removeFirst();
    if (step->wishes.isEmpty()) {
        return fail(ErrorCode::BadRequest, u"there are no libraries in %1"_s.arg(folder));
    }
    for (Wish &wish : step->wishes) {
        if (auto checked = checkLibrary(wish, facts.architecture); !checked) {
            const qsizetype prefix = QByteArray("/usr/local/lib/").size();
            return fail(checked.error().withContext(folder + u'/' + QString::fromUtf8(wish.path.sliced(prefix))));
        }
        // As Debian has them, whatever umask they came through.
        wish.mode = wish.type == Node::Type::File ? mode_t{0644} : wish.mode;
    }
    const QByteArray unit = "/etc/systemd/system/sgn-libraries.service";
    step->wishes += {.path = unit, .content = librariesUnit()};
    step->wishes += {.path = "/etc/systemd/system/multi-user.target.wants/sgn-libraries.service",
                     .type = Node::Type::Symlink,
                     .content = unit,
                     .mode = 0777};
    return step;
}

} // namespace sgn::card
