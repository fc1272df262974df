// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/CaFile.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "crypto/CaBundle.h"
#include "system/FolderExchange.h"

#include <cerrno>
#include <QDir>
#include <sys/stat.h>

namespace sgn::update {

using namespace Qt::StringLiterals;

Result<Staged> stageCaFile(const ReleasePaths &paths, const QDateTime &now)
{
    const auto pem = readFile(paths.zip(), maxCaBundleSize);
    if (!pem) {
        return fail(pem.error());
    }
    if (const auto fit = checkCaBundle(*pem, now); !fit) {
        return fail(ErrorCode::BadArchive, u"the new CA file can't be used: "_s + fit.error().message);
    }
    if (auto removed = system::removeFolder(paths.stage()); !removed) {
        return fail(std::move(removed).error());
    }
    if (::mkdir(QFile::encodeName(paths.stage()).constData(), 0755) != 0) {
        return fail(systemError(u"cannot make folder "_s + paths.stage(), errno));
    }
    Outcome written = writeFileAtomically(paths.staged(), *pem);
    if (written) {
        written = syncFolder(paths.work());
    }
    const auto id = written ? system::inodeOf(paths.staged()) : fail(written.error());
    if (!id) {
        (void)system::removeFolder(paths.stage());
        return fail(id.error());
    }
    return Staged{*id};
}

} // namespace sgn::update
