// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ConfigJournal.h"

#include "base/AtomicFile.h"
#include "base/EnumNames.h"
#include "base/StateFile.h"
#include "protocol/Json.h"

#include <utility>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr int format = 1;
constexpr qint64 maxJournal = qint64{2} * 1024 * 1024;
constexpr qsizetype maxFile = 512 * 1024;
constexpr qsizetype maxReason = 2000;
constexpr qint64 maxCommandNo = 2147483647;
constexpr auto phases = enumNames<ConfigPhase>({{ConfigPhase::Trying, "trying"_L1},
                                                {ConfigPhase::Confirmed, "confirmed"_L1},
                                                {ConfigPhase::RolledBack, "rolled_back"_L1}});

QString toText(const QByteArray &file)
{
    return QString::fromLatin1(file.toBase64());
}

Result<ConfigRecord> recordFrom(const QJsonObject &object)
{
    JsonReader reader(object);
    if (reader.requiredInteger("format"_L1, 1, 1000) > format) {
        reader.reject("format"_L1, u"is of a later agent"_s);
    }
    ConfigRecord record;
    record.key.number = static_cast<CommandNo>(reader.requiredInteger("command_no"_L1, 1, maxCommandNo));
    record.key.fingerprint = QByteArray::fromHex(reader.requiredText("fingerprint"_L1, 64).toLatin1());
    record.key.request = reader.optionalText("request"_L1, 64);
    const auto phase = phases.valueOf(reader.requiredText("phase"_L1, 32));
    if (!phase) {
        reader.reject("phase"_L1, u"is unknown"_s);
    }
    record.before = QByteArray::fromBase64(reader.requiredText("before"_L1, maxFile).toLatin1());
    record.after = QByteArray::fromBase64(reader.requiredText("after"_L1, maxFile).toLatin1());
    record.timeoutS = static_cast<int>(reader.requiredInteger("timeout_s"_L1, 1, 3600));
    record.starts = static_cast<int>(reader.requiredInteger("starts"_L1, 0, 1000));
    record.failure = reader.optionalText("failure"_L1, maxReason);
    if (reader.error()) {
        return fail(*reader.error());
    }
    record.phase = *phase;
    return record;
}

} // namespace

ConfigRecord atStart(ConfigRecord record, const Outcome &opens)
{
    if (record.phase != ConfigPhase::Trying) {
        return record;
    }
    ++record.starts;
    if (!opens) {
        record.failure = u"the new configuration can't be read: "_s + opens.error().message;
    } else if (record.starts > maxConfigStarts) {
        record.failure = u"the agent was started %1 times without coming online"_s.arg(maxConfigStarts);
    }
    if (!record.failure.isEmpty()) {
        record.phase = ConfigPhase::RolledBack;
    }
    return record;
}

ConfigJournal::ConfigJournal(QString path)
    : m_path(std::move(path))
{}

Result<ConfigRecord> ConfigJournal::load() const
{
    return readStateFile(m_path, maxJournal, recordFrom);
}

Outcome ConfigJournal::save(const ConfigRecord &record) const
{
    QJsonObject object{{"format"_L1, format},
                       {"command_no"_L1, static_cast<qint64>(record.key.number)},
                       {"fingerprint"_L1, QString::fromLatin1(record.key.fingerprint.toHex())},
                       {"request"_L1, record.key.request},
                       {"phase"_L1, phases.nameOf(record.phase)},
                       {"before"_L1, toText(record.before)},
                       {"after"_L1, toText(record.after)},
                       {"timeout_s"_L1, record.timeoutS},
                       {"starts"_L1, record.starts}};
    if (!record.failure.isEmpty()) {
        object["failure"_L1] = record.failure.left(maxReason);
    }
    return writeStateFile(m_path, toAsciiJson(object), 0600);
}

Outcome ConfigJournal::remove() const
{
    return removeFileDurably(m_path);
}

} // namespace sgn::agent
