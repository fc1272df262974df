// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"
#include "support/FakeFleet.h"

#include <chrono>
#include <memory>
#include <QFile>

namespace sgn::bench {

[[nodiscard]] inline double millisecondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// For a panel that reaches no server and has its store in `folder`.
[[nodiscard]] inline core::PanelConfig configOf(const QString &folder)
{
    core::PanelConfig config;
    config.jid = QStringLiteral("panel@im.example.net");
    config.password = QStringLiteral("secret");
    config.host = QStringLiteral("127.0.0.1");
    config.port = 9;
    config.caFile = folder + QStringLiteral("/ca.pem");
    config.storeFile = folder + QStringLiteral("/panel.sqlite");
    QFile ca(config.caFile);
    if (ca.open(QIODevice::WriteOnly)) {
        ca.write("none\n");
    }
    return config;
}

[[nodiscard]] inline std::unique_ptr<core::Panel> opened(const QString &folder, const Clock &clock)
{
    auto panel = core::Panel::open(configOf(folder), {}, clock);
    if (!panel) {
        qFatal("%s", qUtf8Printable(toText(panel.error().facts) + panel.error().text));
    }
    return *std::move(panel);
}

[[nodiscard]] inline VersionReport reportOf(int device, int version)
{
    return test::report(QStringLiteral("id%1").arg(device),
                        {test::process(QStringLiteral("camera"), 1), test::process(QStringLiteral("ocr"), version),
                         test::process(QStringLiteral("uplink"), 3), test::process(QStringLiteral("storage"), 2)});
}

} // namespace sgn::bench
