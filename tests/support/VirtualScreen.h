// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>
#include <QDeadlineTimer>
#include <QProcess>
#include <sys/prctl.h>

namespace sgn::test {

// An X server without a monitor. It ends with this object, and with this program however that ends.
class VirtualScreen
{
public:
    VirtualScreen()
    {
        m_server.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
    }
    ~VirtualScreen()
    {
        m_server.terminate();
        m_server.waitForFinished(limitMs);
    }
    Q_DISABLE_COPY_MOVE(VirtualScreen)

    // Starts it with a size such as "1440x900" and blocks until programs can connect; what DISPLAY has to be then, or
    // nothing. Needs no event loop.
    [[nodiscard]] QByteArray start(const QString &size)
    {
        m_server.start(QStringLiteral("Xvfb"),
                       {QStringLiteral("-displayfd"), QStringLiteral("1"), QStringLiteral("-screen"),
                        QStringLiteral("0"), size + QStringLiteral("x24"), QStringLiteral("-nolisten"),
                        QStringLiteral("tcp")});
        const QDeadlineTimer limit(limitMs);
        while (!m_server.canReadLine()) {
            if (!m_server.waitForReadyRead(static_cast<int>(limit.remainingTime()))) {
                return {};
            }
        }
        return ':' + m_server.readLine().trimmed();
    }

private:
    static constexpr int limitMs = 30'000;

    QProcess m_server;
};

} // namespace sgn::test
