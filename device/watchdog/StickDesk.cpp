// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/StickDesk.h"

#include "base/SystemError.h"
#include "selfupdate/SelfTestRun.h"
#include "system/Launcher.h"
#include "watchdog/Logging.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <QFileInfo>
#include <unistd.h>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

namespace {

void logVisit(const system::ExitStatus &status, const QString &sentence)
{
    if (status.code != 0) {
        qCWarning(lcWatchdog).noquote() << "the stick wasn't served:"
                                        << (sentence.isEmpty() ? u"its reader crashed or was killed"_s : sentence);
    } else if (!sentence.isEmpty()) {
        qCInfo(lcWatchdog).noquote() << sentence;
    }
}

} // namespace

StickDesk::StickDesk(Settings settings, std::unique_ptr<StickSource> source, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_source(std::move(source))
{
    m_limit.setSingleShot(true);
    m_limit.setInterval(m_settings.limit);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        qCWarning(lcWatchdog) << "a stick takes too long and is given up";
        m_process->signal(SIGKILL);
    });
    connect(m_source.get(), &StickSource::arrived, this, [this](const QString &place) {
        m_present += place;
        add({place, true});
    });
    connect(m_source.get(), &StickSource::removed, this, [this](const QString &place) {
        m_present.removeAll(place);
        m_waiting.removeIf([&place](const Visit &visit) { return visit.place == place; });
    });
}

StickDesk::~StickDesk() = default;

void StickDesk::agentReady()
{
    if (!std::exchange(m_isWatching, true)) {
        m_present = m_source->begin();
    }
    resultReady();
}

void StickDesk::resultReady()
{
    for (const QString &place : std::as_const(m_present)) {
        add({place, false});
    }
}

void StickDesk::add(const Visit &visit)
{
    const auto isSame = [&visit](const Visit &other) {
        return other.place == visit.place;
    };
    if (const auto same = std::ranges::find_if(m_waiting, isSame); same != m_waiting.end()) {
        same->isPluggedIn = same->isPluggedIn || visit.isPluggedIn;
    } else {
        m_waiting += visit;
    }
    next();
}

void StickDesk::next()
{
    if (m_process || m_waiting.isEmpty()) {
        return;
    }
    const Visit visit = m_waiting.takeFirst();
    if (const auto started = start(visit); !started) {
        qCWarning(lcWatchdog).noquote() << u"the stick %1 isn't read:"_s.arg(visit.place) << started.error().message;
        next();
    }
}

Outcome StickDesk::start(const Visit &visit)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return fail(systemError(u"no pipe"_s, errno));
    }
    m_output = Descriptor(pipe[0]);
    const Descriptor writing(pipe[1]);
    ::fcntl(m_output.get(), F_SETFL, O_NONBLOCK);
    const system::OwnRights rights(m_settings.owner);
    auto account = system::accountOf(::geteuid());
    if (!account) {
        return fail(std::move(account).error());
    }
    QStringList words = m_settings.arguments + QStringList{u"--stick"_s, visit.place};
    if (visit.isPluggedIn) {
        words += u"--plugged-in"_s;
    }
    QByteArrayList arguments;
    for (const QString &word : std::as_const(words)) {
        arguments += word.toLocal8Bit();
    }
    auto process = system::launch({m_settings.program, arguments, {}, *std::move(account), writing.get()});
    if (!process) {
        return fail(std::move(process).error());
    }
    m_process = *std::move(process);
    m_end = new system::ExitNotifier(*m_process, this);
    connect(m_end, &system::ExitNotifier::ended, this, &StickDesk::ended);
    m_limit.start();
    return {};
}

void StickDesk::ended()
{
    m_end->stop();
    m_end->deleteLater();
    m_limit.stop();
    const QString sentence = QString::fromUtf8(selfupdate::readPipe(m_output.get())).simplified();
    const system::ExitStatus status = m_process->reap();
    m_process.reset();
    m_output = Descriptor();
    logVisit(status, sentence);
    Q_EMIT served();
    next();
}

} // namespace sgn::watchdog
