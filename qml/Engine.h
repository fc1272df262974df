// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QList>
#include <QStringList>

class QQmlEngine;

namespace sgn::ui {

// A QML module of Qt that the window loads, at its start or when a dialog opens, and the Debian package that has it.
struct QtModule
{
    QLatin1StringView name;
    QLatin1StringView package;
};

// All of them, with those that Qt's own views import. tests/qml/tst_modules.cpp compares the list with the imports.
[[nodiscard]] const QList<QtModule> &qtModules();

// The packages of those modules that are in none of the import paths, each once and sorted.
[[nodiscard]] QStringList missingPackages(const QStringList &importPaths);

// Makes the engine ready for the window's views: adds the import path of the built-in modules and fixes the style of
// Qt's own dialogs, so that neither the environment nor the desktop decides which modules they load. Call it before
// anything is loaded. NotFound with the names of the missing packages, because Qt 6.4 crashes when a dialog that it
// can't load is opened.
[[nodiscard]] Outcome prepareEngine(QQmlEngine &engine);

} // namespace sgn::ui
