// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "crypto/SigningKey.h"
#include "qml/OfflineWindow.h"

#include <algorithm>
#include <optional>
#include <QAccessible>
#include <QPointer>
#include <QQuickItem>
#include <QRegularExpression>
#include <QSet>

using namespace Qt::StringLiterals;
using namespace sgn;
using sgn::test::waitLimit;
using sgn::test::Warnings;

namespace {

constexpr int devices = 12;
constexpr int refills = 3; // kinds of ButtonsTest::refill()

// What stands below an object, in views and in dialogs: children that are no items, and items without a parent object.
void collect(QObject *object, QSet<QObject *> &seen, QList<QObject *> &found)
{
    if (!object || seen.contains(object)) {
        return;
    }
    seen.insert(object);
    found.append(object);
    for (QObject *child : object->children()) {
        collect(child, seen, found);
    }
    if (const auto *item = qobject_cast<const QQuickItem *>(object)) {
        for (QQuickItem *child : item->childItems()) {
            collect(child, seen, found);
        }
    }
}

QList<QObject *> below(const QList<QObject *> &roots)
{
    QSet<QObject *> seen;
    QList<QObject *> found;
    for (QObject *root : roots) {
        collect(root, seen, found);
    }
    return found;
}

// What a screen reader calls a button, or a dialog's title; it stays when numbers change.
QString nameOf(QObject &object)
{
    QString name = object.property("title").toString();
    if (const QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(&object); name.isEmpty()) {
        name = accessible ? accessible->text(QAccessible::Name) : QString();
    }
    static const QRegularExpression number(u"[0-9]+"_s);
    return name.replace(number, u"#"_s);
}

// The button's name after those of the forms and dialogs it stands in.
QString pathOf(QQuickItem &button, QObject *dialog)
{
    QString path = nameOf(button);
    for (const QQuickItem *item = button.parentItem(); item; item = item->parentItem()) {
        if (const QString label = item->property("label").toString(); !label.isEmpty()) {
            path = label + u" / "_s + path;
        }
    }
    return dialog ? nameOf(*dialog) + u" / "_s + path : path;
}

// Whether a screen reader calls it by the example in it, although it stands under a label.
bool isCalledByItsExample(QObject &object)
{
    const QString example = object.property("placeholderText").toString();
    const QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(&object);
    bool hasLabel = false;
    for (const auto *item = qobject_cast<const QQuickItem *>(&object); item && !hasLabel; item = item->parentItem()) {
        hasLabel = !item->property("label").toString().isEmpty();
    }
    return hasLabel && !example.isEmpty() && accessible && accessible->text(QAccessible::Name) == example;
}

bool isDialogOfQt(const QObject &object)
{
    return object.inherits("QQuickAbstractDialog");
}

// What a dialog of Qt shows where the desktop has none.
bool isViewOfQt(const QObject &object)
{
    return object.inherits("QQuickFileDialogImpl");
}

// Not one in a view of Qt's either: since Qt 6.6 that of files has one for a file that is there already.
bool isOwnDialog(const QObject &object)
{
    bool isQts = false;
    for (const QObject *one = &object; one != nullptr && !isQts; one = one->parent()) {
        isQts = isViewOfQt(*one);
    }
    return object.inherits("QQuickDialog") && !isQts;
}

bool isVisible(const QObject &dialog)
{
    return dialog.property("visible").toBool();
}

// Presses the buttons of a window one after another, each once, and closes what they open.
class ButtonPresser
{
public:
    explicit ButtonPresser(QQuickWindow &window)
        : m_window(window)
    {}

    // Presses a button that wasn't pressed yet: one of the dialog that is open, else any. Without one it closes the
    // dialog, or returns false.
    bool pressNext()
    {
        for (QObject *object : everything()) {
            if (isOwnDialog(*object) || isDialogOfQt(*object)) {
                m_dialogs.insert(nameOf(*object));
            }
            if (isCalledByItsExample(*object)) {
                m_examples.insert(nameOf(*object));
            }
        }
        const QPointer<QObject> dialog = openDialog();
        for (QQuickItem *button : buttons(dialog)) {
            const QString path = pathOf(*button, dialog);
            if (m_pressed.contains(path)) {
                continue;
            }
            m_pressed.insert(path);
            const bool wasInDialog = dialog;
            m_opener = wasInDialog ? m_opener : path;
            activate();
            button->forceActiveFocus(Qt::TabFocusReason);
            QTest::keyClick(&m_window, Qt::Key_Space);
            QTest::qWait(1); // so that views that were left are deleted, too
            if (wasInDialog && (!dialog || !isVisible(*dialog)) && ++m_reopened < reopenLimit) {
                m_pressed.remove(m_opener); // to press what is left in the dialog
            }
            closeDialogsOfQt();
            return true;
        }
        if (!dialog) {
            return false;
        }
        QMetaObject::invokeMethod(dialog, "reject");
        return QTest::qWaitFor([this] { return !openDialog(); }, test::waitLimit);
    }

    [[nodiscard]] bool hasOpenDialog() { return openDialog(); }
    [[nodiscard]] const QSet<QString> &pressed() const { return m_pressed; }
    // Dialogs that were open, and all that there were in the window.
    [[nodiscard]] const QSet<QString> &opened() const { return m_opened; }
    [[nodiscard]] const QSet<QString> &dialogs() const { return m_dialogs; }
    // Names of fields that are no more than an example.
    [[nodiscard]] const QSet<QString> &examples() const { return m_examples; }

private:
    static constexpr int reopenLimit = 20;

    [[nodiscard]] QList<QObject *> everything() const { return below({&m_window, m_window.contentItem()}); }

    // Those that can be pressed; what closes a dialog comes last.
    [[nodiscard]] QList<QQuickItem *> buttons(const QObject *dialog) const
    {
        QList<QObject *> parts;
        if (dialog) {
            for (const char *part : {"header", "contentItem", "footer"}) {
                parts.append(dialog->property(part).value<QQuickItem *>());
            }
        }
        QList<QQuickItem *> buttons;
        for (QObject *object : dialog ? below(parts) : everything()) {
            auto *item = qobject_cast<QQuickItem *>(object);
            if (item && item->inherits("QQuickAbstractButton") && item->isVisible() && item->isEnabled()) {
                buttons.append(item);
            }
        }
        return buttons;
    }

    // Our own dialog that is open.
    QObject *openDialog()
    {
        QObject *open = nullptr;
        for (QObject *object : everything()) {
            if (isOwnDialog(*object) && isVisible(*object)) {
                m_opened.insert(nameOf(*object));
                open = object;
            }
        }
        return open;
    }

    // A dialog of Qt may have been a window of its own.
    void activate()
    {
        if (QGuiApplication::focusWindow() != &m_window) {
            m_window.requestActivate();
            QTRY_COMPARE_WITH_TIMEOUT(QGuiApplication::focusWindow(), &m_window, test::waitLimit);
        }
    }

    void closeDialogsOfQt()
    {
        for (QObject *object : everything()) {
            if (isDialogOfQt(*object) && isVisible(*object)) {
                m_opened.insert(nameOf(*object));
                QMetaObject::invokeMethod(object, "reject");
                // Its view may fade out, and takes the keys as long.
                const auto isGone = [this, object] {
                    return !isVisible(*object) && std::ranges::none_of(everything(), [](const QObject *other) {
                        return isViewOfQt(*other) && isVisible(*other);
                    });
                };
                QTRY_VERIFY_WITH_TIMEOUT(isGone(), test::waitLimit);
                return;
            }
        }
    }

    QQuickWindow &m_window;
    QSet<QString> m_pressed;
    QSet<QString> m_opened;
    QSet<QString> m_dialogs;
    QSet<QString> m_examples;
    QString m_opener;
    int m_reopened = 0;
};

} // namespace

// Presses every button of every screen and so opens every dialog, those of Qt with their own views and not the
// desktop's.
class ButtonsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_warnings.emplace(); }
    void cleanupTestCase() { m_warnings.reset(); }
    void pressesEveryButton_data();
    void pressesEveryButton();

private:
    // Returns to the screen if a button has left it, and has it painted, which makes the rows of its lists.
    static void settle(test::OfflineWindow &offline, const QString &screen);
    // Offers again what earlier buttons have hidden or disabled.
    static void refill(const test::OfflineWindow &offline, int round);
    static void chooseFiles(const test::OfflineWindow &offline);

    test::ManualClock m_clock;
    std::optional<Warnings> m_warnings;
};

void ButtonsTest::pressesEveryButton_data()
{
    QTest::addColumn<QString>("screen");
    QTest::addColumn<QStringList>("someButtons");
    QTest::addColumn<QSet<QString>>("dialogs");
    using Names = QStringList;
    using Dialogs = QSet<QString>;
    // One dialog: it becomes the other when it is to go in waves.
    const QString update = u"New update"_s;
    const QString rollout = u"New rollout"_s;
    const QString zip = u"Choose a release zip or a CA file"_s;
    const QString choose = u"New update / Release zip or CA file / Choose…"_s;
    const QString import = u"Import devices"_s;
    const QString list = u"List of devices: a table, or birth records"_s;
    const QString send = u"New update / Send to # device(s)"_s;
    QTest::newRow("signin") << u"signin"_s << Names{u"Advanced"_s, u"Certification authority / Choose file"_s}
                            << Dialogs{u"Choose the certification authority"_s};
    QTest::newRow("fleet") << u"fleet"_s
                           << Names{u"Reboot # device(s)? / Reboot"_s, choose, u"Clear"_s, u"Restart"_s, u"View"_s}
                           << Dialogs{update,
                                      rollout,
                                      zip,
                                      u"Reboot # device(s)?"_s,
                                      u"Remove # device(s) from the fleet?"_s,
                                      u"Edit device"_s,
                                      u"Tags of # device(s)"_s,
                                      import,
                                      list,
                                      u"Save the selected devices, or those that are shown"_s,
                                      u"Save this view"_s,
                                      u"Remove this view?"_s};
    QTest::newRow("newcomers") << u"newcomers"_s
                               << Names{u"Accept"_s, u"Refuse"_s, u"Import…"_s, u"Import devices / Choose…"_s,
                                        u"Import devices / Empty cells remove what is there"_s}
                               << Dialogs{import, list};
    QTest::newRow("dead") << u"dead"_s << Names{u"Restart"_s, u"Show device"_s} << Dialogs{};
    QTest::newRow("versions") << u"versions"_s << Names{u"ocr version #: # device(s)"_s} << Dialogs{};
    QTest::newRow("updates") << u"updates"_s << Names{u"New update…"_s, choose, send, u"Retry failed"_s}
                             << Dialogs{update, rollout, zip};
    QTest::newRow("rollouts") << u"rollouts"_s
                              << Names{u"New rollout…"_s,
                                       u"Pause"_s,
                                       u"Resume"_s,
                                       u"Retry failed"_s,
                                       u"New rollout / How / At once"_s,
                                       u"Take the release back? / Roll back"_s}
                              << Dialogs{update,
                                         rollout,
                                         zip,
                                         u"Cancel this rollout?"_s,
                                         u"Take the release back?"_s,
                                         u"Begin the next wave now?"_s};
    QTest::newRow("logs") << u"logs"_s << Names{u"Save as…"_s, u"Next match"_s} << Dialogs{u"Save log as"_s};
    QTest::newRow("activity") << u"activity"_s << Names{u"Settings"_s, u"Export…"_s}
                              << Dialogs{u"Save the lines that are shown"_s};
    QTest::newRow("settings") << u"settings"_s
                              << Names{u"Appearance / Dark"_s, u"Account / Sign out"_s,
                                       u"Release key / Keep in keyring"_s}
                              << Dialogs{u"Release key"_s, u"Operator key"_s, u"Delete this key from the keyring?"_s};
}

void ButtonsTest::settle(test::OfflineWindow &offline, const QString &screen)
{
    if (!offline.workspace() && screen != "signin"_L1) {
        offline.signIn(devices);
    }
    if (offline.workspace()) {
        offline.workspace()->log()->lines()->setSearchText(u"kWh"_s);
    }
    for (QObject *object : below({offline.window()->contentItem()})) {
        if (QByteArrayView(object->metaObject()->className()).startsWith("Shell_QMLTYPE") &&
            object->property("screenName") != screen) {
            object->setProperty("screenName", screen);
            QTest::qWait(1);
            break;
        }
    }
    offline.window()->grabWindow();
}

void ButtonsTest::refill(const test::OfflineWindow &offline, int round)
{
    for (QObject *object : below({offline.window()->contentItem()})) {
        if (QByteArrayView(object->metaObject()->className()).startsWith("SignInScreen_QMLTYPE")) {
            object->setProperty("advanced", true);
        }
    }
    models::Workspace *workspace = offline.workspace();
    if (!workspace) {
        return;
    }
    // Some buttons are there only while the table is narrowed, or shows a saved view.
    workspace->fleet()->clear();
    workspace->views()->remove(u"View"_s);
    if (round % refills > 0) {
        workspace->fleet()->setGroup(models::FleetFilter::Attention);
    }
    if (round % refills > 1) {
        workspace->views()->save(u"View"_s);
    }
    for (models::KeyChoice *key : {workspace->keys()->releaseKey(), workspace->keys()->operatorKey()}) {
        key->choose(QUrl::fromLocalFile(offline.place().folder() + u"/key.jwk"_s));
        if (round % refills == 0) {
            key->keepInKeyring();
        }
    }
    workspace->fleet()->setCurrentRow(1);
    using What = rollouts::RolloutWish::What;
    workspace->panel().rollouts().changeWish(
        u"r1"_s, [round](rollouts::RolloutWish &wish) { wish.what = round % refills == 1 ? What::Pause : What::Run; });
    workspace->rollouts()->setCurrentKey(u"r1"_s);
    workspace->rollout()->refreshTexts();
    for (models::TableFilter *table :
         {static_cast<models::TableFilter *>(workspace->fleet()), workspace->dead(), workspace->newcomers()}) {
        table->uncheckAll();
        table->toggle(0);
    }
}

void ButtonsTest::chooseFiles(const test::OfflineWindow &offline)
{
    if (!offline.workspace()) {
        return;
    }
    models::NewUpdate *update = offline.workspace()->newUpdate();
    if (update->stage() == models::NewUpdate::Empty) {
        update->choose(QUrl::fromLocalFile(offline.place().folder() + u"/release.zip"_s));
        QTRY_VERIFY_WITH_TIMEOUT(update->isReady(), waitLimit);
    }
    models::ImportForm *import = offline.workspace()->importForm();
    if (import->file().isEmpty()) {
        import->begin(QUrl::fromLocalFile(offline.place().folder() + u"/fleet.csv"_s));
    }
}

void ButtonsTest::pressesEveryButton()
{
    QFETCH(QString, screen);
    QFETCH(QStringList, someButtons);
    QFETCH(QSet<QString>, dialogs);
    test::OfflineWindow offline(m_clock);
    QFile list(offline.place().folder() + u"/fleet.csv"_s);
    QVERIFY(list.open(QIODevice::WriteOnly));
    list.write("jid,name\n" + test::deviceJid(1).toUtf8() + ",Mill\nnot a jid,\n");
    list.close();
    QFile script(offline.place().folder() + u"/ocr.py"_s);
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!/usr/bin/python3\n");
    script.close();
    QVERIFY(packZip({{script.fileName(), u"SmartMeter/ocr.py"_s}}, offline.place().folder() + u"/release.zip"_s));
    QVERIFY(saveSigningKey(newSigningKey(u"release"_s).value(), offline.place().folder() + u"/key.jwk"_s));
    if (screen != "signin"_L1) {
        offline.signIn(devices);
    }
    offline.show(screen, {1440, 900});
    if (QTest::currentTestFailed()) {
        return;
    }
    ButtonPresser presser(*offline.window());
    int idle = 0;
    for (int round = 0; idle < refills; ++round) {
        settle(offline, screen);
        refill(offline, round);
        for (++idle; presser.pressNext(); idle = 0) {
            if (presser.hasOpenDialog()) {
                chooseFiles(offline);
            } else {
                settle(offline, screen);
            }
        }
    }
    for (const QString &button : someButtons) {
        QVERIFY2(presser.pressed().contains(button), qPrintable(button));
    }
    QCOMPARE(presser.opened(), dialogs);
    QCOMPARE(presser.dialogs(), dialogs);
    QCOMPARE(presser.examples(), QSet<QString>());
    QVERIFY2(Warnings::list().isEmpty(), qPrintable(Warnings::list().join(u'\n')));
}

QTEST_MAIN(ButtonsTest)
#include "tst_buttons.moc"
