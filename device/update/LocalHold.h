// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/LocalWindow.h"
#include "update/Wait.h"

#include <chrono>
#include <functional>
#include <optional>
#include <QObject>
#include <QString>
#include <QTimer>

namespace sgn::update {

// Why an exchange has to wait: a file, cfg/hold, that users at the device create and remove so that nothing is
// exchanged while they work on it (its content doesn't matter), and the time of the day to which the panel has bound
// the update.
class LocalHold : public QObject
{
    Q_OBJECT

public:
    // `localTime` returns the device's, by the best clock there is.
    LocalHold(QString path, std::optional<LocalWindow> window, std::function<QTime()> localTime,
              std::chrono::milliseconds poll, QObject *parent = nullptr);

    [[nodiscard]] bool isSet() const;
    // What the update waits for now.
    [[nodiscard]] Wait wait() const;
    // looked() follows every `poll` until stop().
    void watch();
    void stop();

Q_SIGNALS:
    void looked(bool isSet);

private:
    [[nodiscard]] bool isFileThere() const;

    QString m_path;
    std::optional<LocalWindow> m_window;
    std::function<QTime()> m_localTime;
    QTimer m_poll;
};

} // namespace sgn::update
