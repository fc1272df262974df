// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <optional>
#include <QDateTime>
#include <QString>

namespace sgn::agent {

// The time by the server's clock (XEP-0202), for judging `not_after` on a machine whose own clock may be in 1970. Runs
// on by monotonic time between logins. Before the first login after a start only a lower bound is known, the time of
// the last login or of a message that the server stamped; it is kept in a file.
class TrustedTime
{
public:
    // `clock` outlives the object.
    TrustedTime(QString path, const Clock &clock);

    // The server's clock minus ours, just measured.
    void set(std::chrono::milliseconds offset);
    // The server has stamped a message with this time.
    void raiseFloor(const QDateTime &stamp);

    [[nodiscard]] bool isKnown() const { return m_known.has_value(); }
    // The best guess: the server's time while it is known, else this machine's, but not before the lower bound.
    [[nodiscard]] QDateTime now() const;
    // Whether that moment is certainly over.
    [[nodiscard]] bool isPast(const QDateTime &moment) const;
    // Whether that moment is certainly in the future; a clock may be some minutes wrong.
    [[nodiscard]] bool isYetToCome(const QDateTime &moment) const;
    // The latest moment that isn't yet to come for a clock some minutes wrong.
    [[nodiscard]] QDateTime latestNow() const;
    // The server's clock minus this machine's as it is now, in seconds; nullopt while unknown.
    [[nodiscard]] std::optional<double> offsetS() const;

private:
    struct Known
    {
        QDateTime server;
        MonotonicTime at;
    };

    [[nodiscard]] QDateTime serverNow() const;
    void saveFloor() const;

    QString m_path;
    const Clock &m_clock;
    std::optional<Known> m_known;
    QDateTime m_floor;
};

} // namespace sgn::agent
