// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/LocalHold.h"

#include <QFileInfo>

namespace sgn::update {

using namespace Qt::StringLiterals;

LocalHold::LocalHold(QString path, std::chrono::milliseconds poll, QObject *parent)
    : QObject(parent)
    , m_path(std::move(path))
{
    m_poll.setInterval(poll);
    connect(&m_poll, &QTimer::timeout, this, [this] { Q_EMIT looked(isSet()); });
}

bool LocalHold::isSet() const
{
    // A dangling link holds as well.
    const QFileInfo file(m_path);
    return !m_path.isEmpty() && (file.exists() || file.isSymLink());
}

QString LocalHold::remarks() const
{
    return u"held by the file cfg/%1 on the device"_s.arg(QFileInfo(m_path).fileName());
}

void LocalHold::watch()
{
    m_poll.start();
}

void LocalHold::stop()
{
    m_poll.stop();
}

} // namespace sgn::update
