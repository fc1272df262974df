// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/UpdateWork.h"

#include "crypto/Sha256.h"
#include "download/LocalFile.h"
#include "update/InstallPlan.h"
#include "update/Inventory.h"
#include "update/Logging.h"
#include "update/ReleaseFetch.h"
#include "update/Swaps.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr auto alreadyInstalled = "already installed"_L1;

} // namespace

UpdateWork::UpdateWork(const InstallerSettings &settings, Ports ports, Record &record, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_ports(std::move(ports))
    , m_record(record)
    // A Pi's own clock may be wrong by years.
    , m_hold(
          settings.hold, record.order.window,
          [&settings, &clock = m_ports.clock] { return settings.timeBy(clock).toLocalTime().time(); },
          settings.holdPoll)
{
    connect(&m_hold, &LocalHold::looked, this, &UpdateWork::waitForHold);
}

void UpdateWork::stop()
{
    ++m_run;
    m_download.reset();
    m_stager.reset();
    m_hold.stop();
    if (m_swap && (m_record.state == State::Waiting || m_record.state == State::Swapping)) {
        m_swap->abandon();
    }
    m_swap.reset();
}

void UpdateWork::note(const QString &what)
{
    qCInfo(lcUpdate).noquote() << u"%1: %2"_s.arg(nameOf(m_record.order), what);
    addLogLine(m_record, m_settings.timeBy(m_ports.clock).toString(u"hh:mm:ss "_s) + what);
}

Policy UpdateWork::policy() const
{
    return m_settings.policyFor(m_record.order);
}

void UpdateWork::begin()
{
    switch (m_record.state) {
    case State::Accepted:
        checkInstalled();
        break;
    case State::Downloading:
        download();
        break;
    case State::Verifying:
        verify();
        break;
    case State::Staging:
        stage();
        break;
    case State::Waiting:
        waitForHold(m_hold.isSet());
        break;
    case State::Swapping:
        startSwap(&ComponentSwap::swap);
        break;
    case State::Confirming:
        startSwap(&ComponentSwap::confirm);
        break;
    case State::RollingBack:
        startSwap(&ComponentSwap::rollBack);
        break;
    case State::Done:
    case State::RolledBack:
    case State::Failed:
        break;
    }
}

void UpdateWork::checkInstalled()
{
    const auto trusted = trustRelease(m_record.order.task, policy());
    const bool matters = trusted && trusted->downgrade == Downgrade::Refused;
    const int run = m_run;
    Inventory::take(m_record.order.task, pathsOf(m_record, m_settings),
                    {m_ports.watchdog, m_settings.agentVersion, m_settings.statusLimit, matters}, this,
                    [this, run](const Installed &installed) {
                        if (run == m_run) {
                            judgeInstalled(installed);
                        }
                    });
}

void UpdateWork::judgeInstalled(const Installed &installed)
{
    m_record.versionBefore = installed.version;
    const auto plan =
        planInstall(m_record.order.task, policy(), installed, pathsOf(m_record, m_settings), m_settings.root);
    if (!plan) {
        failWith(plan.error());
        return;
    }
    m_record.created = plan->created;
    if (plan->admission == Admission::AlreadyInstalled) {
        m_record.remarks = alreadyInstalled;
        end(Event::NothingToDo);
        return;
    }
    m_record.version = plan->version;
    m_record.stagedId = plan->stagedId;
    // The release that a rollback installs is staged already.
    end(std::holds_alternative<Rollback>(m_record.order.task) ? Event::Staged : Event::Admitted);
}

void UpdateWork::download()
{
    const ReleasePaths paths = pathsOf(m_record, m_settings);
    if (const auto &stick = m_record.order.stick) {
        const Source source = sourceOf(m_record.order.task).value_or(Source{});
        m_download = std::make_unique<download::LocalFile>(
            m_settings.stickZip(stick->index), download::DownloadRequest{source.url, paths.zip(), source.size});
    } else {
        m_download = std::make_unique<ReleaseFetch>(m_record.order.task, paths, policy(), m_ports.downloads);
    }
    connect(m_download.get(), &download::Download::progress, &m_ports.progress, &ProgressReporter::advance);
    connect(m_download.get(), &download::Download::interrupted, this,
            [this](const QString &why) { note(u"download interrupted: "_s + why); });
    connect(m_download.get(), &download::Download::finished, this, [this](const Result<download::Downloaded> &result) {
        m_download.reset();
        if (!result) {
            failWith(result.error());
            return;
        }
        m_record.bytes = result->bytes;
        m_record.sha256 = result->sha256;
        m_record.staged = result->staged;
        end(Event::Downloaded);
    });
    m_download->start();
}

void UpdateWork::verify()
{
    if (m_record.staged || m_record.assembled) {
        // It isn't the zip that was signed, but its content, which staging checks file by file.
        end(Event::Verified);
        return;
    }
    // The hash was taken while the bytes were written to the disk, which was synced before this state was saved.
    const Source source = sourceOf(m_record.order.task).value_or(Source{});
    if (const auto checked = checkDownload(source, m_record.bytes, m_record.sha256); !checked) {
        failWith(checked.error());
        return;
    }
    // A CA file has no version; whether it is installed already shows only now.
    const QString installed = pathsOf(m_record, m_settings).installed();
    if (!componentOf(m_record.order.task) && sha256OfFile(installed) == m_record.sha256) {
        m_record.remarks = alreadyInstalled;
        end(Event::NothingToDo);
        return;
    }
    end(Event::Verified);
}

void UpdateWork::stage()
{
    m_stager = std::make_unique<Stager>(Stager::Request{m_record.order.task, pathsOf(m_record, m_settings), policy(),
                                                        m_record.staged, m_record.assembled, m_settings.root,
                                                        m_settings.selfTestLimit, m_settings.timeBy(m_ports.clock)});
    connect(m_stager.get(), &Stager::progress, &m_ports.progress, &ProgressReporter::advance);
    connect(m_stager.get(), &Stager::finished, this, [this](const Result<Staged> &result) {
        m_stager.release()->deleteLater();
        staged(result);
    });
    m_stager->start();
}

void UpdateWork::staged(const Result<Staged> &staged)
{
    if (!staged) {
        failWith(staged.error());
        return;
    }
    m_record.stagedId = staged->folderId;
    end(Event::Staged);
}

void UpdateWork::waitForHold(bool isHeld)
{
    if (!isHeld) {
        m_hold.stop();
        if (m_ports.progress.wait().cause) {
            note(u"the wait has ended"_s);
            m_ports.progress.setWait({});
        }
        startSwap(&ComponentSwap::prepare);
        return;
    }
    const auto &notAfter = m_record.order.notAfter;
    if (notAfter && m_settings.isPast && m_settings.isPast(*notAfter)) {
        m_hold.stop();
        failWith({ErrorCode::Expired, u"the command was valid until %1, and on the device until then: %2"_s.arg(
                                          notAfter->toString(Qt::ISODate), m_hold.wait().remarks)});
        return;
    }
    m_hold.watch();
    // A hold may begin while the window is closed, and end before it opens.
    if (const Wait wait = m_hold.wait(); wait.cause && wait != m_ports.progress.wait()) {
        note(wait.remarks);
        m_ports.progress.setWait(wait);
    }
}

void UpdateWork::startSwap(void (ComponentSwap::*work)())
{
    if (!m_swap) {
        m_swap = makeSwap({m_ports.watchdog, m_ports.clock, m_settings.trial}, pathsOf(m_record, m_settings), m_record,
                          m_settings.times);
        connect(m_swap.get(), &ComponentSwap::ended, this, &UpdateWork::ended);
    }
    (m_swap.get()->*work)();
}

} // namespace sgn::update
