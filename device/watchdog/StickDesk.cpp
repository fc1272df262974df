// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/StickDesk.h"

#include "watchdog/Logging.h"

#include <algorithm>

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
    , m_reader(m_settings.limit)
{
    connect(&m_reader, &selfupdate::HelperProcess::tookTooLong, this,
            [] { qCWarning(lcWatchdog) << "a stick takes too long and is given up"; });
    connect(&m_reader, &selfupdate::HelperProcess::ended, this, &StickDesk::ended);
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
    if (m_reader.isRunning() || m_waiting.isEmpty()) {
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
    QStringList arguments = m_settings.arguments + QStringList{u"--stick"_s, visit.place};
    if (visit.isPluggedIn) {
        arguments += u"--plugged-in"_s;
    }
    const system::OwnRights rights(m_settings.owner);
    return m_reader.start(m_settings.program, arguments);
}

void StickDesk::ended(const system::ExitStatus &status, const QByteArray &output)
{
    logVisit(status, QString::fromUtf8(output).simplified());
    Q_EMIT served();
    next();
}

} // namespace sgn::watchdog
