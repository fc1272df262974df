// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ConfigTrial.h"

#include "agent/ConfigRecovery.h"
#include "agent/Logging.h"
#include "base/StateFile.h"
#include "crypto/ConfigEnvelope.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxSerialFile = 4096;

// The highest serial of a configuration that was ever accepted here.
qint64 highestSerial(const DeviceTree &tree)
{
    const auto kept = readStateObject(tree.configSerial(), maxSerialFile);
    const auto current = loadDeviceConfig(tree);
    return std::max(kept ? kept->value("serial"_L1).toInteger() : 0, current ? current->serial : 0);
}

Outcome check(const QByteArray &file, const DeviceTree &tree, const QString &rpiUniqueId)
{
    // Version 1 has the same key everywhere: every one who saw the message could read the password.
    if (envelopeVersion(file) != EnvelopeVersion::V2) {
        return fail(ErrorCode::BadRequest, u"only a config_file.bin of version 2 can be sent"_s);
    }
    const auto config = openDeviceConfig(file, tree);
    if (!config) {
        return fail(ErrorCode::BadRequest, u"the new configuration can't be read: "_s + config.error().message);
    }
    if (config->rpiUniqueId != rpiUniqueId) {
        return fail(ErrorCode::BadRequest, u"the new configuration is for the device %1"_s.arg(config->rpiUniqueId));
    }
    // Whoever kept an older one, the server's archive does, could send it again, and with it take away keys.
    if (config->serial == 0) {
        return fail(ErrorCode::BadRequest,
                    u"the new configuration has no serial; encrypt it with this release of sgn-provision"_s);
    }
    if (const qint64 highest = highestSerial(tree); config->serial <= highest) {
        return fail(ErrorCode::BadRequest, u"the configuration isn't newer than those before it; encrypt it anew, with "
                                           "\"serial\": %1 in it if the clock was wrong then"_s.arg(highest));
    }
    return {};
}

} // namespace

ConfigTrial::ConfigTrial(const DeviceTree &tree, QObject *parent)
    : QObject(parent)
    , m_tree(tree)
    , m_journal(tree.configJournal())
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, &ConfigTrial::rollBack);
}

std::optional<CommandKey> ConfigTrial::current() const
{
    return m_record ? std::optional(m_record->key) : std::nullopt;
}

void ConfigTrial::resume()
{
    auto record = m_journal.load();
    if (!record) {
        return; // recoverConfig() has logged what there is to log
    }
    m_record = *std::move(record);
    keepSerial();
    if (m_record->phase == ConfigPhase::Trying) {
        m_limit.start(std::chrono::seconds(m_record->timeoutS));
    } else {
        report();
    }
}

Outcome ConfigTrial::begin(const CommandKey &key, const ConfigUpdate &update, const QString &rpiUniqueId)
{
    if (m_record) {
        return fail(ErrorCode::Busy, u"the configuration of command %1 is being tried"_s.arg(m_record->key.number));
    }
    if (auto checked = check(update.file, m_tree, rpiUniqueId); !checked) {
        return checked;
    }
    auto before = readConfigFile(m_tree);
    if (!before) {
        return fail(std::move(before).error());
    }
    ConfigRecord record;
    record.key = key;
    record.before = *std::move(before);
    record.after = update.file;
    record.timeoutS = update.timeoutS;
    if (auto saved = m_journal.save(record); !saved) {
        return saved;
    }
    m_record = std::move(record);
    keepSerial();
    QMetaObject::invokeMethod(this, &ConfigTrial::restartRequested, Qt::QueuedConnection);
    return {};
}

// After the journal, so that a power cut between the two doesn't make the command look like a repetition.
void ConfigTrial::keepSerial()
{
    const auto config = openDeviceConfig(m_record->after, m_tree);
    if (!config || config->serial <= highestSerial(m_tree)) {
        return;
    }
    const QJsonObject highest{{"serial"_L1, config->serial}};
    if (const auto saved = writeStateFile(m_tree.configSerial(), QJsonDocument(highest).toJson(QJsonDocument::Compact));
        !saved) {
        qCWarning(lcAgent) << saved.error();
    }
}

void ConfigTrial::online()
{
    // The agent that has accepted the command is online by the old one until it is restarted, and has no limit.
    if (m_record && m_limit.isActive()) {
        m_limit.stop();
        m_record->phase = ConfigPhase::Confirmed;
        if (const auto saved = m_journal.save(*m_record); !saved) {
            // At the next start it is tried once more.
            qCWarning(lcAgent) << "a confirmed config_update can't be recorded:" << saved.error();
        }
        report();
    }
    if (const auto kept = keepGoodConfig(m_tree); !kept) {
        qCWarning(lcAgent) << "config_file.bin can't be copied:" << kept.error();
    }
}

void ConfigTrial::rollBack()
{
    m_record->phase = ConfigPhase::RolledBack;
    m_record->failure = u"the device didn't come online by the new configuration within %1 s"_s.arg(m_record->timeoutS);
    qCWarning(lcAgent).noquote() << m_record->failure;
    if (const auto saved = m_journal.save(*m_record); !saved) {
        qCWarning(lcAgent) << "a config_update can't be rolled back yet:" << saved.error();
        m_record->phase = ConfigPhase::Trying;
        m_record->failure.clear();
        m_limit.start(std::chrono::seconds(m_record->timeoutS));
        return;
    }
    QMetaObject::invokeMethod(this, &ConfigTrial::restartRequested, Qt::QueuedConnection);
}

void ConfigTrial::report()
{
    const auto failure = m_record->phase == ConfigPhase::RolledBack
                             ? std::optional(Error{ErrorCode::InstallFailed, m_record->failure})
                             : std::nullopt;
    QMetaObject::invokeMethod(
        this,
        [this, key = m_record->key, failure] {
            if (m_record) {
                Q_EMIT finished(key, failure);
            }
        },
        Qt::QueuedConnection);
}

void ConfigTrial::close()
{
    m_record.reset();
    if (const auto removed = m_journal.remove(); !removed) {
        qCWarning(lcAgent) << removed.error();
    }
}

} // namespace sgn::agent
