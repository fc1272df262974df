// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Panel.h"
#include "integration/WholeDevice.h"
#include "wording/Problems.h"

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::test;
using namespace std::chrono_literals;

namespace {

constexpr int limit = 60'000;

// The real watchdog's times are divided by this, so that a minute of silence needn't be waited for. SGN_TEST_SPEED=1
// shows the real ones.
int speed()
{
    bool ok = false;
    const int value = qEnvironmentVariableIntValue("SGN_TEST_SPEED", &ok);
    return ok ? value : 10;
}

} // namespace

// A real meter program dies under the real watchdog; the real agent reports it over a real server, and the panel's core
// shows it.
class TestAgentEvents : public QObject
{
    Q_OBJECT

private:
    SystemClock m_clock;
    std::unique_ptr<ProsodyServer> m_server;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<WatchdogDevice> m_device;
    std::unique_ptr<Panel> m_panel;

    void openPanel()
    {
        PanelConfig config;
        config.jid = panelJid;
        config.password = panelPassword;
        config.host = m_server->address();
        config.port = m_server->port();
        config.caFile = m_server->caFile();
        config.storeFile = m_folder->filePath(u"panel.sqlite"_s);
        Panel::Settings settings;
        settings.xmpp.reconnect = {.first = 20ms, .ceiling = 100ms, .stableAfter = 60s};
        auto panel = Panel::open(config, settings, m_clock);
        QVERIFY2(panel, panel ? "" : qPrintable(wording::sentence(panel.error())));
        m_panel = *std::move(panel);
        m_panel->start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session().isSettled(), limit);
    }
    void closePanel()
    {
        m_panel->stop();
        m_panel.reset();
    }
    // What the panel knows of the meter; nothing yet: a default one.
    [[nodiscard]] ProcessReport shown() const
    {
        const Device *const device = m_panel->fleet().find(deviceJid);
        const DeviceProcess *const process = device ? device->process(u"ocr"_s) : nullptr;
        return process ? process->report : ProcessReport();
    }
    [[nodiscard]] bool isShownRunning(qint64 pid) const
    {
        return shown().state == ProcessState::Running && shown().pid == pid;
    }
    [[nodiscard]] qint64 meter() const { return m_device->starts(u"ocr"_s).last().pid; }
    [[nodiscard]] qsizetype agentLogins() const { return m_device->read(u"logs/agent.log"_s).count("online as"); }
    // Ends the running meter; the watchdog starts another one.
    void killMeter() { QCOMPARE(::kill(static_cast<pid_t>(meter()), SIGKILL), 0); }
    [[nodiscard]] qint64 killAgent() const
    {
        const QList<qint64> agents = m_device->running(u"JabberClient/sgn-agent"_s);
        for (const qint64 pid : agents) {
            ::kill(static_cast<pid_t>(pid), SIGKILL);
        }
        return agents.isEmpty() ? 0 : agents.first();
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start(accountsWith(u"d"_s)), qPrintable(m_server->errorString()));
        m_device = std::make_unique<WatchdogDevice>();
        equip(*m_device, *m_server, u"d"_s);
        m_device->addMeter(u"ocr"_s, "for n in range(30): print('reading', n, flush=True)\n");
        QVERIFY(m_device->start(speed()));
        QTRY_COMPARE_WITH_TIMEOUT(agentLogins(), 1, limit);
        ControlClient control(*m_device);
        QVERIFY(control.startMeters({u"ocr"_s}));
        openPanel();
        QTRY_VERIFY_WITH_TIMEOUT(isShownRunning(meter()), limit);
    }

    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->read(u"logs/agent.log"_s);
            if (m_panel) {
                const ProcessReport meter = shown();
                qWarning().noquote() << "shown:" << nameOf(meter.state) << meter.pid.value_or(0)
                                     << (meter.lastExit ? "with" : "without") << "an end";
            }
        }
        m_panel.reset();
        m_device.reset();
        m_server.reset();
    }

    void aKilledMeterIsKnownAtOnce()
    {
        QElapsedTimer timer;
        timer.start();
        const qint64 before = meter();
        killMeter();
        QTRY_VERIFY_WITH_TIMEOUT(shown().lastExit.has_value(), limit);
        const qint64 took = timer.elapsed();
        qInfo("a killed meter is known after %lld ms", took);
        // On a quiet machine some 200 ms; a busy disk keeps the file waiting that the event is in before it is sent.
        QVERIFY(took <= 10'000);
        const LastExit exit = *shown().lastExit;
        QCOMPARE(exit.signal, std::optional(SIGKILL));
        QVERIFY(!exit.code);
        QVERIFY(exit.heartbeatAgeS && *exit.heartbeatAgeS >= 0 && *exit.heartbeatAgeS < 10);
        QCOMPARE(exit.lastLines.size(), 20);
        QCOMPARE(exit.lastLines.last(), u"reading 29"_s);
        QTRY_VERIFY_WITH_TIMEOUT(meter() != before && isShownRunning(meter()), limit);
        QVERIFY(shown().lastExit.has_value());
    }

    void aSilentMeterIsKnownWithinItsTime()
    {
        // It obeys when it is asked to end, so that it is hung for a moment only: a second client sees that moment.
        TypingPanel chat(*m_server);
        chat.session.start();
        QTRY_VERIFY_WITH_TIMEOUT(chat.session.isOnline(), limit);
        const auto isTold = [&chat] {
            return std::ranges::any_of(chat.bodies(),
                                       [](const QByteArray &body) { return body.contains("\"state\":\"hung\""); });
        };
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(::kill(static_cast<pid_t>(meter()), SIGSTOP), 0);
        QTRY_VERIFY_WITH_TIMEOUT(isTold(), limit);
        const qint64 took = timer.elapsed();
        qInfo("a stopped meter is known after %lld ms, at 1/%d of the real times", took, speed());
        // 60 s without a heartbeat, and at most 10 more to report it.
        QVERIFY(took <= 60'000 / speed() + 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(shown().lastExit.has_value() && isShownRunning(meter()), limit);
        QVERIFY(shown().lastExit->heartbeatAgeS.value_or(0) >= 59.0 / speed());
    }

    void nothingIsMissedWhileTheAgentStarts()
    {
        const qint64 before = meter();
        QVERIFY(killAgent() > 0);
        killMeter();
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY_WITH_TIMEOUT(shown().lastExit.has_value(), limit);
        qInfo("a death while the agent starts is known after %lld ms", timer.elapsed());
        QTRY_VERIFY_WITH_TIMEOUT(meter() != before && isShownRunning(meter()), limit);
    }

    void anAgentThatStartsKnowsWhatItsPanelUnderstands()
    {
        // The panel is closed, so that it does not send its features anew.
        closePanel();
        QVERIFY(killAgent() > 0);
        QTRY_COMPARE_WITH_TIMEOUT(agentLogins(), 2, limit);
        TypingPanel chat(*m_server);
        chat.session.start();
        QTRY_VERIFY_WITH_TIMEOUT(chat.session.isOnline(), limit);
        const auto events = [&chat] {
            QByteArrayList all = chat.bodies();
            all.removeIf([](const QByteArray &body) { return !body.contains("process_event"); });
            return all;
        };
        killMeter();
        QTRY_VERIFY_WITH_TIMEOUT(!events().isEmpty(), limit);
        QVERIFY(events().first().contains("\"signal\":9"));
        QTRY_COMPARE_WITH_TIMEOUT(m_device->starts(u"ocr"_s).size(), 2, limit);

        // A panel that does not name events among its features receives none.
        const qsizetype reports = chat.messages.size();
        chat.type(R"({"command":"version_req"})");
        QTRY_VERIFY_WITH_TIMEOUT(chat.messages.size() > reports && chat.bodies().last().contains("agent_version"),
                                 limit);
        const qsizetype sent = events().size();
        killMeter();
        QTRY_VERIFY_WITH_TIMEOUT(m_device->starts(u"ocr"_s).size() >= 3, limit);
        chat.type(R"({"command":"version_req"})");
        QTRY_VERIFY_WITH_TIMEOUT(chat.bodies().last().contains("\"restarts_24h\":2"), limit);
        QCOMPARE(events().size(), sent);
    }

    void reportsLaterWhatHappenedWithoutAServer()
    {
        m_server->kill();
        QTRY_VERIFY_WITH_TIMEOUT(m_device->read(u"logs/agent.log"_s).contains("offline: "), limit);
        killMeter();
        const auto waiting = [this] {
            return QDir(m_device->path(u"downloads/events"_s)).entryList(QDir::Files).size();
        };
        QTRY_VERIFY_WITH_TIMEOUT(m_device->starts(u"ocr"_s).size() == 2 && waiting() == 1, limit);
        // Not even its end keeps the news back.
        QVERIFY(killAgent() > 0);
        QVERIFY2(m_server->start(), qPrintable(m_server->errorString()));
        QTRY_VERIFY_WITH_TIMEOUT(shown().lastExit.has_value() && isShownRunning(meter()), limit);
        QTRY_COMPARE_WITH_TIMEOUT(waiting(), 0, limit);
    }

    void aChatClientBesideThePanelSilencesNoEvent()
    {
        TypingPanel chat(*m_server);
        chat.session.start();
        QTRY_VERIFY_WITH_TIMEOUT(chat.session.isOnline(), limit);
        const auto reports = [&chat] {
            return std::ranges::count_if(chat.bodies(),
                                         [](const QByteArray &body) { return body.contains("agent_version"); });
        };
        chat.type(R"({"command":"version_req"})");
        QTRY_VERIFY_WITH_TIMEOUT(reports() >= 1, limit);
        // The panel has seen it and sent its features again; the device may have answered both with one report.
        QTRY_VERIFY_WITH_TIMEOUT(m_device->read(u"downloads/panel.json"_s).contains("events"), limit);
        killMeter();
        QTRY_VERIFY_WITH_TIMEOUT(shown().lastExit.has_value(), limit);
    }

    void aPanelThatWasClosedLearnsItWhenItOpens()
    {
        closePanel();
        killMeter();
        QTRY_VERIFY_WITH_TIMEOUT(m_device->starts(u"ocr"_s).size() == 2, limit);
        openPanel();
        QTRY_VERIFY_WITH_TIMEOUT(shown().lastExit.has_value() && isShownRunning(meter()), limit);
    }
};

QTEST_GUILESS_MAIN(TestAgentEvents)
#include "tst_agent_events.moc"
