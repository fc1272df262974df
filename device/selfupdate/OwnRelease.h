// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn::selfupdate {

// Where the watchdog's own release lies, /home/root/WatchDog by seed step (11), and the folder beside it in which the
// next one is prepared, /home/root/WatchDog.update. Both are the watchdog's user's alone: what the owner of the
// device's folder can change is copied here before it is looked at.
class OwnRelease
{
public:
    // `programFolder` is the folder of the running program: the installed one, or, once the folders were exchanged
    // under it, the staged one.
    explicit OwnRelease(const QString &programFolder);

    [[nodiscard]] QString installed() const { return m_installed; }
    [[nodiscard]] QString installedProgram() const { return m_installed + u'/' + programName; }
    // Checks and unpacks the next release. Another program, because libarchive and OpenSSL would cost the watchdog over
    // a megabyte day and night.
    [[nodiscard]] QString updateProgram() const { return m_installed + u'/' + updateProgramName; }
    [[nodiscard]] QString work() const { return m_installed + QLatin1StringView(".update"); }
    [[nodiscard]] QString zip() const { return work() + QLatin1StringView("/release.zip"); }
    // The zip is unpacked below it: staged/WatchDog is the new release before the exchange and the old one after it.
    [[nodiscard]] QString stage() const { return work() + QLatin1StringView("/staged"); }
    [[nodiscard]] QString staged() const { return stage() + u'/' + folder; }
    [[nodiscard]] QString stagedProgram() const { return staged() + u'/' + programName; }
    [[nodiscard]] QString previous() const { return work() + QLatin1StringView("/previous"); }
    [[nodiscard]] QString journal() const { return work() + QLatin1StringView("/swap.json"); }
    // Root's own list of keys, if there is one (config/RootKeys.h). Beside the release, because that is exchanged
    // whole.
    [[nodiscard]] QString keys() const { return m_installed + QLatin1StringView(".keys"); }
    // One guardian at a time holds it.
    [[nodiscard]] QString guardLock() const { return work() + QLatin1StringView("/guard.lock"); }

    // The files of rescue.sh, described there.
    [[nodiscard]] QString rescue() const { return work() + QLatin1StringView("/rescue"); }
    [[nodiscard]] QString probation() const { return work() + QLatin1StringView("/probation"); }
    [[nodiscard]] QString starts() const { return work() + QLatin1StringView("/starts"); }
    [[nodiscard]] QString arguments() const { return work() + QLatin1StringView("/arguments"); }
    [[nodiscard]] QString failed() const { return work() + QLatin1StringView("/failed"); }

    // Succeeds if this program may be replaced where it is; makes the folder beside it. Refused: it doesn't run from a
    // folder called WatchDog (a developer's build doesn't), or a user other than root and this process's could change
    // the folder or one above it. Io, NoSpace.
    [[nodiscard]] Outcome open() const;

    static constexpr QLatin1StringView folder{"WatchDog"};
    static constexpr QLatin1StringView programName{"sgn-watchdog"};
    static constexpr QLatin1StringView updateProgramName{"sgn-watchdog-update"};

private:
    QString m_installed;
};

// The release number of a program that lies in no release folder.
inline constexpr int builtInRelease = 1;

} // namespace sgn::selfupdate
