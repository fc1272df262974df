// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <QObject>
#include <QString>
#include <QTimer>

namespace sgn::update {

// A file, cfg/hold, that users at the device create and remove so that nothing is exchanged while they work on it. Its
// content doesn't matter.
class LocalHold : public QObject
{
    Q_OBJECT

public:
    LocalHold(QString path, std::chrono::milliseconds poll, QObject *parent = nullptr);

    [[nodiscard]] bool isSet() const;
    // What the update waits for, for the panel.
    [[nodiscard]] QString remarks() const;
    // looked() follows every `poll` until stop().
    void watch();
    void stop();

Q_SIGNALS:
    void looked(bool isSet);

private:
    QString m_path;
    QTimer m_poll;
};

} // namespace sgn::update
