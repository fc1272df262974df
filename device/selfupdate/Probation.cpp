// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/Probation.h"

#include "base/AtomicFile.h"
#include "selfupdate/Logging.h"
#include "selfupdate/RescueScript.h"
#include "system/FolderExchange.h"

#include <QDir>
#include <QFileInfo>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

Outcome beginProbation(const OwnRelease &release, const SwapJournal &journal)
{
    QByteArray arguments;
    for (const QString &argument : journal.handOver.arguments) {
        arguments += argument.toLocal8Bit() + '\0';
    }
    if (auto written = writeFileAtomically(release.arguments(), arguments, 0600); !written) {
        return written;
    }
    if (auto written = writeFileAtomically(release.rescue(), rescueScript, 0700); !written) {
        return written;
    }
    if (auto removed = removeFileDurably(release.starts()); !removed) {
        return removed;
    }
    // Last, because it is what makes the others count.
    return writeFileAtomically(release.probation(), QByteArray::number(journal.newFolder) + '\n', 0600);
}

void tidyAfterSwap(const OwnRelease &release, const SwapJournal &journal)
{
    QList<Outcome> outcomes{removeFileDurably(release.probation()), removeFileDurably(release.starts()),
                            removeFileDurably(release.zip())};
    Outcome kept;
    if (journal.phase == SwapPhase::Confirmed) {
        kept = system::moveReplacing(release.staged(), release.previous(), journal.oldFolder);
    } else if (std::holds_alternative<control::SwapPrevious>(journal.request.source)) {
        // There is no other one, and what kept it from working may pass.
        kept = system::moveReplacing(release.staged(), release.previous(), journal.newFolder);
    }
    outcomes += kept;
    for (const QString &folder : {release.stage(), release.failed()}) {
        // What couldn't be moved stays for the next start to try again.
        const bool isNeeded = !kept && folder == release.stage();
        if (!isNeeded && QFileInfo::exists(folder) && !QDir(folder).removeRecursively()) {
            outcomes += fail(ErrorCode::Io, u"cannot remove "_s + folder);
        }
    }
    for (const Outcome &outcome : outcomes) {
        if (!outcome) {
            qCWarning(lcSelfUpdate).noquote() << outcome.error().message;
        }
    }
}

} // namespace sgn::selfupdate
