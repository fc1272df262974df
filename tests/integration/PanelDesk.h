// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"
#include "integration/PanelDevice.h"

#include <QtTest>

namespace sgn::test {

struct DeskOptions
{
    QString password = panelPassword;
    core::CommandNumbers numbers = core::CommandNumbers();
    QStringList accept = {};
    QString operatorName = QStringLiteral("test");
    std::chrono::milliseconds requestsRepeated{30'000};
    core::RolloutDriver::Timing rollouts = {};
};

// A panel of the account with the store `file`, as on one operator's desk, that doesn't wait long for anything. Null,
// with a warning, when it doesn't open.
inline std::unique_ptr<core::Panel> openDesk(const XmppServer &server, const QString &file, const Clock &clock,
                                             const DeskOptions &options = {})
{
    using namespace std::chrono_literals;
    core::PanelConfig config;
    config.jid = panelJid;
    config.password = options.password;
    config.host = server.address();
    config.port = server.port();
    config.caFile = server.caFile();
    config.storeFile = file;
    config.accept = options.accept;
    config.operatorName = options.operatorName;
    core::Panel::Settings settings;
    settings.timing.inquiry.answerWithin = 1s;
    settings.timing.tick = 200ms;
    settings.timing.requestsRepeated = options.requestsRepeated;
    settings.timing.resend.settle = 500ms;
    settings.timing.resend.patience = 1s;
    settings.xmpp.reconnect = {.first = 20ms, .ceiling = 100ms, .stableAfter = 60s};
    settings.numbers = options.numbers;
    settings.rollouts = options.rollouts;
    auto panel = core::Panel::open(config, settings, clock);
    if (!panel) {
        qWarning() << panel.error();
        return nullptr;
    }
    return *std::move(panel);
}

// Starts it and waits until roster, presences and archive are in.
inline bool settles(core::Panel &panel)
{
    panel.start();
    return QTest::qWaitFor([&panel] { return panel.session().isSettled(); }, 30'000);
}

} // namespace sgn::test
