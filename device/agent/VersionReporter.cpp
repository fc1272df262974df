// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/VersionReporter.h"

#include "agent/DeviceFactsReader.h"

#include <utility>

namespace sgn::agent {

VersionReporter::VersionReporter(About about, ProcessStatus &status, const TrustedTime &time, PanelLink &link,
                                 QObject *parent)
    : QObject(parent)
    , m_about(std::move(about))
    , m_status(status)
    , m_time(time)
    , m_link(link)
{}

void VersionReporter::report(xmpp::Keeping keeping)
{
    if (m_asking) {
        m_asking = keeping == xmpp::Keeping::AsUsual ? keeping : *m_asking;
        return;
    }
    m_asking = keeping;
    m_status.ask(this, [this](const QList<ProcessReport> &processes) { send(processes); });
}

void VersionReporter::send(const QList<ProcessReport> &processes)
{
    VersionReport report;
    report.from = m_about.from;
    report.processes = processes;
    report.facts = readDeviceFacts(m_about.root);
    report.facts.agentVersion = m_about.agentVersion;
    report.facts.watchdogVersion = m_about.watchdogVersion();
    report.facts.packagesVersion = m_about.packagesVersion();
    report.facts.problem = m_about.problem();
    report.facts.clockOffsetS = m_time.offsetS();
    // As of the true date, which a wrong clock would place on the other side of a change to summer time.
    report.facts.utcOffsetS = m_time.now().toLocalTime().offsetFromUtc();
    m_link.send(encode(report), *std::exchange(m_asking, std::nullopt));
}

} // namespace sgn::agent
