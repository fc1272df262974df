# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that ours are compared with: installed ones, or unpacked into a folder so that none of their services is enabled."""

import os
import pathlib
import shutil
import subprocess

PYTHON = "/usr/bin/python3"  # which Debian's modules are for
PROGRAMS = ("usr/bin", "usr/sbin", "bin", "sbin")
LIBRARIES = ("usr/lib", "lib")


class Peers:
    """`folder` is where packages were unpacked; without one there are only the installed programs, or none at all if not `wanted`."""

    def __init__(self, folder=None, wanted=True):
        self.folder = folder
        self.wanted = wanted

    def below(self, places):
        return [str(self.folder / place) for place in places if self.folder and (self.folder / place).is_dir()]

    def program(self, name):
        """Its path, or None where there is none."""
        if not self.wanted:
            return None
        return shutil.which(name, path=os.pathsep.join(self.below(PROGRAMS) + [os.environ["PATH"], "/usr/sbin", "/sbin"]))

    def module(self, name):
        """The command that runs a Python program of Debian's, or None."""
        path = self.program(name)
        return [PYTHON, path] if path else None

    def environment(self):
        more = {**os.environ}
        libraries = [str(path) for place in self.below(LIBRARIES) for path in (pathlib.Path(place), *pathlib.Path(place).glob("*-linux-*"))]
        if libraries:
            more["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
        modules = self.below(("usr/lib/python3/dist-packages",))
        if modules:
            more["PYTHONPATH"] = os.pathsep.join(modules)
        return more

    def run(self, *command, **more):
        return subprocess.run([str(word) for word in command], check=True, env=self.environment(), **more)
