// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <QObject>
#include <QString>
#include <QTimer>

namespace sgn::update {

// The wish of people at the device that nothing is exchanged while they work on it: a file, cfg/hold, which they make
// and remove. Its content doesn't matter.
class LocalHold : public QObject
{
    Q_OBJECT

public:
    LocalHold(QString path, std::chrono::milliseconds poll, QObject *parent = nullptr);

    [[nodiscard]] bool isSet() const;
    // For the panel: what is waited for.
    [[nodiscard]] QString remarks() const;
    // looked() follows from time to time until stop().
    void watch();
    void stop();

Q_SIGNALS:
    void looked(bool isSet);

private:
    QString m_path;
    QTimer m_poll;
};

} // namespace sgn::update
