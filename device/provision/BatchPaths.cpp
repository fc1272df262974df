// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/BatchPaths.h"

#include "provision/BirthRecord.h"

#include <QFileInfo>
#include <QSet>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

// The same for all names of a file, which need not be there yet.
QString placeOf(const QString &path)
{
    const QFileInfo file(path);
    if (file.exists()) {
        return file.canonicalFilePath();
    }
    const QString folder = QFileInfo(file.absolutePath()).canonicalFilePath();
    return (folder.isEmpty() ? file.absolutePath() : folder) + u'/' + file.fileName();
}

} // namespace

Outcome checkBatchPaths(const BatchPaths &paths)
{
    QSet<QString> results{placeOf(paths.folder + u'/' + fleetFileName)};
    for (const QString &name : paths.names) {
        for (const QString &ending : {u".img"_s, u".json"_s, u".overlay"_s, u".bmap"_s}) {
            results += placeOf(paths.folder + u'/' + name + ending);
        }
    }
    QStringList taken = paths.inputs;
    if (!paths.accounts.isEmpty()) {
        taken += paths.accounts;
    }
    for (const QString &input : std::as_const(taken)) {
        if (results.contains(placeOf(input))) {
            return fail(ErrorCode::BadRequest, u"%1 would be replaced by the files of the devices; name another folder "
                                               "with --out"_s.arg(input));
        }
    }
    for (const QString &input : paths.inputs) {
        if (!paths.accounts.isEmpty() && placeOf(input) == placeOf(paths.accounts)) {
            return fail(ErrorCode::BadRequest, u"%1 would be replaced by the table of accounts; name another file with "
                                               "--accounts"_s.arg(input));
        }
    }
    return {};
}

} // namespace sgn::provision
