// SPDX-License-Identifier: GPL-3.0-or-later
// What the window shows of a large fleet, and when, as one JSON object: `window_bench FOLDER NANOSECONDS` opens the
// store that panel_bench has made there; times count from that moment of the monotonic clock. Read by `bench`.
#include "base/Clock.h"
#include "base/JsonText.h"
#include "bench/BenchFleet.h"
#include "models/Application.h"
#include "qml/Engine.h"
#include "support/NoKeyring.h"

#include <algorithm>
#include <cstdio>
#include <QEventLoop>
#include <QGuiApplication>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QTimer>

using namespace sgn;
using namespace sgn::bench;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto watched = 5s;
constexpr int reportsPerSecond = 20'000;

void waitForFrame(QQuickWindow &window)
{
    QEventLoop frame;
    QObject::connect(&window, &QQuickWindow::frameSwapped, &frame, &QEventLoop::quit);
    window.update();
    frame.exec();
}

// How long no event was served, while it exists.
class Standstill : public QObject
{
public:
    Standstill()
    {
        connect(&m_timer, &QTimer::timeout, this, [this] {
            m_longest = longest();
            m_last = std::chrono::steady_clock::now();
        });
        m_timer.start(1ms);
    }

    // In milliseconds; until now.
    [[nodiscard]] double longest() const { return std::max(m_longest, millisecondsSince(m_last)); }

private:
    QTimer m_timer;
    std::chrono::steady_clock::time_point m_last = std::chrono::steady_clock::now();
    double m_longest = 0;
};

// Devices report other versions all the time, as while a rollout is under way, but far more of them.
class Reports : public QObject
{
public:
    explicit Reports(core::Fleet &fleet)
        : m_fleet(fleet)
    {
        connect(&m_timer, &QTimer::timeout, this, &Reports::send);
        m_timer.start(5ms);
    }

    [[nodiscard]] int sent() const { return m_sent; }

private:
    void send()
    {
        const int due = static_cast<int>(millisecondsSince(m_start) * reportsPerSecond / 1'000);
        for (; m_sent < due; ++m_sent) {
            const int device = m_sent % m_fleet.count();
            m_fleet.apply(test::deviceJid(device), reportOf(device, 10 + m_sent / m_fleet.count() % 2),
                          {QDateTime::currentDateTimeUtc()});
        }
    }

    core::Fleet &m_fleet;
    const std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
    int m_sent = 0;
    QTimer m_timer;
};

// As fast as the window draws, of which every frame is asked for as soon as the last one is there.
QJsonObject framesDuringReports(QQuickWindow &window, core::Fleet &fleet)
{
    const Reports reports(fleet);
    QList<double> gaps;
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < watched) {
        const auto before = std::chrono::steady_clock::now();
        waitForFrame(window);
        gaps += millisecondsSince(before);
    }
    std::ranges::sort(gaps);
    const double seconds = millisecondsSince(start) / 1'000;
    return {{u"frames_per_s"_s, static_cast<double>(gaps.size()) / seconds},
            {u"slow_frame_ms"_s, gaps.at(gaps.size() * 99 / 100)},
            {u"slowest_frame_ms"_s, gaps.last()},
            {u"reports_per_s"_s, reports.sent() / seconds}};
}

QJsonObject measure(const QString &folder, std::chrono::steady_clock::time_point start, const Clock &clock)
{
    models::Preferences preferences(folder + u"/dashboard.ini"_s);
    test::NoKeyring keyring;
    models::Application application({preferences, keyring, clock, folder});
    QQmlApplicationEngine engine;
    if (const Outcome prepared = ui::prepareEngine(engine); !prepared) {
        qFatal("%s", qUtf8Printable(prepared.error().message));
    }
    engine.setInitialProperties(
        {{u"app"_s, QVariant::fromValue(&application)}, {u"width"_s, 1440}, {u"height"_s, 900}});
    engine.load(QUrl(u"qrc:/qt/qml/Sgn/Ui/shell/Main.qml"_s));
    auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().value(0));
    if (!window) {
        qFatal("the window's views can't be loaded");
    }
    waitForFrame(*window);
    QJsonObject figures{{u"first_picture_ms"_s, millisecondsSince(start)}};
    const Standstill standstill;
    QEventLoop opening;
    QObject::connect(&application, &models::Application::workspaceChanged, &opening, &QEventLoop::quit);
    application.open(configOf(folder));
    opening.exec();
    waitForFrame(*window);
    figures[u"standstill_ms"_s] = standstill.longest();
    figures[u"table_picture_ms"_s] = millisecondsSince(start);
    const QJsonObject frames = framesDuringReports(*window, application.workspace()->panel().fleet());
    for (auto it = frames.begin(); it != frames.end(); ++it) {
        figures[it.key()] = it.value();
    }
    return figures;
}

} // namespace

int main(int argc, char **argv)
{
    // Without a graphics card, as on a virtual desktop: the slowest there is.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("QT_QUICK_BACKEND", "software");
    const QGuiApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 3) {
        std::fputs("usage: window_bench FOLDER NANOSECONDS\n", stderr);
        return 2;
    }
    const SystemClock clock;
    const std::chrono::steady_clock::time_point start{std::chrono::nanoseconds(arguments.at(2).toLongLong())};
    std::puts(toJsonText(measure(arguments.at(1), start, clock)).constData());
    return 0;
}
