// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Command.h"

#include <QString>

namespace sgn::update {

// Where an update of one component works. All of it is on one file system, because folders are exchanged by rename.
class ReleasePaths
{
public:
    // `root` holds the component's folder, `downloads` everything that is on its way.
    ReleasePaths(const QString &root, const QString &downloads, Component component)
        : m_root(root)
        , m_downloads(downloads)
        , m_folder(folderName(component))
    {}

    // Whether the release before the last one is kept in previous(); the watchdog keeps its own.
    [[nodiscard]] bool keepsPrevious() const { return m_folder != folderName(Component::WatchDog); }

    [[nodiscard]] QString downloads() const { return m_downloads; }
    // <root>/SmartMeter
    [[nodiscard]] QString installed() const { return m_root + u'/' + m_folder; }
    // downloads/SmartMeter.zip.part: grows while it comes in
    [[nodiscard]] QString zip() const { return below(m_folder + QLatin1StringView(".zip.part")); }
    // downloads/staged-SmartMeter: the zip is unpacked below it
    [[nodiscard]] QString stage() const { return below(QLatin1StringView("staged-") + m_folder); }
    // downloads/staged-SmartMeter/SmartMeter: the new release before the exchange, the old one after it
    [[nodiscard]] QString staged() const { return stage() + u'/' + m_folder; }
    // downloads/previous-SmartMeter: the release before the last one that was confirmed
    [[nodiscard]] QString previous() const { return below(QLatin1StringView("previous-") + m_folder); }

private:
    [[nodiscard]] QString below(const QString &name) const { return m_downloads + u'/' + name; }

    QString m_root;
    QString m_downloads;
    QString m_folder;
};

} // namespace sgn::update
