// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "qml/OfflineWindow.h"

#include <optional>
#include <QAccessible>
#include <QDir>
#include <QLockFile>
#include <QQuickItem>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::core;
using namespace sgn::models;
using sgn::test::waitLimit;
using sgn::test::Warnings;

namespace {

// The first visible item whose type has a name that begins so.
const QQuickItem *visibleItem(const QQuickItem &root, const QByteArray &type)
{
    for (const QQuickItem *item : root.childItems()) {
        if (!item->isVisible()) {
            continue;
        }
        if (QByteArrayView(item->metaObject()->className()).startsWith(type)) {
            return item;
        }
        if (const QQuickItem *found = visibleItem(*item, type)) {
            return found;
        }
    }
    return nullptr;
}

} // namespace

// The window in use. With SGN_SCREENSHOTS=FOLDER every screen is saved as a picture.
class ScreensTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_warnings.emplace(); }
    void cleanupTestCase() { m_warnings.reset(); }
    void opensEveryScreen_data();
    void opensEveryScreen();
    void worksByKeyboardAlone();
    void showsWhatTheTabKeyReaches_data();
    void showsWhatTheTabKeyReaches();
    void choosesColumnsByKeyboard();
    void noticesCoverNoCommands_data();
    void noticesCoverNoCommands();
    void selectsByMouse();
    void readsReleaseOfNewUpdate();
    void showsReasonWhenOffline();
    void signsOutAndInAgain();
    void showsThatTheFleetIsBeingOpened();

private:
    test::ManualClock m_clock;
    std::optional<Warnings> m_warnings;
};

void ScreensTest::opensEveryScreen_data()
{
    QTest::addColumn<QString>("screen");
    QTest::addColumn<Preferences::Theme>("theme");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("devices");
    const QStringList screens{u"signin"_s,  u"fleet"_s,    u"newcomers"_s, u"dead"_s,     u"versions"_s,
                              u"updates"_s, u"rollouts"_s, u"logs"_s,      u"activity"_s, u"settings"_s};
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
    test::OfflineWindow offline(m_clock);
    offline.preferences().overrideTheme(theme);
    if (screen != "signin"_L1) {
        offline.signIn(devices);
        if (devices > 0) {
            offline.workspace()->fleet()->toggle(1);
            offline.workspace()->fleet()->toggle(2);
            offline.workspace()->dead()->toggle(1);
            offline.workspace()->newcomers()->toggle(1);
            offline.workspace()->log()->lines()->setSearchText(u"camera"_s);
        }
    }
    offline.show(screen, size);
    if (QTest::currentTestFailed()) {
        return;
    }
    QTest::qWait(50);
    const QImage picture = offline.window()->grabWindow();
    QVERIFY(!picture.isNull());
    const QString folder = qEnvironmentVariable("SGN_SCREENSHOTS");
    if (!folder.isEmpty()) {
        QVERIFY(QDir().mkpath(folder));
        QVERIFY(picture.save(folder + u'/' + QString::fromLatin1(QTest::currentDataTag()) + u".png"_s));
    }
    QVERIFY2(Warnings::list().isEmpty(), qPrintable(Warnings::list().join(u'\n')));
}

void ScreensTest::worksByKeyboardAlone()
{
    test::OfflineWindow offline(m_clock);
    offline.signIn(40);
    FleetFilter *fleet = offline.workspace()->fleet();
    offline.show(u"fleet"_s, {1440, 900});
    if (QTest::currentTestFailed()) {
        return;
    }
    QQuickWindow *window = offline.window();

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

    // Ctrl+F types into the filter, Esc clears it, Down returns to the table.
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

    // Tab reaches every control and returns to the first.
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
    QVERIFY2(Warnings::list().isEmpty(), qPrintable(Warnings::list().join(u'\n')));
}

void ScreensTest::showsWhatTheTabKeyReaches_data()
{
    QTest::addColumn<QString>("screen");
    QTest::addColumn<QString>("last"); // what is at the end of the page
    QTest::newRow("settings") << u"settings"_s << u"Sign out"_s;
    QTest::newRow("sign-in") << u"signin"_s << u"Proxy"_s;
}

// In a small window, too.
void ScreensTest::showsWhatTheTabKeyReaches()
{
    QFETCH(const QString, screen);
    QFETCH(const QString, last);
    test::OfflineWindow offline(m_clock);
    if (screen != "signin"_L1) {
        offline.signIn(12);
    }
    offline.show(screen, {800, 500});
    if (QTest::currentTestFailed()) {
        return;
    }
    QQuickWindow *window = offline.window();
    QSet<QString> reached;
    for (int i = 0; i < 40; ++i) {
        QTest::keyClick(window, Qt::Key_Tab);
        QVERIFY(!window->grabWindow().isNull()); // lays it out
        QQuickItem *item = window->activeFocusItem();
        QVERIFY(item);
        const QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(item);
        const QString name = accessible ? accessible->text(QAccessible::Name) : QString();
        reached += name;
        QVERIFY2(QRectF({}, window->size()).contains(item->mapRectToScene(item->boundingRect())), qPrintable(name));
    }
    QVERIFY2(reached.contains(last), qPrintable(QStringList(reached.values()).join(u", ")));
}

void ScreensTest::choosesColumnsByKeyboard()
{
    test::OfflineWindow offline(m_clock);
    offline.signIn(40);
    const FleetFilter *fleet = offline.workspace()->fleet();
    offline.show(u"fleet"_s, {1440, 900});
    if (QTest::currentTestFailed()) {
        return;
    }
    QQuickWindow *window = offline.window();
    const QQuickItem *table = window->activeFocusItem();
    QTest::keyClick(window, Qt::Key_F10, Qt::ShiftModifier);
    QTRY_VERIFY_WITH_TIMEOUT(window->activeFocusItem() != table, waitLimit);
    QTest::keyClick(window, Qt::Key_Tab);
    QTest::keyClick(window, Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(fleet->columnChoice().hidden.size(), 1, waitLimit);
    QTest::keyClick(window, Qt::Key_Escape);
    QTRY_COMPARE_WITH_TIMEOUT(window->activeFocusItem(), table, waitLimit);
    QVERIFY2(Warnings::list().isEmpty(), qPrintable(Warnings::list().join(u'\n')));
}

void ScreensTest::noticesCoverNoCommands_data()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("wide") << QSize(1440, 900);
    QTest::newRow("narrow: the commands stand in two lines") << QSize(1024, 640);
}

void ScreensTest::noticesCoverNoCommands()
{
    QFETCH(const QSize, size);
    test::OfflineWindow offline(m_clock);
    offline.signIn(40);
    offline.workspace()->fleet()->toggle(1);
    offline.show(u"fleet"_s, size);
    if (QTest::currentTestFailed()) {
        return;
    }
    const auto placeOf = [&offline](const QByteArray &type) {
        const QQuickItem *item = visibleItem(*offline.window()->contentItem(), type);
        return item ? item->mapRectToScene(item->boundingRect()) : QRectF();
    };
    Q_EMIT offline.workspace()->notified(u"The update is on its way."_s, false);
    QTRY_VERIFY_WITH_TIMEOUT(placeOf("Toast_QMLTYPE").isValid(), waitLimit);
    const QRectF notice = placeOf("Toast_QMLTYPE");
    const QRectF commands = placeOf("SelectionBar_QMLTYPE");
    QVERIFY(commands.isValid());
    QVERIFY2(!notice.intersects(commands), qPrintable(u"%1 < %2"_s.arg(commands.top()).arg(notice.bottom())));
}

void ScreensTest::selectsByMouse()
{
    test::OfflineWindow offline(m_clock);
    offline.signIn(40);
    FleetFilter *fleet = offline.workspace()->fleet();
    offline.show(u"fleet"_s, {1440, 900});
    if (QTest::currentTestFailed()) {
        return;
    }
    QQuickWindow *window = offline.window();
    const auto click = [window](int row, Qt::KeyboardModifiers modifiers) {
        QList<QQuickItem *> items{window->contentItem()};
        for (qsizetype i = 0; i < items.size(); ++i) {
            const QQuickItem *item = items.at(i);
            items += item->childItems();
            if (QByteArrayView(item->metaObject()->className()).startsWith("TableCell_QMLTYPE") && item->isVisible() &&
                item->property("row").toInt() == row && item->property("column").toInt() == 1) {
                const QPointF middle(item->width() / 2, item->height() / 2);
                QTest::mouseClick(window, Qt::LeftButton, modifiers, item->mapToScene(middle).toPoint());
                return true;
            }
        }
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(click(2, Qt::NoModifier), waitLimit);
    QTRY_COMPARE_WITH_TIMEOUT(fleet->currentRow(), 2, waitLimit);
    QCOMPARE(fleet->checkedCount(), 0);
    QVERIFY(click(4, Qt::ControlModifier));
    QTRY_COMPARE_WITH_TIMEOUT(fleet->checkedCount(), 1, waitLimit);
    QVERIFY(click(8, Qt::ShiftModifier));
    QTRY_COMPARE_WITH_TIMEOUT(fleet->checkedCount(), 5, waitLimit);
    QVERIFY(click(6, Qt::ControlModifier));
    QTRY_COMPARE_WITH_TIMEOUT(fleet->checkedCount(), 4, waitLimit);
    QCOMPARE(fleet->currentRow(), 6);
}

void ScreensTest::readsReleaseOfNewUpdate()
{
    test::OfflineWindow offline(m_clock);
    offline.preferences().overrideTheme(Preferences::LightTheme);
    offline.signIn(12);
    offline.show(u"updates"_s, {1024, 640});
    if (QTest::currentTestFailed()) {
        return;
    }
    QQuickWindow *window = offline.window();
    const QString script = offline.place().folder() + u"/ocr.py"_s;
    QFile file(script);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/usr/bin/python3\n");
    file.close();
    const QString zip = offline.place().folder() + u"/release.zip"_s;
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
    offline.workspace()->newUpdate()->choose(QUrl::fromLocalFile(zip));
    QTRY_VERIFY_WITH_TIMEOUT(offline.workspace()->newUpdate()->isReady(), waitLimit);
    QTest::qWait(50);
    const QString folder = qEnvironmentVariable("SGN_SCREENSHOTS");
    if (!folder.isEmpty()) {
        QVERIFY(window->grabWindow().save(folder + u"/new-update.png"_s));
    }
    QTest::keyClick(window, Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(!isOpen(), waitLimit);
    QVERIFY2(Warnings::list().isEmpty(), qPrintable(Warnings::list().join(u'\n')));
}

void ScreensTest::showsReasonWhenOffline()
{
    test::OfflineWindow offline(m_clock);
    offline.signIn(0);
    offline.show(u"fleet"_s, {1440, 900});
    if (QTest::currentTestFailed()) {
        return;
    }
    offline.workspace()->panel().start();
    ConnectionStatus *connection = offline.workspace()->connection();
    QTRY_COMPARE_WITH_TIMEOUT(connection->state(), ConnectionStatus::Offline, waitLimit);
    QVERIFY(!connection->reason().isEmpty());
    connection->retry();
    QVERIFY2(Warnings::list().isEmpty(), qPrintable(Warnings::list().join(u'\n')));
}

void ScreensTest::signsOutAndInAgain()
{
    test::OfflineWindow offline(m_clock);
    offline.signIn(0);
    offline.show(u"settings"_s, {1024, 640});
    if (QTest::currentTestFailed()) {
        return;
    }
    offline.application().signOut();
    QTest::qWait(20);
    QVERIFY(!offline.workspace());
    offline.signIn(0);
    QTest::qWait(20);
    QVERIFY2(Warnings::list().isEmpty(), qPrintable(Warnings::list().join(u'\n')));
}

void ScreensTest::showsThatTheFleetIsBeingOpened()
{
    test::OfflineWindow offline(m_clock);
    QLockFile otherProgram(offline.place().config().storeFile + u".lock"_s);
    QVERIFY(otherProgram.tryLock());
    offline.application().open(offline.place().config());
    offline.show(u"fleet"_s, {1024, 640});
    if (QTest::currentTestFailed()) {
        return;
    }
    QQuickItem &content = *offline.window()->contentItem();
    QVERIFY(!visibleItem(content, "SignInScreen_QMLTYPE"));
    const QQuickItem *screen = visibleItem(content, "OpeningScreen_QMLTYPE");
    QVERIFY(screen);
    const QQuickItem *shown = screen->childItems().value(0);
    QVERIFY(shown);
    QTRY_COMPARE_WITH_TIMEOUT(shown->opacity(), 1.0, waitLimit);
    const QString folder = qEnvironmentVariable("SGN_SCREENSHOTS");
    QVERIFY(folder.isEmpty() || offline.window()->grabWindow().save(folder + u"/opening.png"_s));
    otherProgram.unlock();
    QTRY_VERIFY_WITH_TIMEOUT(offline.workspace(), waitLimit);
    QTRY_VERIFY_WITH_TIMEOUT(!visibleItem(content, "OpeningScreen_QMLTYPE"), waitLimit);
    QVERIFY(visibleItem(content, "Shell_QMLTYPE"));
    QVERIFY2(Warnings::list().isEmpty(), qPrintable(Warnings::list().join(u'\n')));
}

QTEST_MAIN(ScreensTest)
#include "tst_screens.moc"
