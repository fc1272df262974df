// SPDX-License-Identifier: GPL-3.0-or-later
#include <QQmlEngine>
#include <QtQuickTest>

// Adds the import path of the modules that are built into the program.
class Setup : public QObject
{
    Q_OBJECT

public Q_SLOTS:
    void qmlEngineAvailable(QQmlEngine *engine) { engine->addImportPath(QStringLiteral("qrc:/qt/qml")); }
};

QUICK_TEST_MAIN_WITH_SETUP(components, Setup)
#include "tst_components.moc"
