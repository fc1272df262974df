#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor of a restart: starts the programs named as arguments, and each again when it ends, with no record, limit, rights or log. It
waits for the kernel's notice of the end (a pidfd) and starts by posix_spawn(). Less is possible only in a compiled program."""

import os
import select
import sys


def start(program, poll, running):
    pid = os.posix_spawn(program, [program], os.environ)
    descriptor = os.pidfd_open(pid)
    running[descriptor] = pid, program
    poll.register(descriptor, select.POLLIN)


def main():
    poll = select.poll()
    running = {}
    for program in sys.argv[1:]:
        start(program, poll, running)
    while True:
        for descriptor, _ in poll.poll():
            pid, program = running.pop(descriptor)
            start(program, poll, running)
            poll.unregister(descriptor)
            os.close(descriptor)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
