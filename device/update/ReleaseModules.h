// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/OwnFiles.h"

#include <optional>
#include <QByteArrayView>
#include <QHash>

namespace sgn::update {

// The Python modules of a release, by the order in which an interpreter looks for them in one folder: a package (a
// folder with an __init__), an extension module (.so), a source (.py), a compiled one (.pyc), a folder without
// __init__. So code that the meter has left beside a release's module would run in its place. Pure.
// Source: importlib.machinery.FileFinder.
class ReleaseModules
{
public:
    explicit ReleaseModules(const OwnFiles &files);

    // The release's file that could no longer be imported with `path` beside it; nullopt when there is none.
    [[nodiscard]] std::optional<QByteArray> hiddenBy(const QByteArray &path) const;

private:
    enum class Kind { Package, Extension, Source, Compiled, Folder };
    struct Module
    {
        QByteArray name; // with its folder, without its ending
        Kind kind = Kind::Source;
        QByteArray file;
    };
    // One file may be two: x/__init__.py is the package x and, in x, the module __init__.
    [[nodiscard]] static QList<Module> modulesOf(const QByteArray &path);
    [[nodiscard]] static std::optional<Module> moduleOf(const QByteArray &path);

    QHash<QByteArray, Module> m_modules; // by name, of each the one that is imported
};

} // namespace sgn::update
