// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/Engine.h"

#include <algorithm>
#include <QFileInfo>
#include <QQmlEngine>
#include <QQuickStyle>

using namespace Qt::StringLiterals;

namespace sgn::ui {

namespace {

bool isInstalled(const QtModule &module, const QStringList &importPaths)
{
    const QString qmldir = u'/' + QString(module.name).replace(u'.', u'/') + u"/qmldir"_s;
    return std::any_of(importPaths.begin(), importPaths.end(), [&qmldir](const QString &path) {
        return QFileInfo::exists((path.startsWith("qrc:"_L1) ? path.sliced(3) : path) + qmldir);
    });
}

} // namespace

const QList<QtModule> &qtModules()
{
    static const QList<QtModule> modules{
        {"Qt.labs.folderlistmodel"_L1, "qml6-module-qt-labs-folderlistmodel"_L1},
        {"QtQml"_L1, "qml6-module-qtqml"_L1},
        {"QtQml.Models"_L1, "qml6-module-qtqml-models"_L1},
        {"QtQml.WorkerScript"_L1, "qml6-module-qtqml-workerscript"_L1},
        {"QtQuick"_L1, "qml6-module-qtquick"_L1},
        {"QtQuick.Controls"_L1, "qml6-module-qtquick-controls"_L1},
        {"QtQuick.Controls.Basic"_L1, "qml6-module-qtquick-controls"_L1},
        {"QtQuick.Controls.Basic.impl"_L1, "qml6-module-qtquick-controls"_L1},
        {"QtQuick.Controls.Fusion"_L1, "qml6-module-qtquick-controls"_L1},
        {"QtQuick.Controls.Fusion.impl"_L1, "qml6-module-qtquick-controls"_L1},
        {"QtQuick.Controls.impl"_L1, "qml6-module-qtquick-controls"_L1},
        {"QtQuick.Dialogs"_L1, "qml6-module-qtquick-dialogs"_L1},
        {"QtQuick.Dialogs.quickimpl"_L1, "qml6-module-qtquick-dialogs"_L1},
        {"QtQuick.Layouts"_L1, "qml6-module-qtquick-layouts"_L1},
        {"QtQuick.Shapes"_L1, "qml6-module-qtquick-shapes"_L1},
        {"QtQuick.Templates"_L1, "qml6-module-qtquick-templates"_L1},
        {"QtQuick.Window"_L1, "qml6-module-qtquick-window"_L1},
    };
    return modules;
}

QStringList missingPackages(const QStringList &importPaths)
{
    QStringList missing;
    for (const QtModule &module : qtModules()) {
        if (!isInstalled(module, importPaths)) {
            missing.append(module.package);
        }
    }
    missing.removeDuplicates();
    missing.sort();
    return missing;
}

Outcome prepareEngine(QQmlEngine &engine)
{
    engine.addImportPath(u"qrc:/qt/qml"_s);
    if (const QString style = u"Fusion"_s; QQuickStyle::name() != style) {
        QQuickStyle::setStyle(style);
    }
    const QStringList missing = missingPackages(engine.importPathList());
    if (!missing.isEmpty()) {
        return fail(ErrorCode::NotFound,
                    u"the window needs Debian packages that aren't installed: "_s + missing.join(u", "_s));
    }
    return {};
}

} // namespace sgn::ui
