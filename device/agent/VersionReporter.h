// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/PanelLink.h"
#include "agent/ProcessStatus.h"
#include "agent/TrustedTime.h"
#include "protocol/Reply.h"

#include <functional>
#include <optional>
#include <QObject>

namespace sgn::agent {

// Answers version_req (seed step 15). Requests that come while the watchdog is being asked are answered by the same
// report, because it goes to everyone at the panel's bare JID.
class VersionReporter : public QObject
{
    Q_OBJECT

public:
    struct About
    {
        QString from; // rpi_unique_id
        QString root;
        int agentVersion = 0;
        std::function<std::optional<int>()> watchdogVersion;
        std::function<std::optional<int>()> packagesVersion;
        std::function<QString()> problem; // of the device; empty: none
    };

    // All references outlive the object.
    VersionReporter(About about, ProcessStatus &status, const TrustedTime &time, PanelLink &link,
                    QObject *parent = nullptr);

    // `keeping` of several requests that one report answers: the longest.
    void report(xmpp::Keeping keeping);

private:
    void send(const QList<ProcessReport> &processes);

    About m_about;
    ProcessStatus &m_status;
    const TrustedTime &m_time;
    PanelLink &m_link;
    std::optional<xmpp::Keeping> m_asking; // how long the reply is to be kept
};

} // namespace sgn::agent
