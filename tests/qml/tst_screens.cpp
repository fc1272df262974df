// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "models/Application.h"
#include "support/FakeFleet.h"
#include "support/ManualClock.h"

#include <QDir>
#include <QGuiApplication>
#include <QQmlApplicationEngine>
#include <QQuickItem>
#include <QQuickWindow>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::core;
using namespace sgn::models;

namespace {

constexpr int waitLimit = 10'000;

class NoKeeper final : public PasswordKeeper
{
public:
    void read(const QString &, Read answer) override { answer(fail(ErrorCode::Refused, u"none"_s)); }
    void write(const QString &, const QString &, Done answer) override { answer(fail(ErrorCode::Refused, u"none"_s)); }
    void forget(const QString &) override {}
};

QStringList complaints;

void listen(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (type != QtDebugMsg && type != QtInfoMsg && QByteArrayView(context.category) != "sgn.xmpp") {
        complaints.append(message);
    }
}

} // namespace

// The whole window on a fleet that was filled through the core's own classes, without a network. With
// SGN_SCREENSHOTS=FOLDER every screen is saved as a picture.
class ScreensTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_previous = qInstallMessageHandler(listen); }
    void cleanupTestCase() { qInstallMessageHandler(m_previous); }
    void opensEveryScreen_data();
    void opensEveryScreen();
    void worksByKeyboardAlone();
    void asksWhatANewUpdateIs();
    void saysWhyItIsOffline();
    void signsOutAndBack();

private:
    void load(QQmlApplicationEngine &engine, Application &application, const QString &screen, QSize size);
    static QQuickWindow *windowOf(const QQmlApplicationEngine &engine)
    {
        return qobject_cast<QQuickWindow *>(engine.rootObjects().value(0));
    }

    test::ManualClock m_clock;
    NoKeeper m_keeper;
    QtMessageHandler m_previous = nullptr;
};

void ScreensTest::load(QQmlApplicationEngine &engine, Application &application, const QString &screen, QSize size)
{
    complaints.clear();
    engine.addImportPath(u"qrc:/qt/qml"_s);
    engine.setInitialProperties({{u"app"_s, QVariant::fromValue(&application)},
                                 {u"screenName"_s, screen},
                                 {u"width"_s, size.width()},
                                 {u"height"_s, size.height()}});
    engine.load(QUrl(u"qrc:/qt/qml/Sgn/Ui/shell/Main.qml"_s));
    QVERIFY2(windowOf(engine), qPrintable(complaints.join(u'\n')));
    QVERIFY(QTest::qWaitForWindowExposed(windowOf(engine), waitLimit));
    windowOf(engine)->requestActivate();
    QVERIFY(QTest::qWaitForWindowActive(windowOf(engine), waitLimit));
}

void ScreensTest::opensEveryScreen_data()
{
    QTest::addColumn<QString>("screen");
    QTest::addColumn<Preferences::Theme>("theme");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("devices");
    const QStringList screens{u"signin"_s,  u"fleet"_s, u"dead"_s,     u"versions"_s,
                              u"updates"_s, u"logs"_s,  u"activity"_s, u"settings"_s};
    for (const QString &screen : screens) {
        for (const int devices : {40, 0}) {
            for (const QSize size : {QSize(1440, 900), QSize(1024, 640)}) {
                const QString name = u"%1-%2-%3"_s.arg(screen).arg(devices).arg(size.width());
                QTest::newRow(qPrintable(name + u"-light"_s)) << screen << Preferences::LightTheme << size << devices;
                QTest::newRow(qPrintable(name + u"-dark"_s)) << screen << Preferences::DarkTheme << size << devices;
            }
        }
    }
}

void ScreensTest::opensEveryScreen()
{
    QFETCH(QString, screen);
    QFETCH(Preferences::Theme, theme);
    QFETCH(QSize, size);
    QFETCH(int, devices);
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    preferences.overrideTheme(theme);
    Application application({preferences, m_keeper, m_clock, place.folder()});
    if (screen != "signin"_L1) {
        std::unique_ptr<Panel> panel = place.open();
        if (devices > 0) {
            test::addLogs(place, *panel, test::deviceJid(1), m_clock);
            panel.reset();
            panel = place.open();
            test::fill(*panel, devices, m_clock);
        }
        application.show(std::move(panel));
        if (devices > 0) {
            application.workspace()->fleet()->toggle(1);
            application.workspace()->fleet()->toggle(2);
            application.workspace()->dead()->toggle(1);
            application.workspace()->log()->lines()->setSearchText(u"camera"_s);
        }
    }
    QQmlApplicationEngine engine;
    load(engine, application, screen, size);
    QTest::qWait(50);
    const QImage picture = windowOf(engine)->grabWindow();
    QVERIFY(!picture.isNull());
    const QString folder = qEnvironmentVariable("SGN_SCREENSHOTS");
    if (!folder.isEmpty()) {
        QVERIFY(QDir().mkpath(folder));
        QVERIFY(picture.save(folder + u'/' + QString::fromLatin1(QTest::currentDataTag()) + u".png"_s));
    }
    QVERIFY2(complaints.isEmpty(), qPrintable(complaints.join(u'\n')));
}

void ScreensTest::worksByKeyboardAlone()
{
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    Application application({preferences, m_keeper, m_clock, place.folder()});
    std::unique_ptr<Panel> panel = place.open();
    test::fill(*panel, 40, m_clock);
    application.show(std::move(panel));
    FleetFilter *fleet = application.workspace()->fleet();
    QQmlApplicationEngine engine;
    load(engine, application, u"fleet"_s, {1440, 900});
    QQuickWindow *window = windowOf(engine);

    // The table has the keys at the start.
    QTest::keyClick(window, Qt::Key_Home);
    QTRY_COMPARE_WITH_TIMEOUT(fleet->currentRow(), 0, waitLimit);
    QTest::keyClick(window, Qt::Key_Down);
    QTest::keyClick(window, Qt::Key_Down);
    QCOMPARE(fleet->currentRow(), 2);
    QTest::keyClick(window, Qt::Key_Space);
    QCOMPARE(fleet->checkedKeys(), QStringList{test::deviceJid(2)});
    QTest::keyClick(window, Qt::Key_Down, Qt::ShiftModifier);
    QTest::keyClick(window, Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(fleet->checkedCount(), 3);
    QTest::keyClick(window, Qt::Key_A, Qt::ControlModifier);
    QCOMPARE(fleet->checkedCount(), 40);
    QTest::keyClick(window, Qt::Key_End);
    QCOMPARE(fleet->currentRow(), 39);
    QTest::keyClick(window, Qt::Key_PageUp);
    QVERIFY(fleet->currentRow() < 39);

    // Ctrl+F types into the filter, Esc clears it, Down goes back to the table.
    QTest::keyClick(window, Qt::Key_F, Qt::ControlModifier);
    for (const char digit : {'0', '0', '1', '2'}) {
        QTest::keyClick(window, digit);
    }
    QTRY_COMPARE_WITH_TIMEOUT(fleet->shownCount(), 1, waitLimit);
    QTest::keyClick(window, Qt::Key_Escape);
    QTRY_COMPARE_WITH_TIMEOUT(fleet->shownCount(), 40, waitLimit);
    QTest::keyClick(window, Qt::Key_Down);
    QTest::keyClick(window, Qt::Key_Home);
    QCOMPARE(fleet->currentRow(), 0);

    // Tab reaches every control and comes back to where it began.
    const QQuickItem *first = window->activeFocusItem();
    QVERIFY(first);
    QSet<const QQuickItem *> reached;
    for (int i = 0; i < 60; ++i) {
        QTest::keyClick(window, Qt::Key_Tab);
        QVERIFY(window->activeFocusItem());
        if (window->activeFocusItem() == first) {
            break;
        }
        reached.insert(window->activeFocusItem());
    }
    QCOMPARE(window->activeFocusItem(), first);
    QVERIFY2(reached.size() > 15, qPrintable(QString::number(reached.size())));
    QVERIFY2(complaints.isEmpty(), qPrintable(complaints.join(u'\n')));
}

void ScreensTest::asksWhatANewUpdateIs()
{
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    preferences.overrideTheme(Preferences::LightTheme);
    Application application({preferences, m_keeper, m_clock, place.folder()});
    std::unique_ptr<Panel> panel = place.open();
    test::fill(*panel, 12, m_clock);
    application.show(std::move(panel));
    QQmlApplicationEngine engine;
    load(engine, application, u"updates"_s, {1024, 640});
    QQuickWindow *window = windowOf(engine);
    const QString script = place.folder() + u"/ocr.py"_s;
    QFile file(script);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/usr/bin/python3\n");
    file.close();
    const QString zip = place.folder() + u"/release.zip"_s;
    QVERIFY(packZip({{script, u"SmartMeter/ocr.py"_s}}, zip));

    // Backwards from the table to the button at the top.
    for (int i = 0; i < 10 && window->activeFocusItem()->property("text").toString() != u"New update…"_s; ++i) {
        QTest::keyClick(window, Qt::Key_Backtab);
    }
    QCOMPARE(window->activeFocusItem()->property("text").toString(), u"New update…"_s);
    QTest::keyClick(window, Qt::Key_Return);
    const auto isOpen = [window] {
        for (const QQuickItem *item = window->activeFocusItem(); item; item = item->parentItem()) {
            if (QByteArrayView(item->metaObject()->className()).contains("PopupItem")) {
                return true;
            }
        }
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isOpen(), waitLimit);
    application.workspace()->newUpdate()->choose(QUrl::fromLocalFile(zip));
    QTRY_VERIFY_WITH_TIMEOUT(application.workspace()->newUpdate()->isReady(), waitLimit);
    QTest::qWait(50);
    const QString folder = qEnvironmentVariable("SGN_SCREENSHOTS");
    if (!folder.isEmpty()) {
        QVERIFY(window->grabWindow().save(folder + u"/new-update.png"_s));
    }
    QTest::keyClick(window, Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(!isOpen(), waitLimit);
    QVERIFY2(complaints.isEmpty(), qPrintable(complaints.join(u'\n')));
}

void ScreensTest::saysWhyItIsOffline()
{
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    Application application({preferences, m_keeper, m_clock, place.folder()});
    std::unique_ptr<Panel> panel = place.open();
    application.show(std::move(panel));
    QQmlApplicationEngine engine;
    load(engine, application, u"fleet"_s, {1440, 900});
    application.workspace()->panel().start();
    ConnectionStatus *connection = application.workspace()->connection();
    QTRY_COMPARE_WITH_TIMEOUT(connection->state(), ConnectionStatus::Offline, waitLimit);
    QVERIFY(!connection->reason().isEmpty());
    connection->retry();
    QVERIFY2(complaints.isEmpty(), qPrintable(complaints.join(u'\n')));
}

void ScreensTest::signsOutAndBack()
{
    const test::OfflinePanel place(m_clock);
    Preferences preferences(place.folder() + u"/p.ini"_s);
    Application application({preferences, m_keeper, m_clock, place.folder()});
    application.show(place.open());
    QQmlApplicationEngine engine;
    load(engine, application, u"settings"_s, {1024, 640});
    application.signOut();
    QTest::qWait(20);
    QVERIFY(!application.workspace());
    application.show(place.open());
    QTest::qWait(20);
    QVERIFY2(complaints.isEmpty(), qPrintable(complaints.join(u'\n')));
}

QTEST_MAIN(ScreensTest)
#include "tst_screens.moc"
