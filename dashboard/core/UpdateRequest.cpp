// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/UpdateRequest.h"

#include "xmpp/Jid.h"

#include <QFileInfo>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;

namespace {

records::Expected<> checkProcesses(const QList<ProcessVersion> &processes)
{
    if (processes.isEmpty()) {
        return fail(ErrorCode::BadRequest, FactCode::UpdateWithoutProcess);
    }
    QStringList names;
    for (const ProcessVersion &process : processes) {
        if (!isValidProcessName(process.name)) {
            return fail(ErrorCode::BadRequest, FactCode::BadProcessName, {process.name});
        }
        if (names.contains(process.name)) {
            return fail(ErrorCode::BadRequest, FactCode::ProcessNamedTwice, {process.name});
        }
        if (process.version < 0) {
            return fail(ErrorCode::BadRequest, FactCode::BadProcessVersion, {process.name});
        }
        names += process.name;
    }
    return {};
}

records::Expected<> checkAddress(const QUrl &url)
{
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "https"_L1 && url.scheme() != "http"_L1)) {
        return fail(ErrorCode::BadRequest, FactCode::BadAddress, {url.toString()});
    }
    return {};
}

} // namespace

records::Expected<> UpdateRequest::check() const
{
    if (needsTargets && targets.isEmpty()) {
        return fail(ErrorCode::BadRequest, FactCode::NoDeviceChosen);
    }
    for (const QString &target : targets) {
        if (!xmpp::isBareAccountJid(target)) {
            return fail(ErrorCode::BadRequest, FactCode::BadDeviceJid, {target});
        }
    }
    if (what == What::CaFile) {
        return caFile && url.isEmpty() ? records::Expected<>() : checkAddress(url);
    }
    if (component == Component::SmartMeter) {
        if (records::Expected<> processesAreFine = checkProcesses(processes); !processesAreFine) {
            return processesAreFine;
        }
    } else if (version < 0) {
        return fail(ErrorCode::BadRequest, FactCode::BadVersion);
    }
    if (zip) {
        if (zip->component != component) {
            return fail(ErrorCode::BadRequest, FactCode::WrongComponent,
                        {folderName(zip->component), folderName(component)});
        }
    }
    return zip && url.isEmpty() ? records::Expected<>() : checkAddress(url);
}

QString UpdateRequest::file() const
{
    return !url.isEmpty() ? QString() : zip ? zip->path : caFile ? caFile->path : QString();
}

QString UpdateRequest::title() const
{
    return file().isEmpty() ? url.fileName() : QFileInfo(file()).fileName();
}

bool UpdateRequest::isFileListWorthwhile() const
{
    // The list must not be most of what it saves.
    constexpr qint64 smallestShare = 4;
    return !signature.listed.isEmpty() && zip && signature.listed.size() < zip->size / smallestShare;
}

CommandBody UpdateRequest::command(const QUrl &address) const
{
    if (what == What::CaFile) {
        CaCertUpdate update;
        update.url = address;
        update.sha256 = caFile ? caFile->sha256 : sha256;
        update.size = caFile ? std::optional(caFile->size) : size;
        update.release = QString::fromLatin1(signature.release);
        return update;
    }
    UpdateCommand update;
    update.component = component;
    update.url = address;
    update.processes = processes;
    update.version = version;
    update.force = force;
    update.sha256 = zip ? zip->sha256 : sha256;
    update.size = zip ? std::optional(zip->size) : size;
    update.release = QString::fromLatin1(signature.release);
    update.releaseUrl = releaseUrl;
    return update;
}

} // namespace sgn::core
