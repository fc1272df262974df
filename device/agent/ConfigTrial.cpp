// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ConfigTrial.h"

#include "agent/ConfigRecovery.h"
#include "agent/Logging.h"
#include "crypto/ConfigEnvelope.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

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
    QMetaObject::invokeMethod(this, &ConfigTrial::restartRequested, Qt::QueuedConnection);
    return {};
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
