// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <QObject>
#include <QSocketNotifier>

namespace sgn::cli {

// Turns SIGINT and SIGTERM into a Qt signal, so that the program ends its session on the server and writes its store. A
// second one ends it at once. One object per program.
class StopSignals : public QObject
{
    Q_OBJECT

public:
    StopSignals();
    ~StopSignals() override;

Q_SIGNALS:
    void requested();

private:
    std::array<int, 2> m_pipe{-1, -1};
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace sgn::cli
