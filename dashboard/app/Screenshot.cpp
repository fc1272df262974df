// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Screenshot.h"

#include "base/CommandLine.h"

#include <chrono>
#include <QCoreApplication>
#include <QImage>
#include <QLoggingCategory>

using namespace std::chrono_literals;

namespace sgn::app {

Q_LOGGING_CATEGORY(lcScreenshot, "sgn.screenshot")

Screenshot::Screenshot(QQuickWindow &window, QString file, QObject *parent)
    : QObject(parent)
    , m_window(window)
    , m_file(std::move(file))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Screenshot::take);
}

void Screenshot::begin()
{
    constexpr auto limit = 20s;
    m_timer.start(limit);
}

void Screenshot::ready()
{
    constexpr auto rest = 1500ms;
    m_timer.start(rest);
}

void Screenshot::take()
{
    const QImage image = m_window.grabWindow();
    if (image.isNull() || !image.save(m_file)) {
        qCCritical(lcScreenshot, "The picture can't be written to %s", qUtf8Printable(m_file));
        QCoreApplication::exit(ExitFailed);
        return;
    }
    QCoreApplication::exit(ExitDone);
}

} // namespace sgn::app
