// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Application.h"
#include "qml/Engine.h"
#include "support/FakeFleet.h"
#include "support/ManualClock.h"
#include "support/MemoryKeyring.h"

#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QTest>

namespace sgn::test {

constexpr int waitLimit = 10'000;

// Collects what Qt and the program warn of while it exists; lost connections don't count.
class Warnings
{
public:
    Warnings()
        : m_previous(qInstallMessageHandler(collect))
    {
        list().clear();
    }
    ~Warnings() { qInstallMessageHandler(m_previous); }
    Q_DISABLE_COPY_MOVE(Warnings)

    [[nodiscard]] static QStringList &list()
    {
        static QStringList warnings;
        return warnings;
    }

private:
    static void collect(QtMsgType type, const QMessageLogContext &context, const QString &message)
    {
        if (type != QtDebugMsg && type != QtInfoMsg && QByteArrayView(context.category) != "sgn.xmpp") {
            list().append(message);
        }
    }

    QtMessageHandler m_previous;
};

// The whole window on a fleet that was filled through the core's own classes, without a network.
class OfflineWindow
{
public:
    explicit OfflineWindow(const Clock &clock)
        : m_clock(clock)
        , m_place(clock)
        , m_preferences(m_place.folder() + QStringLiteral("/p.ini"))
        , m_application({m_preferences, m_keyring, clock, m_place.folder()})
    {}

    // Signs in with the last known state of so many devices, and with logs of one of them.
    void signIn(int devices)
    {
        std::unique_ptr<core::Panel> panel = m_place.open();
        if (devices > 0) {
            addLogs(m_place, *panel, deviceJid(1), m_clock);
            panel = nullptr; // logs are read when a store is opened
            panel = m_place.open();
            fill(*panel, devices, m_clock);
            addRollout(*panel, m_clock);
            panel->store().flush().waitForFinished(); // the timeline is read from there
        }
        m_application.show(std::move(panel));
    }

    // Shows a screen and waits until the window receives the keys. It has QVERIFYs: check QTest::currentTestFailed().
    void show(const QString &screen, QSize size)
    {
        Warnings::list().clear();
        const Outcome prepared = ui::prepareEngine(m_engine);
        QVERIFY2(prepared, prepared ? "" : qPrintable(prepared.error().message));
        m_engine.setInitialProperties({{QStringLiteral("app"), QVariant::fromValue(&m_application)},
                                       {QStringLiteral("screenName"), screen},
                                       {QStringLiteral("width"), size.width()},
                                       {QStringLiteral("height"), size.height()}});
        m_engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Sgn/Ui/shell/Main.qml")));
        QVERIFY2(window(), qPrintable(Warnings::list().join(u'\n')));
        QVERIFY(QTest::qWaitForWindowExposed(window(), waitLimit));
        window()->requestActivate();
        QVERIFY(QTest::qWaitForWindowActive(window(), waitLimit));
    }

    [[nodiscard]] const OfflinePanel &place() const { return m_place; }
    [[nodiscard]] models::Preferences &preferences() { return m_preferences; }
    [[nodiscard]] models::Application &application() { return m_application; }
    [[nodiscard]] models::Workspace *workspace() const { return m_application.workspace(); }
    [[nodiscard]] QQuickWindow *window() const { return qobject_cast<QQuickWindow *>(m_engine.rootObjects().value(0)); }

private:
    const Clock &m_clock;
    OfflinePanel m_place;
    models::Preferences m_preferences;
    MemoryKeyring m_keyring;
    models::Application m_application;
    QQmlApplicationEngine m_engine; // after the models, so that the views go first
};

} // namespace sgn::test
