// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/ReleaseModules.h"

namespace sgn::update {

ReleaseModules::ReleaseModules(const OwnFiles &files)
{
    for (const QByteArray &path : files) {
        for (const Module &module : modulesOf(path)) {
            const auto known = m_modules.constFind(module.name);
            if (known == m_modules.cend() || module.kind < known->kind) {
                m_modules.insert(module.name, module);
            }
        }
    }
}

std::optional<QByteArray> ReleaseModules::hiddenBy(const QByteArray &path) const
{
    for (const Module &module : modulesOf(path)) {
        const auto own = m_modules.constFind(module.name);
        // Which of two extension modules comes first depends on their endings.
        const bool isEqual = own != m_modules.cend() && own->kind == module.kind && own->kind == Kind::Extension;
        if (own != m_modules.cend() && own->file != path && (module.kind < own->kind || isEqual)) {
            return own->file;
        }
    }
    return std::nullopt;
}

QList<ReleaseModules::Module> ReleaseModules::modulesOf(const QByteArray &path)
{
    const auto module = moduleOf(path);
    if (!module) {
        return {};
    }
    QList<Module> modules{*module};
    constexpr QByteArrayView init = "/__init__";
    if (module->kind != Kind::Folder && module->name.endsWith(init)) {
        modules += {module->name.chopped(init.size()), Kind::Package, path};
    }
    return modules;
}

std::optional<ReleaseModules::Module> ReleaseModules::moduleOf(const QByteArray &path)
{
    if (path.endsWith('/')) {
        return Module{path.chopped(1), Kind::Folder, path};
    }
    const qsizetype start = path.lastIndexOf('/') + 1;
    const qsizetype dot = path.indexOf('.', start);
    if (dot <= start) {
        return std::nullopt;
    }
    const QByteArray ending = path.sliced(dot);
    // Such as .cpython-311-aarch64-linux-gnu.so and .abi3.so.
    const bool isExtension = ending == ".so" || (ending.endsWith(".so") && ending.count('.') == 2);
    if (!isExtension && ending != ".py" && ending != ".pyc") {
        return std::nullopt;
    }
    const Kind kind = isExtension ? Kind::Extension : ending == ".py" ? Kind::Source : Kind::Compiled;
    return Module{path.first(dot), kind, path};
}

} // namespace sgn::update
