// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFileInfo>
#include <QString>

namespace sgn::update {

// Where an update of one thing works: a component's folder, or the CA file. What is replaced, what replaces it and what
// was replaced are on one file system, because they change places by rename.
class ReleasePaths
{
public:
    // What the staged release is: a new one that is unpacked, or the previous one that a rollback restores.
    enum class Staged { New, Previous };

    // `installed`: the absolute path of what is replaced. `downloads`: for files that are fetched. `work`: for what is
    // staged or kept, a folder on the file system of `installed`.
    ReleasePaths(QString installed, QString downloads, QString work, Staged staged = Staged::New)
        : m_installed(std::move(installed))
        , m_downloads(std::move(downloads))
        , m_work(std::move(work))
        , m_name(QFileInfo(m_installed).fileName())
        , m_staged(staged)
    {}

    [[nodiscard]] QString downloads() const { return m_downloads; }
    [[nodiscard]] QString work() const { return m_work; }
    // <root>/SmartMeter
    [[nodiscard]] QString installed() const { return m_installed; }
    // downloads/SmartMeter.zip.part: grows while it is fetched
    [[nodiscard]] QString zip() const { return m_downloads + u'/' + m_name + QLatin1StringView(".zip.part"); }
    // downloads/SmartMeter.files.part: the signed list of what is in it, where the command has no room for that
    [[nodiscard]] QString fileList() const { return m_downloads + u'/' + m_name + QLatin1StringView(".files.part"); }
    // downloads/staged-SmartMeter: the zip is unpacked below it
    [[nodiscard]] QString stage() const { return m_work + QLatin1StringView("/staged-") + m_name; }
    // downloads/staged-SmartMeter/SmartMeter: the new release before the exchange, the old one after it. For a rollback
    // it is the folder where the previous release is kept.
    [[nodiscard]] QString staged() const { return isRollback() ? previous() : stage() + u'/' + m_name; }
    // downloads/previous-SmartMeter: the release before the last one that was confirmed
    [[nodiscard]] QString previous() const { return m_work + QLatin1StringView("/previous-") + m_name; }
    // downloads/previous-SmartMeter.json: what ran with it
    [[nodiscard]] QString previousNotes() const { return previous() + QLatin1StringView(".json"); }
    // downloads/files-SmartMeter: lists of what the releases have brought along (OwnFiles.h)
    [[nodiscard]] QString ownFiles() const { return m_work + QLatin1StringView("/files-") + m_name; }
    [[nodiscard]] bool isRollback() const { return m_staged == Staged::Previous; }

private:
    QString m_installed;
    QString m_downloads;
    QString m_work;
    QString m_name;
    Staged m_staged;
};

} // namespace sgn::update
