# SPDX-License-Identifier: GPL-3.0-or-later
"""What the programs of this folder have in common."""

import subprocess


class Failure(Exception):
    """What the person who started the program has to know, in one sentence."""


def run(*command, stdin=None, env=None, cwd=None):
    """The output of a program that has to succeed. Secrets go through `stdin`, never through the arguments."""
    try:
        done = subprocess.run([str(each) for each in command], input=stdin, stdin=None if stdin else subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, env=env, cwd=cwd)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        raise Failure(f"{command[0]} failed: {(done.stderr.strip() or done.stdout.strip())[-2000:]}")
    return done.stdout
