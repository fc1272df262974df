// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/LogArchive.h"

#include "archive/Zip.h"
#include "crypto/Sha256.h"

#include <algorithm>
#include <QFileInfo>

namespace sgn::agent {

using namespace Qt::StringLiterals;

Result<LogArchive> packLogs(const QString &folder, const QString &zip, qint64 maxBytes, const std::stop_token &stop)
{
    auto files = filesBelow(folder, u"logs"_s);
    if (!files) {
        return fail(files.error());
    }
    std::ranges::stable_sort(*files, std::greater<>(),
                             [](const PackFile &file) { return QFileInfo(file.source).lastModified(); });
    LogArchive bundle;
    bundle.path = zip;
    QList<PackFile> chosen;
    qint64 bytes = 0;
    for (const PackFile &file : *files) {
        const qint64 size = QFileInfo(file.source).size();
        if (bytes + size > maxBytes) {
            ++bundle.leftOut;
            continue;
        }
        bytes += size;
        chosen += file;
    }
    if (chosen.isEmpty()) {
        return fail(ErrorCode::NotFound, u"there are no logs to send"_s);
    }
    PackRules rules;
    rules.missing = PackRules::Missing::Skip;
    rules.stop = stop;
    if (const auto packed = packZip(chosen, zip, rules); !packed) {
        return fail(packed.error());
    }
    const auto hash = sha256OfFile(zip, stop);
    if (!hash) {
        return fail(hash.error());
    }
    bundle.sha256 = *hash;
    bundle.size = QFileInfo(zip).size();
    return bundle;
}

} // namespace sgn::agent
