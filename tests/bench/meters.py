# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that is supervised: the same script for all that supervise it, so that its own start weighs the same in each figure."""

import os
import pathlib
import select
import signal
import time

STARTED_WITHIN_S = 30
# Its first act is to take the time: whoever reads the pipe may have to wait for a processor. Only bash can do that without starting another
# program. Its socket stays open, which shows the watchdog who has sent the heartbeats. It waits by reading from a pipe that stays empty.
SCRIPT = """#!/bin/bash
echo "@NAME@ $$ $EPOCHREALTIME" >@PIPE@
exec 3<>"/dev/udp/127.0.0.1/${SGN_HEARTBEAT_PORT}"
exec 4<> <(:)
while :; do
    printf '{"command": "heart_beat", "process_name": "@NAME@", "pid_of_process": %d, "run_command": "@PATH@", "version": @VERSION@}' $$ >&3
    read -rt @INTERVAL@ <&4
done
"""
INTERVAL_S = 20


def names(count):
    return [f"meter_{number:02}" for number in range(count)]


def script(name, path, pipe, version=1):
    text = SCRIPT
    for mark, value in (("NAME", name), ("PATH", path), ("PIPE", pipe), ("VERSION", version), ("INTERVAL", INTERVAL_S)):
        text = text.replace(f"@{mark}@", str(value))
    return text


def write(folder, count, pipe, version=1):
    """The scripts' paths."""
    paths = [folder / name for name in names(count)]
    for path in paths:
        path.write_text(script(path.name, path, pipe, version), encoding="ascii")
        path.chmod(0o755)
    return paths


class Starts:
    """What the scripts write into the pipe at their starts: which pid each has now, and since when."""

    def __init__(self, pipe):
        os.mkfifo(pipe)
        pipe.chmod(0o622)
        self.pipe = pipe
        self.descriptor = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # for writing, too, so that no end is ever seen
        self.poll = select.poll()
        self.poll.register(self.descriptor, select.POLLIN)
        self.pids = {}
        self.at_s = {}  # by the machine's clock, the only one that bash shows

    def read(self, limit_s):
        """Whether some have started meanwhile."""
        came = bool(self.poll.poll(limit_s * 1000))
        if came:
            for line in os.read(self.descriptor, 65536).decode("ascii").splitlines():
                name, pid, seconds = line.split()
                self.pids[name], self.at_s[name] = int(pid), float(seconds.replace(",", "."))
        return came

    def wait(self, count):
        until = time.monotonic() + STARTED_WITHIN_S
        while len(self.pids) < count:
            if not self.read(max(0, until - time.monotonic())):
                raise RuntimeError(f"{len(self.pids)} of {count} processes have started within {STARTED_WITHIN_S} s")

    def kill(self, name, limit_s):
        """Milliseconds from the signal until the next start; None if there is none in time, or it doesn't run now."""
        pid = self.pids.pop(name, None)
        if pid is None or not self.is_ours(pid):
            return None
        before = time.time()
        os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + limit_s
        while name not in self.pids:
            if not self.read(max(0, until - time.monotonic())):
                return None
        return (self.at_s[name] - before) * 1000

    def is_ours(self, pid):
        """Whether a script of this folder still has that number, so that no other process is killed."""
        try:
            return os.fsencode(self.pipe.parent) + b"/" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except FileNotFoundError:
            return False

    def close(self):
        os.close(self.descriptor)


def make_folder(path):
    path.mkdir(parents=True)
    return pathlib.Path(path)
