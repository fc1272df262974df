// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/Engine.h"
#include "support/ManualClock.h"

#include <QDir>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QQuickStyle>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <set>

using namespace Qt::StringLiterals;
using namespace sgn;

namespace {

QString readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// Walks the imports of QML files, and those of the modules that they import, down to the last one: what a file dialog
// loads is imported by Qt's own files only.
class ImportWalk
{
public:
    explicit ImportWalk(QStringList importPaths)
        : m_importPaths(std::move(importPaths))
    {}

    // The QML files of a folder and its subfolders, without those of other styles, of the
    // designer and of modules of their own.
    void addFolder(const QString &folder)
    {
        const QDir directory(folder);
        const QString ofStyle = u'+' + QQuickStyle::name();
        for (const QFileInfo &entry : directory.entryInfoList(QDir::AllEntries | QDir::NoDotAndDotDot)) {
            const QString name = entry.fileName();
            const bool isOther = name == "designer"_L1 || (name.startsWith(u'+') && name != ofStyle);
            if (entry.isDir() && !isOther && !QFileInfo::exists(entry.filePath() + u"/qmldir"_s)) {
                addFolder(entry.filePath());
            } else if (entry.suffix() == "qml"_L1) {
                static const QRegularExpression import(u"^\\s*import\\s+([A-Z][\\w.]*)"_s,
                                                       QRegularExpression::MultilineOption);
                addAll(readAll(entry.filePath()), import);
            }
        }
    }

    void addModule(const QString &module)
    {
        if (module == "QML"_L1 || module.startsWith("Sgn."_L1) || m_installed.contains(module) ||
            m_missing.contains(module)) {
            return;
        }
        for (const QString &path : m_importPaths) {
            const QString folder = path + u'/' + QString(module).replace(u'.', u'/');
            if (const QString qmldir = readAll(folder + u"/qmldir"_s); !qmldir.isEmpty()) {
                m_installed.insert(module);
                static const QRegularExpression needed(u"^(?:default )?(?:import|depends) ([\\w.]+)"_s,
                                                       QRegularExpression::MultilineOption);
                addAll(qmldir, needed);
                if (const QString style = u"QtQuick.Controls."_s + QQuickStyle::name(); qmldir.contains(style)) {
                    addModule(style);
                }
                addFolder(folder);
                return;
            }
        }
        m_missing.insert(module);
    }

    // Names of modules, sorted; our own are not among them.
    [[nodiscard]] QStringList installed() const { return {m_installed.begin(), m_installed.end()}; }
    [[nodiscard]] QStringList missing() const { return {m_missing.begin(), m_missing.end()}; }

private:
    void addAll(const QString &text, const QRegularExpression &pattern)
    {
        for (QRegularExpressionMatchIterator found = pattern.globalMatch(text); found.hasNext();) {
            addModule(found.next().captured(1));
        }
    }

    QStringList m_importPaths;
    std::set<QString> m_installed;
    std::set<QString> m_missing;
};

} // namespace

// Which of Qt's QML modules the window needs, those of its dialogs included, and that `./sgn` and the package of the
// dashboard install them.
class ModulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void listsEveryImportedModule();
    void isSetUpWithEveryPackage();
    void isPackagedWithEveryPackage();
    void refusesToStartWithoutAModule();
    void opensDialogOfQt_data();
    void opensDialogOfQt();

private:
    QQmlEngine m_engine;
};

void ModulesTest::initTestCase()
{
    const Outcome prepared = ui::prepareEngine(m_engine);
    QVERIFY2(prepared, prepared ? "" : qPrintable(prepared.error().message));
}

void ModulesTest::listsEveryImportedModule()
{
    ImportWalk walk(m_engine.importPathList());
    walk.addFolder(QStringLiteral(SGN_SOURCE_DIR "/qml"));
    walk.addModule(u"QtQuick.Dialogs.quickimpl"_s); // by C++, when a dialog opens
    QVERIFY2(walk.missing().isEmpty(), qPrintable(walk.missing().join(u' ')));
    QStringList listed;
    for (const ui::QtModule &module : ui::qtModules()) {
        listed.append(module.name);
    }
    QCOMPARE(listed, walk.installed());
}

void ModulesTest::isSetUpWithEveryPackage()
{
    static const QRegularExpression array(u"^packages=\\(\n(.*?)^\\)"_s,
                                          QRegularExpression::MultilineOption |
                                              QRegularExpression::DotMatchesEverythingOption);
    const QString script = readAll(QStringLiteral(SGN_SOURCE_DIR "/sgn"));
    const QStringList packages = array.match(script).captured(1).simplified().split(u' ');
    for (const ui::QtModule &module : ui::qtModules()) {
        QVERIFY2(packages.contains(module.package), qPrintable(QString(module.package)));
    }
}

void ModulesTest::isPackagedWithEveryPackage()
{
    static const QRegularExpression field(u"^Package: sgn-dashboard\\n(?:.+\\n)*?Depends:((?:\\n .+)*)"_s,
                                          QRegularExpression::MultilineOption);
    const QString control = readAll(QStringLiteral(SGN_SOURCE_DIR "/deploy/debian/control"));
    QStringList depended = field.match(control).captured(1).remove(u'\n').remove(u' ').split(u',');
    depended.removeIf([](const QString &name) { return !name.startsWith("qml6-module-"_L1); });
    QStringList needed;
    for (const ui::QtModule &module : ui::qtModules()) {
        needed.append(module.package);
    }
    needed.removeDuplicates();
    needed.sort();
    QCOMPARE(depended, needed);
}

void ModulesTest::refusesToStartWithoutAModule()
{
    // Every module but that of the file dialog's list.
    const QTemporaryDir folder;
    const QString hidden = u"Qt.labs.folderlistmodel"_s;
    for (const ui::QtModule &module : ui::qtModules()) {
        const QString path = folder.filePath(QString(module.name).replace(u'.', u'/'));
        if (module.name != hidden) {
            QVERIFY(QDir().mkpath(path));
            QFile qmldir(path + u"/qmldir"_s);
            QVERIFY(qmldir.open(QIODevice::WriteOnly));
        }
    }
    QQmlEngine engine;
    engine.setImportPathList({folder.path()});
    const Outcome prepared = ui::prepareEngine(engine);
    QVERIFY(!prepared);
    QCOMPARE(prepared.error().code, ErrorCode::NotFound);
    QVERIFY2(prepared.error().message.endsWith(": qml6-module-qt-labs-folderlistmodel"_L1),
             qPrintable(prepared.error().message));
    QCOMPARE(ui::missingPackages({u"/nonexistent"_s}).size(), 11);
}

void ModulesTest::opensDialogOfQt_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::newRow("a file to open") << QByteArray("FileDialog");
    QTest::newRow("a file to save") << QByteArray("FileDialog { fileMode: FileDialog.SaveFile }");
    QTest::newRow("a folder") << QByteArray("FolderDialog");
    QTest::newRow("a message") << QByteArray("MessageDialog { text: \"Sure?\" }");
}

void ModulesTest::opensDialogOfQt()
{
    QFETCH(QByteArray, type);
    QQmlComponent component(&m_engine);
    component.setData("import QtQuick\nimport QtQuick.Dialogs\nWindow { visible: true; width: 800; height: 600\n"
                      "property QtObject dialog: data[0]\n" +
                          (type.contains('{') ? type : type + " {}") + " }",
                      {});
    const std::unique_ptr<QObject> window(component.create());
    QVERIFY2(window, qPrintable(component.errorString()));
    auto *dialog = window->property("dialog").value<QObject *>();
    QVERIFY(dialog);
    QVERIFY(QMetaObject::invokeMethod(dialog, "open"));
    QTRY_VERIFY(dialog->property("visible").toBool());
    QVERIFY(QMetaObject::invokeMethod(dialog, "close"));
}

QTEST_MAIN(ModulesTest)
#include "tst_modules.moc"
