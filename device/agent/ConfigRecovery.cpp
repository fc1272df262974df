// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ConfigRecovery.h"

#include "agent/ConfigJournal.h"
#include "agent/Logging.h"
#include "base/AtomicFile.h"
#include "base/StateFile.h"
#include "crypto/ConfigEnvelope.h"

#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

// Puts the file in place that a config_update wants. A failure is for the log: whatever is in place is a whole one.
void continueUpdate(const DeviceTree &tree)
{
    const ConfigJournal journal(tree.configJournal());
    const auto saved = journal.load();
    if (!saved) {
        if (saved.error().code != ErrorCode::NotFound) {
            qCWarning(lcAgent) << "the journal of a config_update is ignored:" << saved.error();
        }
        return;
    }
    const auto opened = openDeviceConfig(saved->after, tree);
    const ConfigRecord record = atStart(*saved, opened ? Outcome() : fail(opened.error()));
    Outcome done = record.phase == ConfigPhase::Confirmed ? Outcome() : journal.save(record);
    const auto current = readConfigFile(tree);
    if (done && (!current || *current != record.wanted())) {
        done = writeConfigFile(tree, record.wanted());
    }
    if (!done) {
        qCWarning(lcAgent) << "a config_update can't go on:" << done.error();
    }
}

bool isDamage(ErrorCode code)
{
    return code == ErrorCode::BadFile || code == ErrorCode::NotFound || code == ErrorCode::TooLarge ||
           code == ErrorCode::Refused;
}

} // namespace

Outcome writeConfigFile(const DeviceTree &tree, const QByteArray &file)
{
    struct stat info
    {
    };
    const bool exists = ::stat(QFile::encodeName(tree.configFile()).constData(), &info) == 0 && S_ISREG(info.st_mode);
    return writeStateFile(tree.configFile(), file, exists ? info.st_mode & 0777U : 0600U);
}

Result<RecoveredConfig> recoverConfig(const DeviceTree &tree)
{
    continueUpdate(tree);
    auto config = loadDeviceConfig(tree);
    if (config) {
        for (const QString &remark : config->remarks) {
            qCWarning(lcAgent).noquote() << "config_file.bin:" << remark;
        }
        return RecoveredConfig{*std::move(config), {}};
    }
    if (!isDamage(config.error().code)) {
        return fail(config.error());
    }
    const auto copy = readRegularFile(tree.configCopy(), maxConfigFileSize);
    auto good = copy ? openDeviceConfig(*copy, tree) : fail(copy.error());
    if (!good) {
        return fail(config.error());
    }
    if (config.error().code != ErrorCode::NotFound) {
        if (const auto moved = quarantine(tree.configFile()); !moved) {
            qCWarning(lcAgent) << moved.error();
        }
    }
    const auto written = writeConfigFile(tree, *copy);
    const QString remark = u"config_file.bin was replaced by its last good copy (%1)%2"_s.arg(
        config.error().message, written ? QString() : u", for this start only: "_s + written.error().message);
    qCWarning(lcAgent).noquote() << remark;
    return RecoveredConfig{*std::move(good), remark};
}

Outcome keepGoodConfig(const DeviceTree &tree)
{
    const auto current = readConfigFile(tree);
    if (!current) {
        return fail(current.error());
    }
    const auto copy = readRegularFile(tree.configCopy(), maxConfigFileSize);
    return copy && *copy == *current ? Outcome() : writeStateFile(tree.configCopy(), *current, 0600);
}

} // namespace sgn::agent
