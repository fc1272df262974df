// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QQuickWindow>
#include <QTimer>

namespace sgn::app {

// Saves the window's picture once what it shows has come to rest, or after a limit, and ends the program.
class Screenshot final : public QObject
{
    Q_OBJECT

public:
    // `window` outlives this.
    Screenshot(QQuickWindow &window, QString file, QObject *parent = nullptr);

    // What is shown is live now; a moment is left for it to be drawn.
    void ready();
    // Waits for ready(), but not longer than the limit.
    void begin();

private:
    void take();

    QQuickWindow &m_window;
    QString m_file;
    QTimer m_timer;
};

} // namespace sgn::app
