// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/TrustedTime.h"

#include "agent/Logging.h"
#include "base/StateFile.h"
#include "protocol/Json.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 wrongClockS = 600;

} // namespace

TrustedTime::TrustedTime(QString path, const Clock &clock)
    : m_path(std::move(path))
    , m_clock(clock)
{
    removeTemporaries(m_path);
    if (const auto object = readStateObject(m_path, maxBodySize)) {
        JsonReader reader(*object);
        m_floor = reader.optionalTime("server_time"_L1).value_or(QDateTime());
    }
}

void TrustedTime::set(std::chrono::milliseconds offset)
{
    m_known = Known{m_clock.wallUtc().addMSecs(offset.count()), m_clock.monotonic()};
    // Also downwards: the time that the server sends now replaces one that it may have sent wrongly before.
    m_floor = m_known->server;
    saveFloor();
}

void TrustedTime::raiseFloor(const QDateTime &stamp)
{
    if (stamp.isValid() && !m_known && (!m_floor.isValid() || stamp > m_floor)) {
        m_floor = stamp;
    }
}

QDateTime TrustedTime::now() const
{
    if (m_known) {
        return serverNow();
    }
    const QDateTime ours = m_clock.wallUtc();
    return m_floor.isValid() && m_floor > ours ? m_floor : ours;
}

bool TrustedTime::isPast(const QDateTime &moment) const
{
    return m_known ? now() > moment : m_floor.isValid() && m_floor > moment;
}

bool TrustedTime::isYetToCome(const QDateTime &moment) const
{
    return m_known && latestNow() < moment;
}

QDateTime TrustedTime::latestNow() const
{
    return now().addSecs(wrongClockS);
}

QDateTime TrustedTime::serverNow() const
{
    return m_known->server.addMSecs((m_clock.monotonic() - m_known->at).count());
}

std::optional<double> TrustedTime::offsetS() const
{
    return m_known ? std::optional(static_cast<double>(m_clock.wallUtc().msecsTo(serverNow())) / 1000) : std::nullopt;
}

void TrustedTime::saveFloor() const
{
    const QJsonObject object{{"server_time"_L1, m_floor.toUTC().toString(Qt::ISODate)}};
    if (const auto saved = writeStateFile(m_path, toAsciiJson(object)); !saved) {
        qCWarning(lcAgent) << saved.error();
    }
}

} // namespace sgn::agent
