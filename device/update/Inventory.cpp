// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Inventory.h"

#include "base/VersionFile.h"
#include "control/PersistentRequest.h"

#include "crypto/Sha256.h"
#include "update/Logging.h"
#include "update/NewestSigned.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

void read(const control::ReplyBody &answer, Installed &installed)
{
    if (const auto *const meters = std::get_if<control::StatusReply>(&answer)) {
        installed.processes = meters->processes;
    } else if (const auto *const watchdog = std::get_if<control::SwapStatusReply>(&answer)) {
        installed.version = watchdog->running;
    }
}

// `known`: what is installed as far as the watchdog isn't needed to know it.
void askWatchdog(control::RequestBody question, const Installed &known, const Inventory::Sources &sources,
                 QObject *context, Inventory::Taken taken)
{
    auto *const asking = new control::PersistentRequest(sources.watchdog, std::move(question), sources.statusLimit,
                                                        std::chrono::seconds(1), context);
    QObject::connect(asking, &control::PersistentRequest::finished, context,
                     [known, taken = std::move(taken)](const Result<control::ReplyBody> &reply) {
                         Installed installed = known;
                         if (reply) {
                             read(*reply, installed);
                         } else {
                             // It may be disconnected for a moment only, and the swap waits for it; until then nothing
                             // depends on it.
                             qCInfo(lcUpdate) << "what is installed is unknown:" << reply.error();
                             installed.unknown = reply.error();
                         }
                         taken(installed);
                     });
}

} // namespace

void Inventory::take(const Task &task, const ReleasePaths &paths, const Sources &sources, QObject *context, Taken taken)
{
    Installed installed;
    const auto component = componentOf(task);
    const bool mustAsk = sources.matters && std::holds_alternative<UpdateCommand>(task);
    if (component == Component::SmartMeter || component == Component::WatchDog) {
        if (mustAsk) {
            const bool isMeter = component == Component::SmartMeter;
            installed.created = isMeter ? readNewestSigned(paths) : std::nullopt;
            askWatchdog(isMeter ? control::RequestBody(control::Status{})
                                : control::RequestBody(control::SwapStatus{Component::WatchDog}),
                        installed, sources, context, std::move(taken));
            return;
        }
    } else if (component == Component::JabberClient) {
        installed.version = sources.agentVersion;
    } else if (component) {
        const auto version = readReleaseVersion(paths.installed());
        installed.version = version ? std::optional(*version) : std::nullopt;
    } else {
        installed.sha256 = sha256OfFile(paths.installed()).value_or(QByteArray());
        installed.created = readNewestSigned(paths);
    }
    taken(installed);
}

} // namespace sgn::update
