// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/WebCall.h"
#include "base/Backoff.h"

#include <chrono>
#include <memory>
#include <QObject>
#include <QTimer>
#include <QUrl>

namespace sgn::agent {

// Fetches the panel map for the meter's processes (the seed's last line, protocol section 7): at start, then daily;
// after a failure sooner, with growing random pauses. The file is replaced only by a whole JSON answer.
class PanelMapCall : public QObject
{
    Q_OBJECT

public:
    struct Times
    {
        std::chrono::milliseconds period = std::chrono::hours(24);
        std::chrono::milliseconds firstPause = std::chrono::minutes(1);
        std::chrono::milliseconds longestPause = std::chrono::hours(1);
    };

    PanelMapCall(QUrl url, QString panelId, QString file, web::Access access, Times times, QObject *parent = nullptr);

    // Without effect when there is no address.
    void start();

Q_SIGNALS:
    // A call ended; nothing when the file is fresh now.
    void called(const std::optional<sgn::Error> &failure);

private:
    void call();
    void answered(const Result<QByteArray> &answer);
    [[nodiscard]] Outcome keep(const Result<QByteArray> &answer) const;

    QUrl m_url;
    QString m_panelId;
    QString m_file;
    web::Access m_access;
    Times m_times;
    Backoff m_pause;
    QTimer m_timer;
    std::unique_ptr<WebCall> m_call;
};

} // namespace sgn::agent
