// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/CommandJobs.h"

#include "base/AtomicFile.h"
#include "cli/Json.h"
#include "cli/Tones.h"
#include "core/SuggestedVersions.h"
#include "wording/Commands.h"
#include "wording/Problems.h"
#include "xmpp/Jid.h"

#include <algorithm>
#include <QJsonArray>

namespace sgn::cli {

using namespace Qt::StringLiterals;

QString progressText(const records::CommandTarget &target)
{
    if (target.state == records::TargetState::Running && !target.deviceState.isEmpty()) {
        // What it waits for is worth more than how far it is.
        const QString remarks = wording::remarksText(target);
        const QString more = !remarks.isEmpty()   ? u": "_s + remarks
                             : target.percent < 0 ? QString()
                                                  : u" %1 %"_s.arg(target.percent);
        return wording::stepText(target.deviceState) + more;
    }
    return nameOf(target.state);
}

CommandJob::CommandJob(const Terms &terms, Until until)
    : Job(terms)
    , m_until(until)
{}

void CommandJob::follow(const records::Expected<CommandNo> &number)
{
    if (!number) {
        output().report(wording::sentence(number.error()));
        finish(ExitFailed);
        return;
    }
    m_number = *number;
    output().report(u"command %1 to %2 device(s)"_s.arg(m_number).arg(panel().commands().targets(m_number).size()));
    // At once, because the next change may come before the event loop runs.
    connect(&panel().commands(), &core::CommandLog::targetChanged, this, &CommandJob::onTargetChanged);
    connect(
        &panel().commands(), &core::CommandLog::targetChanged, this, [this] { check(); }, Qt::QueuedConnection);
    check();
}

void CommandJob::onTargetChanged(CommandNo number, const QString &jid)
{
    if (number != m_number) {
        return;
    }
    const records::CommandTarget *target = panel().commands().target(number, jid);
    if (target && m_until == Until::Answered && !isFinal(target->state)) {
        const QString text = progressText(*target);
        if (m_lastTexts.value(jid) != text) {
            m_lastTexts.insert(jid, text);
            output().report(u"%1: %2"_s.arg(xmpp::localPartOf(jid), text));
        }
    }
}

bool CommandJob::isEnough(const records::CommandTarget &target) const
{
    return m_until == Until::Answered ? isFinal(target.state) : target.state != records::TargetState::Queued;
}

void CommandJob::check()
{
    if (isFinished()) {
        return;
    }
    const QList<records::CommandTarget> &targets = panel().commands().targets(m_number);
    if (std::ranges::all_of(targets, [this](const records::CommandTarget &target) { return isEnough(target); })) {
        print();
    }
}

void CommandJob::onTimeout()
{
    if (m_number == 0) {
        Job::onTimeout();
    } else {
        print();
    }
}

// What a table has no room for.
void CommandJob::printLogs()
{
    for (const records::CommandTarget &target : panel().commands().targets(m_number)) {
        for (const QString &line : target.log) {
            output().report(u"%1| %2"_s.arg(xmpp::localPartOf(target.jid), plain(line)));
        }
    }
}

void CommandJob::print()
{
    Table table({u"DEVICE"_s, u"STATE"_s, u"REMARKS"_s});
    QJsonArray targets;
    bool isAllRight = true;
    QStringList open;
    for (const records::CommandTarget &target : panel().commands().targets(m_number)) {
        const bool failed =
            target.state == records::TargetState::Failed || target.state == records::TargetState::Expired;
        isAllRight = isAllRight && !failed && isEnough(target);
        if (!isFinal(target.state)) {
            open += xmpp::localPartOf(target.jid);
        }
        table.add({xmpp::localPartOf(target.jid),
                   {progressText(target), toneOf(target.state)},
                   {isFinal(target.state) ? wording::remarksText(target) : QString(),
                    failed ? Tone::Doubtful : Tone::Plain}});
        targets += toJson(target);
    }
    printLogs();
    output().result(table, {{u"command_no"_s, static_cast<qint64>(m_number)}, {u"targets"_s, targets}});
    if (m_until == Until::Answered && !open.isEmpty()) {
        output().report(
            u"%1 of %2 device(s) haven't answered within %3 s: %4; 'sgnctl activity' shows later what became of it"_s
                .arg(open.size())
                .arg(targets.size())
                .arg(timeout().count())
                .arg(someOf(open)));
    }
    finish(isAllRight ? ExitDone : ExitFailed);
}

ReleaseJob::ReleaseJob(const Terms &terms, Wish wish, Until until)
    : CommandJob(terms, until)
    , m_wish(std::move(wish))
{}

records::Expected<> ReleaseJob::takeKeys()
{
    if (!m_wish.keyFile.isEmpty()) {
        const auto used = panel().useReleaseKey(m_wish.keyFile);
        return used ? records::Expected<>() : fail(used.error());
    }
    if (!m_wish.releaseFile.isEmpty()) {
        const auto release = readFile(m_wish.releaseFile, maxInlineRelease + 1);
        if (!release) {
            return fail(release.error());
        }
        m_signature.release = release->trimmed();
    }
    if (!m_wish.listFile.isEmpty()) {
        const auto listed = readFile(m_wish.listFile, maxFileList);
        if (!listed) {
            return fail(listed.error());
        }
        m_signature.listed = listed->trimmed();
    }
    return {};
}

void ReleaseJob::start()
{
    if (const records::Expected<> taken = takeKeys(); !taken) {
        report(taken.error());
        return;
    }
    whenConnected([this] {
        if (m_wish.file.isEmpty()) {
            core::UpdateRequest request;
            request.url = m_wish.url;
            send(request);
        } else if (m_wish.what == core::UpdateRequest::What::CaFile) {
            inspectCaFile();
        } else {
            inspect();
        }
    });
}

void ReleaseJob::refuse(const records::Problem &error)
{
    output().report(u"%1 can't be sent: %2"_s.arg(m_wish.file, wording::sentence(error)));
    finish(ExitFailed);
}

void ReleaseJob::inspectCaFile()
{
    // A few kilobytes.
    const Result<CaFile> caFile = readCaFile(m_wish.file, QDateTime::currentDateTimeUtc());
    if (!caFile) {
        refuse(caFile.error());
        return;
    }
    core::UpdateRequest request;
    request.caFile = *caFile;
    send(request);
}

void ReleaseJob::inspect()
{
    connect(&m_inspection, &QFutureWatcherBase::finished, this, [this] {
        const Result<ReleaseZip> zip = m_inspection.result();
        if (!zip) {
            refuse(zip.error());
            return;
        }
        core::UpdateRequest request;
        request.zip = *zip;
        send(request);
    });
    m_inspection.setFuture(core::UpdateService::inspect(m_wish.file));
}

bool ReleaseJob::chooseVersions(core::UpdateRequest &request)
{
    request.processes = m_wish.processes;
    request.version = m_wish.version.value_or(0);
    if (!request.zip) {
        return true;
    }
    const core::Fleet &fleet = panel().fleet();
    if (request.component != Component::SmartMeter) {
        request.version = m_wish.version.value_or(core::suggestedVersion(*request.zip, fleet));
        output().report(u"version %1"_s.arg(request.version));
        return true;
    }
    request.processes = core::suggestedVersions(*request.zip, fleet);
    for (const ProcessVersion &wished : std::as_const(m_wish.processes)) {
        const auto it = std::ranges::find(request.processes, wished.name, &ProcessVersion::name);
        if (it == request.processes.end()) {
            output().report(
                u"the zip has no process '%1'; it has %2"_s.arg(wished.name, request.zip->processNames.join(u", "_s)));
            return false;
        }
        it->version = wished.version;
    }
    QStringList texts;
    for (const ProcessVersion &process : std::as_const(request.processes)) {
        texts += u"%1=%2"_s.arg(process.name).arg(process.version);
    }
    output().report(u"versions "_s + texts.join(u' '));
    return true;
}

void ReleaseJob::send(core::UpdateRequest request)
{
    request.what = m_wish.what;
    request.component = m_wish.component;
    request.notAfter = m_wish.notAfter;
    request.force = m_wish.force;
    request.signature = m_signature;
    request.releaseUrl = QUrl(m_wish.releaseUrl, QUrl::StrictMode);
    request.requestedBy = panel().operatorName();
    if (!chooseVersions(request)) {
        finish(ExitFailed);
        return;
    }
    submit(std::move(request));
}

void ReleaseJob::report(const records::Problem &problem)
{
    output().report(wording::sentence(problem));
    finish(ExitFailed);
}

UpdateJobRun::UpdateJobRun(const Terms &terms, Wish wish, QStringList targets, Until until)
    : ReleaseJob(terms, std::move(wish), until)
    , m_targets(std::move(targets))
{}

void UpdateJobRun::submit(core::UpdateRequest request)
{
    request.targets = m_targets.isEmpty() ? allDevices() : resolve(m_targets);
    core::UpdateJob *job = panel().updates().start(request);
    connect(job, &core::UpdateJob::finished, this,
            [this](const records::Expected<CommandNo> &number) { follow(number); });
}

RebootJob::RebootJob(const Terms &terms, QStringList devices, Until until)
    : CommandJob(terms, until)
    , m_devices(std::move(devices))
{}

void RebootJob::start()
{
    whenConnected([this] { follow(panel().rebootDevices(resolve(m_devices))); });
}

ConfigJob::ConfigJob(const Terms &terms, QString device, QString file, Until until)
    : CommandJob(terms, until)
    , m_device(std::move(device))
    , m_file(std::move(file))
{}

void ConfigJob::start()
{
    whenConnected([this] { follow(panel().updateConfig(resolve({m_device}).front(), m_file)); });
}

RollbackJob::RollbackJob(const Terms &terms, Component component, QStringList devices, Until until)
    : CommandJob(terms, until)
    , m_component(component)
    , m_devices(std::move(devices))
{}

void RollbackJob::start()
{
    whenConnected([this] { follow(panel().rollBack(resolve(m_devices), m_component)); });
}

RestartJob::RestartJob(const Terms &terms, QString device, QString process)
    : CommandJob(terms, Until::Answered)
    , m_device(std::move(device))
    , m_process(std::move(process))
{}

void RestartJob::start()
{
    whenConnected([this] { follow(panel().restartProcess(resolve({m_device}).front(), m_process)); });
}

} // namespace sgn::cli
