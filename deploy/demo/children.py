# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts programs and ends them with all that they have started, and nothing else."""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import time
import traceback

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PATIENCE_S = 5.0
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def prctl(option, value):
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


class Children:
    """The kernel gives us every process whose parent ends, also one that a watchdog started in a session of its own. So
    what has to end is what is below us in the tree of processes, and a number can't have been reused: until we collect
    it, it is taken."""

    def __init__(self):
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.kept = set()

    def start(self, *command, **more):
        """In a session of its own, so that a Ctrl-C in the terminal reaches only us."""
        return subprocess.Popen([str(word) for word in command], start_new_session=True, **more)

    def keep(self, process):
        """This one, and what it has started, is ended by its owner."""
        self.kept.add(process.pid)

    def end_all(self):
        """First the direct children, because a watchdog would start again what we end below it."""
        self.signal(self.direct(), signal.SIGTERM)
        self.wait_for(self.direct, PATIENCE_S)
        self.signal(self.everything(), signal.SIGTERM)
        self.wait_for(self.everything, PATIENCE_S)
        while left := self.everything():
            self.signal(left, signal.SIGKILL)
            self.wait_for(self.everything, 0.2)

    def direct(self):
        return {child for child in table().get(os.getpid(), ()) if child not in self.kept}

    def everything(self):
        children, found, ahead = table(), set(), [os.getpid()]
        while ahead:
            below = {child for child in children.get(ahead.pop(), ()) if child not in self.kept}
            found |= below
            ahead += below
        return found

    def signal(self, pids, number):
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def wait_for(self, those, limit_s):
        """Until none of `those` who are there now is left, or the time is up."""
        until = time.monotonic() + limit_s
        waiting = those()
        while waiting & those() and time.monotonic() < until:
            self.collect()
            time.sleep(0.02)

    def collect(self):
        """Ended children, except those that are waited for by others."""
        for pid in self.direct():
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass


class Keeper:
    """Does `work`, a function that gives an exit status, in a process of its own, and outlives it. Should this process be
    killed, the other one gets SIGTERM; should the other one be killed, the kernel gives us all that it started."""

    def __init__(self, work):
        self.children = Children()
        self.worker = None
        self.was_killed = False
        for number in FORWARDED:
            signal.signal(number, self.forward)
        parent = os.getpid()
        self.worker = os.fork()
        if self.worker == 0:
            os.setsid()  # a Ctrl-C in the terminal reaches only us, who pass it on
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            status = 1
            try:
                if os.getppid() == parent:
                    status = work()
            except BaseException:  # pylint: disable=broad-except
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(status)

    def forward(self, number, _frame):
        if self.worker:
            os.kill(self.worker, number)

    def wait(self):
        """The work's exit status; 128 and the signal when it was killed."""
        _, status = os.waitpid(self.worker, 0)
        for number in FORWARDED:
            signal.signal(number, signal.SIG_IGN)
        code = os.waitstatus_to_exitcode(status)
        self.was_killed = code < 0
        return 128 - code if self.was_killed else code

    def end_all(self):
        self.children.end_all()


def table():
    """Children by parent, of all processes."""
    found = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in parentheses may hold anything, also spaces and parentheses.
            parent = int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        found.setdefault(parent, []).append(int(stat.parent.name))
    return found
