#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The watchdog writes this file to /home/root/WatchDog.update before it exchanges its own release, and whoever starts the
# watchdog (systemd's unit, root's crontab) runs it first. So a new release that doesn't even start is put away by
# something that is no part of it.
#
#   rescue         before each start: counts it. A release on probation gets two; at the third the old release is
#                  restored.
#   rescue guard   beside the running watchdog: starts the old release's guardian again, should a power cut have ended
#                  it. There is never more than one.
#
# probation  inode of the new release's folder; no file when there is no release on probation
# starts     a line for each start
# arguments  the watchdog's, each ended by a zero byte
cd "$(dirname "$0")" || exit 0
[ -f probation ] || exit 0

# Cut between the two renames below: the new release is moved out, the old one isn't in place yet.
if [ ! -e ../WatchDog ] && [ -d failed ] && [ -d staged/WatchDog ]; then
    mv staged/WatchDog ../WatchDog
    sync
fi
[ "$(stat -c %i ../WatchDog)" = "$(cat probation)" ] || exit 0

if [ "$1" = guard ]; then
    old=$PWD/staged/WatchDog
    set -- "$old/sgn-watchdog"
    # One with a C library of its own starts here only through its own loader: the one it names is the new release's.
    if [ -x "$old/lib/ld.so" ]; then
        set -- "$old/lib/ld.so" --argv0 "$1" "$1"
    fi
    xargs -0 "$@" --guard <arguments >/dev/null 2>&1 &
    exit 0
fi

echo start >>starts
sync
if [ "$(wc -l <starts)" -gt 2 ]; then
    rm -rf failed
    mv ../WatchDog failed && mv staged/WatchDog ../WatchDog
    sync
fi
exit 0
