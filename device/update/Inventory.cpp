// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Inventory.h"

#include "crypto/Sha256.h"
#include "update/Logging.h"
#include "update/PersistentRequest.h"
#include "update/Stage.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

void askForProcesses(const Inventory::Sources &sources, QObject *context, Inventory::Taken taken)
{
    auto *const asking = new PersistentRequest(sources.watchdog, control::Status{}, sources.statusLimit,
                                               std::chrono::seconds(1), context);
    QObject::connect(asking, &PersistentRequest::finished, context,
                     [taken = std::move(taken)](const Result<control::ReplyBody> &reply) {
                         Installed installed;
                         if (const auto status = replyAs<control::StatusReply>(reply)) {
                             installed.processes = status->processes;
                         } else {
                             // It may be away for a moment only, and the swap waits for it; till then nothing depends
                             // on it.
                             qCInfo(lcUpdate) << "what is installed is unknown:" << status.error();
                             installed.unknown = status.error();
                         }
                         taken(installed);
                     });
}

} // namespace

void Inventory::take(const Task &task, const ReleasePaths &paths, const Sources &sources, QObject *context, Taken taken)
{
    Installed installed;
    const auto component = componentOf(task);
    if (component == Component::SmartMeter) {
        if (sources.matters && std::holds_alternative<UpdateCommand>(task)) {
            askForProcesses(sources, context, std::move(taken));
            return;
        }
    } else if (component == Component::JabberClient) {
        installed.version = sources.agentVersion;
    } else if (component) {
        const auto version = readVersionFile(paths.installed() + u'/' + versionFileName);
        installed.version = version ? std::optional(*version) : std::nullopt;
    } else {
        installed.sha256 = sha256OfFile(paths.installed()).value_or(QByteArray());
    }
    taken(installed);
}

} // namespace sgn::update
