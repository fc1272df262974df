// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/MachineRestart.h"

#include "agent/Logging.h"
#include "base/AtomicFile.h"
#include "base/StateFile.h"
#include "control/PersistentRequest.h"
#include "protocol/Json.h"

#include <algorithm>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxCommandNo = 2147483647;
constexpr qint64 maxExact = 1LL << 53; // what a JSON number holds exactly
constexpr qsizetype maxBootId = 64;
constexpr qint64 maxJournal = qint64{4} * 1024 * 1024;
constexpr std::chrono::milliseconds retryPause{1'000};

QString readBootId(const QString &path)
{
    return QString::fromLatin1(readFile(path, maxBootId).value_or(QByteArray()).trimmed());
}

} // namespace

MachineRestart::MachineRestart(Settings settings, control::WatchdogPort &watchdog, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_watchdog(watchdog)
    , m_clock(clock)
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(m_settings.limit).count();
        end(Error{ErrorCode::Internal, u"the machine didn't restart within %1 s"_s.arg(seconds)});
    });
}

void MachineRestart::resume()
{
    if (const auto loaded = load(); !loaded) {
        if (loaded.error().code != ErrorCode::NotFound) {
            qCWarning(lcAgent) << "the record of a restart of the machine can't be read:" << loaded.error();
        }
        return;
    }
    if (readBootId(m_settings.bootIdFile) != m_bootId) {
        end(std::nullopt);
        return;
    }
    // Only this program was restarted.
    m_limit.start(std::clamp(m_settings.limit - (m_clock.monotonic() - m_requestedAt), MonotonicTime(0),
                             MonotonicTime(m_settings.limit)));
    requestRecorded();
}

Outcome MachineRestart::begin(const CommandKey &key)
{
    if (m_key) {
        return fail(ErrorCode::Busy, u"the machine is being restarted for command %1"_s.arg(m_key->number));
    }
    m_bootId = readBootId(m_settings.bootIdFile);
    if (m_bootId.isEmpty()) {
        return fail(ErrorCode::Internal,
                    u"this machine's restarts can't be distinguished: there is no %1"_s.arg(m_settings.bootIdFile));
    }
    m_key = key;
    m_requestedAt = m_clock.monotonic();
    m_ended = false;
    if (auto saved = save(); !saved) {
        m_key.reset();
        return saved;
    }
    m_limit.start(m_settings.limit);
    requestRecorded();
    return {};
}

void MachineRestart::beginUnrecorded()
{
    QTimer::singleShot(m_settings.replyPause, this, [this] {
        requestRestart([](const Error &reason) { qCWarning(lcAgent) << "the machine can't be restarted:" << reason; });
    });
}

void MachineRestart::requestRecorded()
{
    requestRestart([this](const Error &reason) {
        end(Error{ErrorCode::Internal, u"the machine can't be restarted: "_s + reason.message});
    });
}

void MachineRestart::requestRestart(Failed failed)
{
    auto *const request =
        new control::PersistentRequest(m_watchdog, control::Reboot{}, m_settings.watchdogAway, retryPause, this);
    connect(request, &control::PersistentRequest::finished, this,
            [failed = std::move(failed)](const Result<control::ReplyBody> &reply) {
                if (!reply) {
                    failed(reply.error());
                }
            });
}

void MachineRestart::end(const std::optional<Error> &failure)
{
    if (!m_key || std::exchange(m_ended, true)) {
        return;
    }
    m_limit.stop();
    QMetaObject::invokeMethod(
        this,
        [this, failure] {
            if (m_key) {
                Q_EMIT finished(*m_key, failure);
            }
        },
        Qt::QueuedConnection);
}

void MachineRestart::close()
{
    m_key.reset();
    m_limit.stop();
    if (const auto removed = removeFileDurably(m_settings.journal); !removed) {
        qCWarning(lcAgent) << removed.error();
    }
}

Outcome MachineRestart::save() const
{
    const QJsonObject object{{"command_no"_L1, static_cast<qint64>(m_key->number)},
                             {"fingerprint"_L1, QString::fromLatin1(m_key->fingerprint.toHex())},
                             {"request"_L1, m_key->request},
                             {"boot_id"_L1, m_bootId},
                             {"asked_at_ms"_L1, static_cast<qint64>(m_requestedAt.count())}};
    return writeStateFile(m_settings.journal, toAsciiJson(object));
}

Outcome MachineRestart::load()
{
    return readStateFile(m_settings.journal, maxJournal, [this](const QJsonObject &object) -> Outcome {
        JsonReader reader(object);
        CommandKey key;
        key.number = static_cast<CommandNo>(reader.requiredInteger("command_no"_L1, 1, maxCommandNo));
        key.fingerprint = QByteArray::fromHex(reader.requiredText("fingerprint"_L1, 64).toLatin1());
        key.request = reader.optionalText("request"_L1, 64);
        m_bootId = reader.requiredText("boot_id"_L1, maxBootId);
        m_requestedAt = MonotonicTime(reader.requiredInteger("asked_at_ms"_L1, 0, maxExact));
        if (reader.error()) {
            return fail(*reader.error());
        }
        m_key = key;
        return {};
    });
}

} // namespace sgn::agent
