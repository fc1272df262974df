// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/LocalHold.h"

#include <QFileInfo>

namespace sgn::update {

using namespace Qt::StringLiterals;

LocalHold::LocalHold(QString path, std::optional<LocalWindow> window, std::function<QTime()> localTime,
                     std::chrono::milliseconds poll, QObject *parent)
    : QObject(parent)
    , m_path(std::move(path))
    , m_window(window)
    , m_localTime(std::move(localTime))
{
    m_poll.setInterval(poll);
    connect(&m_poll, &QTimer::timeout, this, [this] { Q_EMIT looked(isSet()); });
}

bool LocalHold::isSet() const
{
    return wait().cause.has_value();
}

bool LocalHold::isFileThere() const
{
    // A dangling link holds as well.
    const QFileInfo file(m_path);
    return !m_path.isEmpty() && (file.exists() || file.isSymLink());
}

Wait LocalHold::wait() const
{
    if (isFileThere()) {
        return {ProgressReport::Wait::Hold,
                u"held by the file cfg/%1 on the device"_s.arg(QFileInfo(m_path).fileName())};
    }
    if (m_window && !m_window->isOpenAt(m_localTime())) {
        return {ProgressReport::Wait::Window, u"waits for its window from %1 to %2, local time"_s.arg(
                                                  m_window->from.toString(u"HH:mm"), m_window->to.toString(u"HH:mm"))};
    }
    return {};
}

void LocalHold::watch()
{
    if (!m_poll.isActive()) {
        m_poll.start();
    }
}

void LocalHold::stop()
{
    m_poll.stop();
}

} // namespace sgn::update
