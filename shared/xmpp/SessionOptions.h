// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "xmpp/KeepAlivePolicy.h"
#include "xmpp/ReconnectPolicy.h"

#include <chrono>
#include <optional>
#include <QDateTime>
#include <QString>

namespace sgn::xmpp {

// What a session is used for; decides what it loads from the server.
enum class Role {
    // A meter: no roster, no carbons, no archive; presence only of its trusted peers.
    Device,
    // A dashboard or sgnctl: roster, carbons, archive.
    Panel,
};

// How a session behaves; the account that it signs in to is an Account.
struct SessionOptions
{
    Role role = Role::Device;
    // Whether others see that the account is online. Without presence the server also delivers no messages: for a
    // program that only tries the login beside the one that uses the account.
    bool showsPresence = true;
    // An attempt that isn't online after this long is ended.
    std::chrono::milliseconds connectTimeout{30'000};
    // How long stop() waits for the server to close its side.
    std::chrono::milliseconds closeTimeout{3'000};
    // Silence after which the server is pinged, and how long it has to reply; the second is shorter. Through a proxy
    // never more than the interval here: it may close a tunnel that is quiet.
    std::chrono::seconds pingInterval{60};
    std::chrono::seconds pingTimeout{20};
    // Probes of TCP, which find a lost network between two pings; absent: none.
    std::optional<KeepAlivePolicy::Limits> keepAlive = {};
    ReconnectPolicy::Limits reconnect;
    // Panel: PrivateNodes reports changes of these.
    QStringList watchedNodes = {};
};

// For a device, whose connection is quiet for days: TCP finds a network that is lost, and keeps routers from forgetting
// the connection; a ping finds the rarer server that stands still, before Prosody's limit of silence, 14 minutes.
[[nodiscard]] inline SessionOptions quietSession()
{
    SessionOptions options;
    options.pingInterval = std::chrono::minutes(12);
    options.keepAlive = KeepAlivePolicy::Limits{};
    return options;
}

// What to read of the archive.
struct ArchiveStart
{
    enum class What {
        Everything, // page by page, the oldest first
        NewestPage, // one page, in it the oldest first
    };

    // Everything begins after a known message, else since a time, else with the first.
    QString afterId;
    QDateTime since;
    What what = What::Everything;
};

// How far a reading came.
struct ArchivePage
{
    QString lastId;          // of the last message; of Everything without any, that of the start
    bool isComplete = false; // nothing is left behind it; of NewestPage: nor before it

    friend bool operator==(const ArchivePage &, const ArchivePage &) = default;
};

} // namespace sgn::xmpp
